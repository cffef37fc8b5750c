//! Clients that were written for other servers, in another language: `scripts/check --all` installs
//! them and names their Python in `CLIENTS_PYTHON`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::client::Client;
use crate::operation::ADA;
use crate::server::{Server, free_port, run};

/// A folder where Ada has an account.
fn adas_folder() -> TempDir {
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
