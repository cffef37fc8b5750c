//! Stopping, crashing, logging, and what an operator reads when something is wrong.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::client::Client;
use crate::server::{Server, free_port, program, run};
use crate::serving::wait_for_line;

pub const ADA: [(&str, &str); 3] =
    [("email", "ada@example.com"), ("password", "correct horse battery"), ("name", "Ada")];

/// A server with Ada logged in.
pub fn with_ada(dir: &Path, settings: &[(&str, &str)]) -> (Server, Client) {
    let server = Server::start_with(dir, free_port(), settings);
    let mut ada = Client::new(&server.url);
    assert_eq!(ada.submit(server.setup_link().unwrap(), &ADA).status, 303);
    (server, ada)
}

/// Starts the program, which must fail; its exit code and what it says.
pub fn failure(dir: &Path, settings: &[(&str, &str)]) -> (i32, String) {
    let output = program(dir, settings, &[]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!said.contains("panicked") && !said.contains("backtrace"), "{said}");
    (output.status.code().unwrap(), said)
}

/// The answer to a form of Ada's that began to arrive before her password was changed, and was whole
/// only afterwards.
pub fn answer_to_a_late_form(dir: &Path, path: &str, body: &str) -> String {
    let (server, ada) = with_ada(dir, &[]);
    let address = server.url.replace("http://localhost", "127.0.0.1");
    let cookies: Vec<_> =
        ada.cookies().iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut thief = TcpStream::connect(&address).unwrap();
    write!(
        thief,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\nCookie: {}\r\n\
         Accept: text/html\r\nSec-Fetch-Site: same-origin\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\n{}",
        body.len(),
        cookies.join("; "),
        &body[..5]
    )
    .unwrap();
    thread::sleep(Duration::from_millis(300));
    let new = "another horse battery\n";
    assert!(run(dir, &["user", "password", "ada@example.com"], new).0);
    thief.write_all(&body.as_bytes()[5..]).unwrap();
    let mut answer = String::new();
    thief.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_form_that_arrives_after_a_password_change_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let answer = answer_to_a_late_form(dir.path(), "/account", "name=Mallory");
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("action=\"/login\""), "{answer}");
    let (_, said) = run(dir.path(), &["user", "list"], "");
    assert!(said.contains("ada@example.com (Ada)"), "{said}");
}

#[test]
fn a_body_that_never_arrives_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start_with(dir.path(), free_port(), &[("REQUEST_TIMEOUT", "1s")]);
    let address = server.url.replace("http://localhost", "127.0.0.1");
    let mut slow = TcpStream::connect(&address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(
        slow,
        "POST /login HTTP/1.1\r\nHost: {address}\r\nContent-Length: 100\r\n\
         Content-Type: application/x-www-form-urlencoded\r\n\r\nemail="
    )
    .unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[cfg(target_os = "linux")]
#[test]
fn hashing_takes_no_more_memory_than_it_needs() {
    let dir = tempfile::tempdir().unwrap();
    let (server, mut ada) = with_ada(dir.path(), &[]);
    let resident = || {
        let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap().to_owned();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    };
    for _ in 0..20 {
        assert_eq!(ada.submit("/login", &ADA).status, 303);
    }
    let cores = u64::try_from(thread::available_parallelism().unwrap().get()).unwrap();
    assert!(resident() < 60 + 20 * cores, "{} MB", resident());
}

#[test]
fn each_request_is_one_line() {
    let dir = tempfile::tempdir().unwrap();
    let (server, mut ada) = with_ada(dir.path(), &[("RUST_LOG", "debug")]);
    ada.get("/account?q=private-search");
    ada.get("/no-such-page");
    thread::sleep(Duration::from_millis(200));
    let log = server.log();
    let line = log.lines().find(|line| line.contains(" 127.0.0.1 GET /account 200 ")).expect(&log);
    assert!(line.contains("access") && line.trim_end().ends_with("ms"), "{line}");
    assert!(log.contains("POST /setup 303") && log.contains("GET /no-such-page 404"), "{log}");
    assert!(!log.contains("private-search"), "{log}");
}

#[test]
fn the_visitors_request_id_is_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let (server, mut ada) = with_ada(dir.path(), &[]);
    let page = ada.get("/no-such-page").body;
    let id = page.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0;
    thread::sleep(Duration::from_millis(200));
    assert!(server.log().contains(&format!("{id} 127.0.0.1 GET /no-such-page 404")));
}

