//! A second factor in a real browser, with a phone of our own making.

use std::time::{Duration, SystemTime};

use fantoccini::Locator;

use crate::driver::{PASSWORD, Visitor};
use crate::otp;

/// A phone with an app that makes codes.
struct Phone {
    secret: Vec<u8>,
    /// The step of the code that was typed last: each works once.
    used: i64,
}

impl Phone {
    /// Sets it up as the second factor, on the page where that begins.
    async fn set_up(ada: &Visitor) -> Self {
        ada.press("Begin").await;
        ada.click("summary").await;
        let secret = ada.browser.find(Locator::Css("#secret")).await.unwrap().text().await.unwrap();
        let mut phone = Self { secret: otp::base32(&secret), used: 0 };
        phone.types_its_code(ada, "Turn it on").await;
        ada.reads("Recovery codes").await;
        phone
    }

    async fn types_its_code(&mut self, ada: &Visitor, button: &str) {
        let code = self.next_code().await;
        ada.fill(&[("otp", &code)]).await;
        ada.press(button).await;
    }

    /// Waits for a code that was not typed yet.
    async fn next_code(&mut self) -> String {
        let step = || {
            let since = SystemTime::UNIX_EPOCH.elapsed().unwrap();
            i64::try_from(since.as_secs() / 30).unwrap()
        };
        while step() <= self.used {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        self.used = step();
        otp::code(&self.secret, self.used)
    }
}

/// Ada, whose address is proved, where she sets up a second factor.
async fn ada() -> Visitor {
    let ada = Visitor::logged_in().await;
    ada.proves_the_address().await;
    ada.open("/account/second-factor/new").await;
    ada
}

/// Comes to the page that asks for a code.
async fn comes_back(ada: &Visitor) {
    ada.log_out().await;
    ada.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(ada.path().await, "/login/code");
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_comes_in_with_a_code_loses_her_phone_and_has_a_new_one() {
    let ada = ada().await;
    let mut phone = Phone::set_up(&ada).await;
    ada.click("[download]").await;
    let codes = ada.downloaded("recovery-codes.txt").await;
    comes_back(&ada).await;
    phone.types_its_code(&ada, "Log in").await;
    comes_back(&ada).await;
    ada.fill(&[("otp", codes.lines().last().unwrap())]).await;
    ada.press("Log in").await;
    ada.open("/account/second-factor").await;
    ada.reads("9 left").await;
    ada.press("Remove it").await;
    ada.press("Set it up").await;
    Phone::set_up(&ada).await;
    ada.leave().await;
}
