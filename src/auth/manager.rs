//! [`LoginManager`]: issues and checks tokens, sets and clears the cookie, loads the user.

use std::future::Future;
use std::rc::Rc;

use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use futures_util::future::{FutureExt, LocalBoxFuture};
use serde_json::{Map, Value};
use time::Duration;

use crate::auth::token::{Claims, Keys, Kind, Refusal, Signer};
use crate::clock::Clock;
use crate::cookie::{CookieKind, Presented};
use crate::error::{Error, Result};
use crate::keys::{SigningKey, random_token};

type Answer<T> = LocalBoxFuture<'static, Result<Option<T>>>;
type UserLoader<U> = Box<dyn Fn(Claims) -> Answer<U> + Send + Sync>;
type RequestLoader<U> = Box<dyn Fn(HttpRequest) -> Answer<(U, Vec<String>)> + Send + Sync>;
type ScopeFilter<U> = Box<dyn Fn(&U, &str) -> bool + Send + Sync>;

/// The one object that knows how people are recognised. `U` is what its user loader returns and
/// what the guards hand to the handlers.
pub struct LoginManager<U> {
    sessions: Signer,
    access: Signer,
    load_user: UserLoader<U>,
    settings: Settings<U>,
}

/// The settings of a [`LoginManager`], one call each; [`Builder::build`] checks them.
pub struct Builder<U> {
    session_keys: Keys,
    access_keys: Keys,
    issuer: String,
    load_user: Option<UserLoader<U>>,
    settings: Settings<U>,
}

/// What a manager takes over from its builder as it is.
struct Settings<U> {
    cookie: CookieKind,
    use_cookie: bool,
    use_header: bool,
    default_expiry: Duration,
    token_url: String,
    clock: Clock,
    load_request: Option<RequestLoader<U>>,
    may_hold: ScopeFilter<U>,
}

/// What is known about the caller of one request.
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
    /// What [`crate::auth::guard::identify`] found out about the request's caller.
    pub fn of(req: &HttpRequest) -> Option<Rc<Self>> {
        req.extensions().get::<Rc<Self>>().cloned()
    }

    /// Whether the caller's token holds the scope.
    pub fn holds(&self, scope: &str) -> bool {
        matches!(self, Self::Token { scopes, .. } if scopes.iter().any(|held| held == scope))
    }
}

/// What [`LoginManager::create_access_token`] puts into a token besides its subject.
#[derive(Clone, Debug, Default)]
pub struct TokenOptions {
    /// The token's life, instead of the manager's default.
    pub expires: Option<Duration>,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// Further claims. They are signed, and anybody can read them.
    pub claims: Map<String, Value>,
}