#[test]
fn a_write_from_another_site_is_in_the_log_with_its_request() {
    let dir = tempfile::tempdir().unwrap();
    let (server, mut ada) = with_ada(dir.path(), &[]);
    ada.set_header("sec-fetch-site", "cross-site");
    let page = ada.submit("/account", &[("name", "Mallory")]);
    assert_eq!(page.status, 403);
    let id = page.body.split_once("<code>").unwrap().1.split_once("</code>").unwrap().0;
    wait_for_line(&server, &["INFO", &format!("{id} 403: CrossSite")]);
    wait_for_line(&server, &[&format!("{id} 127.0.0.1 POST /account 403")]);
    assert!(!server.log().contains("Mallory"), "{}", server.log());
}

#[test]
fn what_happened_to_an_account_is_in_the_log_with_its_request_and_address() {
    let dir = tempfile::tempdir().unwrap();
    let (server, mut ada) = with_ada(dir.path(), &[]);
    ada.submit("/login", &[ADA[0], ("password", "wrong horse battery")]);
    let line = wait_for_line(&server, &[" 127.0.0.1 POST /login 422"]);
    let (before, _) = line.split_once(" 127.0.0.1 POST").unwrap();
    let (_, id) = before.rsplit_once(' ').unwrap();
    let from = format!("security log_in_failed user_id=1 from=127.0.0.1 request={id}");
    wait_for_line(&server, &["INFO", &from]);
}

#[test]
fn as_json_each_line_is_one_object() {
    let dir = tempfile::tempdir().unwrap();
    let (server, mut ada) = with_ada(dir.path(), &[("LOG_FORMAT", "json")]);
    ada.get("/account");
    thread::sleep(Duration::from_millis(200));
    let lines: Vec<serde_json::Value> =
        server.log().lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let line = lines.iter().find(|line| line["path"] == "/account").unwrap();
    assert_eq!((&line["method"], &line["status"]), (&"GET".into(), &200.into()));
    assert_eq!(line["request_id"].as_str().unwrap().len(), 16);
    assert!(line["milliseconds"].is_u64() && line["time"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn wrong_settings_are_told_all_at_once_and_end_with_78() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) =
        failure(dir.path(), &[("PORT", "http"), ("APP_ENV", "prod"), ("SECRET_KEY", "abc123")]);
    assert_eq!(code, 78);
    assert!(
        said.contains("PORT=http")
            && said.contains("APP_ENV=prod")
            && said.contains("SECRET_KEY=(hidden)")
    );
    assert!(!said.contains("abc123"), "{said}");
    assert!(!dir.path().join("data").exists(), "nothing was made");
}

#[test]
fn production_does_not_start_with_what_is_fine_at_home() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = failure(dir.path(), &[("APP_ENV", "production")]);
    assert_eq!(code, 78);
    for setting in ["PUBLIC_URL=", "SECRET_KEY=", "SMTP_URL="] {
        assert!(said.contains(setting), "{said}");
    }
}

/// What production needs, with a key of its own.
pub fn production() -> [(&'static str, &'static str); 4] {
    [
        ("APP_ENV", "production"),
        ("PUBLIC_URL", "https://app.example.com"),
        ("SECRET_KEY", actix_login::generate_key().leak()),
        ("SMTP_URL", "smtps://smtp.example.com"),
    ]
}

#[test]
fn in_production_the_tables_are_changed_by_a_command_of_their_own() {
    let (dir, settings) = (tempfile::tempdir().unwrap(), production());
    let (code, said) = failure(dir.path(), &settings);
    assert!(code == 1 && said.contains("Run `migrate` first"), "{said}");
    assert!(program(dir.path(), &settings, &["migrate"]).status().unwrap().success());
    let server = Server::start_with(dir.path(), free_port(), &settings);
    assert!(server.announcement.contains("https://app.example.com/setup?token="));
}

#[test]
fn a_broken_dotenv_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".env"), "PORT 8080 = what\n").unwrap();
    let (code, said) = failure(dir.path(), &[]);
    assert!(code == 78 && said.contains(".env"), "{said}");
}

