//! What can go wrong, and what the visitor gets. [`crate::web::errors`] draws it.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use time::PrimitiveDateTime;

/// The result of everything that may fail while a request is answered.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a handler returns.
pub type Response = Result<HttpResponse>;

/// The names of fields, and what is wrong with each.
pub type FieldErrors = Vec<(&'static str, String)>;

/// What [`Error::LastAdministrator`] means, on a page and for the operator.
pub const LAST_ADMINISTRATOR: &str = concat!(
    "Nobody else who can log in is an administrator, and the last one stays. Make somebody else one \
     first: `",
    env!("CARGO_PKG_NAME"),
    " user promote ADDRESS`."
);

/// A reason not to answer as asked.
#[derive(Debug)]
pub enum Error {
    /// Nobody is logged in. A page: 303 to the log-in page, and back after it. Anything else: 401.
    NotAuthenticated,
    /// The request is malformed. 400.
    BadRequest,
    /// Logged in, but not allowed. 403.
    Forbidden,
    /// The token lacks this scope. 403, with `insufficient_scope`.
    OutOfScope(&'static str),
    /// Logged in too long ago for this. 303 to the page that asks for the password, and back.
    NotFresh,
    /// The e-mail address has to be confirmed first. A page: 303 to the profile, which offers it.
    /// Anything else: 403.
    NotVerified,
    /// The request comes from another site. 403.
    CrossSite,
    /// There is no such page, or the thing belongs to somebody else. 404.
    NotFound,
    /// A one-time link opens nothing. 410, with why, and the page to go to from there.
    LinkEnded(LinkEnding, &'static str),
    /// A form behind a one-time link was sent again. 303 to where the first one led, with a sentence;
    /// nothing was done twice.
    DoneAlready {
        /// Where it led.
        page: &'static str,
        /// What it did.
        sentence: &'static str,
    },
    /// What was sent without a log-in came back after it, and is to be looked over before it is
    /// carried out. 409.
    BroughtBack,
    /// The request's body took too long to arrive. 408.
    TooSlow,
    /// We took too long to answer. 503, and when to try again; nothing was written. The cause goes to
    /// the log.
    Overdue(String),
    /// Without this administrator there would be none. 409.
    LastAdministrator,
    /// A mail was asked for too often. 429, with when to ask again.
    TooOften(String),
    /// The body is larger than allowed. 413.
    TooLarge,
    /// The address is longer than allowed. 414.
    UriTooLong,
    /// What was sent is well-formed and wrong: a sentence for each field. 422.
    Invalid(FieldErrors),
    /// The body is of a kind that this address does not take. 415.
    UnsupportedMediaType,
    /// The request names a host that is not ours. 421; which one goes to the log.
    Misdirected(String),
    /// Too much to do at the moment. 503, and when to try again.
    Busy,
    /// The database did not do what it should. 503; the cause goes to the log.
    Database(String),
    /// A mistake of ours. 500; the cause goes to the log.
    Internal(String),
}

/// Why a one-time link opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEnding {
    /// It did what it was for.
    Used {
        /// When.
        at: PrimitiveDateTime,
        /// What for, to end a sentence with.
        deed: &'static str,
    },
    /// Its time is over, since then.
    TooOld(PrimitiveDateTime),
    /// The account that it is about has changed, or may not be used.
    Changed,
    /// There is an account with its address by now.
    Taken,
    /// There is no such link, or none that is remembered.
    Unknown,
    /// The browser shows none.
    NoCookie,
    /// The form was drawn for another one than the browser shows.
    Another,
    /// It is about another account than that of who is logged in.
    OtherAccount,
    /// There is no account at all, and the first one is not made by such a link.
    NoFirstAccount,
    /// The set-up link is too old, since then.
    SetUpTooOld(PrimitiveDateTime),
    /// The set-up link is not the one that was printed last.
    SetUpEarlier,
    /// The first account was made with another set-up link, or without one.
    SetUpDone,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(cause) => write!(f, "database: {cause}"),
            Self::Overdue(cause) => write!(f, "overdue: {cause}"),
            Self::Internal(cause) | Self::Misdirected(cause) => f.write_str(cause),
            Self::LastAdministrator => f.write_str(LAST_ADMINISTRATOR),
            other => write!(f, "{other:?}"),
        }
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotAuthenticated => StatusCode::UNAUTHORIZED,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Forbidden
            | Self::OutOfScope(_)
            | Self::NotFresh
            | Self::NotVerified
            | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::LinkEnded(..) | Self::DoneAlready { .. } => StatusCode::GONE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::LastAdministrator | Self::BroughtBack => StatusCode::CONFLICT,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UriTooLong => StatusCode::URI_TOO_LONG,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Misdirected(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::Busy | Self::Overdue(_) | Self::Database(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Only the status: the body is drawn where the request is known, in [`crate::web::errors`].
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            other => match other.to_string() {
                // SQLite's words for it, without whose fault it is: our own writers wait in line.
                cause if cause == "database is locked" => {
                    Self::Database(format!("{cause}: another program is writing to it"))
                }
                cause => Self::Database(cause),
            },
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
