//! [`LoginManager`]: issues and checks tokens, sets and clears the cookie, loads the user.

use std::future::Future;
use std::rc::Rc;

use actix_web::cookie::Cookie;
use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use futures_util::future::{BoxFuture, FutureExt};
use time::Duration;

use crate::auth::token::{Claims, Kind, Signer};
use crate::clock::Clock;
use crate::cookie::{CookieKind, Presented};
use crate::error::Result;
use crate::keys::{SigningKey, random_token};

type UserLoader<U> = Box<dyn Fn(Claims) -> BoxFuture<'static, Result<Option<U>>> + Send + Sync>;

/// What the manager needs to know. See [`LoginManager::new`].
pub struct Settings {
    /// The first key signs, all verify. See [`crate::keys`].
    pub keys: Vec<SigningKey>,
    /// Who issues the tokens: the public address.
    pub issuer: String,
    /// The cookie that carries the session's token.
    pub cookie: CookieKind,
    /// The life of an access token that names no other.
    pub default_expiry: Duration,
    /// Where a client gets a token.
    pub token_url: String,
    /// What time it is.
    pub clock: Clock,
}

/// The one object that knows how people are recognised. `U` is what its user loader returns and
/// what the guards hand to the handlers.
pub struct LoginManager<U> {
    settings: Settings,
    sessions: Signer,
    access: Signer,
    load_user: UserLoader<U>,
}

/// What is known about the caller of one request.
pub enum Caller<U> {
    /// Nobody is logged in. `stale` when a cookie came along that logs nobody in.
    Anonymous {
        /// Whether to end the cookie.
        stale: bool,
    },
    /// Somebody is, and this is what their token said.
    LoggedIn {
        /// What the user loader returned.
        user: Rc<U>,
        /// The token's claims.
        claims: Claims,
    },
}

impl<U: 'static> Caller<U> {
    /// What [`crate::auth::guard::identify`] found out about the request's caller.
    pub fn of(req: &HttpRequest) -> Option<Rc<Self>> {
        req.extensions().get::<Rc<Self>>().cloned()
    }
}

impl<U> LoginManager<U> {
    /// Builds the manager. `load_user` finds the user whom a token's claims name, or nobody. The
    /// error is a sentence for the operator.
    pub fn new<F, Fut>(settings: Settings, load_user: F) -> Result<Self, String>
    where
        F: Fn(Claims) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Option<U>>> + Send + 'static,
    {
        let sessions = Signer::new(Kind::Session, &settings.issuer, &settings.keys);
        let access = Signer::new(Kind::Access, &settings.issuer, &settings.keys);
        let load_user: UserLoader<U> = Box::new(move |claims| load_user(claims).boxed());
        let manager = Self { settings, sessions, access, load_user };
        manager.prove()?;
        Ok(manager)
    }

    /// Signs a token and verifies it, because the library finds out that it was built without
    /// cryptography only at the first token.
    fn prove(&self) -> Result<(), String> {
        let token = self.create_session_token("0", random_token(), Duration::MINUTE);
        let token = token.map_err(|e| e.to_string())?;
        let now = self.settings.clock.timestamp();
        self.sessions.verify(&token, now).map_err(|e| format!("the token check failed: {e}"))?;
        Ok(())
    }

    /// A signed access token for `subject`. `expires` replaces the default life.
    pub fn create_access_token(&self, subject: &str, expires: Option<Duration>) -> Result<String> {
        let lifetime = expires.unwrap_or(self.settings.default_expiry).whole_seconds();
        let now = self.settings.clock.timestamp();
        self.access.sign(&self.access.claims(subject, random_token(), now, lifetime))
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

    /// The claims in the request's session cookie, if everything about them is right.
    pub fn session_claims(&self, req: &HttpRequest) -> Option<Claims> {
        let Presented::One(token) = self.session_cookie(req) else { return None };
        match self.sessions.verify(&token, self.settings.clock.timestamp()) {
            Ok(claims) => Some(claims),
            Err(reason) => {
                log::debug!("session token refused: {reason}");
                None
            }
        }
    }

    /// Who sends credentials in the header means those: otherwise a request could pass as an API
    /// call, which needs no check of its origin, and be logged in by the cookie.
    fn session_cookie(&self, req: &HttpRequest) -> Presented {
        if req.headers().contains_key(header::AUTHORIZATION) {
            return Presented::Nothing;
        }
        self.settings.cookie.read(req)
    }

    /// Finds out who is calling. A failing user loader is an error, never an anonymous caller.
    pub async fn identify(&self, req: &HttpRequest) -> Result<Caller<U>> {
        if let Some(claims) = self.session_claims(req)
            && let Some(user) = (self.load_user)(claims.clone()).await?
        {
            return Ok(Caller::LoggedIn { user: Rc::new(user), claims });
        }
        Ok(Caller::Anonymous { stale: self.session_cookie(req) != Presented::Nothing })
    }
}