#[test]
fn settings_are_read_from_a_dotenv_file() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".env"), "PASSWORD_MIN_LENGTH=20\n").unwrap();
    let server = Server::start(dir.path(), free_port());
    let page = Client::new(&server.url).get(server.setup_link().unwrap()).body;
    assert!(page.contains("At least 20 characters"), "{page}");
}

#[test]
fn an_address_of_another_machine_is_named() {
    let dir = tempfile::tempdir().unwrap();
    // For documents alone (RFC 5737): no machine has it.
    let (code, said) = failure(dir.path(), &[("HOST", "192.0.2.1")]);
    assert!(code == 78 && said.contains("HOST=192.0.2.1 is no address of this machine"), "{said}");
}

#[test]
fn the_server_listens_on_localhost_by_that_name() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start_with(dir.path(), free_port(), &[("HOST", "localhost")]);
    assert_eq!(Client::new(&server.url).get("/login").status, 200);
}

#[cfg(unix)]
#[test]
fn a_setting_that_is_no_text_opens_no_other_database() {
    use std::os::unix::ffi::OsStrExt;
    let dir = tempfile::tempdir().unwrap();
    // Not even when `.env` has one that is: what stands in the environment counts.
    fs::write(dir.path().join(".env"), "DATABASE_URL=other.db\n").unwrap();
    let mut command = program(dir.path(), &[("PORT", "http")], &["migrate"]);
    let path = std::ffi::OsStr::from_bytes(b"/x/caf\xe9/x.db");
    let output = command.env("DATABASE_URL", path).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(78), "{said}");
    assert!(said.contains("DATABASE_URL=(hidden)\n    must be text in UTF-8"), "{said}");
    assert!(said.contains("PORT=http"), "{said}");
    assert!(!dir.path().join("other.db").exists(), "no other database was opened");
}

#[test]
fn a_port_in_use_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let (code, said) = failure(dir.path(), &[("PORT", &port)]);
    assert!(code == 1 && said.contains(&format!("Port {port} of 127.0.0.1 is in use")), "{said}");
}

#[test]
fn a_key_file_that_holds_no_key_is_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("key"), "short").unwrap();
    let wrong = [("SECRET_KEY_FILE", "key"), ("RUST_LOG", "loud")];
    let (code, said) = failure(dir.path(), &wrong);
    assert!(code == 78 && said.contains("The key in key must be base64"), "{said}");
    assert!(said.contains("RUST_LOG=loud"), "{said}");
}

#[cfg(not(feature = "postgres"))]
mod sqlite {
    use std::sync::atomic::Ordering::Relaxed;

    use diesel::connection::SimpleConnection;
    use diesel::{Connection, SqliteConnection};

    use super::*;
    use crate::edit_rows;
    use crate::mail_server::wait_for;
    use crate::writing::{UNLIMITED, while_she_writes, written};

    #[test]
    fn a_crash_in_the_middle_of_writing_loses_nothing_that_was_answered() {
        let dir = tempfile::tempdir().unwrap();
        let (mut server, mut ada) = with_ada(dir.path(), &UNLIMITED);
        let url = server.url.clone();
        let port = url.rsplit(':').next().unwrap().parse().unwrap();
        let mut answered = Vec::new();
        for round in 1..=3 {
            let ((), more) = while_she_writes(&url, &ada, 1_000_000 * round.., |count| {
                wait_for("100 answers", || (count.load(Relaxed) >= 100).then_some(()));
                server.signal("KILL");
                server.wait();
            });
            answered.extend(more);
            server = Server::start_with(dir.path(), port, &UNLIMITED);
        }
        let kept = written(&dir.path().join(named!("data/" @ ".db")));
        // A killed process loses nothing that was answered; only a power cut may cost the last ones.
        let lost: Vec<_> = answered.iter().filter(|number| !kept.contains(number)).collect();
        assert!(lost.is_empty() && kept.len() <= answered.len() + 3, "{lost:?} of {answered:?}");
        assert!(kept.is_sorted_by(|one, next| one < next), "each once: {kept:?}");
        assert_eq!(ada.get("/dashboard").status, 200);
    }

