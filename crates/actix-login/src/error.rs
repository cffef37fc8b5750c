//! Why a request is not carried out, or a token not made.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

/// The result of what this library does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A reason not to answer as asked. As an answer it is a bare status: let a middleware of the
/// application turn it into a page, a redirect or JSON, with the reason from
/// [`actix_web::Error::as_error`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Nobody is logged in. 401.
    NotAuthenticated,
    /// The token lacks this scope. 403.
    OutOfScope(&'static str),
    /// A mistake of the application: no key, a header that cannot be written. 500; the cause is for
    /// the log.
    Internal(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAuthenticated => f.write_str("nobody is logged in"),
            Self::OutOfScope(scope) => write!(f, "the token lacks the scope {scope}"),
            Self::Internal(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for Error {}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotAuthenticated => StatusCode::UNAUTHORIZED,
            Self::OutOfScope(_) => StatusCode::FORBIDDEN,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl From<actix_web::error::HttpError> for Error {
    fn from(error: actix_web::error::HttpError) -> Self {
        Self::Internal(format!("header: {error}"))
    }
}
