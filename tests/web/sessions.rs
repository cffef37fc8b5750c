//! How long a log-in lasts.

use app::people::Ending;
use app::schema::sessions;
use diesel::prelude::*;
use time::Duration;

use crate::browser::{Browser, PASSWORD, Site};

async fn remembered(site: &std::rc::Rc<Site>) -> Browser {
    site.user("ada").await;
    let browser = site.stranger();
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("remember", "yes")];
    browser.submit("/login", &fields).await;
    browser
}

/// Visits often enough to never be idle.
async fn stay_busy(browser: &Browser, every: Duration, until: Duration) {
    let mut spent = Duration::ZERO;
    while spent + every <= until {
        browser.site.clock.advance(every);
        spent += every;
        assert!(browser.is_logged_in().await, "after {spent}");
    }
    browser.site.clock.advance(until - spent);
}

#[actix_web::test]
async fn a_session_lasts_an_hour_without_a_request() {
    for (away, still_there) in [(3599, true), (3600, false)] {
        let ada = Browser::logged_in("ada").await;
        ada.site.clock.advance(Duration::seconds(away));
        assert_eq!(ada.is_logged_in().await, still_there, "after {away} s");
    }
}

#[actix_web::test]
async fn a_request_in_the_hour_gives_another_hour() {
    let ada = Browser::logged_in("ada").await;
    for _ in 0..3 {
        ada.site.clock.advance(Duration::minutes(20));
        assert!(ada.is_logged_in().await);
    }
    ada.site.clock.advance(Duration::seconds(3599));
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn a_busy_session_lasts_a_day() {
    for (until, still_there) in [(86_399, true), (86_400, false)] {
        let ada = Browser::logged_in("ada").await;
        stay_busy(&ada, Duration::minutes(50), Duration::seconds(until)).await;
        assert_eq!(ada.is_logged_in().await, still_there);
    }
}

#[actix_web::test]
async fn a_remembered_session_lasts_two_weeks_without_a_request() {
    for (seconds, still_there) in [(14 * 86_400 - 1, true), (14 * 86_400, false)] {
        let ada = remembered(&Site::open().await).await;
        ada.site.clock.advance(Duration::seconds(seconds));
        assert_eq!(ada.is_logged_in().await, still_there);
    }
}

#[actix_web::test]
async fn a_busy_remembered_session_lasts_thirty_days() {
    for (seconds, still_there) in [(30 * 86_400 - 1, true), (30 * 86_400, false)] {
        let ada = remembered(&Site::open().await).await;
        stay_busy(&ada, Duration::days(7), Duration::seconds(seconds)).await;
        assert_eq!(ada.is_logged_in().await, still_there);
    }
}

#[actix_web::test]
async fn the_settings_change_how_long() {
    let site = Site::with(&[("SESSION_IDLE", "5m"), ("SESSION_LIFETIME", "8m")]).await;
    let ada = site.logged_in("ada").await;
    site.clock.advance(Duration::minutes(4));
    assert!(ada.is_logged_in().await);
    site.clock.advance(Duration::minutes(4));
    assert!(!ada.is_logged_in().await);
}

#[actix_web::test]
async fn the_cookie_is_renewed_in_the_second_half_of_its_life_on_the_same_session() {
    let ada = Browser::logged_in("ada").await;
    let first = ada.cookie("session");
    ada.site.clock.advance(Duration::minutes(59));
    ada.get("/dashboard").await;
    assert_eq!(ada.cookie("session"), first);
    ada.site.clock.advance(Duration::minutes(1));
    ada.get("/dashboard").await;
    assert_ne!(ada.cookie("session"), first);
    assert!(ada.is_logged_in().await);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM sessions").await, 1);
}

#[actix_web::test]
async fn no_cache_may_keep_an_answer_with_a_cookie() {
    let ada = Browser::logged_in("ada").await;
    ada.site.clock.advance(Duration::minutes(40));
    assert_eq!(ada.get("/icon.svg").await.header("cache-control"), "public, max-age=86400");
    ada.site.clock.advance(Duration::minutes(40));
    let icon = ada.get("/icon.svg").await;
    assert_eq!(icon.cookies().len(), 1, "it is renewed with whatever is asked for");
    assert_eq!(icon.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn a_renewed_remembered_cookie_does_not_outlive_its_session() {
    let ada = remembered(&Site::open().await).await;
    ada.site.clock.advance(Duration::days(10));
    assert!(ada.is_logged_in().await);
    ada.site.clock.advance(Duration::days(10));
    let answer = ada.get("/dashboard").await;
    assert_eq!(answer.cookies()[0].max_age(), Some(Duration::days(10)));
}

#[actix_web::test]
async fn the_last_visit_is_noted_once_a_minute() {
    let ada = Browser::logged_in("ada").await;
    let untouched = "SELECT count(*) AS count FROM sessions WHERE last_seen_at = created_at";
    for (wait, left) in [(59, 1), (1, 0)] {
        ada.site.clock.advance(Duration::seconds(wait));
        ada.get("/dashboard").await;
        ada.site.write_uses().await;
        assert_eq!(ada.site.count(untouched).await, left);
    }
}

#[actix_web::test]
async fn each_login_is_a_new_session_and_ends_the_one_before() {
    let ada = Browser::logged_in("ada").await;
    let old = ada.cookie("session").unwrap();
    ada.log_in("ada").await;
    assert_ne!(ada.cookie("session").unwrap(), old);
    let thief = ada.site.stranger();
    thief.set_cookie("session", &old);
    assert!(!thief.is_logged_in().await);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM sessions").await, 1);
}

#[actix_web::test]
async fn two_browsers_have_two_sessions() {
    let phone = Browser::logged_in("ada").await;
    let laptop = phone.site.logged_in("ada").await;
    phone.submit("/logout", &[]).await;
    assert!(!phone.is_logged_in().await);
    assert!(laptop.is_logged_in().await);
}

#[actix_web::test]
async fn a_deleted_session_is_over_at_the_next_request() {
    let ada = Browser::logged_in("ada").await;
    let id = ada.site.user("ada").await.id;
    ada.site.db.write(move |conn| Ending::OperatorEnded.end(conn, id, None)).await.unwrap();
    assert!(!ada.is_logged_in().await);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM sessions").await, 0);
}

#[actix_web::test]
async fn a_disabled_user_is_out_at_the_next_request() {
    let ada = Browser::logged_in("ada").await;
    ada.site.sql("UPDATE users SET disabled_at = created_at").await;
    assert!(!ada.is_logged_in().await);
}

#[actix_web::test]
async fn the_table_holds_nothing_that_logs_in() {
    let ada = Browser::logged_in("ada").await;
    let token = ada.cookie("session").unwrap();
    let claims: serde_json::Value = crate::tokens::payload(&token);
    let secret = claims["jti"].as_str().unwrap().to_owned();
    assert_eq!(secret.len(), 43);
    let stored: String = ada
        .site
        .db
        .run(|conn| sessions::table.select(sessions::token_hash).first(conn))
        .await
        .unwrap();
    assert_ne!(stored, secret);
    assert_eq!(stored, actix_login::hash_token(&secret));
}

#[actix_web::test]
async fn a_short_idle_time_is_kept_to_the_second() {
    let site = Site::with(&[("SESSION_IDLE", "20s")]).await;
    let ada = site.logged_in("ada").await;
    for _ in 0..5 {
        site.clock.advance(Duration::seconds(15));
        assert!(ada.is_logged_in().await);
    }
    site.clock.advance(Duration::seconds(20));
    assert!(!ada.is_logged_in().await);
}

#[actix_web::test]
async fn the_twenty_first_session_ends_the_one_unused_for_longest() {
    let first = Browser::logged_in("ada").await;
    let mut others = Vec::new();
    for _ in 0..20 {
        first.site.clock.advance(Duration::SECOND);
        others.push(first.site.logged_in("ada").await);
    }
    assert!(!first.is_logged_in().await);
    assert!(others[0].is_logged_in().await);
    assert_eq!(first.site.count("SELECT count(*) AS count FROM sessions").await, 20);
}

#[actix_web::test]
async fn a_login_sweeps_away_the_sessions_that_are_over() {
    let ada = Browser::logged_in("ada").await;
    ada.site.clock.advance(Duration::days(2));
    ada.site.logged_in("ada").await;
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM sessions").await, 1);
}

#[actix_web::test]
async fn a_remembered_session_that_was_logged_out_is_over_and_so_is_every_copy_of_its_cookie() {
    let site = Site::open().await;
    let ada = remembered(&site).await;
    let thief = site.stranger();
    thief.set_cookie("session", &ada.cookie("session").unwrap());
    ada.submit("/logout", &[]).await;
    assert!(!ada.is_logged_in().await && !thief.is_logged_in().await);
    assert_eq!(site.count("SELECT count(*) AS count FROM sessions").await, 0);
}

#[actix_web::test]
async fn the_list_has_a_picture_of_each_kind_of_device() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    let phone = site.stranger();
    phone.set_header("user-agent", Some("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)"));
    phone.log_in("ada").await;
    let page = ada.get("/account/sessions").await;
    page.shows("#desktop\"/></svg><strong>").shows("#phone\"/></svg><strong>");
}
