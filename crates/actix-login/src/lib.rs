//! Log-in for Actix Web. A [`LoginManager`] issues and checks JSON Web Tokens and finds the user whom
//! one names; the middleware [`identify`] asks it once for each request; a handler asks for a guard
//! ([`CurrentUser`], [`OptionalUser`], [`ApiUser`], [`Scoped`]) as an argument, and runs only for those
//! whom it lets in. Whoever is not let in is an [`Error`], which the application answers as it likes.
//!
//! `U`, in all of them, is what the application's user loader returns.
//!
//! The README has a quick start; `examples/quickstart.rs` is one to run.

mod access_tokens;
mod builder;
mod caller;
pub mod cookie;
mod error;
mod guards;
mod key_pair;
mod keys;
mod manager;
mod personal_token;
mod scopes;
mod session_cookie;
mod token;

pub use access_tokens::{AccessTokens, TokenOptions};
pub use builder::Builder;
pub use caller::{Caller, bearer};
pub use cookie::{CookieKind, Presented};
pub use error::{Error, Result};
pub use guards::{ApiUser, CurrentUser, OptionalUser, Scoped, identify};
pub use key_pair::KeyPair;
pub use keys::{Keys, SigningKey, generate_key, hash_token, parse_keys, random_token};
pub use manager::LoginManager;
pub use personal_token::{is_personal_token, personal_token};
pub use scopes::{Scope, ScopeInfo, Scopes};
pub use session_cookie::SessionCookie;
pub use token::{Claims, Kind, Refusal};

/// The code in the README is compiled, so that it stays true.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
