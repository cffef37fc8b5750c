//! The seal on what travels through a browser and must come back as it was.

use actix_login::SigningKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time::Duration;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::http::body::FORM_MAX_BYTES;
use crate::http::kept::Kept;

/// How long what was typed is kept.
const LIFETIME: Duration = Duration::minutes(30);

/// The longest one: with a log-in beside it, it fits into a form.
const MAX_BYTES: usize = FORM_MAX_BYTES - 8 * 1024;

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    until: i64,
    kept: T,
}

/// Seals with a key for one purpose alone, for a time.
#[derive(Clone)]
pub(super) struct Seal {
    keys: Vec<[u8; 32]>,
    lifetime: Duration,
    clock: Clock,
}

impl Seal {
    /// The first key seals, all open.
    pub(super) fn new(
        keys: &[SigningKey], purpose: &str, lifetime: Duration, clock: Clock,
    ) -> Self {
        let keys = keys.iter().map(|key| key.derive(purpose)).collect();
        Self { keys, lifetime, clock }
    }

    pub(super) fn seal<T: Serialize>(&self, kept: T) -> Result<String> {
        let key = self.keys.first().ok_or_else(|| Error::Internal("no signing key".to_owned()))?;
        let until = self.clock.timestamp() + self.lifetime.whole_seconds();
        let (header, key) = (Header::new(Algorithm::HS256), EncodingKey::from_secret(key));
        jsonwebtoken::encode(&header, &Sealed { until, kept }, &key)
            .map_err(|e| Error::Internal(format!("sealing: {e}")))
    }

    /// What was sealed, unless it was changed or is too old.
    pub(super) fn open<T: DeserializeOwned>(&self, seal: &str) -> Option<T> {
        let mut rules = Validation::new(Algorithm::HS256);
        // Its time is checked here, by our clock.
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        rules.validate_aud = false;
        let open = |key: &[u8; 32]| {
            jsonwebtoken::decode::<Sealed<T>>(seal, &DecodingKey::from_secret(key), &rules).ok()
        };
        let Sealed { until, kept } = self.keys.iter().find_map(open)?.claims;
        (self.clock.timestamp() < until).then_some(kept)
    }
}

/// Seals what was typed: see [`super::kept`].
pub(crate) struct Seals(Seal);

impl Seals {
    /// The first key seals, all open.
    pub(super) fn new(keys: &[SigningKey], clock: Clock) -> Self {
        Self(Seal::new(keys, "kept-form", LIFETIME, clock))
    }

    /// `None` for what is too long.
    pub(super) fn seal(&self, kept: Kept) -> Result<Option<String>> {
        Ok(Some(self.0.seal(kept)?).filter(|sealed| sealed.len() <= MAX_BYTES))
    }

    /// What was sealed for this user, unless it was changed, is too old, or is somebody else's.
    pub(super) fn open(&self, seal: &str, user: &str) -> Option<Kept> {
        let kept: Kept = self.0.open(seal)?;
        kept.user.as_deref().is_none_or(|theirs| theirs == user).then_some(kept)
    }
}
