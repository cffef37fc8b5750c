//! The cookie of a person at a browser, and the token in it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use serde_json::Map;

use crate::caller::has_bearer;
use crate::cookie::{CookieKind, Presented};
use crate::error::Result;
use crate::manager::Now;
use crate::token::{Claims, NewToken, Signer};

/// Makes, reads and ends the cookie that keeps somebody logged in. Cheap to clone.
///
/// ```
/// # use std::time::Duration;
/// # use actix_login::{LoginManager, SigningKey, random_token};
/// # use actix_web::test::TestRequest;
/// # let builder = LoginManager::<String>::builder(vec![SigningKey::random()]);
/// let cookie = builder.session_cookie();
/// let token = cookie.create_token("ada", random_token(), Duration::from_secs(3600))?;
///
/// let request = TestRequest::default().cookie(cookie.with(&token, None)).to_http_request();
/// assert_eq!(cookie.claims(&request).map(|claims| claims.sub).as_deref(), Some("ada"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SessionCookie {
    pub(crate) signer: Arc<Signer>,
    pub(crate) kind: Arc<CookieKind>,
    pub(crate) now: Now,
    pub(crate) is_read: bool,
    /// Whether a token in the header is looked at instead.
    pub(crate) gives_way: bool,
}

impl fmt::Debug for SessionCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCookie").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl SessionCookie {
    /// A signed token for the cookie: `id` is the session's secret, and `lifetime` counts in whole
    /// seconds. An empty subject or id and no time to live are errors.
    pub fn create_token(&self, subject: &str, id: String, lifetime: Duration) -> Result<String> {
        let (scope, extra) = (String::new(), Map::new());
        self.signer.issue(NewToken { subject, id, lifetime, scope, extra }, (self.now)())
    }

    /// The cookie with `token`. Without `max_age` it ends with the browser.
    pub fn with(&self, token: &str, max_age: Option<Duration>) -> Cookie<'static> {
        self.kind.with(token, max_age)
    }

    /// The cookie that ends this one.
    pub fn expired(&self) -> Cookie<'static> {
        self.kind.expired()
    }

    /// The claims in the request's cookie, if everything about them is right.
    pub fn claims(&self, req: &HttpRequest) -> Option<Claims> {
        self.verify(self.read(req).value()?)
    }

    pub(crate) fn verify(&self, token: &str) -> Option<Claims> {
        let verified = self.signer.verify(token, (self.now)());
        verified.inspect_err(|reason| log::debug!("session token refused: {reason}")).ok()
    }

    /// The subject that the cookie names, even if the session is over: whose it was. For keeping what
    /// was typed in it from others; it lets nobody in.
    pub fn last_subject(&self, req: &HttpRequest) -> Option<String> {
        self.signer.subject(self.read(req).value()?)
    }

    /// Whether claims that were verified once are good now.
    pub(crate) fn is_in_time(&self, claims: &Claims) -> bool {
        self.signer.check(claims, (self.now)()).is_ok()
    }

    /// Who sends a token in the header means that one: otherwise a request could pass as an API call,
    /// which needs no check of its origin, and be logged in by the cookie.
    pub(crate) fn read(&self, req: &HttpRequest) -> Presented {
        if !self.is_read || self.gives_way && has_bearer(req) {
            return Presented::Nothing;
        }
        self.kind.read(req)
    }
}
