//! A session that is ended is ended at the next request, whoever ended it and however many ask meanwhile.

use std::path::Path;
use std::process::Stdio;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

use crate::client::Client;
use crate::edit_rows;
use crate::operation::{ADA, with_ada};
use crate::server::{Server, program};

/// How many ask at the same time, with one session: more than the server has threads.
const ASKING: usize = 6;

/// How often each way to end a session is tried.
const TIMES: usize = 8;

/// Another session of Ada's.
fn log_in(server: &Server) -> Client {
    let mut browser = Client::new(&server.url);
    assert_eq!(browser.submit("/login", &ADA).status, 303);
    browser
}

/// Tells others that it is over, also when something fails.
pub struct SetWhenDropped<'a>(pub &'a AtomicBool);

impl Drop for SetWhenDropped<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

/// Ends a session while many use it: how many were let in before, and how many that asked after its end.
fn end_under_load(server: &Server, session: &Client, end: impl FnOnce()) -> [usize; 2] {
    let (ended, over) = (AtomicBool::new(false), AtomicBool::new(false));
    let answers = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let asked_after = AtomicUsize::new(0);
    let begun = Barrier::new(ASKING + 1);
    thread::scope(|scope| {
        for _ in 0..ASKING {
            scope.spawn(|| {
                let browser = Client::with_cookies(&server.url, session.cookies());
                begun.wait();
                while !over.load(SeqCst) {
                    // Read before the request is sent: whoever asks now asks after the end.
                    let is_after = ended.load(SeqCst);
                    let is_served = browser.look("/dashboard") == 200;
                    answers[usize::from(is_after)].fetch_add(usize::from(is_served), SeqCst);
                    asked_after.fetch_add(usize::from(is_after), SeqCst);
                }
            });
        }
        // Also when something fails meanwhile: otherwise they would ask for ever.
        let _guard = SetWhenDropped(&over);
        begun.wait();
        while answers[0].load(SeqCst) < 10 * ASKING {
            thread::yield_now();
        }
        end();
        ended.store(true, SeqCst);
        while asked_after.load(SeqCst) < 10 * ASKING {
            thread::yield_now();
        }
    });
    answers.map(AtomicUsize::into_inner)
}

/// The same, many times: nobody is served after the end.
fn nobody_is_served_after(end: impl Fn(&Path, &mut Client)) {
    let dir = tempfile::tempdir().unwrap();
    let (server, _) = with_ada(dir.path(), &[]);
    for _ in 0..TIMES {
        edit_rows(dir.path(), "UPDATE users SET disabled_at = NULL, is_admin = FALSE");
        let session = log_in(&server);
        let mut same = Client::with_cookies(&server.url, session.cookies());
        let [before, after] = end_under_load(&server, &session, || end(dir.path(), &mut same));
        assert!(before > 0 && after == 0, "{before} requests were served before, {after} after");
    }
}

/// Runs a command, which is another process.
fn command(dir: &Path, arguments: &[&str]) {
    let mut command = program(dir, &[], arguments);
    assert!(command.stdout(Stdio::null()).status().unwrap().success());
}

#[test]
fn nobody_is_served_after_a_log_out() {
    nobody_is_served_after(|_, same| assert_eq!(same.submit("/logout", &[]).status, 303));
}

#[test]
fn nobody_is_served_after_the_operator_has_ended_all_sessions() {
    nobody_is_served_after(|dir, _| command(dir, &["user", "end-sessions", ADA[0].1]));
}

#[test]
fn nobody_is_served_whom_the_operator_has_disabled() {
    nobody_is_served_after(|dir, _| command(dir, &["user", "disable", ADA[0].1]));
}

#[test]
fn nobody_is_served_whose_row_another_program_has_deleted_or_changed() {
    for sql in [
        "DELETE FROM sessions",
        "UPDATE users SET disabled_at = '2026-01-01 00:00:00'",
        "UPDATE sessions SET expires_at = '2026-01-01 00:00:00'",
        "UPDATE sessions SET token_hash = 'another one of ' || id",
    ] {
        nobody_is_served_after(|dir, _| edit_rows(dir, sql));
    }
}
