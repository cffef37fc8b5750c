//! Codes that an app on somebody's phone makes of a secret that it shares with us (TOTP, RFC 6238): SHA-1, six
//! digits, thirty seconds, which is what all of these apps can.

use std::fmt;

use actix_login::random_bytes;
use totp_rs::{Builder, Secret, Totp};
use url::form_urlencoded::byte_serialize;

use crate::clock::Time;

/// 160 bits (RFC 4226 section 4, R6).
const SEED_BYTES: usize = 20;

const STEP_SECONDS: u64 = 30;

/// The secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed(Vec<u8>);

impl fmt::Debug for Seed {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed")
    }
}

impl Seed {
    /// A new one.
    pub fn random() -> Self {
        Self(random_bytes()[..SEED_BYTES].to_vec())
    }

    /// One that was stored.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// To be stored, where nobody else reads it.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// To be typed, in groups of four.
    pub fn text(&self) -> String {
        let text = self.base32();
        let groups: Vec<_> = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
        groups.join(" ")
    }

    /// The address that apps read from a picture. They show the issuer beside the account.
    pub fn address(&self, issuer: &str, account: &str) -> String {
        // A colon would end the issuer. (Plus signs for spaces are shown as such by some apps.)
        let name = |text: &str| {
            byte_serialize(text.replace(':', " ").as_bytes())
                .collect::<String>()
                .replace('+', "%20")
        };
        let (issuer, account) = (name(issuer), name(account));
        format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", self.base32())
    }

    /// The step that a code is of: the one of now, or the one before, for whoever types slowly or has a clock
    /// that is a little late. `None` for every other code. A step must be used once, which is up to the caller.
    pub fn step_of(&self, code: &str, now: Time) -> Option<i64> {
        let timestamp = now.assume_utc().unix_timestamp().unsigned_abs();
        let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let totp = self.totp()?;
        // One at a time: the crate's own tolerance accepts the step to come, too.
        let step = [timestamp, timestamp.saturating_sub(STEP_SECONDS)]
            .into_iter()
            .find_map(|time| totp.check(&code, time))?;
        i64::try_from(step).ok()
    }

    fn base32(&self) -> String {
        Secret::from(self.0.clone()).to_base32()
    }

    fn totp(&self) -> Option<Totp> {
        let steps = Builder::new().with_skew(0).with_step_duration(STEP_SECONDS);
        steps.with_secret(self.0.clone()).build().ok()
    }
}
