//! A second factor at the real binary.

use std::time::SystemTime;

use crate::client::Client;
#[cfg(not(feature = "postgres"))]
use crate::doctor::{assert_line, doctor};
#[cfg(not(feature = "postgres"))]
use crate::operation::ADA;
use crate::otp;
#[cfg(not(feature = "postgres"))]
use crate::server::{Server, free_port, run};

/// A folder where Ada has an account, whose address is proved.
#[cfg(not(feature = "postgres"))]
fn adas_folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    assert!(run(dir.path(), &["user", "add", ADA[0].1], &format!("{}\n", ADA[1].1)).0);
    crate::edit_rows(dir.path(), "UPDATE users SET verified_at = created_at");
    dir
}

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

/// Apps of other makers: `scripts/check --all` installs one and names its Python in `CLIENTS_PYTHON`.
#[cfg(not(feature = "postgres"))]
mod clients {
    use std::process::Command;

    use super::{adas_folder, begin, confirm};
    use crate::client::Client;
    use crate::operation::ADA;
    use crate::server::{Server, free_port};

    /// The code that pyotp makes of a secret, so many seconds ago.
    fn code_by_pyotp(secret: &str, ago: u8) -> String {
        let script = "import pyotp, sys, time; print(pyotp.TOTP(sys.argv[1]).at(time.time() - int(sys.argv[2])))";
        let secret = secret.replace(' ', "");
        let mut command = Command::new(std::env::var("CLIENTS_PYTHON").unwrap());
        let output = command.args(["-c", script, &secret, &ago.to_string()]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    #[test]
    #[ignore = "needs pyotp: scripts/check --all"]
    fn an_app_of_other_makers_sets_up_a_second_factor_and_logs_in() {
        let dir = adas_folder();
        let server = Server::start_with(dir.path(), free_port(), &[]);
        let mut ada = Client::new(&server.url);
        assert_eq!(ada.submit("/login", &ADA).status, 303);
        let secret = begin(&mut ada);
        confirm(&mut ada, &code_by_pyotp(&secret, 30));
        let mut elsewhere = Client::new(&server.url);
        assert_eq!(elsewhere.submit("/login", &ADA).location, "/login/code");
        let code = code_by_pyotp(&secret, 0);
        assert_eq!(elsewhere.submit("/login/code", &[("otp", &code)]).location, "/dashboard");
    }
}
