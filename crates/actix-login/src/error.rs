//! Why a request is not carried out, or a token not made.

use std::borrow::Cow;
use std::{fmt, io};

use actix_web::http::{StatusCode, header::WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};

/// The result of what this library does.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A reason not to answer as asked. As an answer it is a bare status: let
/// [`log_in_at`](crate::log_in_at), or a middleware of the application, turn it into a redirect, a page
/// or JSON, with the reason from [`actix_web::Error::as_error`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Nobody is logged in. 401.
    NotAuthenticated,
    /// Only a program's token is good for this, and there is none: nobody is led to a log-in page, which
    /// would change nothing. 401.
    NeedsToken,
    /// The token lacks this scope, the first one of those that are asked for. 403.
    OutOfScope(&'static str),
    /// A mistake of the application: no key, a token that cannot be one, a guard without the
    /// [middleware](crate::LoginManager::middleware). 500; the sentence says which call to make, and is
    /// for the log.
    Internal(String),
}

impl Error {
    /// A mistake that shows only when a request comes. Told here, because who uses the library alone
    /// has nothing around it that would.
    pub(crate) fn misuse(sentence: impl Into<String>) -> Self {
        let sentence = sentence.into();
        log::error!("{sentence}");
        Self::Internal(sentence)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAuthenticated => f.write_str("nobody is logged in"),
            Self::NeedsToken => f.write_str("no program's token came along"),
            Self::OutOfScope(scope) => write!(f, "the token lacks the scope {scope}"),
            Self::Internal(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for Error {}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotAuthenticated | Self::NeedsToken => StatusCode::UNAUTHORIZED,
            Self::OutOfScope(_) => StatusCode::FORBIDDEN,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// With the challenge that belongs to it (RFC 6750 section 3).
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::NotAuthenticated | Self::NeedsToken => {
                response.insert_header((WWW_AUTHENTICATE, "Bearer"))
            }
            Self::OutOfScope(scope) => {
                let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
                response.insert_header((WWW_AUTHENTICATE, challenge))
            }
            Self::Internal(_) => &mut response,
        };
        response.finish()
    }
}

impl From<actix_web::error::HttpError> for Error {
    fn from(error: actix_web::error::HttpError) -> Self {
        Self::Internal(format!("header: {error}"))
    }
}

/// What is wrong with a setting, as a sentence for the operator; of a key, the end of one that begins with
/// "The key".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetUpError(Cow<'static, str>);

impl SetUpError {
    pub(crate) fn new(sentence: impl Into<Cow<'static, str>>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for SetUpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SetUpError {}

impl From<SetUpError> for String {
    fn from(error: SetUpError) -> Self {
        error.0.into_owned()
    }
}

/// For a `main` that returns [`io::Result`], as that of Actix Web does.
impl From<SetUpError> for io::Error {
    fn from(error: SetUpError) -> Self {
        Self::other(error)
    }
}
