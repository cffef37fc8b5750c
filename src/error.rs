//! What can go wrong, and what the visitor gets. [`crate::web::errors`] draws it.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use kit::Time;

/// The result of everything that may fail while a request is answered.
pub type Result<T, E = Error> = std::result::Result<T, E>;

pub type Response = Result<HttpResponse>;

/// What [`Error::LastAdministrator`] means, on a page and for the operator.
pub const LAST_ADMINISTRATOR: &str = concat!(
    "Nobody else who can log in is an administrator, and the last one stays. Make somebody else one \
     first: `",
    env!("CARGO_PKG_NAME"),
    " user promote ADDRESS`."
);

/// A reason not to answer as asked.
#[derive(Clone, Debug)]
pub enum Error {
    /// Nobody is logged in. A page: 303 to the log-in page, and back after it. Anything else: 401.
    NotAuthenticated,
    /// Logged in, but not allowed. 403.
    Forbidden,
    /// The token lacks this scope. 403, with `insufficient_scope`.
    OutOfScope(&'static str),
    /// Logged in too long ago for this. 303 to the page that asks for the password, and back.
    NotFresh,
    /// The e-mail address has to be confirmed first. A page: 303 to the profile, which offers it.
    /// Anything else: 403.
    NotVerified,
    /// There is no such page, or the thing belongs to somebody else. 404.
    NotFound,
    /// A one-time link opens nothing. 410, with why, and the page to go to from there.
    LinkEnded(LinkEnding, &'static str),
    /// A form behind a one-time link was sent again. 303 to where the first one led, with a sentence;
    /// nothing was done twice.
    DoneAlready { page: &'static str, sentence: &'static str },
    /// A log-in waited too long for its second factor, or for the right one. 303 to the log-in page, with a sentence.
    LogInAgain,
    /// Without this administrator there would be none. 409.
    LastAdministrator,
    /// Something of these names what was to be deleted. 409, with what they are called.
    InUse(&'static str),
    /// What every site refuses alike, whatever was asked for: see there.
    Request(kit::Error),
    /// The database did not do what it should. 503; the cause goes to the log.
    Database(String),
    /// A mistake of ours. 500; the cause goes to the log.
    Internal(String),
}

/// Why a one-time link opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEnding {
    /// Then, for this: to end a sentence with.
    Used(Time, &'static str),
    TooOld(Time),
    /// The account that it is about has changed, or may not be used.
    Changed,
    /// There is an account with its address by now.
    Taken,
    /// There is no such link, or none that is remembered.
    Unknown,
    /// It works in the browser alone that asked for it.
    OtherBrowser,
    NoCookie,
    /// The form was drawn for another one than the browser shows.
    Another,
    /// It is about another account than that of who is logged in.
    OtherAccount,
    /// There is no account at all, and the first one is not made by such a link.
    NoFirstAccount,
    /// The set-up link is too old, since then.
    SetUpTooOld(Time),
    /// The first account was made with another set-up link, or without one.
    SetUpDone,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(cause) => write!(f, "database: {cause}"),
            Self::Request(error) => write!(f, "{error}"),
            Self::Internal(cause) => f.write_str(cause),
            Self::LastAdministrator => f.write_str(LAST_ADMINISTRATOR),
            other => write!(f, "{other:?}"),
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotAuthenticated | Self::LogInAgain => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::OutOfScope(_) | Self::NotFresh | Self::NotVerified => {
                StatusCode::FORBIDDEN
            }
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::LinkEnded(..) | Self::DoneAlready { .. } => StatusCode::GONE,
            Self::LastAdministrator | Self::InUse(_) => StatusCode::CONFLICT,
            Self::Request(error) => error.status_code(),
            Self::Database(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Only the status: the body is drawn where the request is known, in [`crate::web::errors`].
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl Error {
    /// The reason for an answer, if it is one of ours or of the libraries'.
    pub fn of(error: &actix_web::Error) -> Option<Self> {
        let own = error.as_error::<Self>().cloned();
        let request = || error.as_error::<kit::Error>().cloned().map(Self::from);
        let login = || error.as_error::<actix_login::Error>().cloned().map(Self::from);
        own.or_else(request).or_else(login)
    }
}

impl From<kit::Error> for Error {
    fn from(error: kit::Error) -> Self {
        match error {
            kit::Error::Internal(cause) => Self::Internal(cause),
            other => Self::Request(other),
        }
    }
}

impl From<actix_login::Error> for Error {
    fn from(error: actix_login::Error) -> Self {
        use actix_login::Error::{NeedsToken, NotAuthenticated, OutOfScope};
        match error {
            NotAuthenticated | NeedsToken => Self::NotAuthenticated,
            OutOfScope(scope) => Self::OutOfScope(scope),
            mistake => Self::Internal(mistake.to_string()),
        }
    }
}

impl From<database::Error> for Error {
    fn from(error: database::Error) -> Self {
        match error {
            database::Error::Unusable(cause) => Self::Database(cause),
            database::Error::Refused(error) => error.into(),
        }
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            other => database::Error::from(other).into(),
        }
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Internal(format!("template: {error}"))
    }
}

impl From<actix_web::error::HttpError> for Error {
    fn from(error: actix_web::error::HttpError) -> Self {
        Self::Internal(format!("header: {error}"))
    }
}
