//! Somebody always runs the place.

use std::rc::Rc;

use app::error::Error;
use app::people::User;
use futures_util::future::join_all;

use crate::browser::{Browser, Site};

const ADMINS: &str = "SELECT count(*) AS count FROM users WHERE is_admin AND disabled_at IS NULL";

async fn logged_in(site: &Rc<Site>, name: &str) -> Browser {
    site.admin(name).await;
    site.logged_in(name).await
}

#[actix_web::test]
async fn the_last_administrator_is_told_so_instead_of_being_deleted() {
    let site = Site::open().await;
    let (root, ada) = (logged_in(&site, "root").await, site.logged_in("ada").await);
    let page = root.get("/account/delete").await;
    page.shows(named!(@ " user promote")).hides("action=\"/account/delete\"");
    let answer = root.leave("root").await;
    assert_eq!(answer.status, 409);
    answer.shows("the last one stays");
    assert!(root.is_logged_in().await, "nothing was ended");
    ada.get("/account/delete").await.shows("action=\"/account/delete\"");
    assert_eq!(ada.leave("ada").await.location(), "/");
}

#[actix_web::test]
async fn one_of_two_administrators_may_leave_unless_the_other_is_disabled() {
    let site = Site::open().await;
    let root = logged_in(&site, "root").await;
    site.admin("grace").await;
    site.sql("UPDATE users SET disabled_at = created_at WHERE name = 'grace'").await;
    assert_eq!(root.leave("root").await.status, 409);
    site.sql("UPDATE users SET disabled_at = NULL").await;
    root.get("/account/delete").await.shows("action=\"/account/delete\"");
    assert_eq!(root.leave("root").await.location(), "/");
    assert_eq!(site.count(ADMINS).await, 1);
}

#[actix_web::test]
async fn of_administrators_who_all_leave_at_once_one_stays() {
    let site = Site::open().await;
    let names = ["ada", "bob", "cyd", "dan", "eve", "fay"];
    let mut browsers = Vec::new();
    for name in names {
        browsers.push(logged_in(&site, name).await);
    }
    let answers = join_all(browsers.iter().zip(names).map(|(b, name)| b.leave(name))).await;
    let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 303, 303, 303, 303, 409]);
    assert_eq!(site.count(ADMINS).await, 1);
}

#[actix_web::test]
async fn the_last_administrator_is_neither_disabled_nor_demoted() {
    let site = Site::open().await;
    let (root, now) = (site.admin("root").await.id, site.clock.now());
    let disabled = site.db.write(move |conn| User::set_disabled(conn, root, Some(now))).await;
    assert!(matches!(disabled, Err(Error::LastAdministrator)));
    let demoted = site.db.write(move |conn| User::set_admin(conn, root, false)).await;
    assert!(matches!(demoted, Err(Error::LastAdministrator)));
    let grace = site.user("grace").await.id;
    site.db.write(move |conn| User::set_admin(conn, grace, true)).await.unwrap();
    site.db.write(move |conn| User::set_admin(conn, root, false)).await.unwrap();
    assert_eq!(site.count(ADMINS).await, 1);
}

#[actix_web::test]
async fn administrators_who_take_each_other_down_at_once_leave_one() {
    let site = Site::open().await;
    let (ada, bob, now) =
        (site.admin("ada").await.id, site.admin("bob").await.id, site.clock.now());
    for _ in 0..5 {
        let demote = site.db.write(move |conn| User::set_admin(conn, ada, false));
        let disable = site.db.write(move |conn| User::set_disabled(conn, bob, Some(now)));
        let (demoted, disabled) = futures_util::future::join(demote, disable).await;
        assert!(demoted.is_ok() != disabled.is_ok(), "{demoted:?} {disabled:?}");
        assert_eq!(site.count(ADMINS).await, 1);
        site.sql("UPDATE users SET is_admin = TRUE, disabled_at = NULL").await;
    }
}

#[actix_web::test]
async fn a_role_counts_from_the_next_request() {
    let site = Site::open().await;
    site.admin("root").await;
    let ada = site.logged_in("ada").await;
    assert_eq!(ada.get("/administration").await.status, 403);
    let id = site.user("ada").await.id;
    site.db.write(move |conn| User::set_admin(conn, id, true)).await.unwrap();
    assert_eq!(ada.get("/administration").await.status, 200);
    site.db.write(move |conn| User::set_admin(conn, id, false)).await.unwrap();
    assert_eq!(ada.get("/administration").await.status, 403);
}

#[actix_web::test]
async fn a_link_that_was_sent_to_somebody_opens_no_administrators_account() {
    let site = Site::open().await;
    site.admin("root").await;
    let (ada, eve) = (site.user("ada").await.id, site.stranger());
    eve.submit("/forgot", &[("email", "ada@example.com")]).await;
    let link = site.link_to("ada").await;
    assert_eq!(eve.open_link(&link).await.status, 200);
    site.db.write(move |conn| User::set_admin(conn, ada, true)).await.unwrap();
    let new = [("password", "violet kettle marching north")];
    assert_eq!(eve.submit("/reset", &new).await.status, 410);
}
