//! Tries at the password of an account, by who is not logged in. What a stranger does must not keep the owner
//! out: a browser in which they logged in before has tries of its own, and who is logged in is asked for none.

use kit::http::device::Device;
use kit::limit::Quota;
use time::Duration;

use crate::error::Result;
use crate::people::limited::{Taken, network};
use crate::people::limits::{Limit as _, LogIn, SecondFactor};
use crate::people::{Email, Limited, User};

/// Failures at one account, in browsers that nobody knows: five at once, then one a minute, and fifty a day.
pub const OF_ACCOUNT: &[Quota] =
    &[Quota::new(5, Duration::minutes(5)), Quota::new(50, Duration::days(1))];

/// Failures in all browsers in which its owner logged in before.
pub const OF_DEVICES: &[Quota] = &[Quota::new(10, Duration::minutes(15))];

/// Log-ins to one account at all: whoever has one must not fill tables by logging in to it.
pub const OF_ALL: &[Quota] = &[Quota::new(60, Duration::minutes(15))];

/// So many in a row, from browsers that nobody knows, and the password opens nothing from there any more (NIST SP
/// 800-63B-4 section 3.2.2): until it is another one, or its owner logs in where they did before.
pub const FAILURES_MAX: i64 = 100;

/// A try that is counted.
#[must_use = "a try that succeeded is taken back"]
pub struct Try {
    taken: Taken,
    /// Whether it is made in a browser in which the owner has logged in before.
    pub is_trusted: bool,
}

impl Try {
    /// Whether the password may open the account from there at all.
    pub fn may_open(&self, user: &User) -> bool {
        self.is_trusted || user.failed_log_ins < FAILURES_MAX
    }

    /// Takes it back.
    pub async fn give_back(self) -> Result<()> {
        self.taken.give_back().await
    }
}

impl Limited<LogIn> {
    /// Counts a try at the account with the address that was typed, which is `user`'s, if anybody's. The same
    /// for an address without an account. [`kit::Error::TooOften`] when there were too many.
    pub async fn try_once(&self, email: &str, user: Option<&User>) -> Result<Try> {
        let limits = &self.limits;
        let device = limits.device(&self.req);
        let is_trusted = device.zip(user).is_some_and(|(device, user)| is_of(&device, user));
        let typed = || email.trim().to_lowercase();
        let account = Email::of_account(email).map_or_else(typed, |email| email.canonical);
        let failures = if is_trusted {
            limits.each(OF_DEVICES, "devices", &account)
        } else {
            let of_account = limits.each(OF_ACCOUNT, "account", &account);
            [limits.wanted::<LogIn>(&network(&self.req)), of_account].concat()
        };
        let all = [&failures[..], &limits.each(OF_ALL, "all", &account)].concat();
        let taken = limits.take_each(&self.req, all, LogIn::IS_SHARED).await?;
        let taken = taken.but_only(failures.len());
        Ok(Try { taken, is_trusted })
    }

    /// Whether it has to be looked up first whose account it is.
    pub fn is_in_known_browser(&self) -> bool {
        self.limits.device(&self.req).is_some()
    }
}

impl Limited<SecondFactor> {
    /// Counts a try at the second factor of somebody whose password was right. Strangers who know it, too, do not
    /// keep the owner out of a browser in which they logged in before.
    pub async fn try_code(&self, user: &User) -> Result<Taken> {
        let is_trusted = self.limits.device(&self.req).is_some_and(|device| is_of(&device, user));
        let keys = self.limits.wanted::<SecondFactor>(&format!("{} {is_trusted}", user.id));
        self.limits.take_each(&self.req, keys, SecondFactor::IS_SHARED).await
    }
}

/// Whether the owner has logged in there, with the password that they have today.
fn is_of(device: &Device, user: &User) -> bool {
    device.is_of(user.id, &user.password_mark())
}
