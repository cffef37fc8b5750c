//! `PostgreSQL` in trouble: every request is answered within 5 seconds, nobody is let in and nobody is
//! logged out by it, and the program recovers by itself.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tempfile::TempDir;

use crate::client::{Client, Page};
use crate::cluster::Cluster;
use crate::database::TestDatabase;
use crate::instance::{ADA, ada_at, at_once, count, said, same, start, visitor, wait_for};
use crate::server::Server;
use crate::wire::Wire;

/// An instance with Ada logged in, and the way to it.
struct Site {
    server: Server,
    ada: Client,
    _dir: TempDir,
}

/// How long a request may take, in milliseconds, by the server's own log.
const PROMISED: u64 = 5000;

/// Whether the name that Ada chose meanwhile is hers.
const IN_TROUBLE: &str = "SELECT count(*) AS count FROM users WHERE name = 'in trouble'";

impl Site {
    /// On this database, with these settings.
    fn on(database: &str, settings: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        said(dir.path(), database, &["user", "add", "ada@example.com"]);
        let server = start(dir.path(), database, "smtp://127.0.0.1", settings);
        let ada = ada_at(&server.url);
        Self { server, ada, _dir: dir }
    }

    /// What people get who come now, many at once.
    fn answers(&self) -> Vec<Page> {
        at_once(20, |number| {
            let (mut ada, mut eve) = (same(&self.ada, &self.server.url), visitor(&self.server.url));
            let cookies = ada.cookies();
            let page = match number % 5 {
                0 => ada.get("/dashboard"),
                1 => ada.get("/account"),
                2 => ada.submit("/account", &[("name", "in trouble")]),
                3 => eve.submit("/login", &[ADA[0], ("password", "a wrong password")]),
                _ => eve.get("/readyz"),
            };
            assert_eq!(ada.cookies(), cookies, "nobody is logged out");
            assert!(eve.cookies().is_empty(), "nobody is let in");
            page
        })
    }

    /// Asserts that all who come now are told to come again, within the promised time.
    fn refuses_everybody(&self) {
        let statuses: Vec<_> = self.answers().iter().map(|page| page.status).collect();
        assert!(
            statuses.iter().all(|status| *status == 503),
            "{statuses:?}\n{}",
            self.server.log()
        );
        self.was_quick();
    }

    /// Asserts that everybody so far was answered within the promised time.
    fn was_quick(&self) {
        let log = self.server.log();
        let lines = log.lines().filter(|line| line.contains(" access "));
        let times = lines.filter_map(|line| line.strip_suffix(" ms")?.rsplit(' ').next());
        let times: Vec<u64> = times.map(|time| time.parse().expect(time)).collect();
        assert!(times.len() >= 20 && times.iter().all(|time| *time < PROMISED), "{times:?}\n{log}");
    }

    /// Asserts that it serves again without being touched, and that Ada is logged in still.
    fn recovers(&mut self) {
        let is_ready = || visitor(&self.server.url).get("/readyz").status == 204;
        wait_for("a 204 of /readyz", || is_ready().then_some(()));
        wait_for("Ada's page", || (self.ada.get("/dashboard").status == 200).then_some(()));
        // A write that hides nothing of what was written in trouble.
        let submit = |ada: &mut Client| ada.submit("/account/sessions/end-others", &[]).status;
        wait_for("a write", || (submit(&mut self.ada) == 303).then_some(()));
    }
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn a_table_that_another_program_has_locked_is_waited_for_and_then_told() {
    let database = TestDatabase::create();
    let mut site = Site::on(&database.url, &[]);
    let lock = "BEGIN; LOCK TABLE sessions, users IN ACCESS EXCLUSIVE MODE";
    let mut other = database.other_program(lock);
    let statuses: Vec<_> = site.answers().iter().map(|page| page.status).collect();
    // The tables that tell whether it is ready are not locked; but all connections wait.
    assert!(statuses.iter().all(|status| matches!(status, 503 | 204)), "{statuses:?}");
    assert!(statuses.iter().filter(|status| **status == 503).count() >= 16, "{statuses:?}");
    site.was_quick();
    other.batch_execute("COMMIT").unwrap();
    site.recovers();
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn when_all_connections_are_in_use_others_are_told_to_come_again() {
    let database = TestDatabase::create();
    // One reads, one writes.
    let mut site = Site::on(&database.url, &[("DATABASE_CONNECTIONS", "2")]);
    let mut other = database.other_program("BEGIN; LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE");
    let url = &site.server.url;
    let statuses = at_once(40, |_| same(&site.ada, url).get("/dashboard").status);
    assert!(statuses.iter().all(|status| *status == 503), "{statuses:?}");
    assert!(site.server.log().contains("503: Busy"), "{}", site.server.log());
    site.was_quick();
    other.batch_execute("COMMIT").unwrap();
    site.recovers();
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn a_server_that_crashes_and_comes_back_is_found_again() {
    let cluster = Cluster::start(40);
    let mut site = Site::on(&cluster.url, &[]);
    cluster.down();
    site.refuses_everybody();
    site.refuses_everybody();
    cluster.up();
    site.recovers();
    assert_eq!(count(&cluster.url, IN_TROUBLE), 0);
}

/// Takes connections until there are no more.
fn take_all(url: &str, taken: &mut Vec<PgConnection>) {
    let named = format!("{url}?application_name=others");
    taken.extend(std::iter::from_fn(|| PgConnection::establish(&named).ok()));
}

/// Ends the connections of everybody else.
const END: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND application_name <> 'others'";

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn a_server_whose_connections_others_have_taken_is_told_until_they_give_some_back() {
    let cluster = Cluster::start(12);
    let mut site = Site::on(&cluster.url, &[]);
    let mut others = Vec::new();
    // Those of the program are ended, and taken before it can open others.
    wait_for("the last connection", || {
        take_all(&cluster.url, &mut others);
        others[0].batch_execute(END).unwrap();
        (others.len() == 12).then_some(())
    });
    site.refuses_everybody();
    drop(others);
    site.recovers();
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn a_network_that_falls_silent_holds_nobody_up_for_long() {
    let database = TestDatabase::create();
    let wire = Wire::to(&database.url);
    let mut site = Site::on(&wire.url, &[]);
    wire.fall_silent();
    site.refuses_everybody();
    site.refuses_everybody();
    wire.carry_on();
    site.recovers();
    assert_eq!(count(&database.url, IN_TROUBLE), 0, "what was answered with 503 is not there");
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn those_who_wait_to_write_hold_up_no_page_however_many_connections_there_are() {
    let database = TestDatabase::create();
    let mut site = Site::on(&database.url, &[("DATABASE_CONNECTIONS", "64")]);
    let mut other = database.other_program("BEGIN; LOCK TABLE users IN EXCLUSIVE MODE");
    let (url, waiting) =
        (&site.server.url, "SELECT count(*) AS count FROM pg_locks WHERE NOT granted");
    let statuses = at_once(60, |number| {
        let mut ada = same(&site.ada, url);
        if number < 40 {
            return (503, ada.submit("/account", &[("name", "in trouble")]).status);
        }
        wait_for("a crowd that waits", || (count(&database.url, waiting) >= 16).then_some(()));
        (200, ada.get(["/dashboard", "/account", "/static/app.css"][number % 3]).status)
    });
    assert!(statuses.iter().all(|(right, status)| right == status), "{statuses:?}");
    site.was_quick();
    other.batch_execute("COMMIT").unwrap();
    site.recovers();
}
