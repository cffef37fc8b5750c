//! The settings of a [`LoginManager`].

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use actix_web::HttpRequest;
use futures_util::future::FutureExt as _;

use crate::access_tokens::AccessTokens;
use crate::cache::{Cache, Keep};
use crate::caller::{Caller, Found};
use crate::cookie::CookieKind;
use crate::error::{Result, SetUpError};
use crate::keys::{Keys, SigningKey, repeats};
use crate::manager::{Listener, LoginManager, Now, Parts, RequestLoader, ScopeFilter, UserLoader};
use crate::session_cookie::SessionCookie;
use crate::token::{Claims, Signer, TokenKind};

/// The settings of a [`LoginManager`], one call each; [`Builder::build`] checks them.
///
/// ```
/// # use std::{future::ready, time::Duration};
/// # use actix_login::{CookieKind, LoginManager, SigningKey};
/// # let key = SigningKey::random();
/// let manager = LoginManager::builder(vec![key])
///     .issuer("https://example.com")
///     .cookie(CookieKind::new("__Host-example", true))
///     .default_expiry(Duration::from_secs(300))
///     .user_loader(|claims| ready(Ok(Some(claims.sub))))
///     .may_hold(|name, scope| name == "ada" || scope != "users:read")
///     .build()?;
/// assert_eq!(manager.default_expiry(), Duration::from_secs(300));
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
    listeners: Vec<Listener<U>>,
    cache: Option<Box<dyn Keep<U> + Send + Sync>>,
    /// Whether a part was handed out, which holds the settings as they were, and what was set since.
    is_shared: std::cell::Cell<bool>,
    set_late: Option<&'static str>,
}

