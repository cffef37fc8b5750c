//! The examples of the login core, each as a reader would try it.

use std::net::TcpStream;
use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::client::{Client, Page};
use crate::server::free_port;

/// An example that runs, and where.
struct Example {
    program: Child,
    url: String,
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

impl Example {
    /// `cargo test` builds the examples beside the tests; `--test binary` alone does not.
    fn run(name: &str, settings: &[(&str, &str)]) -> Self {
        let program = std::path::Path::new(env!(named!("CARGO_BIN_EXE_" @)));
        let program = program.with_file_name("examples").join(name);
        let port = free_port();
        let mut command = Command::new(program);
        command.env("PORT", port.to_string()).envs(settings.iter().copied());
        let program = command.spawn().expect("first: cargo build --examples -p actix-login");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            thread::sleep(Duration::from_millis(50));
        }
        Self { program, url: format!("http://localhost:{port}") }
    }

    fn stranger(&self) -> Client {
        Client::new(&self.url)
    }

    fn logged_in(&self, name: &str) -> Client {
        let mut client = self.stranger();
        let answer = log_in(&mut client, "/login", name);
        assert!(answer.status < 400, "{}", answer.body);
        client
    }
}

fn log_in(client: &mut Client, path: &str, name: &str) -> Page {
    client.submit(path, &[("username", name), ("password", "lovelace")])
}

#[test]
fn the_quickstart_refuses_strangers_logs_in_and_greets() {
    let example = Example::run("quickstart", &[]);
    let mut ada = example.logged_in("ada");
    assert_eq!(ada.get("/protected").body, "Hello, Ada!");
    let mut eve = example.stranger();
    assert_eq!(eve.get("/protected").status, 401);
    assert_eq!(log_in(&mut eve, "/login", "eve").status, 401);
    assert_eq!(eve.submit("/login", &[("username", "ada")]).status, 400, "a field is missing");
    assert_eq!(eve.get("/nowhere").status, 404);
    assert_eq!(ada.get("/protected").status, 200, "nothing fell over");
}

/// A program of somebody's, with a token for these scopes.
fn program(example: &Example, name: &str, scope: &str) -> Client {
    let mut client = example.stranger();
    let form = [("username", name), ("password", "lovelace"), ("scope", scope)];
    let answer = client.submit("/auth/token", &form).body;
    let token: Value = serde_json::from_str(&answer).unwrap();
    let token = token["access_token"].as_str().expect(&answer).to_owned();
    client.set_header("authorization", &format!("Bearer {token}"));
    client
}

