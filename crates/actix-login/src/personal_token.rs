//! The text of tokens that people make for their own programs.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};

use crate::keys::random_token;

/// A new token for a person's own program: `prefix`, 32 random bytes and a checksum, so that secret
/// scanners know one when they see it. Store its [`hash_token`](crate::hash_token).
///
/// ```
/// let token = actix_login::personal_token("shop");
/// assert!(token.starts_with("shop_"));
/// assert!(actix_login::is_personal_token("shop", &token));
/// assert!(!actix_login::is_personal_token("shop", &token[1..]));
/// ```
pub fn personal_token(prefix: &str) -> String {
    let body = format!("{prefix}_{}", random_token());
    format!("{body}{}", checksum(&body))
}

/// Whether it can be such a token; a mistyped one costs no query.
pub fn is_personal_token(prefix: &str, token: &str) -> bool {
    let Some((body, sum)) = token.split_at_checked(token.len().saturating_sub(4)) else {
        return false;
    };
    body.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('_')) && checksum(body) == sum
}

fn checksum(body: &str) -> String {
    BASE64.encode(&Sha256::digest(body)[..3])
}
