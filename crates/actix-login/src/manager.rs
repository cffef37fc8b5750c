//! [`LoginManager`]: issues and checks tokens, sets and clears the cookie, loads the user.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use actix_web::cookie::Cookie;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;

use crate::access_tokens::{AccessTokens, TokenOptions};
use crate::builder::Builder;
use crate::cache::Keep;
use crate::caller::{Caller, Found, bearer};
use crate::cookie::Presented;
use crate::error::Result;
use crate::keys::{SigningKey, random_token};
use crate::session_cookie::SessionCookie;
use crate::token::{Claims, Refusal};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What time it is, in seconds since 1970 (RFC 7519 section 2, `NumericDate`).
pub(crate) type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

type Answer<T> = LocalBoxFuture<'static, actix_web::Result<Option<T>>>;
pub(crate) type UserLoader<U> = Box<dyn Fn(Claims) -> Answer<U> + Send + Sync>;
pub(crate) type RequestLoader<U> = Box<dyn Fn(HttpRequest) -> Answer<Found<U>> + Send + Sync>;
pub(crate) type ScopeFilter<U> = Box<dyn Fn(&U, &str) -> bool + Send + Sync>;
pub(crate) type Listener<U> = Box<dyn Fn(&HttpRequest, &Caller<U>) + Send + Sync>;

/// The one object that knows how people are recognised. `U` is what its loaders return and what the
/// guards hand to the handlers. Cheap to clone: the threads share it.
///
/// ```
/// # use std::future::ready;
/// # use actix_login::{LoginManager, SigningKey, TokenOptions};
/// struct User(String);
///
/// let manager = LoginManager::builder(vec![SigningKey::random()])
///     .user_loader(|claims| ready(Ok((claims.sub == "ada").then(|| User("Ada".to_owned())))))
///     .build()?;
/// let token = manager.create_access_token("ada", TokenOptions::default())?;
/// assert_eq!(manager.verify_access_token(&token)?.sub, "ada");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LoginManager<U>(pub(crate) Arc<Parts<U>>);

pub(crate) struct Parts<U> {
    pub(crate) cookie: SessionCookie,
    pub(crate) access: AccessTokens,
    pub(crate) token_url: String,
    pub(crate) load_user: Option<UserLoader<U>>,
    pub(crate) load_request: Option<RequestLoader<U>>,
    pub(crate) may_hold: ScopeFilter<U>,
    pub(crate) listeners: Vec<Listener<U>>,
    pub(crate) cache: Option<Box<dyn Keep<U> + Send + Sync>>,
}

impl<U> fmt::Debug for LoginManager<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginManager").field("cookie", &self.0.cookie).finish_non_exhaustive()
    }
}

