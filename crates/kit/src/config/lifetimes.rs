//! How long log-ins last, and what becomes of one that turns up elsewhere.

use strum::{EnumString, VariantNames};
use time::Duration;

use crate::config::Reader;

/// How long sessions live without a request, and after the log-in (NIST SP 800-63B-4, AAL2: one hour, 24
/// hours); the same for "remember me" (AAL1: 30 days).
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    idle: Duration,
    absolute: Duration,
    remembered_idle: Duration,
    remembered_absolute: Duration,
}

/// How long the tokens of programs live.
#[derive(Clone, Copy, Debug)]
pub struct TokenLifetimes {
    /// Of an access token.
    pub access: Duration,
    /// Of a refresh token, counted from the log-in.
    pub refresh: Duration,
}

impl Lifetimes {
    /// Of a session without a request.
    pub fn idle(&self, remembered: bool) -> Duration {
        if remembered { self.remembered_idle } else { self.idle }
    }

    /// Of a session after the log-in.
    pub fn absolute(&self, remembered: bool) -> Duration {
        if remembered { self.remembered_absolute } else { self.absolute }
    }
}

/// What happens to a session that is suddenly used from another browser and another network.
#[derive(Clone, Copy, Debug, EnumString, PartialEq, Eq, VariantNames)]
#[strum(serialize_all = "snake_case", ascii_case_insensitive)]
pub enum SessionProtection {
    /// Nothing.
    Off,
    /// The password is asked for before anything that needs a fresh log-in.
    Basic,
    /// It ends.
    Strong,
}

impl Reader<'_> {
    /// `SESSION_IDLE`, `SESSION_LIFETIME`, and the same with `REMEMBER_`.
    pub fn lifetimes(&mut self) -> Lifetimes {
        Lifetimes {
            idle: self.duration("SESSION_IDLE", "60m"),
            absolute: self.duration("SESSION_LIFETIME", "24h"),
            remembered_idle: self.duration("REMEMBER_IDLE", "14d"),
            remembered_absolute: self.duration("REMEMBER_LIFETIME", "30d"),
        }
    }

    /// `TOKEN_EXPIRY` and `REFRESH_EXPIRY`.
    pub fn token_lifetimes(&mut self) -> TokenLifetimes {
        TokenLifetimes {
            access: self.duration("TOKEN_EXPIRY", "15m"),
            refresh: self.duration("REFRESH_EXPIRY", "30d"),
        }
    }
}
