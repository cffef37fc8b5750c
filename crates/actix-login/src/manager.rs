//! [`LoginManager`]: issues and checks tokens, sets and clears the cookie, loads the user.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::cookie::Cookie;
use actix_web::{HttpRequest, HttpResponse};
use futures_util::future::LocalBoxFuture;
use time::Duration;

use crate::access_tokens::{AccessTokens, TokenOptions};
use crate::builder::Builder;
use crate::caller::{Caller, bearer};
use crate::cookie::Presented;
use crate::error::Result;
use crate::keys::{SigningKey, random_token};
use crate::session_cookie::SessionCookie;
use crate::token::{Claims, Refusal};

/// What time it is, in seconds since 1970 (RFC 7519 section 2, `NumericDate`).
pub(crate) type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

type Answer<T> = LocalBoxFuture<'static, actix_web::Result<Option<T>>>;
pub(crate) type UserLoader<U> = Box<dyn Fn(Claims) -> Answer<U> + Send + Sync>;
pub(crate) type RequestLoader<U> =
    Box<dyn Fn(HttpRequest) -> Answer<(U, Vec<String>)> + Send + Sync>;
pub(crate) type ScopeFilter<U> = Box<dyn Fn(&U, &str) -> bool + Send + Sync>;

/// The one object that knows how people are recognised. `U` is what its user loader returns and
/// what the guards hand to the handlers.
///
/// ```
/// # use std::future::ready;
/// # use actix_login::{LoginManager, SigningKey, TokenOptions, generate_key};
/// struct User(String);
///
/// let manager = LoginManager::builder(vec![SigningKey::parse(&generate_key())?])
///     .user_loader(|claims| ready(Ok((claims.sub == "ada").then(|| User("Ada".to_owned())))))
///     .build()?;
/// let token = manager.create_access_token("ada", TokenOptions::default())?;
/// assert_eq!(manager.verify_access_token(&token)?.sub, "ada");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LoginManager<U> {
    pub(crate) cookie: SessionCookie,
    pub(crate) access: AccessTokens,
    pub(crate) use_cookie: bool,
    pub(crate) use_header: bool,
    pub(crate) token_url: String,
    pub(crate) load_user: UserLoader<U>,
    pub(crate) load_request: Option<RequestLoader<U>>,
    pub(crate) may_hold: ScopeFilter<U>,
}

impl<U: 'static> LoginManager<U> {
    /// Begins with the keys that sign sessions and, unless [`Builder::access_keys`] names others,
    /// access tokens. The first signs, all verify.
    pub fn builder(keys: Vec<SigningKey>) -> Builder<U> {
        Builder::new(keys)
    }

    /// A signed access token for `subject`.
    pub fn create_access_token(&self, subject: &str, options: TokenOptions) -> Result<String> {
        self.access.create(subject, options)
    }

    /// A signed token for the cookie: `id` is the session's secret.
    pub fn create_session_token(
        &self, subject: &str, id: String, lifetime: Duration,
    ) -> Result<String> {
        self.cookie.create_token(subject, id, lifetime)
    }

    /// The cookie with `token`. Without `max_age` it ends with the browser.
    pub fn cookie(&self, token: &str, max_age: Option<Duration>) -> Cookie<'static> {
        self.cookie.with(token, max_age)
    }

    /// Puts `token` into the response's cookie. Without `max_age` it ends with the browser.
    pub fn set_cookie<B>(
        &self, response: &mut HttpResponse<B>, token: &str, max_age: Option<Duration>,
    ) -> Result<()> {
        Ok(response.add_cookie(&self.cookie(token, max_age))?)
    }

    /// Ends the cookie.
    pub fn clear_cookie<B>(&self, response: &mut HttpResponse<B>) -> Result<()> {
        Ok(response.add_cookie(&self.cookie.expired())?)
    }

    /// Where a client gets a token.
    pub fn token_url(&self) -> &str {
        &self.token_url
    }

    /// The life of an access token that names no other.
    pub fn default_expiry(&self) -> Duration {
        self.access.expiry()
    }

    /// The claims of an access token, if everything about it is right.
    pub fn verify_access_token(&self, token: &str) -> Result<Claims, Refusal> {
        self.access.verify(token)
    }

    /// Finds out who is calling: by the cookie, by a token in the header, or by the request
    /// loader. A failing loader is an error, never an anonymous caller.
    pub async fn identify(&self, req: &HttpRequest) -> actix_web::Result<Caller<U>> {
        if let Some(claims) = self.cookie.claims(req).filter(|_| self.use_cookie) {
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
        if let Some(load) = &self.load_request
            && let Some((user, scopes)) = load(req.clone()).await?
        {
            return Ok(self.token_caller(user, scopes));
        }
        let has_cookie = self.use_cookie && self.cookie.read(req) != Presented::Nothing;
        Ok(Caller::Anonymous { stale: has_cookie })
    }

    fn access_claims(&self, req: &HttpRequest) -> Option<Claims> {
        let token = bearer(req).filter(|_| self.use_header)?;
        let verified = self.verify_access_token(token);
        verified.inspect_err(|reason| log::debug!("access token refused: {reason}")).ok()
    }

    /// A token never holds more than its user may today.
    fn token_caller(&self, user: U, mut scopes: Vec<String>) -> Caller<U> {
        scopes.retain(|scope| (self.may_hold)(&user, scope));
        Caller::Token { user: Rc::new(user), scopes }
    }

    /// Signs a token of each kind and verifies it, because the library finds out that it was built
    /// without cryptography, or with a key that does not fit, only at the first token.
    pub(crate) fn prove(&self) -> Result<(), String> {
        let broken = |e: &dyn std::fmt::Display| format!("Tokens cannot be signed: {e}.");
        let session = self.create_session_token("0", random_token(), Duration::MINUTE);
        let session = session.map_err(|e| broken(&e))?;
        self.cookie.signer.verify(&session, (self.cookie.now)()).map_err(|e| broken(&e))?;
        // As long as they get: a key whose signatures make every token too long is no use.
        let mut options = TokenOptions { scopes: vec!["x".repeat(100)], ..TokenOptions::default() };
        options.claims.insert("sid".to_owned(), random_token().into());
        let access = self.create_access_token("0", options).map_err(|e| broken(&e))?;
        self.verify_access_token(&access).map_err(|e| broken(&e)).map(drop)
    }
}