impl<U> Clone for LoginManager<U> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<U: 'static> LoginManager<U> {
    /// Begins with the keys that sign sessions and, unless [`Builder::access_keys`] names others,
    /// access tokens. The first signs, all verify.
    ///
    /// Two managers with the same keys and the same issuer take each other's tokens: customer 7 would be
    /// clerk 7. Each needs keys of its own, and a cookie of another name.
    pub fn builder(keys: Vec<SigningKey>) -> Builder<U> {
        Builder::new(keys)
    }

    /// Logs somebody in: the cookie to be added to the answer. It ends with the browser, and after a
    /// day in any case (NIST SP 800-63B-4, AAL2). For a table of sessions, which wants the id that
    /// is drawn here, see [`LoginManager::create_session_token`].
    pub fn log_in(&self, subject: &str) -> Result<Cookie<'static>> {
        self.log_in_for(subject, DAY)
    }

    /// The same for another time.
    pub fn log_in_for(&self, subject: &str, lifetime: Duration) -> Result<Cookie<'static>> {
        Ok(self.cookie(&self.create_session_token(subject, random_token(), lifetime)?, None))
    }

    /// The same, and the cookie stays when the browser is closed: "remember me".
    pub fn remember(&self, subject: &str, lifetime: Duration) -> Result<Cookie<'static>> {
        let token = self.create_session_token(subject, random_token(), lifetime)?;
        Ok(self.cookie(&token, Some(lifetime)))
    }

    /// Logs out: the cookie to be added to the answer, which ends the one that is there.
    pub fn log_out(&self) -> Cookie<'static> {
        self.0.cookie.expired()
    }

    /// A signed access token for `subject`. What would be refused is not made: see
    /// [`AccessTokens::create`].
    pub fn create_access_token(&self, subject: &str, options: TokenOptions) -> Result<String> {
        self.0.access.create(subject, options)
    }

    /// A signed token for the cookie: `id` is the session's secret.
    pub fn create_session_token(
        &self, subject: &str, id: String, lifetime: Duration,
    ) -> Result<String> {
        self.0.cookie.create_token(subject, id, lifetime)
    }

    /// The cookie with `token`. Without `max_age` it ends with the browser.
    pub fn cookie(&self, token: &str, max_age: Option<Duration>) -> Cookie<'static> {
        self.0.cookie.with(token, max_age)
    }

    /// Puts `token` into the response's cookie. Without `max_age` it ends with the browser.
    pub fn set_cookie<B>(
        &self, response: &mut HttpResponse<B>, token: &str, max_age: Option<Duration>,
    ) -> Result<()> {
        Ok(response.add_cookie(&self.cookie(token, max_age))?)
    }

    /// Ends the cookie.
    pub fn clear_cookie<B>(&self, response: &mut HttpResponse<B>) -> Result<()> {
        Ok(response.add_cookie(&self.log_out())?)
    }

    /// The cookie's full name.
    pub fn cookie_name(&self) -> &str {
        &self.0.cookie.kind.name
    }

    /// Where a client gets a token.
    pub fn token_url(&self) -> &str {
        &self.0.token_url
    }

    /// The life of an access token that names no other.
    pub fn default_expiry(&self) -> Duration {
        self.0.access.expiry()
    }

    /// The claims of an access token, if everything about it is right.
    pub fn verify_access_token(&self, token: &str) -> Result<Claims, Refusal> {
        self.0.access.verify(token)
    }

    /// The public keys of access tokens: see [`AccessTokens::jwks`].
    pub fn jwks(&self) -> Option<&str> {
        self.0.access.jwks()
    }

    /// The user of an access token that comes by another way than a request: in a queue's message, or
    /// the first one of a socket. `None` when the token or its user is not good.
    pub async fn user_of(&self, token: &str) -> actix_web::Result<Option<U>> {
        Ok(self.program(token).await?.map(|(user, ..)| user))
    }

    /// Whether an access token is good, and holds all of these scopes, and its user may hold them today.
    pub async fn has_scopes(&self, token: &str, scopes: &[&str]) -> actix_web::Result<bool> {
        let Some((_, held, _)) = self.program(token).await? else { return Ok(false) };
        Ok(scopes.iter().all(|scope| held.iter().any(|held| held == scope)))
    }

    pub(crate) fn reads_header(&self) -> bool {
        self.0.cookie.gives_way
    }

    /// Whether both are one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Finds out who is calling: by the cookie, by a token in the header, or by the request
    /// loader. A failing loader is an error, never an anonymous caller.
    pub async fn caller_of(&self, req: &HttpRequest) -> actix_web::Result<Arc<Caller<U>>> {
        let caller = self.recognise(req).await?;
        self.0.listeners.iter().for_each(|hear| hear(req, &caller));
        Ok(caller)
    }

    async fn recognise(&self, req: &HttpRequest) -> actix_web::Result<Arc<Caller<U>>> {
        let presented = self.0.cookie.read(req);
        let cookie = presented.value();
        let header = bearer(req).filter(|_| self.reads_header());
        // Of whoever brings nothing, nothing is known.
        let version = cookie.or(header).and_then(|_| self.0.cache.as_ref()?.version());
        if let Some(known) = self.known(cookie, header, version) {
            return Ok(known);
        }
        let session = cookie.and_then(|token| self.0.cookie.verify(token));
        // Ours once, if its user is gone: another tab may just have got the next one, which must not be
        // ended.
        let stale = session.is_none() && presented != Presented::Nothing;
        if let (Some(claims), Some(token)) = (session, cookie)
            && let Some(user) = self.load(claims.clone()).await?
        {
            return Ok(self.keep(token, version, Caller::person(user, Some(claims))));
        }
        if let Some(token) = header
            && let Some((user, scopes, claims)) = self.program(token).await?
        {
            return Ok(self.keep(token, version, Caller::program(user, scopes, Some(claims))));
        }
        let Some(load) = &self.0.load_request else { return Ok(Caller::nobody(stale)) };
        Ok(match load(req.clone()).await? {
            Some(Found::Person(user)) => Caller::person(user, None),
            Some(Found::Program(user, scopes)) => {
                let scopes = self.held(&user, scopes);
                Caller::program(user, scopes, None)
            }
            None => Caller::nobody(stale),
        })
    }

    /// Who came with this token before, if all that was read then is unchanged and its time is not up. A
    /// token counts where its kind does: a session's that comes in the header is nobody's, known or not.
    fn known(
        &self, cookie: Option<&str>, header: Option<&str>, version: Option<i64>,
    ) -> Option<Arc<Caller<U>>> {
        let known = self.0.cache.as_ref()?.get(cookie.or(header)?, version?)?;
        let counts = match (&*known, cookie) {
            (Caller::Person { claims: Some(claims), .. }, Some(_)) => {
                self.0.cookie.is_in_time(claims)
            }
            (Caller::Program { claims: Some(claims), .. }, None) => {
                self.0.access.is_in_time(claims)
            }
            _ => false,
        };
        counts.then_some(known)
    }

    fn keep(&self, token: &str, version: Option<i64>, caller: Arc<Caller<U>>) -> Arc<Caller<U>> {
        if let (Some(cache), Some(version)) = (&self.0.cache, version) {
            cache.put(token, version, &caller);
        }
        caller
    }

    async fn load(&self, claims: Claims) -> actix_web::Result<Option<U>> {
        match &self.0.load_user {
            Some(load) => load(claims).await,
            None => Ok(None),
        }
    }

    /// The user of an access token, and what it is good for.
    async fn program(&self, token: &str) -> actix_web::Result<Option<(U, Vec<String>, Claims)>> {
        let verified = self.verify_access_token(token);
        let verified = verified.inspect_err(|why| log::debug!("access token refused: {why}")).ok();
        let Some(claims) = verified else { return Ok(None) };
        let Some(user) = self.load(claims.clone()).await? else { return Ok(None) };
        let scopes = claims.scope.split_ascii_whitespace().map(str::to_owned).collect();
        let held = self.held(&user, scopes);
        Ok(Some((user, held, claims)))
    }

    /// A token never holds more than its user may today.
    fn held(&self, user: &U, mut scopes: Vec<String>) -> Vec<String> {
        scopes.retain(|scope| (self.0.may_hold)(user, scope));
        scopes
    }

    /// Signs a token of each kind and verifies it, because the token library finds out that it was built
    /// without cryptography, or with a key that does not fit, only at the first token.
    pub(crate) fn prove(&self) -> Result<(), String> {
        if self.0.load_user.is_none() {
            return Ok(()); // No token is looked at.
        }
        let broken = |e: &dyn fmt::Display| format!("Tokens cannot be signed: {e}.");
        let minute = Duration::from_secs(60);
        let session = self.create_session_token("0", random_token(), minute);
        let session = session.map_err(|e| broken(&e))?;
        self.0.cookie.signer.verify(&session, (self.0.cookie.now)()).map_err(|e| broken(&e))?;
        // As long as they get: a key whose signatures make every token too long is no use.
        let options =
            TokenOptions::default().scopes(["x".repeat(100)]).claim("sid", random_token());
        let access = self.create_access_token("0", options).map_err(|e| broken(&e))?;
        self.verify_access_token(&access).map_err(|e| broken(&e)).map(drop)
    }
}
