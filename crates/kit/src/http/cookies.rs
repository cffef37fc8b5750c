//! What the cookies of an application are called.

use actix_login::CookieKind;
use url::Url;

use crate::http::site::is_on_loopback;

/// The names of all cookies of an application, and whether they may only travel encrypted.
#[derive(Clone, Debug)]
pub struct Cookies {
    prefix: String,
    secure: bool,
}

impl Cookies {
    /// Those of the application `name` at this address. Browsers take `Secure` and the prefix `__Host-`
    /// over plain HTTP from this machine; from another machine of the network they drop the cookie
    /// without a word, so that both are left out there, and where `insecure` says so.
    ///
    /// The names hold the application's because cookies do not know ports: two on localhost would
    /// overwrite each other's. `__Host-` makes browsers refuse the cookie from a subdomain or over plain
    /// HTTP (RFC 6265bis section 4.1.3.2).
    pub fn new(name: &str, public_url: &Url, insecure: bool) -> Self {
        let secure = !insecure && (public_url.scheme() == "https" || is_on_loopback(public_url));
        let prefix = if secure { "__Host-" } else { "" };
        Self { prefix: format!("{prefix}{name}_"), secure }
    }

    /// What all names begin with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether they carry `Secure`.
    pub fn are_secure(&self) -> bool {
        self.secure
    }

    /// The cookie for this use.
    pub fn of(&self, purpose: &str) -> CookieKind {
        CookieKind::new(format!("{}{purpose}", self.prefix), self.secure)
    }
}
