//! Why a request is not carried out, whatever it asks for.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use crate::limit::Wait;

/// The result of what may fail while a request is answered.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The names of fields, and what is wrong with each.
pub type FieldErrors = Vec<(&'static str, String)>;

/// A reason not to answer as asked. As an answer it is a bare status: the application draws it.
#[derive(Clone, Debug)]
pub enum Error {
    /// The request is malformed. 400.
    BadRequest,
    /// The request comes from another site. 403.
    CrossSite,
    /// The request's body took too long to arrive. 408.
    TooSlow,
    /// What was sent without a log-in came back after it, and is to be looked over before it is
    /// carried out. 409.
    BroughtBack,
    /// The body is larger than allowed. 413.
    TooLarge,
    /// The address is longer than allowed. 414.
    UriTooLong,
    /// The body is of a kind that this address does not take. 415.
    UnsupportedMediaType,
    /// The request names a host that is not ours. 421; which one goes to the log.
    Misdirected(String),
    /// What was sent is well-formed and wrong: a sentence for each field. 422.
    Invalid(FieldErrors),
    /// It was tried, or asked for, too often. 429, with when to try again.
    TooOften(Wait),
    /// Too much to do at the moment. 503, and when to try again.
    Busy,
    /// We took too long to answer. 503, and when to try again; nothing was written, unless the cause
    /// says that this is not known. It goes to the log.
    Overdue(String),
    /// A mistake of ours. 500; the cause goes to the log.
    Internal(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overdue(cause) => write!(f, "overdue: {cause}"),
            Self::Internal(cause) | Self::Misdirected(cause) => f.write_str(cause),
            other => write!(f, "{other:?}"),
        }
    }
}

impl std::error::Error for Error {}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BroughtBack => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UriTooLong => StatusCode::URI_TOO_LONG,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Misdirected(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Overdue(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}