impl<U: 'static> Builder<U> {
    pub(crate) fn new(keys: Vec<SigningKey>) -> Self {
        Self {
            session_keys: Keys::Secrets(keys.clone()),
            access_keys: Keys::Secrets(keys),
            issuer: "http://localhost:8080".to_owned(),
            cookie: CookieKind::new("__Host-session", true),
            use_cookie: true,
            use_header: true,
            default_expiry: Duration::from_secs(15 * 60),
            token_url: "/auth/token".to_owned(),
            now: Arc::new(machine_clock),
            load_user: None,
            load_request: None,
            may_hold: Box::new(|_, _| true),
            listeners: Vec::new(),
            cache: None,
            is_shared: std::cell::Cell::new(false),
            set_late: None,
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

    /// The seam for other ways to call: asked when neither cookie nor token named anybody. Says whether
    /// the caller counts as a person or as a program. With it alone, and without a user loader, nobody
    /// is recognised by a cookie or an access token. Beside a cookie that logs somebody in, it is not
    /// asked, whatever `Authorization` header but `Bearer` it would have read.
    ///
    /// Let it take out of the request what it needs, and drop it before it waits: Actix Web panics when it
    /// routes a request of which somebody else keeps a clone.
    #[must_use]
    pub fn request_loader<F, Fut>(mut self, load: F) -> Self
    where
        F: Fn(HttpRequest) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = actix_web::Result<Option<Found<U>>>> + 'static,
    {
        self.load_request = Some(Box::new(move |req| load(req).boxed_local()));
        self
    }

    /// Whether a token of this user may hold a scope; asked at each request. Call it after the loader,
    /// which says what a user is.
    #[must_use]
    pub fn may_hold(mut self, may_hold: impl Fn(&U, &str) -> bool + Send + Sync + 'static) -> Self {
        self.may_hold = Box::new(may_hold);
        self
    }

    /// Hears at each request who is calling and how they were recognised, before any guard reads it. It
    /// is called on the thread of the request, and must neither wait for anything nor keep a clone of the
    /// request: Actix Web panics when it routes one of which there is a clone.
    #[must_use]
    pub fn listener(
        mut self, hear: impl Fn(&HttpRequest, &Caller<U>) + Send + Sync + 'static,
    ) -> Self {
        self.listeners.push(Box::new(hear));
        self
    }

    /// Keeps whom a token named, for each thread the last 1024, and neither verifies that token nor asks the
    /// user loader again as long as `version` returns the same number. It has to be another one after every
    /// change of what the loader reads, whoever makes it: `PRAGMA data_version` of `SQLite`, asked on a
    /// connection that never writes, is. `None`: that is not known now, and nothing is kept. What changes
    /// with time alone, such as a session that nobody used, `is_valid` compares at each request. What `may_hold`
    /// said is kept along.
    #[must_use]
    pub fn cache(
        mut self, version: impl Fn() -> Option<i64> + Send + Sync + 'static,
        is_valid: impl Fn(&U) -> bool + Send + Sync + 'static,
    ) -> Self
    where
        U: Send + Sync,
    {
        self.cache = Some(Box::new(Cache::new(Box::new(version), Box::new(is_valid))));
        self
    }

    /// Other keys for access tokens: pairs, so that other services can verify them.
    #[must_use]
    pub fn access_keys(mut self, keys: Keys) -> Self {
        self.access_keys = keys;
        self.noting("access_keys")
    }

    /// Who issues the tokens: the public address.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self.noting("issuer")
    }

    /// The cookie that carries a session's token.
    #[must_use]
    pub fn cookie(mut self, cookie: CookieKind) -> Self {
        self.cookie = cookie;
        self.noting("cookie")
    }

    /// Whether the cookie is looked at.
    #[must_use]
    pub fn use_cookie(mut self, on: bool) -> Self {
        self.use_cookie = on;
        self.noting("use_cookie")
    }

    /// Whether an `Authorization: Bearer …` header is looked at. While it is, a request that has one is
    /// looked at without its cookie.
    #[must_use]
    pub fn use_header(mut self, on: bool) -> Self {
        self.use_header = on;
        self.noting("use_header")
    }

    /// The life of an access token that names no other, in whole seconds.
    #[must_use]
    pub fn default_expiry(mut self, expiry: Duration) -> Self {
        self.default_expiry = expiry;
        self.noting("default_expiry")
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
        self.noting("clock")
    }

    /// The part that makes and reads the cookie: for what begins sessions, and stands below the user
    /// loader. Call it when the settings are made: [`Builder::build`] refuses what is set later.
    pub fn session_cookie(&self) -> SessionCookie {
        self.is_shared.set(true);
        let signer = Signer::new(TokenKind::Session, &self.issuer, &self.session_keys);
        SessionCookie {
            signer: Arc::new(signer),
            kind: Arc::new(self.cookie.clone()),
            now: self.now.clone(),
            is_read: self.use_cookie,
            gives_way: self.use_header,
        }
    }

    /// The same for what makes access tokens.
    pub fn access_tokens(&self) -> AccessTokens {
        self.is_shared.set(true);
        let signer = Signer::new(TokenKind::Access, &self.issuer, &self.access_keys);
        AccessTokens::new(signer, &self.access_keys, self.default_expiry, self.now.clone())
    }

    /// Checks the settings. The error is a sentence for the operator.
    pub fn build(self) -> Result<LoginManager<U>, SetUpError> {
        self.check().map_err(SetUpError::new)?;
        let (cookie, access) = (self.session_cookie(), self.access_tokens());
        let manager = Parts {
            cookie,
            access,
            token_url: self.token_url,
            load_user: self.load_user,
            load_request: self.load_request,
            may_hold: self.may_hold,
            listeners: self.listeners,
            cache: self.cache,
        };
        let manager = LoginManager(Arc::new(manager));
        manager.prove().map_err(SetUpError::new)?;
        Ok(manager)
    }

    fn check(&self) -> Result<(), String> {
        if let Some(call) = self.set_late {
            return Err(format!(
                "`{call}` was called after `session_cookie` or `access_tokens`, which went by what was \
                 set until then: call it before."
            ));
        }
        if self.load_user.is_none() && self.load_request.is_none() {
            return Err("The LoginManager needs a user_loader or a request_loader.".to_owned());
        }
        if !self.use_cookie && !self.use_header && self.load_request.is_none() {
            return Err("The LoginManager must look at the cookie, the header or both, or have a \
                        request_loader."
                .to_owned());
        }
        if [&self.session_keys, &self.access_keys].into_iter().any(|keys| repeats(&keys.ids())) {
            return Err("The LoginManager was given the same key twice.".to_owned());
        }
        self.cookie.check()
    }

    fn noting(mut self, call: &'static str) -> Self {
        if self.is_shared.get() {
            self.set_late.get_or_insert(call);
        }
        self
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
