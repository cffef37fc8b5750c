//! Many mails at a mail server that takes its time.

use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::rt;
use actix_web::rt::task::JoinHandle;
use app::error::Result;
use app::mail::Request;
use app::people::Email;
use app::people::link::fingerprint;

use crate::browser::{OTHER_PASSWORD, PASSWORD, Site, address};
use crate::slow_post::SlowPost;

const WAITING: &str = "SELECT count(*) AS count FROM outbox WHERE sent_at IS NULL";
const TRIED: &str = "SELECT count(*) AS count FROM outbox WHERE attempts > 0";

/// A site whose mails go to a server that answers to none yet, with accounts for these.
async fn with_slow_post(names: &[&str]) -> (Rc<Site>, SlowPost) {
    let post = SlowPost::start();
    let site = Site::with(&[("SMTP_URL", &post.url()), ("LIMIT_MAILS", "off")]).await;
    for name in names {
        site.user(name).await;
    }
    (site, post)
}

async fn forget(site: &Rc<Site>, names: &[&str]) {
    for name in names {
        let email = address(name);
        assert_eq!(site.stranger().submit("/forgot", &[("email", &email)]).await.status, 303);
    }
}

/// Zoe asks for `name`'s address: another kind of mail.
async fn ask_for_address(site: &Site, name: &str) {
    let zoe = site.user("zoe").await;
    let request = Request::ChangeEmail { user_id: zoe.id, asked_by: fingerprint(&zoe) };
    let (email, now) = (Email::parse(&address(name)).unwrap(), site.clock.now());
    site.db.write(move |conn| request.post_or_refuse(conn, &email, now)).await.unwrap();
}

fn deliver(site: &Site) -> JoinHandle<Result<()>> {
    let outbox = site.app.state().outbox().clone();
    rt::spawn(async move { kit::mail::deliver(&outbox).await })
}

#[actix_web::test]
async fn a_conversation_that_takes_long_holds_up_no_other_mail() {
    let (site, post) = with_slow_post(&["ada", "bob"]).await;
    let ada = site.logged_in("ada").await;
    forget(&site, &["ada"]).await;
    let delivery = deliver(&site);
    post.wait_for(1).await;
    forget(&site, &["bob"]).await;
    ask_for_address(&site, "carol").await;
    ada.submit("/account/password", &[("current", PASSWORD), ("password", OTHER_PASSWORD)]).await;
    let mut came = post.wait_for(4).await;
    came.sort();
    assert_eq!(came, ["ada", "ada", "bob", "carol"].map(address));
    post.let_go(4);
    delivery.await.unwrap().unwrap();
    assert_eq!(site.count(WAITING).await, 0);
}

#[actix_web::test]
async fn of_each_kind_so_many_are_sent_at_once_and_no_more() {
    let (site, post) = with_slow_post(&["ada", "bob", "dan"]).await;
    forget(&site, &["ada", "ada", "ada", "bob", "dan"]).await;
    let delivery = deliver(&site);
    post.wait_for(4).await;
    ask_for_address(&site, "carol").await;
    assert_eq!(post.wait_for(5).await[4], address("carol"), "has places of its own");
    post.let_go(1);
    assert_eq!(post.wait_for(6).await[5], address("dan"));
    post.let_go(5);
    delivery.await.unwrap().unwrap();
}

#[actix_web::test]
async fn all_that_goes_to_one_address_in_an_hour_holds_up_nobody() {
    for victim in ["ada", "nobody"] {
        let (site, post) = with_slow_post(&["ada", "eve"]).await;
        forget(&site, &[victim, victim, victim, victim, "eve"]).await;
        let delivery = deliver(&site);
        let mails = if victim == "ada" { 4 } else { 1 };
        assert!(post.wait_for(mails).await.contains(&address("eve")), "{victim}");
        post.let_go(mails);
        delivery.await.unwrap().unwrap();
    }
}

#[actix_web::test]
async fn what_is_not_sent_holds_its_place_for_as_long_as_what_is() {
    let (site, post) = with_slow_post(&["eve"]).await;
    ask_for_address(&site, "carol").await;
    let delivery = deliver(&site);
    post.wait_for(1).await;
    forget(&site, &["a", "b", "c", "d", "eve"]).await;
    while site.count(TRIED).await < 5 {
        rt::time::sleep(Duration::from_millis(5)).await;
    }
    // If nobody held a place, it would be taken now.
    rt::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(post.came(), [address("carol")]);
    post.let_go(2);
    assert_eq!(post.wait_for(2).await[1], address("eve"));
    delivery.await.unwrap().unwrap();
}

/// How long it takes until a mail to Eve has come, behind those to more people than there are places.
async fn behind(site: &Rc<Site>, post: &SlowPost, names: &[&str]) -> Duration {
    site.clock.advance(time::Duration::HOUR);
    for name in names {
        forget(site, &[name, name, name]).await;
    }
    forget(site, &["eve"]).await;
    let started = Instant::now();
    let (delivery, before) = (deliver(site), post.came().len());
    while !post.came()[before..].contains(&address("eve")) {
        rt::time::sleep(Duration::from_millis(5)).await;
    }
    let time = started.elapsed();
    delivery.await.unwrap().unwrap();
    time
}

#[actix_web::test]
async fn when_a_mail_arrives_tells_nothing_about_those_before_it() {
    let (site, post) = with_slow_post(&["ada", "bob", "dan", "eve"]).await;
    post.let_all_go_after(Duration::from_millis(400));
    let first = behind(&site, &post, &["nobody", "who", "else"]).await;
    let known = behind(&site, &post, &["ada", "bob", "dan"]).await;
    let unknown = behind(&site, &post, &["nobody", "who", "else"]).await;
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    assert!((0.6..1.6).contains(&ratio), "{known:?} and {unknown:?}, at first {first:?}");
}

#[actix_web::test]
async fn a_server_that_is_down_is_tried_again_for_unknown_addresses_too() {
    let site = Site::open().await;
    site.user("ada").await;
    forget(&site, &["nobody", "ada", "else"]).await;
    let down = site.outbox_with(&[("SMTP_URL", "smtp://127.0.0.1:1")]);
    for attempts in [1, 2] {
        kit::mail::deliver(&down).await.unwrap();
        assert_eq!(site.count(WAITING).await, 3);
        let alike = "SELECT count(DISTINCT due_at) * max(attempts) AS count FROM outbox";
        assert_eq!(site.count(alike).await, attempts);
        site.clock.advance(time::Duration::HOUR);
    }
    assert_eq!(site.mails().await.len(), 1);
    assert_eq!(site.count(WAITING).await, 0);
}

#[actix_web::test]
async fn a_mail_that_can_never_be_written_is_given_up_at_once() {
    for edit in ["email = 'a..b@ex.org'", "message = 'broken'", "message = '{\"kind\":\"other\"}'"]
    {
        let site = Site::with(&[("SMTP_URL", "smtp://127.0.0.1:1")]).await;
        site.user("ada").await;
        ask_for_address(&site, "eve").await;
        site.sql(format!("UPDATE outbox SET {edit}")).await;
        kit::mail::deliver(site.app.state().outbox()).await.unwrap();
        assert_eq!(site.count(WAITING).await, 0, "{edit}");
        assert_eq!(site.count(TRIED).await, 1, "{edit}");
    }
}
