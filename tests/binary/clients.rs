//! Clients that were written for other servers, in another language: `scripts/check --all` installs
//! them and names their Python in `CLIENTS_PYTHON`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::client::Client;
use crate::operation::ADA;
#[cfg(not(feature = "postgres"))]
use crate::second_factor;
use crate::server::{Server, free_port, run};

/// A folder where Ada has an account.
pub fn adas_folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    assert!(run(dir.path(), &["user", "add", ADA[0].1], &format!("{}\n", ADA[1].1)).0);
    dir
}

/// A server with key pairs for its tokens: the first signs.
fn start(dir: &Path, port: u16, pairs: &[&str]) -> Server {
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/crates/actix-login/tests/keys");
    let files: Vec<_> = pairs.iter().map(|pair| format!("{keys}/{pair}.pem")).collect();
    Server::start_with(dir, port, &[("TOKEN_PRIVATE_KEY_FILE", &files.join(","))])
}

/// What the clients of `clients.py` say when all went well for them, with an access token of Ada's
/// from earlier too.
fn visited(server: &Server, earlier: Option<&str>) -> String {
    let python = std::env::var("CLIENTS_PYTHON")
        .expect("CLIENTS_PYTHON names a Python that has the libraries of clients.py");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/binary/clients.py");
    let mut command = Command::new(python);
    command.args([script, &server.url, ADA[0].1, ADA[1].1]).args(earlier).env_clear();
    let output = command.output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{said}\n{}", server.log());
    said
}

/// The code that pyotp makes of a secret, so many seconds ago.
#[cfg(not(feature = "postgres"))]
fn code_by_pyotp(secret: &str, ago: u8) -> String {
    let script = "import pyotp, sys, time; print(pyotp.TOTP(sys.argv[1]).at(time.time() - int(sys.argv[2])))";
    let secret = secret.replace(' ', "");
    let mut command = Command::new(std::env::var("CLIENTS_PYTHON").unwrap());
    let output = command.args(["-c", script, &secret, &ago.to_string()]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
#[cfg(not(feature = "postgres"))]
#[ignore = "needs pyotp: scripts/check --all"]
fn an_app_of_other_makers_sets_up_a_second_factor_and_logs_in() {
    let dir = adas_folder();
    crate::edit_rows(dir.path(), "UPDATE users SET verified_at = created_at");
    let server = Server::start_with(dir.path(), free_port(), &[]);
    let mut ada = Client::new(&server.url);
    assert_eq!(ada.submit("/login", &ADA).status, 303);
    let secret = second_factor::begin(&mut ada);
    second_factor::confirm(&mut ada, &code_by_pyotp(&secret, 30));
    let mut elsewhere = Client::new(&server.url);
    assert_eq!(elsewhere.submit("/login", &ADA).location, "/login/code");
    let code = code_by_pyotp(&secret, 0);
    assert_eq!(elsewhere.submit("/login/code", &[("otp", &code)]).location, "/dashboard");
}

#[test]
#[ignore = "needs OAuth clients: scripts/check --all"]
fn strange_clients_get_along_with_an_ed25519_key() {
    let dir = adas_folder();
    let server = start(dir.path(), free_port(), &["ed25519"]);
    let said = visited(&server, None);
    assert!(said.contains("verified them by EdDSA"), "{said}");
}

#[test]
#[ignore = "needs OAuth clients: scripts/check --all"]
fn strange_clients_get_along_with_an_rsa_key() {
    let dir = adas_folder();
    let server = start(dir.path(), free_port(), &["rsa"]);
    let said = visited(&server, None);
    assert!(said.contains("verified them by RS256"), "{said}");
}

#[test]
#[ignore = "needs OAuth clients: scripts/check --all"]
fn a_token_from_before_a_new_key_is_still_good_for_strange_clients() {
    let (dir, port) = (adas_folder(), free_port());
    let mut old = start(dir.path(), port, &["rsa"]);
    let fields = [("grant_type", "password"), ("username", ADA[0].1), ADA[1]];
    let answer = Client::new(&old.url).submit("/auth/token", &fields);
    let tokens: Value = serde_json::from_str(&answer.body).unwrap();
    old.terminate();
    assert!(old.wait().success());
    let new = start(dir.path(), port, &["ed25519", "rsa"]);
    let said = visited(&new, Some(tokens["access_token"].as_str().unwrap()));
    assert!(said.contains("verified them by EdDSA"), "{said}");
}
