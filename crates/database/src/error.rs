//! Why the database was not used as asked.

use std::fmt;

/// The result of using the database.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A reason.
#[derive(Clone, Debug)]
pub enum Error {
    /// The database did not do what it should. The cause is for the log.
    Unusable(String),
    /// Nothing is wrong with the database: too many wait for it, or the request's time was over.
    Refused(kit::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable(cause) => write!(f, "database: {cause}"),
            Self::Refused(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<kit::Error> for Error {
    fn from(error: kit::Error) -> Self {
        Self::Refused(error)
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error.to_string() {
            // SQLite's words for it, without whose fault it is: our own writers wait in line.
            cause if cause == "database is locked" => {
                Self::Unusable(format!("{cause}: another program is writing to it"))
            }
            cause => Self::Unusable(cause),
        }
    }
}
