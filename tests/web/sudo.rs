//! What needs a fresh log-in, and sessions that turn up elsewhere.

use actix_web::test::TestRequest;
use actix_web::{HttpMessage as _, HttpResponse};
use app::people::LogIn;
use kit::Client;
use time::Duration;

use crate::browser::{Browser, PASSWORD, Site};

const FORM: [(&str, &str); 1] = [("email", "ada@example.org")];
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";

#[actix_web::test]
async fn a_fresh_login_lasts_for_ten_minutes() {
    for (seconds, status) in [(599, 200), (600, 303)] {
        let ada = Browser::logged_in("ada").await;
        ada.site.clock.advance(Duration::seconds(seconds));
        assert_eq!(ada.get("/account/email").await.status, status);
    }
}

#[actix_web::test]
async fn a_stale_login_is_asked_for_the_password_and_comes_back() {
    let ada = Site::open().await.stale("ada").await;
    let refused = ada.get("/account/email").await;
    assert_eq!(refused.location(), "/sudo?next=%2Faccount%2Femail");
    ada.follow(&refused).await.shows("Confirm your password");
    let wrong =
        ada.submit("/sudo", &[("password", "wrong password"), ("next", "/account/email")]).await;
    assert_eq!(wrong.status, 422);
    wrong.shows("This is not your password.").shows("/account/email");
    let old = ada.cookie("session").unwrap();
    let right = ada.submit("/sudo", &[("password", PASSWORD), ("next", "/account/email")]).await;
    assert_eq!((right.status, right.location()), (303, "/account/email"));
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
    ada.set_header("referer", Some("http://localhost:8080/account/email"));
    let answer = ada.submit("/account/email", &FORM).await;
    assert_eq!(answer.status, 403);
    answer.shows("Nothing was saved yet").shows("value=\"/account/email\"");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM outbox").await, 0);
}

#[actix_web::test]
async fn a_remembered_session_is_fresh_for_ten_minutes_like_any_other() {
    for (seconds, status) in [(599, 200), (600, 303)] {
        let site = Site::open().await;
        site.user("ada").await;
        let ada = site.stranger();
        let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("remember", "yes")];
        ada.submit("/login", &fields).await;
        site.clock.advance(Duration::seconds(seconds));
        assert_eq!(ada.get("/account/email").await.status, status, "{seconds}");
    }
}

/// A browser in which Ada was logged in like this, by code of the app's owner.
async fn logged_in_by(how: LogIn) -> Browser {
    let site = Site::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let (user, request) = (site.user("ada").await, TestRequest::default().to_http_request());
    let (ip_address, user_agent) = ("127.0.0.1".to_owned(), "Firefox, Linux".to_owned());
    request.extensions_mut().insert(Client { ip_address, user_agent, ..Client::default() });
    let mut response = HttpResponse::Ok().finish();
    site.app.state().accounts().log_in(&request, &user, how, &mut response).await.unwrap();
    let ada = site.stranger();
    ada.set_cookie("session", response.cookies().next().unwrap().value());
    ada
}

#[actix_web::test]
async fn whoever_is_logged_in_otherwise_than_by_a_password_is_asked_for_it() {
    let by_password = logged_in_by(LogIn::by_password()).await;
    assert_eq!(by_password.get("/account/email").await.status, 200);
    let ada = logged_in_by(LogIn::otherwise()).await;
    assert!(ada.is_logged_in().await);
    assert_eq!(ada.get("/account/email").await.status, 303);
    ada.submit("/sudo", &[("password", PASSWORD)]).await;
    assert_eq!(ada.get("/account/email").await.status, 200);
}

#[actix_web::test]
async fn they_are_told_all_the_same_when_their_session_turns_up_elsewhere() {
    let ada = logged_in_by(LogIn::otherwise()).await;
    ada.set_header("user-agent", Some(CHROME)).set_header("x-forwarded-for", Some("203.0.113.9"));
    ada.get("/dashboard").await;
    let moves = "SELECT count(*) AS count FROM events WHERE kind = 'session_moved'";
    assert_eq!(ada.site.count(moves).await, 1);
}

