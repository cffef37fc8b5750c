//! Who is served next, where passwords are hashed and judged.

use std::cell::Cell;
use std::net::IpAddr;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::app::features;
use futures_util::future::{join, join_all};
use kit::Error;
use kit::http::client::{Client, Network};
use kit::password::fair_queue::FairQueue;
use kit::password::workers::Workers;

use crate::browser::{Browser, PASSWORD, Site, address, config, passwords};

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

/// A browser behind our proxy, at this address.
fn at(site: &std::rc::Rc<Site>, address: &str) -> Browser {
    let browser = site.stranger();
    browser.set_header("x-forwarded-for", Some(address));
    browser
}

/// Sends this form from many addresses of one network, again and again, and meanwhile from another a
/// few times; how often the flood was turned away, and what the other one got.
async fn beside_a_flood(
    path: &str, flood: &[(&str, &str)], own: &[(&str, &str)],
) -> (u32, Vec<u16>) {
    let settings = [("TRUSTED_PROXIES", "127.0.0.1/32")];
    let site = Site::build(&settings, passwords(&config(&[])), features).await;
    site.user("ada").await;
    let (refused, is_over) = (Cell::new(0), Cell::new(false));
    let clients: Vec<_> = (1..=32).map(|n| at(&site, &format!("2001:db8:1:1::{n}"))).collect();
    let clients = clients.iter().map(async |client| {
        while !is_over.get() {
            let status = client.submit(path, flood).await.status;
            refused.set(refused.get() + u32::from(status == 503));
            actix_web::rt::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let other = async {
        let mut answers = Vec::new();
        for _ in 0..8 {
            answers.push(at(&site, "192.0.2.1").submit(path, own).await.status);
        }
        is_over.set(true);
        answers
    };
    let (_, answers) = join(join_all(clients), other).await;
    (refused.get(), answers)
}

#[actix_web::test]
async fn wrong_passwords_from_one_network_keep_no_right_one_out() {
    let ada = address("ada");
    let wrong = [("email", ada.as_str()), ("password", "wrong horse battery")];
    let right = [("email", ada.as_str()), ("password", PASSWORD)];
    let (refused, answers) = beside_a_flood("/login", &wrong, &right).await;
    assert!(refused > 0 && answers.iter().all(|status| *status == 303), "{refused} {answers:?}");
}

#[actix_web::test]
async fn a_flood_of_passwords_to_judge_keeps_nobody_from_choosing_one() {
    let long = "kettle violet marching north and south and east".repeat(4);
    let fields = [("password", long.as_str())];
    let (refused, answers) = beside_a_flood("/password-check", &fields, &fields).await;
    assert!(refused > 0 && answers.iter().all(|status| *status == 200), "{refused} {answers:?}");
}
