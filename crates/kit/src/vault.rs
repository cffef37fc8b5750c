//! Secrets that rest in the database and have to be read again: encrypted (XChaCha20-Poly1305) with a key that is
//! not there. Whoever steals a copy of the database has none of them.

use std::fmt;

use actix_login::SigningKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::error::{Error, Result};

const NONCE_BYTES: usize = 24;

/// Encrypts with a key for one purpose alone. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    keys: Vec<[u8; 32]>,
    purpose: &'static str,
}

impl fmt::Debug for Vault {
    /// Without the keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({})", self.purpose)
    }
}

/// A secret, and whether a key closed it that is not the newest.
pub struct Opened {
    /// What was closed.
    pub secret: Vec<u8>,
    /// Whether to close it again: its key may be taken out one day.
    pub is_old: bool,
}

impl Vault {
    /// The first key closes, all open.
    pub fn new(keys: &[SigningKey], purpose: &'static str) -> Self {
        Self { keys: keys.iter().map(|key| key.derive(purpose)).collect(), purpose }
    }

    /// Closes a secret of this owner: put into another one's row, it opens nothing.
    pub fn close(&self, secret: &[u8], owner: &str) -> Result<String> {
        let failed = |what: &str| Error::Internal(format!("a secret was not closed: {what}"));
        let key = self.keys.first().ok_or_else(|| failed("no key"))?;
        let nonce = XNonce::generate();
        let bound_to = self.bound_to(owner);
        let payload = Payload { msg: secret, aad: bound_to.as_bytes() };
        let closed = XChaCha20Poly1305::new(key.into()).encrypt(&nonce, payload);
        let closed = closed.map_err(|error| failed(&error.to_string()))?;
        Ok(BASE64.encode([nonce.as_slice(), &closed].concat()))
    }

    /// What was closed for this owner, unless it was changed, or its key is gone.
    pub fn open(&self, closed: &str, owner: &str) -> Option<Opened> {
        let closed = BASE64.decode(closed).ok()?;
        let (nonce, closed) = closed.split_at_checked(NONCE_BYTES)?;
        let (nonce, bound_to) = (XNonce::try_from(nonce).ok()?, self.bound_to(owner));
        let opened = self.keys.iter().enumerate().find_map(|(age, key)| {
            let payload = Payload { msg: closed, aad: bound_to.as_bytes() };
            Some((age, XChaCha20Poly1305::new(key.into()).decrypt(&nonce, payload).ok()?))
        });
        opened.map(|(age, secret)| Opened { secret, is_old: age > 0 })
    }

    fn bound_to(&self, owner: &str) -> String {
        format!("{owner} {} 1", self.purpose)
    }
}
