#![doc = include_str!("../README.md")]
//!
//! # From Python
//!
//! [Every name of FastAPI-Login and Flask-Login, and where it is here](mod@names).

mod access_tokens;
mod builder;
mod cache;
mod caller;
pub mod cookie;
mod credentials;
mod error;
mod guards;
mod identify;
mod key_pair;
mod keys;
mod manager;
pub mod next;
mod personal_token;
mod scopes;
mod session_cookie;
mod token;

#[cfg(doc)]
#[doc = include_str!("../NAMES.md")]
pub mod names {}

pub use access_tokens::{AccessTokens, TokenOptions, jwks};
pub use builder::Builder;
pub use caller::{Caller, Found, bearer, has_bearer};
pub use cookie::{CookieKind, Presented};
pub use credentials::Credentials;
pub use error::{Error, Result, SetUpError};
pub use guards::{AnyUser, ApiUser, CurrentUser, Optional, OptionalUser, Scoped};
pub use key_pair::KeyPair;
pub use keys::{
    Keys, SigningKey, generate_key, hash_token, parse_keys, random_bytes, random_token,
};
pub use manager::LoginManager;
pub use next::log_in_at;
pub use personal_token::{is_personal_token, personal_token};
pub use scopes::{RequiredScopes, Scope, ScopeInfo, Scopes, is_scope_name};
pub use session_cookie::SessionCookie;
pub use token::{Claims, Refusal, TokenKind};
