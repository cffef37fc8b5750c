//! The keys that sign, and one derived key for each purpose.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

use crate::error::SetUpError;
use crate::key_pair::KeyPair;

/// A key has at least as many bytes as the hash it signs with puts out (RFC 7518 section 3.2).
const MIN_BYTES: usize = 32;

/// A master key. It never signs anything itself: see [`SigningKey::derive`].
///
/// ```
/// # use actix_login::{SigningKey, generate_key};
/// let key = SigningKey::parse(&generate_key())?;
/// assert_ne!(key.derive("mails"), key.derive("links"));
/// assert!(SigningKey::parse("secret").is_err());
/// # Ok::<(), actix_login::SetUpError>(())
/// ```
#[derive(Clone)]
pub struct SigningKey(Vec<u8>);

impl SigningKey {
    /// Reads one key, or says which rule it breaks: base64 of at least 32 random bytes, in either
    /// alphabet (RFC 4648 sections 4 and 5), with or without padding.
    pub fn parse(text: &str) -> Result<Self, SetUpError> {
        let text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
        let bytes = BASE64.decode(text).unwrap_or_default();
        if bytes.len() < MIN_BYTES {
            return Err(SetUpError::new("must be base64 of at least 32 random bytes, in one line"));
        }
        // 32 random bytes hold about 30 different values; "aaaa…" and "0123…0123…" do not.
        let mut distinct = bytes.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 16 {
            return Err(SetUpError::new("must be random, and this one repeats itself"));
        }
        Ok(Self(bytes))
    }

    /// A new one, for tests and first steps: at the next start there is another, and nobody is logged in
    /// any more.
    pub fn random() -> Self {
        Self(random_bytes().to_vec())
    }

    /// A key for one purpose (HKDF-SHA-256, RFC 5869), so that no key ever serves two: what is
    /// signed for one audience cannot be passed off in another. `jwt-web` and `jwt-api` are the tokens'.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, &self.0)
            .expand(purpose.as_bytes(), &mut key)
            .expect("32 bytes are far less than HKDF's limit");
        key
    }

    /// Names the key in a token's header (`kid`), so that a verifier finds it in the list.
    pub fn id(&self) -> String {
        let digest = Sha256::new().chain_update(b"kid").chain_update(&self.0);
        BASE64.encode(&digest.finalize()[..8])
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.id())
    }
}

/// Makes a new key, as [`SigningKey::parse`] reads it.
pub fn generate_key() -> String {
    random_token()
}

/// 32 bytes from the operating system as 43 characters: enough that nobody guesses one.
pub fn random_token() -> String {
    BASE64.encode(random_bytes())
}

/// As many random bits as any secret needs, of the operating system.
pub fn random_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes
}

/// What is stored of a secret token: its hash. Whoever reads the table cannot use it.
pub fn hash_token(token: &str) -> String {
    BASE64.encode(Sha256::digest(token))
}

/// Reads `new,old`: the first key signs, all of them verify. The error completes the sentence "The
/// keys …".
///
/// ```
/// # use actix_login::{generate_key, parse_keys};
/// let (new, old) = (generate_key(), generate_key());
/// assert_eq!(parse_keys(&format!("{new}, {old}"))?.len(), 2);
/// assert_eq!(parse_keys(&format!("{new}, {new}")).unwrap_err().to_string(), "must not name the same key twice");
/// # Ok::<(), actix_login::SetUpError>(())
/// ```
pub fn parse_keys(list: &str) -> Result<Vec<SigningKey>, SetUpError> {
    let keys: Vec<_> =
        list.split(',').map(str::trim).map(SigningKey::parse).collect::<Result<_, _>>()?;
    if repeats(&keys.iter().map(SigningKey::id).collect::<Vec<_>>()) {
        return Err(SetUpError::new("must not name the same key twice"));
    }
    Ok(keys)
}

/// What access tokens are signed with. Of several keys, the first signs and all verify, so that a new
/// one can take over while the tokens of the old one live.
///
/// ```no_run
/// # use actix_login::{KeyPair, Keys, LoginManager, SigningKey};
/// # let session_keys = vec![SigningKey::random()];
/// let new = KeyPair::read("token-key.pem", None)?;
/// let old = KeyPair::read("token-key-of-last-year.pem", None)?;
/// let builder =
///     LoginManager::<String>::builder(session_keys).access_keys(Keys::Pairs(vec![new, old]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Keys {
    /// HS256. Each kind of token has a key of its own.
    Secrets(Vec<SigningKey>),
    /// RS256 or `EdDSA`, so that other services can verify with the public halves
    /// ([`jwks`](crate::jwks)).
    Pairs(Vec<KeyPair>),
}

impl Keys {
    pub(crate) fn ids(&self) -> Vec<String> {
        match self {
            Self::Secrets(keys) => keys.iter().map(SigningKey::id).collect(),
            Self::Pairs(pairs) => pairs.iter().map(KeyPair::id).collect(),
        }
    }
}

/// Whether one of them is there twice.
pub(crate) fn repeats(ids: &[String]) -> bool {
    (1..ids.len()).any(|n| ids[n..].contains(&ids[n - 1]))
}
