//! JSON Web Tokens (RFC 7519), signed and checked strictly. `jsonwebtoken` proves the signature;
//! everything it leaves to its caller is checked here.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::keys::{Keys, SigningKey};

/// A longer token is not ours and not worth decoding. An RSA signature alone can take 683 bytes.
const MAX_TOKEN_BYTES: usize = 1024;
const MAX_RSA_TOKEN_BYTES: usize = 2048;

/// How far the clocks of two servers may differ.
const LEEWAY_SECONDS: i64 = 5;

/// What a token is for. A token of one kind is refused wherever another is expected: they differ
/// in `typ`, in `aud` and in the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Travels in the cookie and names a session.
    Session,
    /// Travels in the `Authorization` header.
    Access,
}

impl Kind {
    fn typ(self) -> &'static str {
        match self {
            Self::Session => "sess+jwt",
            Self::Access => "at+jwt", // RFC 9068 section 2.1
        }
    }

    fn audience(self) -> &'static str {
        match self {
            Self::Session => "web",
            Self::Access => "api",
        }
    }

    fn key_purpose(self) -> &'static str {
        match self {
            Self::Session => "jwt-web",
            Self::Access => "jwt-api",
        }
    }
}

/// What a token says: ids and times, and nothing about the person.
#[derive(Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer: our public address.
    pub iss: String,
    /// Audience. One text: a list could hold ours among others'.
    pub aud: String,
    /// Subject: the user's id.
    pub sub: String,
    /// Token id. In a session's token it is the session's secret.
    pub jti: String,
    /// Issued at, in seconds since 1970.
    pub iat: i64,
    /// Not valid before.
    pub nbf: i64,
    /// Expires at.
    pub exp: i64,
    /// What an access token is good for: names with spaces between them (RFC 8693 section 4.2).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// What else whoever issued an access token wanted it to say. Never in a session's token.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl fmt::Debug for Claims {
    /// Without the id, which is a secret in a session's token: what is printed ends up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claims({:?} for {})", self.kind(), self.aud)
    }
}

impl Claims {
    /// What the token is for. Only asked of claims that were checked.
    pub fn kind(&self) -> Kind {
        if self.aud == Kind::Session.audience() { Kind::Session } else { Kind::Access }
    }
}

/// The header. Anything more (`crit`, `jwk`, `jku`, `x5c`…) asks the verifier to trust the token
/// about how to check the token, and is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    typ: String,
    kid: String,
}

/// Why a token was refused. For the log; the caller only learns that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not three parts of base64 and JSON with exactly the members that are ours.
    Malformed,
    /// Another algorithm than the one that is pinned.
    Algorithm,
    /// A token of another kind, issuer or audience.
    NotForUs,
    /// Signed with no key of ours.
    UnknownKey,
    /// The signature does not fit.
    Signature,
    /// Before its time.
    NotYetValid,
    /// After its time.
    Expired,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Refusal {}

/// Signs and verifies the tokens of one kind, with one algorithm.
pub(crate) struct Signer {
    kind: Kind,
    issuer: String,
    algorithm: Algorithm,
    ring: Vec<RingKey>,
}

struct RingKey {
    id: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl Keys {
    fn algorithm(&self) -> Algorithm {
        match self {
            Self::Secrets(_) => Algorithm::HS256,
            Self::Pair(pair) => pair.algorithm(),
        }
    }

    fn ring(&self, kind: Kind) -> Vec<RingKey> {
        let secret = |key: &SigningKey| {
            let secret = key.derive(kind.key_purpose());
            RingKey {
                id: key.id(),
                encoding: EncodingKey::from_secret(&secret),
                decoding: DecodingKey::from_secret(&secret),
            }
        };
        match self {
            Self::Secrets(keys) => keys.iter().map(secret).collect(),
            Self::Pair(pair) => {
                let (encoding, decoding) = pair.keys();
                vec![RingKey { id: pair.id(), encoding, decoding }]
            }
        }
    }
}

impl Signer {
    /// With `keys`, whose algorithm is the only one accepted.
    pub(crate) fn new(kind: Kind, issuer: &str, keys: &Keys) -> Self {
        let (algorithm, ring) = (keys.algorithm(), keys.ring(kind));
        Self { kind, issuer: issuer.to_owned(), algorithm, ring }
    }

