//! Mail over real SMTP.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::Client;
use crate::mail_server::{Eavesdropper, HOST, MailServer, mail, mails, wait_for};
use crate::operation::{ADA, with_ada};
use crate::server::{Server, free_port, run};

/// The subjects of Ada's mails: of the first, which comes of itself, and of the one she asks for.
const CONFIRM: &str = "Confirm your e-mail address";
const RESET: &str = "Choose a new password";

/// Ada at a server that sends mail this way.
fn ada_with_smtp(dir: &Path, smtp_url: &str) -> (Server, Client) {
    let ada =
        with_ada(dir, &[("SMTP_URL", smtp_url), ("MAIL_FROM", "The Post <post@example.com>")]);
    make_her_one_of_many(dir);
    ada
}

/// An administrator gets no link to a new password before the address is proved.
fn make_her_one_of_many(dir: &Path) {
    let password = format!("{}\n", ADA[1].1);
    assert!(run(dir, &["user", "add", "root@example.com", "--admin"], &password).0);
    assert!(run(dir, &["user", "demote", ADA[0].1], "").0);
}

/// Lets a mail of another kind go to somebody else.
#[cfg(not(feature = "postgres"))]
fn change_password_of_root(dir: &Path) {
    let change = ["user", "password", "root@example.com"];
    assert!(run(dir, &change, "violet kettle marching north\n").0);
}

/// The way to a mail server of this machine.
fn local(port: u16) -> String {
    format!("smtp://{HOST}:{port}")
}

/// Forgets Ada's password: always the same answer, and never one to wait for.
fn forget(ada: &mut Client) {
    let asked = Instant::now();
    let answer = ada.submit("/forgot", &ADA[..1]);
    assert_eq!((answer.status, answer.location.as_str()), (303, "/forgot/sent"));
    // A server that says nothing is given up after ten.
    assert!(asked.elapsed() < Duration::from_secs(9), "{:?}", asked.elapsed());
}

fn wait_for_log(server: &Server, line: &str) {
    wait_for(line, || server.log().contains(line).then_some(()));
}

fn link_in(mail: &Value) -> String {
    let mut lines = mail["text"].as_str().unwrap().lines();
    lines.find(|line| line.starts_with("http")).unwrap().to_owned()
}

fn log_in(server: &Server, password: &str) -> u16 {
    Client::new(&server.url).submit("/login", &[ADA[0], ("password", password)]).status
}

#[test]
#[ignore = "needs an SMTP server: scripts/check"]
fn a_forgotten_password_is_replaced_through_a_real_mail() {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let _post = MailServer::start(dir.path(), port, "works");
    let (server, mut ada) = ada_with_smtp(dir.path(), &local(port));
    forget(&mut ada);
    let link = link_in(&mail(dir.path(), RESET));
    assert_eq!(ada.get(&link).location, "/reset");
    assert!(ada.get("/reset").body.contains("ada@example.com"));
    let new = "violet kettle marching north";
    assert_eq!(ada.submit("/reset", &[("password", new)]).location, "/login");
    assert_eq!((log_in(&server, ADA[1].1), log_in(&server, new)), (422, 303));
    mail(dir.path(), "Your password was changed");
}

#[test]
#[ignore = "needs an SMTP server: scripts/check"]
fn a_mail_is_well_formed_and_says_who_wrote_it() {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let _post = MailServer::start(dir.path(), port, "works");
    let (_server, mut ada) = ada_with_smtp(dir.path(), &local(port));
    forget(&mut ada);
    let mail = mail(dir.path(), RESET);
    for (place, value) in [
        ("/type", "multipart/alternative"),
        ("/sender", "post@example.com"),
        ("/recipients/0", "ada@example.com"),
        ("/headers/to", "ada@example.com"),
        ("/headers/from", "The Post <post@example.com>"),
        ("/headers/auto-submitted", "auto-generated"),
    ] {
        assert_eq!(mail.pointer(place).unwrap(), value, "{mail}");
    }
    assert!(mail["headers"]["message-id"].as_str().unwrap().ends_with("@localhost>"), "{mail}");
    assert!(mail["headers"]["date"].is_string(), "{mail}");
    let (text, html) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
    let in_html = format!("href=\"{}\"", link_in(&mail));
    assert!(html.contains(&in_html) && text.contains("for 30 minutes"), "{mail}");
}

#[cfg(not(feature = "postgres"))]
#[test]
#[ignore = "needs an SMTP server: scripts/check"]
fn a_mail_waits_for_its_server_over_a_restart_and_arrives_once() {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let (mut server, mut ada) = ada_with_smtp(dir.path(), &local(port));
    forget(&mut ada);
    wait_for_log(&server, "(reset) was not sent at attempt 1");
    server.terminate();
    assert!(server.wait().success());
    let _post = MailServer::start(dir.path(), port, "works");
    let (url, app_port) = (local(port), free_port());
    let _server = Server::start_with(dir.path(), app_port, &[("SMTP_URL", &url)]);
    mail(dir.path(), RESET);
    // Were it still waiting, it would go again before the next mail.
    crate::edit_rows(dir.path(), "UPDATE outbox SET due_at = '2020-01-01 00:00:00'");
    change_password_of_root(dir.path());
    mail(dir.path(), "Your password was changed");
    assert_eq!(mails(dir.path(), RESET).len(), 1);
}

/// A mail server that is like this, and then well again.
fn a_mail_survives(mood: &str, reason: &str) {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let ailing = MailServer::start(dir.path(), port, mood);
    let (server, mut ada) = ada_with_smtp(dir.path(), &local(port));
    forget(&mut ada);
    wait_for_log(&server, "(reset) was not sent at attempt 1");
    assert!(server.log().contains(reason), "{}", server.log());
    drop(ailing);
    assert!(mails(dir.path(), RESET).is_empty());
    let _post = MailServer::start(dir.path(), port, "works");
    mail(dir.path(), CONFIRM);
    mail(dir.path(), RESET);
    let log = server.log();
    assert!(!log.contains("ada@example.com") && !log.contains("token="), "{log}");
}

