//! The settings of a [`LoginManager`].

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::HttpRequest;
use futures_util::future::FutureExt as _;
use time::Duration;

use crate::access_tokens::AccessTokens;
use crate::cookie::CookieKind;
use crate::error::Result;
use crate::keys::{Keys, SigningKey};
use crate::manager::{LoginManager, Now, RequestLoader, ScopeFilter, UserLoader};
use crate::session_cookie::SessionCookie;
use crate::token::{Claims, Kind, Signer};

/// The settings of a [`LoginManager`], one call each; [`Builder::build`] checks them.
///
/// ```
/// # use std::future::ready;
/// # use actix_login::{CookieKind, LoginManager, SigningKey, generate_key};
/// # let key = SigningKey::parse(&generate_key())?;
/// let manager = LoginManager::builder(vec![key])
///     .issuer("https://example.com")
///     .cookie(CookieKind { name: "__Host-example".to_owned(), secure: true })
///     .default_expiry(time::Duration::minutes(5))
///     .scopes(|name, scope| name == "ada" || scope != "users:read")
///     .user_loader(|claims| ready(Ok(Some(claims.sub))))
///     .build()?;
/// assert_eq!(manager.default_expiry(), time::Duration::minutes(5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Builder<U> {
    session_keys: Keys,
    access_keys: Keys,
    issuer: String,
    cookie: CookieKind,
    use_cookie: bool,
    use_header: bool,
    default_expiry: Duration,
    token_url: String,
    now: Now,
    load_user: Option<UserLoader<U>>,
    load_request: Option<RequestLoader<U>>,
    may_hold: ScopeFilter<U>,
}

impl<U: 'static> Builder<U> {
    pub(crate) fn new(keys: Vec<SigningKey>) -> Self {
        Self {
            session_keys: Keys::Secrets(keys.clone()),
            access_keys: Keys::Secrets(keys),
            issuer: "http://localhost:8080".to_owned(),
            cookie: CookieKind { name: "__Host-session".to_owned(), secure: true },
            use_cookie: true,
            use_header: true,
            default_expiry: Duration::minutes(15),
            token_url: "/auth/token".to_owned(),
            now: Arc::new(machine_clock),
            load_user: None,
            load_request: None,
            may_hold: Box::new(|_, _| true),
        }
    }

    /// Finds the user whom a token's claims name, or nobody; sync functions use
    /// `std::future::ready`.
    #[must_use]
    pub fn user_loader<F, Fut>(mut self, load: F) -> Self
    where
        F: Fn(Claims) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = actix_web::Result<Option<U>>> + 'static,
    {
        self.load_user = Some(Box::new(move |claims| load(claims).boxed_local()));
        self
    }

    /// The seam for other ways to call: asked when neither cookie nor token named anybody. Returns
    /// the user and the scopes. The caller counts as a program, not as somebody at a browser.
    #[must_use]
    pub fn request_loader<F, Fut>(mut self, load: F) -> Self
    where
        F: Fn(HttpRequest) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = actix_web::Result<Option<(U, Vec<String>)>>> + 'static,
    {
        self.load_request = Some(Box::new(move |req| load(req).boxed_local()));
        self
    }

    /// Whether a token of this user may hold a scope; asked at each request.
    #[must_use]
    pub fn scopes(mut self, may_hold: impl Fn(&U, &str) -> bool + Send + Sync + 'static) -> Self {
        self.may_hold = Box::new(may_hold);
        self
    }

    /// Other keys for access tokens: a pair, so that other services can verify them.
    #[must_use]
    pub fn access_keys(mut self, keys: Keys) -> Self {
        self.access_keys = keys;
        self
    }

    /// Who issues the tokens: the public address.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// The cookie that carries a session's token.
    #[must_use]
    pub fn cookie(mut self, cookie: CookieKind) -> Self {
        self.cookie = cookie;
        self
    }

    /// Whether the cookie is looked at.
    #[must_use]
    pub fn use_cookie(mut self, on: bool) -> Self {
        self.use_cookie = on;
        self
    }

    /// Whether the `Authorization` header is looked at.
    #[must_use]
    pub fn use_header(mut self, on: bool) -> Self {
        self.use_header = on;
        self
    }

    /// The life of an access token that names no other.
    #[must_use]
    pub fn default_expiry(mut self, expiry: Duration) -> Self {
        self.default_expiry = expiry;
        self
    }

    /// Where a client gets a token.
    #[must_use]
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.token_url = url.into();
        self
    }

    /// What time it is, in seconds since 1970. Unless a test moves it, the machine's clock.
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        self.now = Arc::new(now);
        self
    }

    /// The part that makes and reads the cookie, as it is set up so far: for what begins sessions, and
    /// stands below the user loader.
    pub fn session_cookie(&self) -> SessionCookie {
        let signer = Signer::new(Kind::Session, &self.issuer, &self.session_keys);
        SessionCookie { signer: Arc::new(signer), kind: self.cookie.clone(), now: self.now.clone() }
    }

    /// The same for what makes access tokens.
    pub fn access_tokens(&self) -> AccessTokens {
        let signer = Arc::new(Signer::new(Kind::Access, &self.issuer, &self.access_keys));
        AccessTokens { signer, expiry: self.default_expiry, now: self.now.clone() }
    }

    /// Checks the settings. The error is a sentence for the operator.
    pub fn build(self) -> Result<LoginManager<U>, String> {
        let (cookie, access) = (self.session_cookie(), self.access_tokens());
        let load_user = self.load_user.ok_or("The LoginManager needs a user_loader.")?;
        if !self.use_cookie && !self.use_header {
            return Err("The LoginManager must look at the cookie, the header or both.".to_owned());
        }
        let manager = LoginManager {
            cookie,
            access,
            use_cookie: self.use_cookie,
            use_header: self.use_header,
            token_url: self.token_url,
            load_user,
            load_request: self.load_request,
            may_hold: self.may_hold,
        };
        manager.prove()?;
        Ok(manager)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the default, for applications without a clock of their own"
)]
fn machine_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
