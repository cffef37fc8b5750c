//! The machine's clock is set while the program runs (libfaketime): what is over, and what was made by a clock
//! that was ahead. Pauses and limits of seconds are measured, and go by no clock.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::client::Client;
use crate::mail_server::wait_for;
use crate::operation::ADA;
use crate::server::{Server, free_port, program};

pub const HOUR: i64 = 3600;
pub const YEAR: i64 = 365 * 24 * HOUR;

/// A machine whose clock can be set, and a server on it.
pub struct Machine {
    dir: tempfile::TempDir,
    settings: Vec<(&'static str, String)>,
    pub server: Server,
}

/// The library that stands between a program and the clock.
fn faketime() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap().map(|folder| folder.unwrap().path());
    let mut files = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    files.find(|file| file.exists()).expect("faketime is installed by scripts/check")
}

/// Sets the clock so many seconds ahead of the true time, or behind it.
fn set_clock(dir: &Path, ahead: i64) {
    // Put in place whole: a program looks at any moment.
    fs::write(dir.join("new clock"), format!("{ahead:+}\n")).unwrap();
    fs::rename(dir.join("new clock"), dir.join("clock")).unwrap();
}

impl Machine {
    /// Its clock is so many seconds ahead when the server starts and Ada makes her account.
    pub fn ahead(ahead: i64, more: &[(&'static str, &str)]) -> (Self, Client) {
        let dir = tempfile::tempdir().unwrap();
        set_clock(dir.path(), ahead);
        let port = free_port();
        let mut settings = vec![
            ("LD_PRELOAD", faketime().display().to_string()),
            ("FAKETIME_TIMESTAMP_FILE", dir.path().join("clock").display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("PORT", port.to_string()),
        ];
        settings.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let texts: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let server = Server::launch(program(dir.path(), &texts, &[]), &port.to_string());
        let mut ada = Client::new(&server.url);
        assert_eq!(ada.submit(server.setup_link().unwrap(), &ADA).status, 303);
        (Self { dir, settings, server }, ada)
    }

    pub fn set(&self, ahead: i64) {
        set_clock(self.dir.path(), ahead);
    }

    /// Runs a command by the same clock.
    fn ask(&self, arguments: &[&str]) -> Output {
        let settings: Vec<_> = self.settings.iter().map(|(n, v)| (*n, v.as_str())).collect();
        program(self.dir.path(), &settings, arguments).output().unwrap()
    }

    /// Runs one that succeeds; what it prints.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.ask(arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Somebody new logs in and is served. Nothing panicked.
    pub fn goes_on(&self) {
        let mut anew = Client::new(&self.server.url);
        assert_eq!(anew.submit("/login", &ADA).status, 303);
        assert!(is_in(&mut anew), "a log-in of now");
        assert!(!self.server.log().contains("panic"), "{}", self.server.log());
    }
}

/// Whether somebody is logged in; otherwise they are led to the log-in.
fn is_in(visitor: &mut Client) -> bool {
    let page = visitor.get("/dashboard");
    assert!(page.status == 200 || page.location.starts_with("/login"), "{}", page.body);
    page.status == 200
}

#[test]
#[ignore = "needs faketime: scripts/check"]
fn a_log_in_ends_when_the_clock_says_so_and_does_not_come_back_with_it() {
    for ahead in [HOUR + 1, YEAR] {
        let (machine, mut ada) = Machine::ahead(0, &[]);
        let cookies = ada.cookies();
        assert!(is_in(&mut ada));
        machine.set(ahead);
        assert!(!is_in(&mut ada), "{ahead}");
        machine.goes_on();
        // What the server does every hour.
        machine.run(&["purge"]);
        machine.set(0);
        let mut copy = Client::with_cookies(&machine.server.url, cookies);
        assert!(!is_in(&mut ada) && !is_in(&mut copy), "{ahead}");
        machine.goes_on();
    }
}

#[test]
#[ignore = "needs faketime: scripts/check"]
fn what_a_clock_made_that_was_ahead_is_refused_when_it_is_set_right() {
    for ahead in [HOUR, YEAR] {
        let (machine, mut ada) = Machine::ahead(ahead, &[]);
        let link = machine.run(&["user", "reset-link", ADA[0].1]);
        assert!(is_in(&mut ada));
        machine.set(0);
        assert!(!is_in(&mut ada));
        let mut visitor = Client::new(&machine.server.url);
        let page = visitor.get(link.trim()).location;
        assert_eq!(visitor.get(&page).status, 410, "{page}");
        machine.goes_on();
    }
}

#[test]
#[ignore = "needs faketime: scripts/check"]
fn a_clock_that_is_set_back_keeps_nobody_from_a_new_log_in() {
    for behind in [HOUR, YEAR] {
        let (machine, mut ada) = Machine::ahead(0, &[]);
        machine.set(-behind);
        assert!(!is_in(&mut ada), "her log-in is from the future");
        machine.goes_on();
        machine.set(0);
        machine.goes_on();
    }
}

#[test]
#[ignore = "needs faketime: scripts/check"]
fn a_password_typed_before_the_clock_was_set_back_is_asked_for_again() {
    let (machine, mut ada) = Machine::ahead(0, &[]);
    machine.set(HOUR / 2);
    assert_eq!(ada.get("/account/email").location, "/sudo?next=%2Faccount%2Femail");
    assert_eq!(ada.submit("/sudo", &[ADA[1]]).status, 303);
    assert_eq!(ada.get("/account/email").status, 200);
    machine.set(HOUR / 6);
    assert_eq!(ada.get("/account/email").location, "/login?next=%2Faccount%2Femail");
}

#[test]
#[ignore = "needs faketime: scripts/check"]
fn an_hour_without_a_request_ends_a_log_in_though_the_clock_was_set_back_before() {
    let (machine, mut ada) = Machine::ahead(0, &[]);
    for minute in [50, 10] {
        machine.set(minute * 60);
        assert!(is_in(&mut ada), "{minute}");
    }
    machine.set(75 * 60);
    assert!(!is_in(&mut ada), "65 minutes later");
}

#[test]
#[ignore = "needs faketime: scripts/check"]
fn a_clock_of_before_the_program_was_made_is_a_problem() {
    let (machine, _) = Machine::ahead(0, &[]);
    assert!(!machine.run(&["doctor"]).contains("before this program was made"));
    machine.set(-50 * YEAR);
    let output = machine.ask(&["doctor"]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        !output.status.success() && said.contains("before this program was made: set the clock"),
        "{said}"
    );
}

#[test]
#[ignore = "needs faketime: scripts/check"]
fn a_mail_that_was_put_off_by_a_clock_that_was_ahead_does_not_wait_for_it() {
    let nobody = format!("smtp://127.0.0.1:{}", free_port());
    let (machine, _ada) = Machine::ahead(YEAR, &[("SMTP_URL", &nobody)]);
    let was_tried = |attempt: &str| machine.server.log().contains(attempt).then_some(());
    wait_for("a first attempt", || was_tried("was not sent at attempt 1"));
    machine.set(0);
    wait_for("a second attempt", || was_tried("was not sent at attempt 2"));
}
