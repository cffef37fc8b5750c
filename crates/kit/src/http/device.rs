//! Browsers in which somebody has logged in before: the cookie that says so. It logs nobody in; whoever has it is
//! not kept waiting by what strangers do (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").

use actix_login::{CookieKind, Presented, SigningKey};
use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use serde::{Deserialize, Serialize};
use time::Duration;

use crate::clock::Clock;
use crate::error::Result;
use crate::http::seal::Seal;

/// Makes such cookies, and reads them. Cheap to clone.
#[derive(Clone)]
pub struct Devices {
    cookie: CookieKind,
    seal: Seal,
    lifetime: Duration,
}

/// What it is that a browser is known for.
#[derive(Clone, Copy)]
pub struct KnownFor {
    /// In one word: cookies for one thing are none for another.
    pub purpose: &'static str,
    /// How long, after the last log-in in it.
    pub lifetime: Duration,
}

impl KnownFor {
    /// That somebody has logged in there.
    pub const LOG_INS: Self = Self { purpose: "device", lifetime: Duration::days(180) };
}

/// A browser in which somebody has logged in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Device {
    /// Who it was.
    pub user: String,
    /// What they had then: see [`Devices::cookie_of`].
    pub bound_to: String,
}

impl Device {
    /// Whether it is this user's, who has the same still.
    pub fn is_of(&self, user_id: i64, bound_to: &str) -> bool {
        self.user == user_id.to_string() && self.bound_to == bound_to
    }
}

impl Devices {
    /// The first key seals, all open.
    pub fn new(keys: &[SigningKey], known_for: KnownFor, cookie: CookieKind, clock: Clock) -> Self {
        let KnownFor { purpose, lifetime } = known_for;
        Self { cookie, seal: Seal::new(keys, purpose, lifetime, clock), lifetime }
    }

    /// The cookie of a browser in which `user` has just logged in. Compare `bound_to` with what they have
    /// later: with their password's hash, that a password was stolen helps nobody once it is another one.
    pub fn cookie_of(&self, user: String, bound_to: String) -> Result<Cookie<'static>> {
        let sealed = self.seal.seal(Device { user, bound_to })?;
        Ok(self.cookie.with(sealed, Some(self.lifetime.unsigned_abs())))
    }

    /// The browser that a request comes from, if it is known.
    pub fn of(&self, req: &HttpRequest) -> Option<Device> {
        match self.cookie.read(req) {
            Presented::One(sealed) => self.seal.open(&sealed),
            Presented::Nothing | Presented::Planted => None,
        }
    }
}
