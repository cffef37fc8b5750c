//! The seal on what was typed, while it travels through a browser: see [`super::kept`].

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use time::Duration;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::http::body::FORM_MAX_BYTES;
use crate::http::kept::Kept;
use actix_login::SigningKey;

/// How long it holds.
const LIFETIME: Duration = Duration::minutes(30);

/// The longest one: with a log-in beside it, it fits into a form.
const MAX_BYTES: usize = FORM_MAX_BYTES - 8 * 1024;

#[derive(Serialize, Deserialize)]
struct Sealed {
    until: i64,
    kept: Kept,
}

/// Seals what was typed, with a key for this alone.
pub(crate) struct Seals {
    keys: Vec<[u8; 32]>,
    clock: Clock,
}

impl Seals {
    /// The first key seals, all open.
    pub(super) fn new(keys: &[SigningKey], clock: Clock) -> Self {
        Self { keys: keys.iter().map(|key| key.derive("kept-form")).collect(), clock }
    }

    /// `None` for what is too long.
    pub(super) fn seal(&self, kept: Kept) -> Result<Option<String>> {
        let key = self.keys.first().ok_or_else(|| Error::Internal("no signing key".to_owned()))?;
        let until = self.clock.timestamp() + LIFETIME.whole_seconds();
        let (header, key) = (Header::new(Algorithm::HS256), EncodingKey::from_secret(key));
        let sealed = jsonwebtoken::encode(&header, &Sealed { until, kept }, &key)
            .map_err(|e| Error::Internal(format!("sealing a form: {e}")))?;
        Ok(Some(sealed).filter(|sealed| sealed.len() <= MAX_BYTES))
    }

    /// What was sealed for this user, unless it was changed, is too old, or is somebody else's.
    pub(super) fn open(&self, seal: &str, user: &str) -> Option<Kept> {
        let mut rules = Validation::new(Algorithm::HS256);
        // Its time is checked here, by our clock.
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        rules.validate_aud = false;
        let open = |key: &[u8; 32]| {
            jsonwebtoken::decode::<Sealed>(seal, &DecodingKey::from_secret(key), &rules).ok()
        };
        let Sealed { until, kept } = self.keys.iter().find_map(open)?.claims;
        let is_theirs = kept.user.as_deref().is_none_or(|theirs| theirs == user);
        (is_theirs && self.clock.timestamp() < until).then_some(kept)
    }
}
