//! Tokens for programs, which travel in the `Authorization` header.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::error::{Error, Result};
use crate::keys::{Keys, random_token};
use crate::manager::{LoginManager, Now};
use crate::scopes::is_scope_name;
use crate::token::{Claims, NewToken, Refusal, Signer};

/// Makes and checks access tokens. Cheap to clone.
///
/// ```
/// # use actix_login::{LoginManager, Refusal, SigningKey, TokenOptions};
/// # let builder = LoginManager::<String>::builder(vec![SigningKey::random()]);
/// let tokens = builder.access_tokens();
/// let token = tokens.create("ada", TokenOptions::default())?;
/// assert_eq!(tokens.verify(&token)?.sub, "ada");
/// assert_eq!(tokens.verify("nonsense").err(), Some(Refusal::Malformed));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct AccessTokens {
    pub(crate) signer: Arc<Signer>,
    pub(crate) expiry: Duration,
    pub(crate) now: Now,
    /// The public keys; `None` where secret ones sign.
    pub(crate) jwks: Option<Arc<str>>,
}

/// What [`AccessTokens::create`] puts into a token besides its subject.
///
/// ```
/// # use std::time::Duration;
/// # use actix_login::{LoginManager, SigningKey, TokenOptions};
/// # let builder = LoginManager::<String>::builder(vec![SigningKey::random()]);
/// # let tokens = builder.access_tokens();
/// let options = TokenOptions::default()
///     .lifetime(Duration::from_secs(7200))
///     .scopes(["notes:read"])
///     .claim("tenant", 7);
/// let claims = tokens.verify(&tokens.create("ada", options)?)?;
/// assert_eq!((claims.exp - claims.iat, claims.scope.as_str()), (7200, "notes:read"));
/// assert_eq!(claims.get("tenant"), Some(7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TokenOptions {
    lifetime: Option<Duration>,
    scopes: Vec<String>,
    claims: Map<String, Value>,
    /// The claim that cannot be written.
    broken: Option<String>,
}

impl TokenOptions {
    /// The token's life in whole seconds, instead of the default.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = Some(lifetime);
        self
    }

    /// What it is good for: names as [`is_scope_name`] says.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    /// A claim of your own. It is signed, and anybody can read it. None is named like a member of
    /// [`Claims`].
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        let name = name.into();
        match serde_json::to_value(value) {
            Ok(value) => drop(self.claims.insert(name, value)),
            Err(_) => self.broken = Some(name),
        }
        self
    }
}

impl AccessTokens {
    pub(crate) fn new(signer: Signer, keys: &Keys, expiry: Duration, now: Now) -> Self {
        let jwks = match keys {
            Keys::Pairs(pairs) => {
                let keys: Vec<_> = pairs.iter().map(crate::KeyPair::jwk).collect();
                Some(json!({ "keys": keys }).to_string().into())
            }
            Keys::Secrets(_) => None,
        };
        Self { signer: Arc::new(signer), expiry, now, jwks }
    }

    /// A signed token for `subject`. What [`AccessTokens::verify`] would refuse is an error here: an
    /// empty subject, no time to live, a scope that is none, a claim of your own that is named like
    /// one of [`Claims`], more than 1024 bytes (2048 with an RSA key).
    pub fn create(&self, subject: &str, options: TokenOptions) -> Result<String> {
        let TokenOptions { lifetime, mut scopes, claims: extra, broken } = options;
        if let Some(name) = broken {
            return Err(Error::misuse(format!("no token is made: the claim {name} is no JSON")));
        }
        if let Some(scope) = scopes.iter().find(|scope| !is_scope_name(scope)) {
            return Err(Error::misuse(format!(
                "no token is made: {scope:?} is no scope; name each by itself, without spaces and quotes"
            )));
        }
        scopes.sort_unstable();
        scopes.dedup();
        let (scope, lifetime) = (scopes.join(" "), lifetime.unwrap_or(self.expiry));
        let new = NewToken { subject, id: random_token(), lifetime, scope, extra };
        self.signer.issue(new, (self.now)())
    }

    /// The claims of a token, if everything about it is right.
    pub fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        self.signer.verify(token, (self.now)())
    }

    /// Whether claims that were verified once are good now.
    pub(crate) fn is_in_time(&self, claims: &Claims) -> bool {
        self.signer.check(claims, (self.now)()).is_ok()
    }

    /// The life of a token that names no other.
    pub fn expiry(&self) -> Duration {
        self.expiry
    }

    /// The public keys, as other services read them (RFC 7517 section 5): JSON. `None` where secret keys
    /// sign. [`jwks`](crate::jwks) serves them.
    pub fn jwks(&self) -> Option<&str> {
        self.jwks.as_deref()
    }
}

/// The handler that serves the public keys of access tokens, at `/.well-known/jwks.json` as a rule, so
/// that other services can verify them: all that verify here. 404 where secret keys sign. Whoever
/// verifies may keep the answer for five minutes; so let a new key verify for longer than that, behind
/// the old one, before it signs.
///
/// ```
/// # use actix_login::jwks;
/// # use actix_web::{App, web};
/// let app = App::new().route("/.well-known/jwks.json", web::get().to(jwks::<String>));
/// # let _ = app.app_data(());
/// ```
pub async fn jwks<U: 'static>(logins: LoginManager<U>) -> HttpResponse {
    let Some(keys) = logins.jwks() else { return HttpResponse::NotFound().finish() };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/jwk-set+json"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(keys.to_owned())
}
