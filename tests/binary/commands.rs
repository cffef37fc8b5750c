//! The commands.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use crate::client::Client;
use crate::server::{Server, free_port, latchkey};

/// Runs a command with something on standard input; whether it succeeded, and what it said.
fn run(dir: &Path, arguments: &[&str], input: &str) -> (bool, String) {
    let mut command = latchkey(dir, &[], arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

fn log_in(server: &Server, password: &str) -> (Client, u16) {
    let mut client = Client::new(&server.url);
    let status =
        client.submit("/login", &[("email", "ada@example.com"), ("password", password)]).status;
    (client, status)
}

#[test]
fn an_operator_manages_people() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| run(dir.path(), arguments, input);
    let (done, said) = run(
        &["user", "add", "ada@example.com", "--name", "Ada", "--admin"],
        "correct horse battery\n",
    );
    assert!(done && said.contains("ada@example.com can log in now."), "{said}");
    let (_, said) = run(&["user", "list"], "");
    assert!(said.contains("admin  active    ada@example.com (Ada)"), "{said}");
    let server = Server::start(dir.path(), free_port());
    assert_eq!(server.setup_link(), None);
    let (mut ada, status) = log_in(&server, "correct horse battery");
    assert_eq!(status, 303);

    assert!(run(&["user", "disable", "ADA@example.com"], "").0);
    assert_eq!(ada.get("/dashboard").status, 303, "logged out at the next request");
    assert_eq!(log_in(&server, "correct horse battery").1, 422);
    assert!(run(&["user", "list"], "").1.contains("disabled"));

    assert!(run(&["user", "enable", "ada@example.com"], "").0);
    let (mut ada, status) = log_in(&server, "correct horse battery");
    assert_eq!(status, 303);
    assert!(run(&["user", "password", "ada@example.com"], "another horse battery\n").0);
    assert_eq!(ada.get("/dashboard").status, 303, "logged out at the next request");
    assert_eq!(log_in(&server, "correct horse battery").1, 422);
    assert_eq!(log_in(&server, "another horse battery").1, 303);
}

#[test]
fn mistakes_of_an_operator_are_explained() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| run(dir.path(), arguments, input);
    let good = "correct horse battery\n";
    for (arguments, input, sentence) in [
        (&["user", "add", "ada"][..], good, "like name@example.com"),
        (&["user", "add", "ada@example.com"], "short\n", "Use at least 12 characters"),
        (&["user", "add", "ada@example.com"], "", "Use at least 12 characters"),
        (
            &["user", "disable", "nobody@example.com"],
            "",
            "Nobody has the address nobody@example.com.",
        ),
        (&["user", "password", "nobody@example.com"], good, "Nobody has the address"),
        (&["user", "dance"], "", "unrecognized subcommand"),
    ] {
        let (done, said) = run(arguments, input);
        assert!(!done && said.contains(sentence), "{arguments:?}: {said}");
    }
    assert!(run(&["user", "add", "ada@example.com"], good).0);
    let (done, said) = run(&["user", "add", "Ada@Example.com"], good);
    assert!(!done && said.contains("has an account already"), "{said}");
}

#[test]
fn a_secret_is_new_each_time_and_good_enough() {
    let dir = tempfile::tempdir().unwrap();
    let (_, one) = run(dir.path(), &["secret"], "");
    let (_, two) = run(dir.path(), &["secret"], "");
    assert_ne!(one, two);
    assert!(latchkey::keys::SigningKey::parse(one.trim()).is_ok());
    assert!(!dir.path().join("data").exists(), "it needs no database");
}

#[test]
fn migrating_twice_does_nothing_the_second_time() {
    let dir = tempfile::tempdir().unwrap();
    assert!(run(dir.path(), &["migrate"], "").1.starts_with("4 migrations were run"));
    assert!(run(dir.path(), &["migrate"], "").1.starts_with("0 migrations were run"));
}

#[test]
fn routes_lists_what_the_router_knows() {
    let dir = tempfile::tempdir().unwrap();
    let (_, said) = run(dir.path(), &["routes"], "");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in ["GET,POST /login", "POST /logout", "GET /dashboard", "GET,POST /notes/{id}/delete"]
    {
        assert!(said.contains(line), "{line} in {said}");
    }
}

#[test]
fn help_explains_every_command() {
    let dir = tempfile::tempdir().unwrap();
    let (done, said) = run(dir.path(), &["--help"], "");
    for command in ["serve", "migrate", "user", "secret", "routes"] {
        assert!(done && said.contains(command), "{said}");
    }
}

#[test]
fn a_rotated_key_signs_and_the_old_one_keeps_people_logged_in() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| run(dir.path(), arguments, input);
    assert!(run(&["user", "add", "ada@example.com"], "correct horse battery\n").0);
    let port = free_port();
    let server = Server::start(dir.path(), port);
    let (mut ada, _) = log_in(&server, "correct horse battery");
    drop(server);
    let file = dir.path().join("data/secret_key");
    let old = std::fs::read_to_string(&file).unwrap();
    let (done, said) = run(&["secret", "rotate"], "");
    assert!(done && said.contains("1 older ones still verify"), "{said}");
    let both = std::fs::read_to_string(&file).unwrap();
    assert!(both.trim().ends_with(old.trim()) && both.contains(','));
    let server = Server::start(dir.path(), port);
    assert_eq!(ada.get("/dashboard").status, 200);
    drop(server);
    std::fs::write(&file, both.split(',').next().unwrap()).unwrap();
    let _server = Server::start(dir.path(), port);
    assert_eq!(ada.get("/dashboard").status, 303, "the old key is gone");
}