#[actix_web::test]
async fn a_login_can_be_given_another_time() {
    let ada = logged_in_by(LogIn::by_password().lasting(Duration::minutes(20))).await;
    for (minutes, is_logged_in) in [(19, true), (1, false)] {
        ada.site.clock.advance(Duration::minutes(minutes));
        assert_eq!(ada.is_logged_in().await, is_logged_in, "{minutes}");
    }
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
    assert_eq!(ada.get("/account/email").await.status, 303);
    ada.set_header("x-forwarded-for", Some("198.51.100.7"));
    assert_eq!(ada.get("/account/email").await.status, 303, "the mark stays");
    ada.submit("/sudo", &[("password", PASSWORD)]).await;
    assert_eq!(ada.get("/account/email").await.status, 200);
}

#[actix_web::test]
async fn strong_protection_ends_it_and_off_lets_it_be() {
    let ada = moved("strong", "203.0.113.9", Some(CHROME)).await;
    assert!(!ada.is_logged_in().await);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM sessions").await, 0);
    let ada = moved("off", "203.0.113.9", Some(CHROME)).await;
    assert_eq!(ada.get("/account/email").await.status, 200);
}

#[actix_web::test]
async fn a_change_of_network_or_of_browser_alone_asks_for_the_password_there_and_no_more() {
    for protection in ["basic", "strong"] {
        for (address, agent) in [("203.0.113.9", None), ("198.51.100.200", Some(CHROME))] {
            let ada = moved(protection, address, agent).await;
            assert!(ada.is_logged_in().await);
            assert_eq!(ada.get("/account/email").await.status, 303, "{address}");
            let moves = "SELECT count(*) AS count FROM events WHERE kind = 'session_moved'";
            assert_eq!(ada.site.count(moves).await, 0, "no alarm: it happens in good faith");
            ada.submit("/sudo", &[("password", PASSWORD)]).await;
            assert_eq!(ada.get("/account/email").await.status, 200, "{address}");
        }
    }
}

#[actix_web::test]
async fn a_copied_cookie_is_not_fresh_elsewhere_and_its_owners_stays_so() {
    let ada = moved("basic", "198.51.100.7", None).await;
    let thief = ada.site.stranger();
    thief.set_cookie("session", &ada.cookie("session").unwrap());
    thief.set_header("x-forwarded-for", Some("203.0.113.9"));
    assert_eq!(thief.get("/account/email").await.status, 303);
    assert_eq!(ada.get("/account/email").await.status, 200);
}

#[actix_web::test]
async fn within_its_network_and_without_protection_a_session_stays_fresh() {
    for (protection, address) in [("basic", "198.51.100.200"), ("off", "203.0.113.9")] {
        let ada = moved(protection, address, None).await;
        assert_eq!(ada.get("/account/email").await.status, 200, "{protection}");
    }
}

#[actix_web::test]
async fn a_second_click_on_the_password_page_leads_on_to_where_the_first_one_led() {
    let ada = Site::open().await.stale("ada").await;
    let form = [("password", PASSWORD), ("next", "/account/email")];
    let late = ada.site.stranger();
    late.set_cookie("session", &ada.cookie("session").unwrap());
    assert_eq!(ada.submit("/sudo", &form).await.location(), "/account/email");
    let second = late.submit("/sudo", &form).await;
    assert_eq!(second.location(), "/login?next=%2Faccount%2Femail");
}

#[actix_web::test]
async fn what_looks_like_a_stolen_cookie_is_fresh_for_its_owner_no_more_either() {
    let ada = moved("basic", "198.51.100.7", None).await;
    assert_eq!(ada.get("/account/email").await.status, 200);
    let thief = ada.site.stranger();
    thief.set_cookie("session", &ada.cookie("session").unwrap());
    thief.set_header("x-forwarded-for", Some("203.0.113.9")).set_header("user-agent", Some(CHROME));
    assert_eq!(thief.get("/dashboard").await.status, 200);
    assert_eq!(ada.get("/account/email").await.status, 303);
}