    #[test]
    fn a_file_that_is_no_database_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("app.db"), "This is a letter, and not a database at all.")
            .unwrap();
        let (code, said) = failure(dir.path(), &[("DATABASE_URL", "app.db")]);
        assert!(code == 1 && said.contains("The database app.db cannot be used"), "{said}");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("data"), "a file where the folder should be").unwrap();
        let (code, said) = failure(dir.path(), &[]);
        assert!(code == 1 && said.contains(named!("data/" @ ".db")), "{said}");
    }

    #[test]
    fn a_database_that_cannot_be_written_is_named() {
        let dir = tempfile::tempdir().unwrap();
        drop(Server::start(dir.path(), free_port()));
        // A file that even root cannot write: SQLite's own mark for it.
        let (code, said) = failure(dir.path(), &[("DATABASE_URL", "/dev/full")]);
        assert!(code == 1 && said.contains("/dev/full"), "{said}");
    }

    #[test]
    fn a_locked_database_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("app.db");
        let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        other.batch_execute("CREATE TABLE other (id INTEGER); BEGIN EXCLUSIVE").unwrap();
        let (code, said) = failure(dir.path(), &[("DATABASE_URL", "app.db")]);
        assert!(code == 1 && said.contains("The database app.db is locked"), "{said}");
    }

    /// Another program that holds the write lock.
    fn lock(dir: &Path) -> SqliteConnection {
        let path = dir.join(named!("data/" @ ".db"));
        let mut other = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        other.batch_execute("BEGIN IMMEDIATE").unwrap();
        other
    }

    /// The one line of the log that holds this.
    fn line_with(server: &Server, text: &str) -> String {
        thread::sleep(Duration::from_millis(200));
        let log = server.log();
        let lines: Vec<_> = log.lines().filter(|line| line.contains(text)).collect();
        assert_eq!(lines.len(), 1, "{text} in {log}");
        lines[0].to_owned()
    }

    #[test]
    fn a_database_that_is_locked_while_serving_is_told_in_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let (server, mut ada) = with_ada(dir.path(), &[]);
        let other = lock(dir.path());
        assert_eq!(ada.submit("/account", &[("name", "x")]).status, 503);
        assert_eq!(ada.get("/dashboard").status, 200);
        drop(other);
        assert!(line_with(&server, "another program is writing to it").contains("ERROR"));
    }

    #[test]
    fn what_an_answer_waited_for_that_came_too_late_is_in_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let (server, mut ada) = with_ada(dir.path(), &[("REQUEST_TIMEOUT", "1s")]);
        let other = lock(dir.path());
        assert_eq!(ada.submit("/account", &[("name", "x")]).status, 503);
        drop(other);
        line_with(&server, "503: overdue: after 1 s it was writing to the database");
    }

    #[test]
    fn a_database_file_that_is_gone_is_told_in_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let (server, mut ada) = with_ada(dir.path(), &[]);
        fs::remove_file(dir.path().join(named!("data/" @ ".db"))).unwrap();
        assert_eq!(ada.get("/dashboard").status, 503);
        let line = line_with(&server, named!("data/" @ ".db is gone: it was deleted or moved"));
        assert!(line.contains("ERROR"), "{line}");
    }

    #[test]
    fn why_a_session_could_not_be_ended_is_in_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let (server, mut ada) = with_ada(dir.path(), &[]);
        let full = "BEGIN SELECT RAISE(ABORT, 'disk is full'); END";
        edit_rows(dir.path(), &format!("CREATE TRIGGER full BEFORE DELETE ON sessions {full}"));
        assert_eq!(ada.submit("/logout", &[]).status, 303);
        assert!(line_with(&server, "a session was not ended").contains("disk is full"));
    }

    #[test]
    fn a_database_from_a_newer_version_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        drop(Server::start(dir.path(), free_port()));
        edit_rows(
            dir.path(),
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')",
        );
        let (code, said) = failure(dir.path(), &[]);
        assert!(
            code == 1 && said.contains("is from a newer version") && said.contains(named!(@ ".db")),
            "{said}"
        );
    }

    #[test]
    fn in_the_middle_of_an_update_the_program_of_before_serves_but_changes_no_table() {
        let (dir, settings) = (tempfile::tempdir().unwrap(), production());
        let migrate = || program(dir.path(), &settings, &["migrate"]).output().unwrap();
        assert!(migrate().status.success());
        edit_rows(
            dir.path(),
            "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')",
        );
        let server = Server::start_with(dir.path(), free_port(), &settings);
        let log = server.log();
        assert!(log.contains("WARN") && log.contains("has the migration 29990101000000"), "{log}");
        let output = migrate();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains("is from a newer version"), "{said}");
    }
}
