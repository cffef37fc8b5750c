//! The log: in a file that others move away, and with the id of each request.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;

use crate::client::Client;
use crate::mail_server::wait_for;
use crate::operation::with_ada;
use crate::server::{Server, free_port, program};
use crate::serving::wait_for_line;

#[test]
fn without_a_log_file_a_hangup_is_noted_and_nobody_notices() {
    let dir = tempfile::tempdir().unwrap();
    let (server, mut ada) = with_ada(dir.path(), &[]);
    server.signal("HUP");
    wait_for_line(&server, &["INFO", "SIGHUP"]);
    server.signal("HUP");
    assert_eq!(ada.get("/dashboard").status, 200);
}

#[test]
fn a_log_that_is_moved_away_loses_no_line() {
    let dir = tempfile::tempdir().unwrap();
    let (server, _ada) = with_ada(dir.path(), &[("LOG_FILE", "app.log")]);
    let (log, moved) = (dir.path().join("app.log"), dir.path().join("app.log.1"));
    let visitor = Client::new(&server.url);
    let visits = thread::spawn(move || {
        let mut visitor = visitor;
        (0..200).for_each(|n| assert_eq!(visitor.get(&format!("/visit-{n}-")).status, 404));
    });
    let lines = |file: &Path| fs::read_to_string(file).unwrap_or_default();
    wait_for("some visits", || lines(&log).contains("/visit-20-").then_some(()));
    fs::rename(&log, &moved).unwrap();
    wait_for("more visits", || lines(&moved).contains("/visit-40-").then_some(()));
    server.signal("HUP");
    wait_for("a new file", || lines(&log).contains("SIGHUP").then_some(()));
    visits.join().unwrap();
    let all = lines(&moved) + &lines(&log);
    for n in 0..200 {
        assert_eq!(all.matches(&format!("/visit-{n}-")).count(), 1, "visit {n}");
    }
    assert!(lines(&log).contains("/visit-199-") && server.log().is_empty(), "{}", server.log());
}

#[test]
fn a_log_file_is_for_this_user_alone_unless_somebody_made_it_before() {
    let dir = tempfile::tempdir().unwrap();
    let mode =
        |name: &str| fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    fs::write(dir.path().join("old.log"), "before\n").unwrap();
    fs::set_permissions(dir.path().join("old.log"), fs::Permissions::from_mode(0o640)).unwrap();
    let text = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    for name in ["new.log", "old.log"] {
        let _server = Server::start_with(dir.path(), free_port(), &[("LOG_FILE", name)]);
        wait_for("a line", || text(name).contains("rows were deleted").then_some(()));
    }
    assert_eq!((mode("new.log"), mode("old.log")), (0o600, 0o640));
    assert!(text("old.log").starts_with("before\n2"), "{}", text("old.log"));
}

#[test]
fn a_log_file_that_cannot_be_opened_is_named_at_the_start_and_kept_later() {
    let dir = tempfile::tempdir().unwrap();
    let output = program(dir.path(), &[("LOG_FILE", "no/app.log")], &[]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(78) && said.contains("no/app.log cannot be"), "{said}");
    fs::create_dir(dir.path().join("no")).unwrap();
    let server = Server::start_with(dir.path(), free_port(), &[("LOG_FILE", "no/app.log")]);
    fs::rename(dir.path().join("no"), dir.path().join("moved")).unwrap();
    server.signal("HUP");
    let log = || fs::read_to_string(dir.path().join("moved/app.log")).unwrap();
    wait_for("a line about it", || log().contains("cannot be opened again").then_some(()));
    Client::new(&server.url).get("/the-next-line");
    wait_for("the next line", || log().contains("/the-next-line").then_some(()));
}

#[test]
fn the_line_about_a_request_and_that_about_its_error_have_the_same_id() {
    let dir = tempfile::tempdir().unwrap();
    let settings = [("LOG_FORMAT", "json"), ("RUST_LOG", "debug")];
    let (server, mut ada) = with_ada(dir.path(), &settings);
    let page = ada.get("/no-such-page").body;
    let id = page.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0;
    let lines = || {
        let log = server.log();
        let lines = log.lines().map(|line| serde_json::from_str(line).expect(line));
        let own = lines.filter(|line: &serde_json::Value| line["message"].to_string().contains(id));
        own.collect::<Vec<_>>()
    };
    let lines = wait_for("two lines", || Some(lines()).filter(|lines| lines.len() == 2));
    let targets: Vec<_> = lines.iter().map(|line| line["target"].as_str().unwrap()).collect();
    assert_eq!(targets, ["kit::http::problem", "access"]);
    assert!(lines.iter().all(|line| line["request_id"] == id), "{lines:?}");
}
