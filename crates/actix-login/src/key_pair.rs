//! A key pair for access tokens that other services verify: RS256 or `EdDSA`, from a PEM file.

use std::fmt;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use pkcs8::{EncodePrivateKey, EncryptedPrivateKeyInfo, PrivateKeyInfo, SecretDocument};
use rsa::pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::error::SetUpError;

/// As hard to break as 128 bits of a symmetric key (NIST SP 800-57 part 1, table 2); 2048 bits are as 112.
const MIN_RSA_BITS: usize = 3072;

/// What the library verifies; a longer one would fail at the first token.
const MAX_RSA_BITS: usize = 4096;

/// The private half signs, the public half verifies.
///
/// ```
/// # use actix_login::KeyPair;
/// # use ed25519_dalek::pkcs8::{EncodePrivateKey as _, spki::der::pem::LineEnding};
/// # let pem = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).to_pkcs8_pem(LineEnding::LF).unwrap();
/// let pair = KeyPair::parse(&pem, None)?;
/// assert_eq!(pair.algorithm(), "EdDSA");
/// assert_eq!(KeyPair::parse("nonsense", None).unwrap_err().to_string(), "must be a private key in PEM");
/// # Ok::<(), actix_login::SetUpError>(())
/// ```
#[derive(Clone)]
pub struct KeyPair {
    private_der: Vec<u8>,
    public: Public,
}

#[derive(Clone)]
enum Public {
    Rsa { modulus: Vec<u8>, exponent: Vec<u8> },
    Ed25519([u8; 32]),
}

impl KeyPair {
    /// Reads a private key from a PEM file: PKCS#8, PKCS#8 encrypted with `password`, or PKCS#1.
    /// The kind of key decides the algorithm. The error is a sentence for the operator.
    pub fn read(path: impl AsRef<Path>, password: Option<&str>) -> Result<Self, SetUpError> {
        let path = path.as_ref();
        let fail = |why: &dyn fmt::Display| {
            SetUpError::new(format!("The key in {} {why}.", path.display()))
        };
        let pem =
            std::fs::read_to_string(path).map_err(|e| fail(&format!("cannot be read: {e}")))?;
        Self::parse(&pem, password).map_err(|e| fail(&e))
    }

    /// Reads a private key from PEM. The error completes the sentence "The key …".
    pub fn parse(pem: &str, password: Option<&str>) -> Result<Self, SetUpError> {
        Self::parse_any(pem, password).map_err(SetUpError::new)
    }

    fn parse_any(pem: &str, password: Option<&str>) -> Result<Self, String> {
        if let Ok(key) = rsa::RsaPrivateKey::from_pkcs1_pem(pem) {
            return Self::from_rsa(&key);
        }
        let (label, document) =
            SecretDocument::from_pem(pem).map_err(|_| "must be a private key in PEM".to_owned())?;
        let document = match label {
            "ENCRYPTED PRIVATE KEY" => decrypt(&document, password)?,
            _ => document,
        };
        let info: PrivateKeyInfo =
            document.decode_msg().map_err(|_| "must be a private key (PKCS#8)".to_owned())?;
        if let Ok(key) = ed25519_dalek::SigningKey::try_from(info.clone()) {
            return Self::from_ed25519(&key);
        }
        match rsa::RsaPrivateKey::try_from(info) {
            Ok(key) => Self::from_rsa(&key),
            Err(_) => Err("must be an RSA or Ed25519 key".to_owned()),
        }
    }

    fn from_rsa(key: &rsa::RsaPrivateKey) -> Result<Self, String> {
        if key.n().bits() < MIN_RSA_BITS {
            return Err(format!("must have at least {MIN_RSA_BITS} bits"));
        }
        if key.n().bits() > MAX_RSA_BITS {
            return Err(format!("must have at most {MAX_RSA_BITS} bits"));
        }
        let der = key.to_pkcs1_der().map_err(|e| e.to_string())?;
        let public =
            Public::Rsa { modulus: key.n().to_bytes_be(), exponent: key.e().to_bytes_be() };
        Ok(Self { private_der: der.as_bytes().to_vec(), public })
    }

    fn from_ed25519(key: &ed25519_dalek::SigningKey) -> Result<Self, String> {
        let der = key.to_pkcs8_der().map_err(|e| e.to_string())?;
        let public = Public::Ed25519(key.verifying_key().to_bytes());
        Ok(Self { private_der: der.as_bytes().to_vec(), public })
    }

    /// RS256 or `EdDSA`, as tokens name it (RFC 7518 section 3.1, RFC 8037 section 3.1).
    pub fn algorithm(&self) -> &'static str {
        match self.public {
            Public::Rsa { .. } => "RS256",
            Public::Ed25519(_) => "EdDSA",
        }
    }

    /// The public half, as other services read it (RFC 7517 section 4, RFC 8037 section 2).
    pub(crate) fn jwk(&self) -> Value {
        let mut jwk = match &self.public {
            Public::Rsa { modulus, exponent } => {
                json!({ "kty": "RSA", "n": BASE64.encode(modulus), "e": BASE64.encode(exponent) })
            }
            Public::Ed25519(bytes) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": BASE64.encode(bytes) })
            }
        };
        jwk["kid"] = self.id().into();
        jwk["use"] = "sig".into();
        jwk["alg"] = self.algorithm().into();
        jwk
    }

    /// Names the key in a token's header: the beginning of a hash of the public half.
    pub fn id(&self) -> String {
        let digest = match &self.public {
            Public::Rsa { modulus, .. } => Sha256::digest(modulus),
            Public::Ed25519(bytes) => Sha256::digest(bytes),
        };
        BASE64.encode(&digest[..8])
    }

    /// What it signs with, and both halves as the token library takes them.
    pub(crate) fn keys(&self) -> (Algorithm, EncodingKey, DecodingKey) {
        match &self.public {
            Public::Rsa { modulus, exponent } => (
                Algorithm::RS256,
                EncodingKey::from_rsa_der(&self.private_der),
                DecodingKey::from_rsa_raw_components(modulus, exponent),
            ),
            Public::Ed25519(bytes) => (
                Algorithm::EdDSA,
                EncodingKey::from_ed_der(&self.private_der),
                DecodingKey::from_ed_der(bytes),
            ),
        }
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({} {})", self.algorithm(), self.id())
    }
}

fn decrypt(document: &SecretDocument, password: Option<&str>) -> Result<SecretDocument, String> {
    let password = password.ok_or("is encrypted, and no password opens it")?;
    let info: EncryptedPrivateKeyInfo =
        document.decode_msg().map_err(|_| "must be an encrypted key (PKCS#8)".to_owned())?;
    info.decrypt(password).map_err(|_| "does not open with that password".to_owned())
}
