//! A second factor at the real binary.

use std::time::SystemTime;

use crate::client::Client;
use crate::otp;

/// Begins to set one up for whoever is logged in; the secret that the page shows.
pub fn begin(ada: &mut Client) -> String {
    let begun = ada.submit("/account/second-factor/app", &[]);
    assert_eq!(begun.status, 303, "{}", begun.body);
    let page = ada.get(&begun.location).body;
    let (_, rest) = page.split_once("<code id=\"secret\">").expect(&page);
    rest.split_once('<').unwrap().0.to_owned()
}

/// The code of this secret now.
pub fn code_of(secret: &str) -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    otp::code(&otp::base32(secret), i64::try_from(now / 30).unwrap())
}

/// Types a code of it; the recovery codes.
pub fn confirm(ada: &mut Client, code: &str) -> Vec<String> {
    let page = ada.submit("/account/second-factor/app/confirm", &[("otp", code)]).body;
    let codes = page.split("<li><code>").skip(1);
    let codes: Vec<_> = codes.map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10, "{page}");
    codes
}
