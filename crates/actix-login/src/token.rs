//! JSON Web Tokens (RFC 7519), signed and checked strictly. `jsonwebtoken` proves the signature;
//! everything it leaves to its caller is checked here.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::cache::Opened;
use crate::error::{Error, Result};
use crate::key_pair::KeyPair;
use crate::keys::{Keys, SigningKey};

/// A longer token is not ours and not worth decoding, and is not made. An RSA signature alone can take
/// 683 bytes.
const MAX_TOKEN_BYTES: usize = 1024;
const MAX_RSA_TOKEN_BYTES: usize = 2048;

/// The members of [`Claims`], of which a token says each once.
const OURS: [&str; 8] = ["iss", "aud", "sub", "jti", "iat", "nbf", "exp", "scope"];

/// How far the clocks of two servers may differ.
const LEEWAY_SECONDS: i64 = 5;

/// What a token is for. A token of one kind is refused wherever another is expected: they differ
/// in `typ`, in `aud` and in the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Travels in the cookie and names a session.
    Session,
    /// Travels in the `Authorization` header.
    Access,
}

impl TokenKind {
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

/// What a token says: ids and times, and nothing about the person. It is made by a manager that has checked
/// the token, and by nobody else: it cannot be read from JSON, nor is it written as such, for the id is a
/// secret in a session's token.
#[derive(Clone)]
#[non_exhaustive]
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
    pub scope: String,
    /// Never in a session's token.
    extra: Map<String, Value>,
}

/// The same as it stands in a token.
#[derive(Serialize, Deserialize)]
struct Payload {
    iss: String,
    aud: String,
    sub: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(flatten)]
    extra: Map<String, Value>,
}

impl From<Payload> for Claims {
    fn from(payload: Payload) -> Self {
        let Payload { iss, aud, sub, jti, iat, nbf, exp, scope, extra } = payload;
        Self { iss, aud, sub, jti, iat, nbf, exp, scope, extra }
    }
}

impl fmt::Debug for Claims {
    /// Without the id, which is a secret in a session's token: what is printed ends up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Claims({:?} for {})", self.kind(), self.aud)
    }
}

impl Claims {
    /// What else whoever issued an access token wanted it to say: see [`TokenOptions::claim`]. `None`
    /// when it does not say it, or not as a `T`.
    ///
    /// [`TokenOptions::claim`]: crate::TokenOptions::claim
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        T::deserialize(self.extra.get(name)?).ok()
    }

    /// What the token is for. Only asked of claims that were checked.
    pub fn kind(&self) -> TokenKind {
        if self.aud == TokenKind::Session.audience() {
            TokenKind::Session
        } else {
            TokenKind::Access
        }
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
#[non_exhaustive]
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
        f.write_str(match self {
            Self::Malformed => "it is none of ours: its form, its length, or what it says",
            Self::Algorithm => "its algorithm is not that of a key of ours",
            Self::NotForUs => "it is of another kind, issuer or audience",
            Self::UnknownKey => "no key of ours signed it",
            Self::Signature => "its signature does not fit",
            Self::NotYetValid => "its time has not come",
            Self::Expired => "its time is up",
        })
    }
}

impl std::error::Error for Refusal {}

/// Signs and verifies the tokens of one kind. Each key has its one algorithm.
pub(crate) struct Signer {
    kind: TokenKind,
    issuer: String,
    ring: Vec<RingKey>,
    opened: Opened,
}

struct RingKey {
    id: String,
    algorithm: Algorithm,
    /// The algorithm as tokens name it.
    name: &'static str,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl RingKey {
    fn of_secret(key: &SigningKey, kind: TokenKind) -> Self {
        let secret = key.derive(kind.key_purpose());
        Self {
            id: key.id(),
            algorithm: Algorithm::HS256,
            name: "HS256",
            encoding: EncodingKey::from_secret(&secret),
            decoding: DecodingKey::from_secret(&secret),
        }
    }

    fn of_pair(pair: &KeyPair) -> Self {
        let (algorithm, encoding, decoding) = pair.keys();
        Self { id: pair.id(), algorithm, name: pair.algorithm(), encoding, decoding }
    }

    fn signs_with(&self, algorithm: &str) -> bool {
        algorithm == self.name
    }

    fn max_bytes(&self) -> usize {
        if self.algorithm == Algorithm::RS256 { MAX_RSA_TOKEN_BYTES } else { MAX_TOKEN_BYTES }
    }
}

/// What a new token says.
pub(crate) struct NewToken<'a> {
    pub(crate) subject: &'a str,
    pub(crate) id: String,
    pub(crate) lifetime: Duration,
    pub(crate) scope: String,
    pub(crate) extra: Map<String, Value>,
}

