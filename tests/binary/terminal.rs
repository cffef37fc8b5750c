//! An operator at a real terminal.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::client::Client;
use crate::server::{Server, free_port};

/// Types a password into a command; what then stood on the terminal.
fn typed(dir: &Path, password: &str, arguments: &[&str]) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/binary/terminal.py");
    let mut command = Command::new("/usr/bin/python3");
    command.args([script, password, env!(named!("CARGO_BIN_EXE_" @))]).args(arguments);
    let output = command.current_dir(dir).env_clear().output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs python3: scripts/check"]
fn a_password_that_is_typed_at_a_terminal_stands_nowhere_on_it_and_works() {
    let dir = tempfile::tempdir().unwrap();
    for (command, password) in
        [("add", "correct horse battery"), ("password", "violet kettle marching north")]
    {
        let seen = typed(dir.path(), password, &["user", command, "ada@example.com"]);
        assert_eq!((&seen["was_hidden"], &seen["echoes_at_the_end"]), (&true.into(), &true.into()));
        let said = seen["said"].as_str().unwrap();
        assert!(said.contains("New password: ") && said.contains("Once more: "), "{said}");
        assert!(!said.contains(password) && !said.contains('*'), "{said}");
        assert_eq!(seen["code"], 0, "{said}");
        let server = Server::start(dir.path(), free_port());
        let fields = [("email", "ada@example.com"), ("password", password)];
        assert_eq!(Client::new(&server.url).submit("/login", &fields).status, 303);
    }
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs python3: scripts/check"]
fn a_server_ends_with_the_terminal_that_it_was_started_at() {
    let dir = tempfile::tempdir().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/binary/terminal_closed.py");
    let mut command = Command::new("/usr/bin/python3");
    command.args([script, env!(named!("CARGO_BIN_EXE_" @))]).current_dir(dir.path()).env_clear();
    let output = command.env("PORT", free_port().to_string()).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "-1\n", "ended by SIGHUP, which is 1");
}
