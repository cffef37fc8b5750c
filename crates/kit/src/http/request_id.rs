//! The id of a request.

use actix_web::{HttpMessage as _, HttpRequest};

use actix_login::random_token;

/// Links what the visitor sees to what the log says.
#[derive(Clone, Debug)]
pub struct RequestId(pub(crate) String);

impl RequestId {
    pub(crate) fn new() -> Self {
        Self(random_token().chars().filter(char::is_ascii_alphanumeric).take(12).collect())
    }

    /// The id of a request; it got one when it came.
    pub fn of(req: &HttpRequest) -> String {
        req.extensions().get::<Self>().map_or_else(String::new, |id| id.0.clone())
    }
}