#[test]
fn the_api_gives_each_program_what_its_token_is_good_for() {
    let example = Example::run("api", &[]);
    let mut reader = program(&example, "bob", "notes:read");
    assert_eq!(reader.get("/me").body, r#"{"name":"bob","tenant":"blue"}"#);
    assert_eq!(
        (reader.get("/notes").status, reader.send_json("/notes", "\"x\"").status),
        (200, 403)
    );
    assert_eq!(program(&example, "bob", "notes:write").send_json("/notes", "\"x\"").status, 403);
    let mut writer = program(&example, "ada", "notes:read notes:write");
    assert_eq!(writer.send_json("/notes", "\"Milk\"").body, r#"["Milk"]"#);
    assert_eq!(reader.get("/notes").body, r#"["Milk"]"#);
    assert_eq!(example.stranger().get("/notes").status, 401);
}

#[test]
fn the_api_gives_nobody_more_than_they_may_hold() {
    let example = Example::run("api", &[]);
    for (name, scope, error) in [
        ("bob", "notes:clear", "invalid_scope"),
        ("ada", "nonsense", "invalid_scope"),
        ("eve", "", "invalid_grant"),
    ] {
        let form = [("username", name), ("password", "lovelace"), ("scope", scope)];
        let answer = example.stranger().submit("/auth/token", &form);
        assert_eq!((answer.status, answer.body), (400, format!(r#"{{"error":"{error}"}}"#)));
    }
}

#[test]
fn the_pages_lead_to_the_log_in_and_back_and_greet_once() {
    let example = Example::run("pages", &[]);
    let mut ada = example.stranger();
    let asked = ada.get("/?page=2").location;
    assert_eq!(asked, "/login?next=%2F%3Fpage%3D2");
    assert!(ada.get(&asked).body.contains("<form method=post>"));
    assert_eq!(log_in(&mut ada, &asked, "eve").status, 422);
    assert_eq!(log_in(&mut ada, &asked, "ada").location, "/?page=2");
    assert!(ada.get("/").body.contains("Welcome back! Hello, Ada!"));
    assert!(!ada.get("/").body.contains("Welcome"), "it was said");
    ada.submit("/logout", &[]);
    assert_eq!(ada.get("/").location, "/login?next=%2F");
    assert_eq!(log_in(&mut ada, "/login?next=%2F%2Fevil.example", "ada").location, "/");
}

#[test]
fn forms_from_other_sites_log_nobody_in_and_nobody_out() {
    let example = Example::run("pages", &[]);
    let mut ada = example.logged_in("ada");
    ada.set_header("sec-fetch-site", "cross-site");
    assert_eq!(ada.submit("/logout", &[]).status, 403);
    assert_eq!(log_in(&mut ada, "/login", "ada").status, 403);
    assert_eq!(ada.get("/").status, 200);
}

#[test]
fn the_office_has_a_log_in_page_of_its_own() {
    let example = Example::run("pages", &[]);
    let mut ada = example.stranger();
    let asked = ada.get("/office/rooms").location;
    assert_eq!(asked, "/office/login?next=%2Foffice%2Frooms");
    assert_eq!(log_in(&mut ada, &asked, "ada").location, "/office/rooms");
    assert!(ada.get("/office/rooms").body.contains("The office of Ada."));
}

#[test]
fn a_session_that_was_ended_is_over_whoever_copied_its_cookie() {
    let example = Example::run("sessions", &[]);
    let (mut ada, mut other) = (example.logged_in("ada"), example.logged_in("ada"));
    assert_eq!(ada.get("/").body, "Hello, ada! You are logged in at 2 browsers.");
    let mut thief = Client::with_cookies(&example.url, ada.cookies());
    ada.submit("/logout", &[]);
    assert_eq!(thief.get("/").location, "/login?next=%2F");
    assert_eq!(other.get("/").body, "Hello, ada! You are logged in at 1 browsers.");
    log_in(&mut other, "/login", "ada");
    assert_eq!(other.get("/").body, "Hello, ada! You are logged in at 1 browsers.", "not two");
    assert_eq!(log_in(&mut example.stranger(), "/login", "root").status, 422);
    let (mut third, mut bob) = (example.logged_in("ada"), example.logged_in("bob"));
    third.submit("/logout/everywhere", &[]);
    assert_eq!((other.get("/").status, bob.get("/").status), (303, 200));
}

#[test]
fn a_store_of_ones_own_is_asked_at_each_request_and_its_failures_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ada");
    std::fs::write(&file, "Ada Lovelace\nlovelace\n").unwrap();
    let example = Example::run("store", &[("USERS", folder.path().to_str().unwrap())]);
    let mut ada = example.logged_in("ada");
    assert_eq!(ada.get("/protected").body, "For Ada Lovelace only.");
    assert_eq!(example.stranger().get("/").body, "Hello, stranger!");
    assert_eq!(log_in(&mut example.stranger(), "/login", "../ada").status, 401);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(
        (ada.get("/").body.as_str(), ada.get("/protected").status),
        ("Hello, stranger!", 401)
    );
    std::fs::create_dir(&file).unwrap();
    assert_eq!(ada.get("/").status, 503, "nobody is a stranger because the store is broken");
}

#[test]
fn whom_the_proxy_names_is_logged_in_and_whom_others_name_is_not() {
    let example = Example::run("proxy", &[]);
    assert_eq!(example.stranger().get("/").status, 401);
    assert_eq!(example.stranger().set_header("remote-user", "ada").get("/").body, "Hello, ada!");
    let added = example.stranger().set_header("remote-user", "eve, ada").get("/").status;
    assert_eq!(added, 401);
    let elsewhere = Example::run("proxy", &[("PROXY", "192.0.2.1")]);
    assert_eq!(elsewhere.stranger().set_header("remote-user", "ada").get("/").status, 401);
}
