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

/// How long a browser is remembered after the last log-in in it.
const LIFETIME: Duration = Duration::days(180);

/// Makes such cookies, and reads them. Cheap to clone.
#[derive(Clone)]
pub struct Devices {
    cookie: CookieKind,
    seal: Seal,
}

/// A browser in which somebody has logged in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Device {
    /// Who it was.
    pub user: String,
    /// What they had then: see [`Devices::cookie_of`].
    pub bound_to: String,
}

impl Devices {
    /// The first key seals, all open.
    pub fn new(keys: &[SigningKey], cookie: CookieKind, clock: Clock) -> Self {
        Self { cookie, seal: Seal::new(keys, "device", LIFETIME, clock) }
    }

    /// The cookie of a browser in which `user` has just logged in. Compare `bound_to` with what they have
    /// later: with their password's hash, that a password was stolen helps nobody once it is another one.
    pub fn cookie_of(&self, user: String, bound_to: String) -> Result<Cookie<'static>> {
        let sealed = self.seal.seal(Device { user, bound_to })?;
        Ok(self.cookie.with(sealed, Some(LIFETIME.unsigned_abs())))
    }

    /// The browser that a request comes from, if it is known.
    pub fn of(&self, req: &HttpRequest) -> Option<Device> {
        match self.cookie.read(req) {
            Presented::One(sealed) => self.seal.open(&sealed),
            Presented::Nothing | Presented::Planted => None,
        }
    }
}
