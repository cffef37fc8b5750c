//! Tries at the password of an account, by who is not logged in. What a stranger does must not keep the owner
//! out: a browser in which they logged in before has tries of its own, and who is logged in is asked for none.

use kit::Client;
use kit::http::device::Device;
use kit::limit::Quota;
use time::Duration;

use crate::error::Result;
use crate::people::limits::{LogIn, Taken};
use crate::people::{Email, Limited, User};

/// At one account, from browsers that nobody knows: five at once, and then one a minute, but fifty a day.
pub const OF_ACCOUNT: &[Quota] =
    &[Quota::new(5, Duration::minutes(5)), Quota::new(50, Duration::days(1))];

/// In a browser in which its owner logged in before.
pub const OF_DEVICE: &[Quota] = &[Quota::new(10, Duration::minutes(15))];

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
        let client = Client::of(&self.req);
        let device = self.limits.devices().of(&self.req);
        let device = device.filter(|device| user.is_some_and(|user| is_of(device, user)));
        let wanted = if let Some(device) = &device {
            self.limits.each(OF_DEVICE, "device", &device.id)
        } else {
            let typed = || email.trim().to_lowercase();
            let account = Email::of_account(email).map_or_else(typed, |email| email.canonical);
            [self.of_network(&client), self.limits.each(OF_ACCOUNT, "account", &account)].concat()
        };
        let taken = self.limits.take(&client, wanted).await?;
        Ok(Try { taken, is_trusted: device.is_some() })
    }
}

/// Whether the owner has logged in there, with the password that they have today.
fn is_of(device: &Device, user: &User) -> bool {
    device.user == user.id.to_string() && device.bound_to == user.password_mark()
}
