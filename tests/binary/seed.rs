//! `seed`: somebody to log in as.

use crate::client::Client;
use crate::operation::production;
use crate::server::{Server, free_port, program, run};

/// The password on a line of its own.
fn password(said: &str) -> &str {
    said.lines().last().unwrap().trim()
}

#[test]
fn a_developer_gets_somebody_with_rows_who_runs_the_place() {
    let dir = tempfile::tempdir().unwrap();
    let (done, said) = run(dir.path(), &["seed"], "");
    assert!(done && said.contains("demo@example.com, who is the administrator,"), "{said}");
    let server = Server::start(dir.path(), free_port());
    assert_eq!(server.setup_link(), None);
    let mut demo = Client::new(&server.url);
    let form = [("email", "demo@example.com"), ("password", password(&said))];
    assert_eq!(demo.submit("/login", &form).status, 303);
    assert_eq!(demo.get("/notes").body.matches(">Note ").count(), 5);
    assert!(!demo.get("/dashboard").body.contains("is not confirmed"));
}

#[test]
fn sown_twice_there_is_nobody_else_and_the_developer_reads_so() {
    let dir = tempfile::tempdir().unwrap();
    assert!(run(dir.path(), &["user", "add", "ada@example.com"], "correct horse battery\n").0);
    let (_, first) = run(dir.path(), &["seed"], "");
    assert!(!first.contains("administrator"), "{first}");
    let (done, said) = run(dir.path(), &["seed"], "");
    assert!(done && said.starts_with("demo@example.com is there already"), "{said}");
    let list = run(dir.path(), &["user", "list"], "").1;
    assert_eq!(list.lines().filter(|line| line.contains("demo@example.com")).count(), 1, "{list}");
}

#[test]
fn in_production_nobody_is_made_up() {
    let dir = tempfile::tempdir().unwrap();
    let output = program(dir.path(), &production(), &["seed"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("for development alone"), "{said}");
    assert!(!dir.path().join("data").exists());
}
