//! A second factor at the real binary.

use std::time::SystemTime;

use crate::client::Client;
#[cfg(not(feature = "postgres"))]
use crate::clients::adas_folder;
#[cfg(not(feature = "postgres"))]
use crate::doctor::{assert_line, doctor};
#[cfg(not(feature = "postgres"))]
use crate::operation::ADA;
use crate::otp;
#[cfg(not(feature = "postgres"))]
use crate::server::{Server, free_port};

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

#[test]
#[cfg(not(feature = "postgres"))]
fn secrets_of_second_factors_that_an_old_key_closed_are_told_of() {
    let (dir, [old, new]) = (adas_folder(), [(); 2].map(|()| actix_login::generate_key()));
    crate::edit_rows(dir.path(), "UPDATE users SET verified_at = created_at");
    let server = Server::start_with(dir.path(), free_port(), &[("SECRET_KEY", &old)]);
    let mut ada = Client::new(&server.url);
    assert_eq!(ada.submit("/login", &ADA).status, 303);
    let secret = begin(&mut ada);
    confirm(&mut ada, &code_of(&secret));
    let said = |keys: &str| doctor(dir.path(), &[("SECRET_KEY", keys)]).1;
    assert!(!said(&old).contains("second factors"));
    let both = said(&format!("{new},{old}"));
    assert_line(&both, "warning second factors", "1 were closed by an older SECRET_KEY");
    assert_line(
        &said(&new),
        "problem second factors",
        "1 were closed by a SECRET_KEY that is gone",
    );
}
