//! The running server: how it stops, what it says, and what it does by itself.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::mail_server::wait_for;
use crate::operation::with_ada;
use crate::server::{Server, free_port};

/// Waits for a line of the log that holds all of these.
pub fn wait_for_line(server: &Server, parts: &[&str]) -> String {
    wait_for(&format!("{parts:?}"), || {
        let log = server.log();
        let line = log.lines().find(|line| parts.iter().all(|part| line.contains(part)));
        line.map(str::to_owned)
    })
}

/// A log-in whose body waits for the "go on" that the server sends when it has read the head.
pub fn begin_to_log_in(address: &str) -> TcpStream {
    let mut slow = TcpStream::connect(address).unwrap();
    write!(
        slow,
        "POST /login HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n",
        LOGIN.len()
    )
    .unwrap();
    let mut go_on = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    slow.read_exact(&mut go_on).unwrap();
    assert!(go_on.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&go_on));
    slow
}

pub const LOGIN: &str = "email=ada%40example.com&password=correct+horse+battery";

/// Stops the server by a signal while somebody logs in.
fn stops_after_the_last_answer(signal: &str) {
    let dir = tempfile::tempdir().unwrap();
    let (mut server, _ada) = with_ada(dir.path(), &[("REQUEST_TIMEOUT", "5m")]);
    let address = server.url.replace("http://localhost", "127.0.0.1");
    let mut slow = begin_to_log_in(&address);
    server.signal(signal);
    wait_for("a closed door", || TcpStream::connect(&address).is_err().then_some(()));
    slow.write_all(LOGIN.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 303") && answer.contains("location: /dashboard"),
        "{answer}"
    );
    assert!(server.wait().success());
}

#[test]
fn ctrl_c_lets_nobody_in_any_more_and_finishes_what_was_begun() {
    stops_after_the_last_answer("INT");
}

#[test]
fn so_does_the_signal_of_a_service_manager() {
    stops_after_the_last_answer("TERM");
}

#[test]
fn on_a_lan_address_the_log_warns_that_cookies_travel_unprotected() {
    let dir = tempfile::tempdir().unwrap();
    let public = [("PUBLIC_URL", "http://192.168.1.5:8080")];
    let server = Server::start_with(dir.path(), free_port(), &public);
    assert!(server.announcement.contains("runs at http://192.168.1.5:8080"));
    wait_for_line(&server, &["WARN", "cookies travel unprotected", "http://192.168.1.5:8080"]);
    let safe = with_ada(tempfile::tempdir().unwrap().path(), &[]).0;
    wait_for_line(&safe, &["POST /setup 303"]);
    assert!(!safe.log().contains("unprotected"), "{}", safe.log());
}

#[cfg(not(feature = "postgres"))]
mod sqlite {
    use std::fs;
    use std::path::Path;

    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;

    use super::*;
    use crate::client::Client;
    use crate::edit_rows;
    use crate::operation::ADA;
    use crate::server::program;

    /// Ada's server, with a session of hers that is over and one that is not, at its next start.
    fn with_an_old_session(dir: &Path) {
        let (server, _ada) = with_ada(dir, &[]);
        assert_eq!(Client::new(&server.url).submit("/login", &ADA).status, 303);
        drop(server);
        edit_rows(dir, "UPDATE sessions SET expires_at = '2020-01-01 00:00:00' WHERE id = 1");
    }

    #[test]
    fn a_running_server_deletes_what_has_expired_by_itself() {
        let dir = tempfile::tempdir().unwrap();
        with_an_old_session(dir.path());
        let server = Server::start(dir.path(), free_port());
        wait_for_line(&server, &["INFO", "1 expired rows were deleted"]);
        drop(server);
        let output = program(dir.path(), &[], &["purge"]).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "0 rows were deleted.\n");
    }

    #[test]
    fn purging_is_a_command_that_needs_no_server() {
        let dir = tempfile::tempdir().unwrap();
        with_an_old_session(dir.path());
        let purge = || program(dir.path(), &[], &["purge"]).output().unwrap();
        for sentence in ["1 rows were deleted.\n", "0 rows were deleted.\n"] {
            let output = purge();
            assert!(output.status.success(), "{output:?}");
            assert_eq!(String::from_utf8(output.stdout).unwrap(), sentence);
        }
    }

    #[test]
    fn a_database_that_may_only_be_read_is_named_with_what_to_do() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("app.db");
        let mut other = diesel::SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        other.batch_execute("CREATE TABLE other (id INTEGER)").unwrap();
        drop(other);
        // A write version that SQLite does not know (its file format, section 1.3.2): even root may
        // only read the file.
        let mut bytes = fs::read(&file).unwrap();
        bytes[18] = 3;
        fs::write(&file, bytes).unwrap();
        let output = program(dir.path(), &[("DATABASE_URL", "app.db")], &[]).output().unwrap();
        let sentence = "The database app.db cannot be written. Give this user the right to.\n";
        assert_eq!(String::from_utf8(output.stderr).unwrap(), sentence);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    }
}
