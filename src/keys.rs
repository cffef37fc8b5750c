//! The signing keys: where they come from, and one derived key for each purpose.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

use crate::files;
use crate::text;

/// The key in `.env.example`: well-formed, so that it reads like one, and refused everywhere.
pub const SAMPLE: &str = "paste-here-the-line-that-latchkey-secret-prints";

/// A key has at least as many bytes as the hash it signs with puts out (RFC 7518 section 3.2).
const MIN_BYTES: usize = 32;

/// A master key. It never signs anything itself: see [`SigningKey::derive`].
#[derive(Clone)]
pub struct SigningKey(Vec<u8>);

impl SigningKey {
    /// Reads one key: base64 of at least 32 random bytes, in either alphabet (RFC 4648 sections 4
    /// and 5), with or without padding.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
        if text == SAMPLE {
            return Err("must not be the sample from .env.example".to_owned());
        }
        let bytes = BASE64.decode(text).unwrap_or_default();
        if bytes.len() < MIN_BYTES {
            return Err(
                "must be base64 of at least 32 random bytes, in one line: `latchkey secret` \
                        makes one"
                    .to_owned(),
            );
        }
        // 32 random bytes hold about 30 different values; "aaaa…" and "0123…0123…" do not.
        let mut distinct = bytes.clone();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < 16 {
            return Err("must be random, and this one repeats itself: `latchkey secret` makes one"
                .to_owned());
        }
        Ok(Self(bytes))
    }

    /// A key for one purpose (HKDF-SHA-256, RFC 5869), so that no key ever serves two: what is
    /// signed for one audience cannot be passed off in another.
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
pub fn generate() -> String {
    random_token()
}

/// 32 bytes from the operating system as 43 characters: enough that nobody guesses one.
pub fn random_token() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    BASE64.encode(bytes)
}

/// What is stored of a secret token: its hash. Whoever reads the table cannot use it.
pub fn hash_token(token: &str) -> String {
    BASE64.encode(Sha256::digest(token))
}

/// Reads `new,old`: the first key signs, all of them verify.
pub fn parse_list(list: &str) -> Result<Vec<SigningKey>, String> {
    let keys: Vec<_> =
        list.split(',').map(text::trim).map(SigningKey::parse).collect::<Result<_, _>>()?;
    let repeated =
        (1..keys.len()).any(|n| keys[n..].iter().any(|key| key.id() == keys[n - 1].id()));
    if repeated {
        return Err("must not name the same key twice".to_owned());
    }
    Ok(keys)
}

/// Reads the keys from `path`; where there is no file, writes one with a new key (0600).
pub fn read_or_create(path: &Path) -> Result<Vec<SigningKey>, String> {
    if !path.exists() {
        write(path, &generate())?;
    }
    read(path)
}

/// Whole or not at all: written beside it, then given its name.
fn write(path: &Path, keys: &str) -> Result<(), String> {
    let fail = |error: std::io::Error| {
        format!(
            "The key file {} cannot be written: {error}. Check SECRET_KEY_FILE.",
            path.display()
        )
    };
    files::create_private_dir(path.parent().unwrap_or(Path::new(""))).map_err(fail)?;
    let draft = path.with_extension("new");
    let mut file = files::open_private(&draft).map_err(fail)?;
    // A crash may have left a longer one.
    file.set_len(0).map_err(fail)?;
    writeln!(file, "{keys}").map_err(fail)?;
    fs::rename(&draft, path).map_err(fail)
}

/// Puts a new key in front of those in `path`; returns how many there were.
pub fn rotate(path: &Path) -> Result<usize, String> {
    let text = read_text(path)?;
    let old = parse(path, &text)?;
    write(path, &format!("{},{}", generate(), text::trim(&text)))?;
    Ok(old.len())
}

/// Reads the keys from `path`.
pub fn read(path: &Path) -> Result<Vec<SigningKey>, String> {
    parse(path, &read_text(path)?)
}

fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| {
        format!("The key file {} cannot be read: {error}. Check SECRET_KEY_FILE.", path.display())
    })
}

fn parse(path: &Path, text: &str) -> Result<Vec<SigningKey>, String> {
    parse_list(text).map_err(|rule| format!("The key in {} {rule}.", path.display()))
}