impl<U: 'static> LoginManager<U> {
    /// Begins with the keys that sign sessions and, unless [`Builder::access_keys`] names others,
    /// access tokens. The first signs, all verify.
    pub fn builder(keys: Vec<SigningKey>) -> Builder<U> {
        let settings = Settings {
            cookie: CookieKind { name: "__Host-session".to_owned(), secure: true },
            use_cookie: true,
            use_header: true,
            default_expiry: Duration::minutes(15),
            token_url: "/auth/token".to_owned(),
            clock: Clock::System,
            load_request: None,
            may_hold: Box::new(|_, _| true),
        };
        Builder {
            session_keys: Keys::Secrets(keys.clone()),
            access_keys: Keys::Secrets(keys),
            issuer: "http://localhost:8080".to_owned(),
            load_user: None,
            settings,
        }
    }

    /// A signed access token for `subject`.
    pub fn create_access_token(&self, subject: &str, options: TokenOptions) -> Result<String> {
        let lifetime = options.expires.unwrap_or(self.settings.default_expiry).whole_seconds();
        let now = self.settings.clock.timestamp();
        let mut claims = self.access.claims(subject, random_token(), now, lifetime);
        claims.scope = options.scopes.join(" ");
        claims.extra = options.claims;
        self.access.sign(&claims)
    }

    /// A signed token for the cookie: `id` is the session's secret.
    pub fn create_session_token(
        &self,
        subject: &str,
        id: String,
        lifetime: Duration,
    ) -> Result<String> {
        let now = self.settings.clock.timestamp();
        self.sessions.sign(&self.sessions.claims(subject, id, now, lifetime.whole_seconds()))
    }

    /// The cookie with `token`. Without `max_age` it ends with the browser.
    pub fn cookie(&self, token: &str, max_age: Option<Duration>) -> Cookie<'static> {
        self.settings.cookie.with(token, max_age)
    }

    /// Puts `token` into the response's cookie. Without `max_age` it ends with the browser.
    pub fn set_cookie<B>(
        &self,
        response: &mut HttpResponse<B>,
        token: &str,
        max_age: Option<Duration>,
    ) -> Result<()> {
        Ok(response.add_cookie(&self.cookie(token, max_age))?)
    }

    /// Ends the cookie.
    pub fn clear_cookie<B>(&self, response: &mut HttpResponse<B>) -> Result<()> {
        Ok(response.add_cookie(&self.settings.cookie.expired())?)
    }

    /// Where a client gets a token.
    pub fn token_url(&self) -> &str {
        &self.settings.token_url
    }

    /// The life of an access token that names no other.
    pub fn default_expiry(&self) -> Duration {
        self.settings.default_expiry
    }

    /// The claims of an access token, if everything about it is right.
    pub fn verify_access_token(&self, token: &str) -> Result<Claims, Refusal> {
        self.access.verify(token, self.settings.clock.timestamp())
    }

    /// The claims in the request's session cookie, if everything about them is right.
    pub fn session_claims(&self, req: &HttpRequest) -> Option<Claims> {
        let Presented::One(token) = self.session_cookie(req) else { return None };
        let verified = self.sessions.verify(&token, self.settings.clock.timestamp());
        verified.inspect_err(|reason| log::debug!("session token refused: {reason}")).ok()
    }

    /// The subject that the session cookie names, even if the session is over: whose it was. For
    /// keeping what was typed in it from others; it lets nobody in.
    pub fn last_user(&self, req: &HttpRequest) -> Option<String> {
        let Presented::One(token) = self.session_cookie(req) else { return None };
        self.sessions.subject(&token)
    }

    /// Who sends credentials in the header means those: otherwise a request could pass as an API
    /// call, which needs no check of its origin, and be logged in by the cookie.
    fn session_cookie(&self, req: &HttpRequest) -> Presented {
        if !self.settings.use_cookie || req.headers().contains_key(header::AUTHORIZATION) {
            return Presented::Nothing;
        }
        self.settings.cookie.read(req)
    }

    fn access_claims(&self, req: &HttpRequest) -> Option<Claims> {
        let token = bearer(req).filter(|_| self.settings.use_header)?;
        let verified = self.verify_access_token(token);
        verified.inspect_err(|reason| log::debug!("access token refused: {reason}")).ok()
    }

    /// Finds out who is calling: by the cookie, by a token in the header, or by the request
    /// loader. A failing loader is an error, never an anonymous caller.
    pub async fn identify(&self, req: &HttpRequest) -> Result<Caller<U>> {
        if let Some(claims) = self.session_claims(req) {
            return Ok(match (self.load_user)(claims.clone()).await? {
                Some(user) => Caller::Session { user: Rc::new(user), claims },
                // Ours once: another tab may just have got the next one, which must not be ended.
                None => Caller::Anonymous { stale: false },
            });
        }
        if let Some(claims) = self.access_claims(req) {
            let scopes = claims.scope.split_ascii_whitespace().map(str::to_owned).collect();
            if let Some(user) = (self.load_user)(claims).await? {
                return Ok(self.token_caller(user, scopes));
            }
        }
        if let Some(load) = &self.settings.load_request
            && let Some((user, scopes)) = load(req.clone()).await?
        {
            return Ok(self.token_caller(user, scopes));
        }
        Ok(Caller::Anonymous { stale: self.session_cookie(req) != Presented::Nothing })
    }

    /// A token never holds more than its user may today.
    fn token_caller(&self, user: U, mut scopes: Vec<String>) -> Caller<U> {
        scopes.retain(|scope| (self.settings.may_hold)(&user, scope));
        Caller::Token { user: Rc::new(user), scopes }
    }
}