    /// The claims of a new token. `lifetime` is in seconds.
    pub(crate) fn claims(&self, subject: &str, id: String, now: i64, lifetime: i64) -> Claims {
        Claims {
            iss: self.issuer.clone(),
            aud: self.kind.audience().to_owned(),
            sub: subject.to_owned(),
            jti: id,
            iat: now,
            nbf: now,
            exp: now.saturating_add(lifetime),
            scope: String::new(),
            extra: Map::new(),
        }
    }

    /// Signs `claims` with the first key.
    pub(crate) fn sign(&self, claims: &Claims) -> Result<String> {
        let key = self.ring.first().ok_or_else(|| Error::Internal("no signing key".to_owned()))?;
        let header = Header {
            typ: Some(self.kind.typ().to_owned()),
            kid: Some(key.id.clone()),
            ..Header::new(self.algorithm)
        };
        jsonwebtoken::encode(&header, claims, &key.encoding)
            .map_err(|e| Error::Internal(format!("signing a token: {e}")))
    }

    /// Checks everything about `token` at the time `now`.
    pub(crate) fn verify(&self, token: &str, now: i64) -> Result<Claims, Refusal> {
        let claims = self.open(token)?;
        self.check(&claims, now)?;
        Ok(claims)
    }

    /// Whom a token of ours names or once named: its time may be up. Lets nobody in.
    pub(crate) fn subject(&self, token: &str) -> Option<String> {
        let claims = self.open(token).ok()?;
        self.check(&claims, claims.iat).ok()?;
        Some(claims.sub)
    }

    fn open(&self, token: &str) -> Result<Claims, Refusal> {
        let is_rsa = self.algorithm == Algorithm::RS256;
        if token.len() > if is_rsa { MAX_RSA_TOKEN_BYTES } else { MAX_TOKEN_BYTES } {
            return Err(Refusal::Malformed);
        }
        let header = strict_header(token).ok_or(Refusal::Malformed)?;
        // Pinned: a token does not choose how it is checked (RFC 8725 section 3.1).
        if header.alg != format!("{:?}", self.algorithm) {
            return Err(Refusal::Algorithm);
        }
        if header.typ != self.kind.typ() {
            return Err(Refusal::NotForUs);
        }
        let key = self.ring.iter().find(|key| key.id == header.kid).ok_or(Refusal::UnknownKey)?;
        verify_signature(token, key, self.algorithm)
    }

    fn check(&self, claims: &Claims, now: i64) -> Result<(), Refusal> {
        if claims.iss != self.issuer || claims.aud != self.kind.audience() {
            return Err(Refusal::NotForUs);
        }
        let says_more = !claims.scope.is_empty() || !claims.extra.is_empty();
        if self.kind == Kind::Session && says_more {
            return Err(Refusal::Malformed);
        }
        if claims.sub.is_empty() || claims.jti.is_empty() || claims.exp <= claims.iat {
            return Err(Refusal::Malformed);
        }
        if claims.nbf.max(claims.iat) > now.saturating_add(LEEWAY_SECONDS) {
            return Err(Refusal::NotYetValid);
        }
        if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(Refusal::Expired);
        }
        Ok(())
    }
}

fn strict_header(token: &str) -> Option<StrictHeader> {
    let (header, _) = token.split_once('.')?;
    serde_json::from_slice(&BASE64.decode(header).ok()?).ok()
}

fn verify_signature(token: &str, key: &RingKey, algorithm: Algorithm) -> Result<Claims, Refusal> {
    // The library's own checks of time, issuer and audience are switched off, because they accept
    // a token that lacks the claim; `Signer::check` makes them.
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    match jsonwebtoken::decode(token, &key.decoding, &validation) {
        Ok(token) => Ok(token.claims),
        Err(e) if *e.kind() == jsonwebtoken::errors::ErrorKind::InvalidSignature => {
            Err(Refusal::Signature)
        }
        Err(_) => Err(Refusal::Malformed),
    }
}