#[test]
#[ignore = "needs an SMTP server: scripts/check"]
fn a_mail_survives_a_server_that_says_not_now() {
    a_mail_survives("refuses", "the mail server answered 451");
}

#[test]
#[ignore = "needs an SMTP server: scripts/check"]
fn a_mail_survives_a_server_that_dies_in_the_middle() {
    a_mail_survives("dies", "attempt 1: response error: incomplete response");
}

/// A certificate with its key, for 0.0.0.0.
fn certificate(dir: &Path) -> PathBuf {
    let (key, file) = (dir.join("key.pem"), dir.join("certificate.pem"));
    let mut command = Command::new("openssl");
    command.args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes".split(' '));
    command.args(["-subj", "/CN=post", "-addext", "subjectAltName=IP:0.0.0.0"]);
    command.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    let output = command.arg("-keyout").arg(&key).arg("-out").arg(&file).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let both = [fs::read(&file).unwrap(), fs::read(&key).unwrap()].concat();
    fs::write(&key, both).unwrap();
    file
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs an SMTP server: scripts/check"]
fn a_mail_leaves_this_machine_encrypted_and_only_to_a_server_with_a_good_certificate() {
    let (dir, other, port) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), free_port());
    let certificate = certificate(dir.path());
    let _post = MailServer::start_encrypted(dir.path(), port, &dir.path().join("key.pem"));
    let url = format!("smtp://post%40example.com:p%40ss%3Aword%2F1@0.0.0.0:{port}");
    let (server, mut ada) = ada_with_smtp(other.path(), &url);
    forget(&mut ada);
    wait_for_log(&server, "(reset) was not sent at attempt 1");
    assert!(
        server.log().contains("invalid peer certificate") && mails(dir.path(), RESET).is_empty()
    );
    // What a library reads stands in `.env` like our own settings.
    fs::write(dir.path().join(".env"), format!("SSL_CERT_FILE={}", certificate.display())).unwrap();
    let (server, mut ada) = ada_with_smtp(dir.path(), &url);
    forget(&mut ada);
    assert_eq!(mail(dir.path(), RESET)["encrypted"], true, "{}", server.log());
}

#[cfg(not(feature = "postgres"))]
#[test]
fn a_mail_that_can_never_be_written_is_one_line_in_the_log_and_no_address() {
    let dir = tempfile::tempdir().unwrap();
    let (server, _ada) = ada_with_smtp(dir.path(), &local(free_port()));
    change_password_of_root(dir.path());
    // An address that was taken when fewer were refused.
    let edit = "UPDATE outbox SET email = 'ro..ot@ex.org', due_at = '2020-01-01 00:00:00'";
    crate::edit_rows(dir.path(), &format!("{edit} WHERE kind = 'password_changed'"));
    wait_for_log(&server, "(password_changed) can never be sent and is given up: ");
    crate::edit_rows(dir.path(), "UPDATE outbox SET due_at = '2020-01-01 00:00:00'");
    wait_for_log(&server, "(confirm) was not sent at attempt 2");
    let log = server.log();
    assert_eq!(log.matches("(password_changed) can never be sent").count(), 1, "{log}");
    assert!(!log.contains("ex.org") && !log.contains("ro..ot"), "{log}");
}

/// What a mail server without TLS hears at this address of this machine, and what the log says.
fn overheard(host: &str) -> (String, String) {
    let (dir, eve) = (tempfile::tempdir().unwrap(), Eavesdropper::start());
    let url = format!("smtp://robot:hunter2@{host}:{}", eve.port);
    let (server, mut ada) = ada_with_smtp(dir.path(), &url);
    forget(&mut ada);
    let is_over = || eve.heard().contains("\n.\n") || server.log().contains("was not sent");
    wait_for("an attempt", || is_over().then_some(()));
    (eve.heard(), server.log())
}

#[cfg(target_os = "linux")]
#[test]
fn beyond_this_machine_nothing_is_said_to_a_server_without_tls() {
    let (heard, log) = overheard("0.0.0.0");
    assert!(
        heard.starts_with("EHLO ") && log.contains("was not sent at attempt 1"),
        "{heard}{log}"
    );
    for secret in ["AUTH", "MAIL", "RCPT", "DATA", "ada@example.com", "token="] {
        assert!(!heard.contains(secret), "{heard}");
    }
    assert!(!log.contains("hunter2"), "{log}");
}

#[test]
fn on_this_machine_a_server_without_tls_is_good_enough() {
    let (heard, log) = overheard("127.0.0.1");
    for part in [
        "EHLO localhost",
        "AUTH PLAIN",
        "MAIL FROM:<post@example.com>",
        "RCPT TO:<ada@example.com>",
    ] {
        assert!(heard.contains(part), "{part} in {heard}");
    }
    assert!(!log.contains("was not sent"), "{log}");
}

#[test]
fn a_mail_server_that_says_nothing_keeps_nobody_waiting() {
    let dir = tempfile::tempdir().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", silent.local_addr().unwrap());
    let (mut server, mut ada) = ada_with_smtp(dir.path(), &url);
    forget(&mut ada);
    let _connection = silent.accept().unwrap();
    forget(&mut ada);
    assert_eq!(ada.get("/dashboard").status, 200);
    let stopping = Instant::now();
    server.terminate();
    assert!(server.wait().success());
    assert!(stopping.elapsed() < Duration::from_secs(9), "{:?}", stopping.elapsed());
}