impl<U: 'static> Builder<U> {
    /// Finds the user whom a token's claims name, or nobody; sync functions use
    /// `std::future::ready`.
    #[must_use]
    pub fn user_loader<F, Fut>(mut self, load: F) -> Self
    where
        F: Fn(Claims) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Option<U>>> + 'static,
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
        Fut: Future<Output = Result<Option<(U, Vec<String>)>>> + 'static,
    {
        self.settings.load_request = Some(Box::new(move |req| load(req).boxed_local()));
        self
    }

    /// Whether a token of this user may hold a scope; asked at each request.
    #[must_use]
    pub fn scopes(mut self, may_hold: impl Fn(&U, &str) -> bool + Send + Sync + 'static) -> Self {
        self.settings.may_hold = Box::new(may_hold);
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
        self.settings.cookie = cookie;
        self
    }

    /// Whether the cookie is looked at.
    #[must_use]
    pub fn use_cookie(mut self, on: bool) -> Self {
        self.settings.use_cookie = on;
        self
    }

    /// Whether the `Authorization` header is looked at.
    #[must_use]
    pub fn use_header(mut self, on: bool) -> Self {
        self.settings.use_header = on;
        self
    }

    /// The life of an access token that names no other.
    #[must_use]
    pub fn default_expiry(mut self, expiry: Duration) -> Self {
        self.settings.default_expiry = expiry;
        self
    }

    /// Where a client gets a token.
    #[must_use]
    pub fn token_url(mut self, url: impl Into<String>) -> Self {
        self.settings.token_url = url.into();
        self
    }

    /// What time it is.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.settings.clock = clock;
        self
    }

    /// Checks the settings. The error is a sentence for the operator.
    pub fn build(self) -> Result<LoginManager<U>, String> {
        let load_user = self.load_user.ok_or("The LoginManager needs a user_loader.")?;
        if !self.settings.use_cookie && !self.settings.use_header {
            return Err("The LoginManager must look at the cookie, the header or both.".to_owned());
        }
        let manager = LoginManager {
            sessions: Signer::new(Kind::Session, &self.issuer, &self.session_keys),
            access: Signer::new(Kind::Access, &self.issuer, &self.access_keys),
            load_user,
            settings: self.settings,
        };
        manager.prove()?;
        Ok(manager)
    }
}

impl<U: 'static> LoginManager<U> {
    /// Signs a token of each kind and verifies it, because the library finds out that it was built
    /// without cryptography, or with a key that does not fit, only at the first token.
    fn prove(&self) -> Result<(), String> {
        let broken = |e: &dyn std::fmt::Display| format!("Tokens cannot be signed: {e}.");
        let now = self.settings.clock.timestamp();
        for signer in [&self.sessions, &self.access] {
            let mut claims = signer.claims("0", random_token(), now, 60);
            // As long as they get: a key whose signatures make every token too long is no use.
            if claims.kind() == Kind::Access {
                claims.scope = "x".repeat(100);
                claims.extra.insert("sid".to_owned(), random_token().into());
            }
            let token = signer.sign(&claims);
            let token = token.map_err(|e: Error| broken(&e))?;
            signer.verify(&token, now).map_err(|e| broken(&e))?;
        }
        Ok(())
    }
}

/// The token of an `Authorization: Bearer …` header (RFC 6750 section 2.1).
pub fn bearer(req: &HttpRequest) -> Option<&str> {
    let mut values = req.headers().get_all(header::AUTHORIZATION);
    let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
