//! A phone with an app that makes codes.

use crate::browser::{Answer, Browser};
use crate::otp;
use kit::Time;

pub struct Phone {
    secret: Vec<u8>,
}

impl Phone {
    /// Begins to set up a second factor, and takes its secret.
    pub async fn set_up(browser: &Browser) -> Self {
        let begun = browser.submit("/account/second-factor/app", &[]).await;
        assert_eq!(begun.location(), "/account/second-factor/app", "{}", begun.body);
        Self::read(&browser.follow(&begun).await)
    }

    /// Takes the secret that a page shows.
    pub fn read(page: &Answer) -> Self {
        let (_, rest) = page.body.split_once("<code id=\"secret\">").expect(&page.body);
        Self { secret: otp::base32(rest.split_once('<').unwrap().0) }
    }

    /// How long the secret is.
    pub fn bits(&self) -> usize {
        self.secret.len() * 8
    }

    pub fn code(&self, now: Time) -> String {
        self.code_of(now.assume_utc().unix_timestamp() / 30)
    }

    pub fn code_of(&self, step: i64) -> String {
        otp::code(&self.secret, step)
    }
}