impl Signer {
    /// With `keys`, whose algorithms are the only ones accepted.
    pub(crate) fn new(kind: TokenKind, issuer: &str, keys: &Keys) -> Self {
        // Another crate of the application may have turned on a second provider of cryptography: then none
        // goes without saying, and the first token would panic. Ours is Rust, unless one was chosen.
        let _ = jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER.install_default();
        let ring = match keys {
            Keys::Secrets(keys) => keys.iter().map(|key| RingKey::of_secret(key, kind)).collect(),
            Keys::Pairs(pairs) => pairs.iter().map(RingKey::of_pair).collect(),
        };
        Self { kind, issuer: issuer.to_owned(), ring, opened: Opened::new() }
    }

    /// A token, signed with the first key at the time `now`; or the call to make, if [`Self::verify`]
    /// would refuse it.
    pub(crate) fn issue(&self, new: NewToken, now: i64) -> Result<String> {
        let NewToken { subject, id, lifetime, scope, extra } = new;
        let refuse = |why: &str| Err(Error::misuse(format!("no token is made: {why}")));
        if subject.is_empty() {
            return refuse("its subject is empty; name the user");
        }
        if id.is_empty() {
            return refuse("its id is empty; `random_token()` makes one");
        }
        if lifetime.as_secs() == 0 {
            return refuse("it would be over at once; give it a second or more to live");
        }
        if let Some(name) = extra.keys().find(|name| OURS.contains(&name.as_str())) {
            return refuse(&format!(
                "`{name}` is not a claim of your own; `TokenOptions` has a call for what can be chosen"
            ));
        }
        let payload = Payload {
            iss: self.issuer.clone(),
            aud: self.kind.audience().to_owned(),
            sub: subject.to_owned(),
            jti: id,
            iat: now,
            nbf: now,
            exp: now.saturating_add(i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX)),
            scope,
            extra,
        };
        self.sign(&payload)
    }

    fn sign(&self, payload: &Payload) -> Result<String> {
        let no_key = || Error::misuse("no signing key: give `LoginManager::builder` one");
        let key = self.ring.first().ok_or_else(no_key)?;
        let header = Header {
            typ: Some(self.kind.typ().to_owned()),
            kid: Some(key.id.clone()),
            ..Header::new(key.algorithm)
        };
        let token = jsonwebtoken::encode(&header, payload, &key.encoding)
            .map_err(|e| Error::misuse(format!("signing a token: {e}")))?;
        // Written, and not to be read: deeper than the parser goes.
        if !payload.extra.is_empty() && payload_of(&token).is_none() {
            return Err(Error::misuse("no token is made: its claims are nested too deep"));
        }
        let (length, max) = (token.len(), key.max_bytes());
        if length > max {
            return Err(Error::misuse(format!(
                "no token is made: it would have {length} bytes, and more than {max} are not looked at; \
                 give it fewer scopes and claims, or store them under its subject"
            )));
        }
        Ok(token)
    }

    /// Checks everything about `token` at the time `now`.
    pub(crate) fn verify(&self, token: &str, now: i64) -> Result<Claims, Refusal> {
        let claims = self.opened.or(token, |token| self.open(token))?;
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
        if self.ring.iter().all(|key| token.len() > key.max_bytes()) {
            return Err(Refusal::Malformed);
        }
        let header = strict_header(token).ok_or(Refusal::Malformed)?;
        if !self.ring.iter().any(|key| key.signs_with(&header.alg)) {
            return Err(Refusal::Algorithm);
        }
        if header.typ != self.kind.typ() {
            return Err(Refusal::NotForUs);
        }
        let key = self.ring.iter().find(|key| key.id == header.kid).ok_or(Refusal::UnknownKey)?;
        // Pinned: a token does not choose how it is checked (RFC 8725 section 3.1).
        if !key.signs_with(&header.alg) {
            return Err(Refusal::Algorithm);
        }
        if token.len() > key.max_bytes() {
            return Err(Refusal::Malformed);
        }
        verify_signature(token, key)
    }

    /// Checks what claims say that were signed by us, at the time `now`.
    pub(crate) fn check(&self, claims: &Claims, now: i64) -> Result<(), Refusal> {
        if claims.iss != self.issuer || claims.aud != self.kind.audience() {
            return Err(Refusal::NotForUs);
        }
        let says_more = !claims.scope.is_empty() || !claims.extra.is_empty();
        if self.kind == TokenKind::Session && says_more {
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

fn payload_of(token: &str) -> Option<Payload> {
    serde_json::from_slice(&BASE64.decode(token.split('.').nth(1)?).ok()?).ok()
}

fn verify_signature(token: &str, key: &RingKey) -> Result<Claims, Refusal> {
    // The library's own checks of time, issuer and audience are switched off, because they accept
    // a token that lacks the claim; `Signer::check` makes them.
    let mut validation = Validation::new(key.algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    match jsonwebtoken::decode::<Payload>(token, &key.decoding, &validation) {
        Ok(token) => Ok(token.claims.into()),
        Err(e) if *e.kind() == jsonwebtoken::errors::ErrorKind::InvalidSignature => {
            Err(Refusal::Signature)
        }
        Err(_) => Err(Refusal::Malformed),
    }
}
