//! Who is calling.

use std::rc::Rc;

use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest};

use crate::token::Claims;

/// What is known about the caller of one request.
///
/// ```
/// # use actix_login::Caller;
/// # use actix_web::HttpRequest;
/// async fn how(req: HttpRequest) -> &'static str {
///     match Caller::<String>::of(&req).as_deref() {
///         Some(Caller::Session { .. }) => "by the cookie",
///         Some(Caller::Token { .. }) => "by a token",
///         Some(Caller::Anonymous { .. }) => "not at all",
///         None => "unknown: `identify` is not around this route",
///     }
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(how);
/// ```
pub enum Caller<U> {
    /// Nobody is logged in. `stale` when a cookie came along that logs nobody in.
    Anonymous {
        /// Whether to end the cookie.
        stale: bool,
    },
    /// A person, by the cookie.
    Session {
        /// What the user loader returned.
        user: Rc<U>,
        /// What the cookie's token said.
        claims: Claims,
    },
    /// A program, by the `Authorization` header or what a request loader reads.
    Token {
        /// What the user loader returned.
        user: Rc<U>,
        /// What the token is good for.
        scopes: Vec<String>,
    },
}

impl<U: 'static> Caller<U> {
    /// What [`identify`](crate::identify) found out about the request's caller.
    pub fn of(req: &HttpRequest) -> Option<Rc<Self>> {
        req.extensions().get::<Rc<Self>>().cloned()
    }

    /// Puts another caller in its place: for a middleware that knows better, such as one that finds a
    /// session used from another browser than it was made in.
    pub fn replace(self, req: &HttpRequest) {
        req.extensions_mut().insert(Rc::new(self));
    }

    /// Whether the caller's token holds the scope.
    pub fn holds(&self, scope: &str) -> bool {
        matches!(self, Self::Token { scopes, .. } if scopes.iter().any(|held| held == scope))
    }
}

/// The token of an `Authorization: Bearer …` header (RFC 6750 section 2.1).
pub fn bearer(req: &HttpRequest) -> Option<&str> {
    let mut values = req.headers().get_all(header::AUTHORIZATION);
    let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
