//! Instances that are killed, and instances that are restarted in turn, behind nginx.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl as _};

use crate::client::Client;
use crate::instance::{Pair, ada_at, same, start_at, visitor, wait_for};
use crate::nginx::Nginx;
use crate::server::Server;

#[derive(QueryableByName)]
struct Written {
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The addresses for which a link to a new password was asked for, and how often each is there: the core's
/// only rows that anybody may make by a form, as many as they like. They stay for a day.
fn written(pair: &Pair) -> BTreeMap<String, i64> {
    let mut connection = pair.database.other_program("SELECT 1");
    let all = diesel::sql_query(
        "SELECT email, count(*) AS count FROM outbox WHERE kind = 'reset' GROUP BY email",
    );
    let all: Vec<Written> = all.load(&mut connection).unwrap();
    all.into_iter().map(|row| (row.email, row.count)).collect()
}

/// Asks for links, for one address after the other, until it is told to stop: the addresses, and whether each
/// was answered with success. Counts those.
fn write(
    mut ada: Client, name: &str, stop: &AtomicBool, saved: &AtomicUsize,
) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let address = format!("{name}{}@example.com", all.len());
        let is_saved = ada.try_submit("/forgot", &[("email", &address)]);
        saved.fetch_add(usize::from(is_saved), Ordering::Relaxed);
        all.push((address, is_saved));
    }
    all
}

/// Four people write through nginx while something happens: what they wrote, in the order of each.
fn while_writing(nginx: &Nginx, happens: impl FnOnce(&AtomicUsize)) -> Vec<(String, bool)> {
    let (ada, stop, saved) = (ada_at(&nginx.url), AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let (ada, stop, saved) = (&ada, &stop, &saved);
        let writer = |name: &'static str| {
            let ada = same(ada, &nginx.url);
            scope.spawn(move || write(ada, name, stop, saved))
        };
        let writers = ["a", "b", "c", "d"].map(writer);
        happens(saved);
        stop.store(true, Ordering::Relaxed);
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    })
}

/// Waits until so many more rows are saved.
fn wait_for_more(saved: &AtomicUsize, more: usize) {
    let before = saved.load(Ordering::Relaxed);
    let is_done = || saved.load(Ordering::Relaxed) >= before + more;
    wait_for("more rows", || is_done().then_some(()));
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn an_instance_that_is_killed_loses_nothing_that_was_answered_and_doubles_nothing() {
    let mut pair = Pair::start(&[]);
    let nginx = pair.nginx();
    let [_, second] = &mut pair.instances;
    let answered = while_writing(&nginx, |saved| {
        wait_for_more(saved, 100);
        second.signal("KILL");
        second.wait();
        wait_for_more(saved, 100);
    });
    let written = written(&pair);
    assert!(written.values().all(|count| *count == 1), "twice: {written:?}");
    let lost = answered.iter().filter(|(address, saved)| *saved && !written.contains_key(address));
    assert_eq!(lost.collect::<Vec<_>>(), Vec::<&(String, bool)>::new());
    // One in flight for each writer, and those that nginx asked before it knew.
    let failed = answered.iter().filter(|(_, saved)| !saved).count();
    assert!(failed <= 8, "{failed} of {}", answered.len());
}

/// Whether the instance says that it is ready.
fn is_ready(server: &Server) -> bool {
    visitor(&server.url).get("/readyz").status == 204
}

/// Ends an instance and starts it again at the same address, as a careful operator does: nginx sends it
/// nothing from when it says that it is about to end, until it is ready again.
fn restart(pair: &mut Pair, nginx: &Nginx, number: usize) {
    let server = &mut pair.instances[number];
    server.terminate();
    wait_for("a 503 of /readyz", || (!is_ready(server)).then_some(()));
    nginx.serve_by([number != 0, number != 1]);
    assert!(server.wait().success());
    let port = server.url.rsplit(':').next().unwrap().parse().unwrap();
    let (dir, database, smtp) = (pair.dir.path(), &pair.database.url, &pair.posts[number].url);
    pair.instances[number] = start_at(port, dir, database, smtp, &[DELAY]);
    wait_for("a 204 of /readyz", || is_ready(&pair.instances[number]).then_some(()));
    nginx.serve_by([true, true]);
}

/// Enough for nginx to be told, on a slow machine too.
const DELAY: (&str, &str) = ("SHUTDOWN_DELAY", "8s");

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn while_both_instances_are_restarted_in_turn_no_request_is_lost() {
    let mut pair = Pair::start(&[DELAY]);
    let (nginx, stop) = (pair.nginx(), AtomicBool::new(false));
    let mut reader = ada_at(&nginx.url);
    let (answered, read) = thread::scope(|scope| {
        let read = scope.spawn(|| {
            let look = || !stop.load(Ordering::Relaxed);
            let asked = std::iter::repeat_with(|| reader.get("/dashboard").status);
            asked.take_while(|_| look()).collect::<Vec<_>>()
        });
        let answered = while_writing(&nginx, |saved| {
            for number in [0, 1] {
                wait_for_more(saved, 20);
                restart(&mut pair, &nginx, number);
            }
            wait_for_more(saved, 20);
        });
        stop.store(true, Ordering::Relaxed);
        (answered, read.join().unwrap())
    });
    assert!(read.len() > 20 && read.iter().all(|status| *status == 200), "{read:?}");
    let failed: Vec<_> = answered.iter().filter(|(_, saved)| !saved).collect();
    assert!(failed.is_empty(), "{failed:?} of {}", answered.len());
    let written = written(&pair);
    assert_eq!((written.len(), written.values().max()), (answered.len(), Some(&1)));
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn who_is_told_to_stop_says_so_and_serves_on_and_stops_at_once_when_told_again() {
    let mut pair = Pair::start(&[("SHUTDOWN_DELAY", "1h")]);
    let server = &mut pair.instances[0];
    let mut ada = ada_at(&server.url);
    assert!(is_ready(server));
    server.terminate();
    wait_for("a 503 of /readyz", || (!is_ready(server)).then_some(()));
    assert_eq!(visitor(&server.url).get("/livez").status, 204);
    assert_eq!(ada.get("/dashboard").status, 200);
    assert_eq!(ada.submit("/account", &[("name", "in time")]).status, 303);
    let told = Instant::now();
    server.terminate();
    assert!(server.wait().success() && told.elapsed() < Duration::from_secs(15));
    assert!(is_ready(&pair.instances[1]));
}
