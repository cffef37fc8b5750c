//! Tokens for programs, which travel in the `Authorization` header.

use std::sync::Arc;

use serde_json::{Map, Value};
use time::Duration;

use crate::error::Result;
use crate::keys::random_token;
use crate::manager::Now;
use crate::token::{Claims, Refusal, Signer};

/// Makes and checks access tokens. Cheap to clone.
///
/// ```
/// # use actix_login::{LoginManager, Refusal, SigningKey, TokenOptions, generate_key};
/// # let builder = LoginManager::<String>::builder(vec![SigningKey::parse(&generate_key())?]);
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
}

/// What [`AccessTokens::create`] puts into a token besides its subject.
///
/// ```
/// # use actix_login::{LoginManager, SigningKey, TokenOptions, generate_key};
/// # let builder = LoginManager::<String>::builder(vec![SigningKey::parse(&generate_key())?]);
/// # let tokens = builder.access_tokens();
/// let options = TokenOptions {
///     expires: Some(time::Duration::hours(2)),
///     scopes: vec!["notes:read".to_owned()],
///     ..TokenOptions::default()
/// };
/// let claims = tokens.verify(&tokens.create("ada", options)?)?;
/// assert_eq!((claims.exp - claims.iat, claims.scope.as_str()), (7200, "notes:read"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TokenOptions {
    /// The token's life, instead of the default.
    pub expires: Option<Duration>,
    /// What it is good for.
    pub scopes: Vec<String>,
    /// Further claims. They are signed, and anybody can read them. None is named like a member of
    /// [`Claims`]: a token that says one of those twice is refused.
    pub claims: Map<String, Value>,
}

impl AccessTokens {
    /// A signed token for `subject`.
    pub fn create(&self, subject: &str, options: TokenOptions) -> Result<String> {
        let lifetime = options.expires.unwrap_or(self.expiry).whole_seconds();
        let mut claims = self.signer.claims(subject, random_token(), (self.now)(), lifetime);
        claims.scope = options.scopes.join(" ");
        claims.extra = options.claims;
        self.signer.sign(&claims)
    }

    /// The claims of a token, if everything about it is right.
    pub fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        self.signer.verify(token, (self.now)())
    }

    /// The life of a token that names no other.
    pub fn expiry(&self) -> Duration {
        self.expiry
    }
}
