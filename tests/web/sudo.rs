//! What needs a fresh log-in, and sessions that turn up elsewhere.

use time::Duration;

use crate::browser::{Browser, PASSWORD, Site};

const FORM: [(&str, &str); 3] = [("name", "Script"), ("days", "30"), ("notes:read", "yes")];
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";

#[actix_web::test]
async fn a_fresh_login_lasts_for_ten_minutes() {
    for (seconds, status) in [(599, 200), (600, 303)] {
        let ada = Browser::logged_in("ada").await;
        ada.site.clock.advance(Duration::seconds(seconds));
        assert_eq!(ada.get("/account/tokens/new").await.status, status);
    }
}

#[actix_web::test]
async fn a_stale_login_is_asked_for_the_password_and_comes_back() {
    let ada = Site::open().await.stale("ada").await;
    let refused = ada.get("/account/tokens/new").await;
    assert_eq!(refused.location(), "/sudo?next=%2Faccount%2Ftokens%2Fnew");
    ada.follow(&refused).await.shows("Confirm your password");
    let wrong = ada
        .submit("/sudo", &[("password", "wrong password"), ("next", "/account/tokens/new")])
        .await;
    assert_eq!(wrong.status, 422);
    wrong.shows("This is not your password.").shows("/account/tokens/new");
    let old = ada.cookie("session").unwrap();
    let right =
        ada.submit("/sudo", &[("password", PASSWORD), ("next", "/account/tokens/new")]).await;
    assert_eq!((right.status, right.location()), (303, "/account/tokens/new"));
    assert_eq!(ada.follow(&right).await.status, 200);
    let thief = ada.site.stranger();
    thief.set_cookie("session", &old);
    assert!(!thief.is_logged_in().await, "the session has a new secret");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM sessions").await, 1);
}

#[actix_web::test]
async fn a_stale_write_changes_nothing_and_says_so() {
    let ada = Site::open().await.stale("ada").await;
    let answer = ada.submit("/account/delete", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/sudo?next=%2Faccount%2Fdelete"));
    ada.follow(&answer).await.shows("Nothing was changed yet");
    ada.set_header("referer", Some("http://localhost:8080/account/tokens/new"));
    let answer = ada.submit("/account/tokens", &FORM).await;
    assert_eq!(answer.status, 403);
    answer.shows("Nothing was saved yet").shows("value=\"/account/tokens/new\"");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM api_tokens").await, 0);
}

#[actix_web::test]
async fn a_remembered_session_begins_stale() {
    let site = Site::open().await;
    site.user("ada").await;
    let ada = site.stranger();
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("remember", "yes")];
    ada.submit("/login", &fields).await;
    assert_eq!(ada.get("/account/tokens/new").await.status, 303);
    assert_eq!(ada.submit("/sudo", &[("password", PASSWORD)]).await.location(), "/dashboard");
    assert_eq!(ada.get("/account/tokens/new").await.status, 200);
}

#[actix_web::test]
async fn confirming_leads_nowhere_else() {
    let ada = Site::open().await.stale("ada").await;
    for next in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        assert_eq!(
            ada.submit("/sudo", &[("password", PASSWORD), ("next", next)]).await.location(),
            "/dashboard"
        );
    }
}

/// Uses the session from the network and the browser that are given.
async fn moved(protection: &str, address: &str, agent: Option<&str>) -> Browser {
    let settings = [("SESSION_PROTECTION", protection), ("TRUSTED_PROXIES", "127.0.0.1")];
    let ada = Site::with(&settings).await.stranger();
    ada.site.user("ada").await;
    ada.set_header("x-forwarded-for", Some("198.51.100.7"));
    ada.log_in("ada").await;
    ada.set_header("x-forwarded-for", Some(address));
    if let Some(agent) = agent {
        ada.set_header("user-agent", Some(agent));
    }
    ada
}

#[actix_web::test]
async fn a_session_from_another_browser_and_network_needs_the_password() {
    let ada = moved("basic", "203.0.113.9", Some(CHROME)).await;
    assert!(ada.is_logged_in().await);
    assert_eq!(ada.get("/account/tokens/new").await.status, 303);
    ada.set_header("x-forwarded-for", Some("198.51.100.7"));
    assert_eq!(ada.get("/account/tokens/new").await.status, 303, "the mark stays");
    ada.submit("/sudo", &[("password", PASSWORD)]).await;
    assert_eq!(ada.get("/account/tokens/new").await.status, 200);
}

#[actix_web::test]
async fn strong_protection_ends_it_and_off_lets_it_be() {
    let ada = moved("strong", "203.0.113.9", Some(CHROME)).await;
    assert!(!ada.is_logged_in().await);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM sessions").await, 0);
    let ada = moved("off", "203.0.113.9", Some(CHROME)).await;
    assert_eq!(ada.get("/account/tokens/new").await.status, 200);
}

#[actix_web::test]
async fn one_change_alone_is_nothing_strange() {
    for (address, agent) in [("203.0.113.9", None), ("198.51.100.200", Some(CHROME))] {
        let ada = moved("strong", address, agent).await;
        assert_eq!(ada.get("/account/tokens/new").await.status, 200);
    }
}

#[actix_web::test]
async fn a_second_click_on_the_password_page_leads_on_to_where_the_first_one_led() {
    let ada = Site::open().await.stale("ada").await;
    let form = [("password", PASSWORD), ("next", "/account/tokens/new")];
    let late = ada.site.stranger();
    late.set_cookie("session", &ada.cookie("session").unwrap());
    assert_eq!(ada.submit("/sudo", &form).await.location(), "/account/tokens/new");
    let second = late.submit("/sudo", &form).await;
    assert_eq!(second.location(), "/login?next=%2Faccount%2Ftokens%2Fnew");
}
