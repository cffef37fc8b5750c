//! Who is served next, where passwords are hashed and judged.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{join, join_all};
use kit::Error;
use kit::http::client::{Client, Network};
use kit::password::fair_queue::FairQueue;
use kit::password::workers::Workers;

/// Of a client at this address.
fn network(address: &str) -> Network {
    (&Client { ip_address: address.to_owned(), ..Client::default() }).into()
}

/// The network of this letter, and of no other.
fn of(letter: char) -> Network {
    network(&format!("192.0.2.{}", u32::from(letter)))
}

/// A queue with these in it, each in the line of its first letter; who had to go; and who is served
/// in which order.
fn served(room: usize, newcomers: &[&'static str]) -> (Vec<&'static str>, Vec<&'static str>) {
    let mut queue = FairQueue::new(room);
    let add = |name: &&'static str| queue.add(of(name.chars().next().unwrap()), *name);
    let gone = newcomers.iter().filter_map(add).collect();
    (gone, std::iter::from_fn(|| queue.take(|_| false)).collect())
}

#[test]
fn networks_are_served_in_turns_however_long_their_lines() {
    let (gone, order) = served(9, &["a1", "a2", "a3", "a4", "b1", "b2", "c1"]);
    assert_eq!(order, ["a1", "b1", "c1", "a2", "b2", "a3", "a4"]);
    assert!(gone.is_empty());
}

#[test]
fn who_comes_from_a_shorter_line_takes_the_last_place_of_the_longest() {
    let (gone, order) = served(4, &["a1", "a2", "a3", "a4", "a5", "b1", "b2", "b3", "c1", "c2"]);
    assert_eq!(gone, ["a5", "a4", "a3", "b3", "b2", "c2"]);
    assert_eq!(order, ["a1", "b1", "c1", "a2"]);
}

#[test]
fn many_networks_take_no_more_room_than_one() {
    let mut queue = FairQueue::new(8);
    for n in 0..1000 {
        let _ = queue.add(network(&format!("10.0.{}.{}", n / 250, n % 250)), n);
    }
    let order: Vec<_> = std::iter::from_fn(|| queue.take(|_| false)).collect();
    assert_eq!(order, [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn who_was_just_served_goes_behind_who_came_meanwhile() {
    let mut queue = FairQueue::new(8);
    assert!(queue.add(of('a'), "a1").is_none());
    assert_eq!(queue.take(|_| false), Some("a1"));
    for name in ["a2", "a3", "b1"] {
        assert!(queue.add(of(name.chars().next().unwrap()), name).is_none());
    }
    assert_eq!(queue.take(|_| false), Some("b1"));
    assert_eq!(queue.take(|_| false), Some("a2"));
}

#[test]
fn who_is_late_costs_the_others_of_their_line_no_turn() {
    let mut queue = FairQueue::new(8);
    for name in ["a late", "a late too", "a1", "b1"] {
        assert!(queue.add(of(name.chars().next().unwrap()), name).is_none());
    }
    let order: Vec<_> = std::iter::from_fn(|| queue.take(|name| name.contains("late"))).collect();
    assert_eq!(order, ["a1", "b1"]);
}

#[test]
fn a_network_is_an_address_or_what_a_provider_gives_to_one_customer() {
    assert_eq!(network("2001:db8:1:1::1"), network("2001:db8:1:ffff::2"));
    assert_ne!(network("2001:db8:1:1::1"), network("2001:db8:2:1::1"));
    assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    assert_eq!(network(""), Network::Unknown);
    let v4: IpAddr = "192.0.2.1".parse().unwrap();
    assert_eq!(network("192.0.2.1"), Network::Address(v4.into()));
}

/// A single worker that does nothing until it is let go.
async fn held() -> (Arc<Workers<()>>, Sender<()>) {
    let workers = Arc::new(Workers::start("test", 1).unwrap());
    let ((let_go, wait), (begun, begins)) = (channel(), tokio::sync::oneshot::channel());
    let same = Arc::clone(&workers);
    actix_web::rt::spawn(async move {
        let work = move |(): &mut ()| (begun.send(()).unwrap(), wait.recv().unwrap());
        same.run(of('a'), work).await.unwrap();
    });
    begins.await.unwrap();
    (workers, let_go)
}

#[actix_web::test]
async fn a_full_line_of_one_address_costs_another_nothing_but_what_runs() {
    let (workers, let_go) = held().await;
    let order = Arc::new(Mutex::new(Vec::new()));
    let job = |network, name: &'static str| {
        let order = Arc::clone(&order);
        workers.run(network, move |()| order.lock().unwrap().push(name))
    };
    let flood = join_all((0..32).map(|_| job(of('a'), "flood")));
    let ada = async {
        let (ada, ()) = join(job(of('b'), "ada"), async { let_go.send(()).unwrap() }).await;
        ada
    };
    let (flood, ada) = join(flood, ada).await;
    assert!(ada.is_ok());
    assert_eq!(order.lock().unwrap()[0], "ada");
    assert_eq!(flood.iter().filter(|answer| answer.is_ok()).count(), 7, "one made room");
}

#[actix_web::test]
async fn who_waits_and_who_is_served_is_counted() {
    let (workers, let_go) = held().await;
    assert_eq!(workers.load(), (0, 1));
    let waiting = join_all((0..3).map(|_| workers.run(of('b'), |()| ())));
    let release = async {
        assert_eq!(workers.load(), (3, 1));
        let_go.send(()).unwrap();
    };
    join(waiting, release).await;
    while workers.load() != (0, 0) {
        actix_web::rt::time::sleep(Duration::from_millis(1)).await;
    }
}

#[actix_web::test]
async fn the_command_line_waits_for_its_turn_as_long_as_it_takes() {
    let (workers, let_go) = held().await;
    let visitors = join_all((0..9).map(|_| workers.run(of('b'), |()| ())));
    let operator = workers.run(Network::Operator, |()| ());
    let release = async {
        // For longer than a visitor may wait.
        actix_web::rt::time::sleep(Duration::from_millis(2100)).await;
        let_go.send(()).unwrap();
    };
    let (visitors, (operator, ())) = join(visitors, join(operator, release)).await;
    assert!(visitors.iter().all(|answer| matches!(answer, Err(Error::Busy))));
    assert!(operator.is_ok());
}

#[actix_web::test]
async fn a_panic_at_work_is_a_mistake_of_ours_and_stops_nobody_else() {
    let workers = Workers::<()>::start("test", 1).unwrap();
    let broken = workers.run(of('a'), |()| panic!("on purpose")).await;
    assert!(matches!(broken, Err::<(), _>(Error::Internal(_))));
    assert_eq!(workers.run(of('b'), |()| 7).await.unwrap(), 7);
}

/// What each thread has of its own: how many of them are gone.
#[derive(Default)]
struct Own;

static GONE: AtomicUsize = AtomicUsize::new(0);

impl Drop for Own {
    fn drop(&mut self) {
        GONE.fetch_add(1, Ordering::SeqCst);
    }
}

#[actix_web::test]
async fn the_threads_end_with_whom_they_work_for() {
    let workers = Workers::<Own>::start("test", 2).unwrap();
    workers.run(of('a'), |_| ()).await.unwrap();
    drop(workers);
    // However slow the machine: they have nothing else to do.
    for _ in 0..1200 {
        if GONE.load(Ordering::SeqCst) == 2 {
            return;
        }
        actix_web::rt::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} of 2 threads ended", GONE.load(Ordering::SeqCst));
}
