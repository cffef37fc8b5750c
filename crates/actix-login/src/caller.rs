//! Who is calling.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest};

use crate::token::Claims;

/// What is known about the caller of one request.
///
/// ```
/// # use actix_login::Caller;
/// # use actix_web::HttpRequest;
/// async fn how(req: HttpRequest) -> &'static str {
///     match Caller::<String>::of(&req).as_deref() {
///         Some(Caller::Person { claims: Some(_), .. }) => "by the cookie",
///         Some(Caller::Program { claims: Some(_), .. }) => "by an access token",
///         Some(Caller::Person { .. } | Caller::Program { .. }) => "by the request loader",
///         Some(_) => "not at all",
///         None => "unknown: the middleware is not around this route",
///     }
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(how);
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Caller<U> {
    /// Nobody is logged in. `stale` when a cookie came along that logs nobody in.
    #[non_exhaustive]
    Anonymous {
        /// Whether to end the cookie.
        stale: bool,
    },
    /// A person at a browser: by the cookie, or as the request loader says.
    #[non_exhaustive]
    Person {
        /// What the loader returned.
        user: Arc<U>,
        /// What the cookie's token said; `None` when the request loader named them.
        claims: Option<Claims>,
    },
    /// A program: by an access token, or as the request loader says.
    #[non_exhaustive]
    Program {
        /// What the loader returned.
        user: Arc<U>,
        /// What it may do.
        scopes: Vec<String>,
        /// What its access token said; `None` when the request loader named it.
        claims: Option<Claims>,
    },
}

/// Whom a [`request_loader`](crate::Builder::request_loader) has found behind a request, and as what
/// they count.
///
/// ```
/// # use actix_login::Found;
/// let by_the_proxy = Found::Person("ada");
/// let by_a_key = Found::Program("ada", vec!["notes:read".to_owned()]);
/// # let _ = [by_the_proxy, by_a_key];
/// ```
#[derive(Debug)]
pub enum Found<U> {
    /// A person, who may do all that they may do with the cookie: [`CurrentUser`](crate::CurrentUser)
    /// lets them in. A browser that is recognised by what it sends by itself (HTTP Basic, a
    /// certificate, a proxy's header) sends it from other sites' pages too: check where writes come
    /// from.
    Person(U),
    /// A program, which may do what these scopes say: [`ApiUser`](crate::ApiUser) and
    /// [`Scoped`](crate::Scoped) let it in.
    Program(U, Vec<String>),
}

impl<U: 'static> Caller<U> {
    /// What the [middleware](crate::LoginManager::middleware) found out about the request's caller;
    /// `None` outside of it.
    pub fn of(req: &HttpRequest) -> Option<Arc<Self>> {
        req.extensions().get::<Arc<Self>>().cloned()
    }

    /// Nobody: `stale` ends the cookie that came along.
    pub fn nobody(stale: bool) -> Arc<Self> {
        Arc::new(Self::Anonymous { stale })
    }

    /// A person, by the cookie with these claims, if by a cookie.
    pub fn person(user: U, claims: Option<Claims>) -> Arc<Self> {
        Arc::new(Self::Person { user: Arc::new(user), claims })
    }

    /// A program with these scopes, by the token with these claims, if by a token.
    pub fn program(user: U, scopes: Vec<String>, claims: Option<Claims>) -> Arc<Self> {
        Arc::new(Self::Program { user: Arc::new(user), scopes, claims })
    }

    /// Puts another caller in its place: for a middleware that knows better, such as one that finds a
    /// session used from another browser than it was made in.
    pub fn replace(self: Arc<Self>, req: &HttpRequest) {
        req.extensions_mut().insert(self);
    }

    /// The user, whether a person or a program calls.
    pub fn user(&self) -> Option<&Arc<U>> {
        match self {
            Self::Person { user, .. } | Self::Program { user, .. } => Some(user),
            Self::Anonymous { .. } => None,
        }
    }

    /// What the token said by which somebody was recognised.
    pub fn claims(&self) -> Option<&Claims> {
        match self {
            Self::Person { claims, .. } | Self::Program { claims, .. } => claims.as_ref(),
            Self::Anonymous { .. } => None,
        }
    }

    /// Whether a program calls that holds the scope.
    pub fn holds(&self, scope: &str) -> bool {
        matches!(self, Self::Program { scopes, .. } if scopes.iter().any(|held| held == scope))
    }
}

/// The token of an `Authorization: Bearer …` header (RFC 6750 section 2.1).
pub fn bearer(req: &HttpRequest) -> Option<&str> {
    let mut values = req.headers().get_all(header::AUTHORIZATION);
    let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whether the request speaks by a `Bearer` header, be it a good one: then it is a program's, and no
/// cookie counts. Of all others that a browser or a proxy adds by itself (`Basic` in front of a site
/// that is not public yet), nothing is known.
pub fn has_bearer(req: &HttpRequest) -> bool {
    let mut values = req.headers().get_all(header::AUTHORIZATION).map(HeaderValue::as_bytes);
    values.any(|value| {
        let scheme = value.split(|byte| !byte.is_ascii_alphabetic()).next().unwrap_or_default();
        scheme.eq_ignore_ascii_case(b"bearer")
    })
}
