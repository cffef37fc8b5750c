//! The pages of somebody's account: name, password, sessions.

use std::collections::BTreeSet;

use time::Duration;

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, Site};

const CHANGE: [(&str, &str); 2] = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";

#[actix_web::test]
async fn ada_changes_how_she_is_greeted() {
    let ada = Browser::logged_in("ada").await;
    ada.get("/account").await.shows("value=\"ada\"").shows("confirmed");
    let answer = ada.submit("/account", &[("name", " Countess ")]).await;
    ada.follow(&answer).await.shows("Your name is saved.").shows("value=\"Countess\"");
    let answer = ada.submit("/account", &[("name", "")]).await;
    assert_eq!(answer.status, 422);
    answer.shows("Enter your name.");
}

#[actix_web::test]
async fn ada_changes_her_password_and_only_this_browser_stays_logged_in() {
    let ada = Browser::logged_in("ada").await;
    let elsewhere = ada.site.logged_in("ada").await;
    let old_cookie = ada.cookie("session").unwrap();
    let answer = ada.submit("/account/password", &CHANGE).await;
    assert_eq!(answer.location(), "/account/password", "{}", answer.body);
    ada.follow(&answer).await.shows("Your password is changed.");
    assert!(!elsewhere.is_logged_in().await);
    let thief = ada.site.stranger();
    thief.set_cookie("session", &old_cookie);
    assert!(!thief.is_logged_in().await, "the session has a new secret");
    assert_eq!(ada.site.stranger().log_in("ada").await.status, 422);
    assert_eq!(ada.site.mail_to("ada").await.subject, "Your password was changed");
}

#[actix_web::test]
async fn the_current_password_is_required_and_a_refusal_changes_nothing() {
    let ada = Browser::logged_in("ada").await;
    for (current, sentence) in
        [("", "Enter your password."), ("not mine, sadly", "not your password")]
    {
        let answer = ada.submit("/account/password", &[("current", current), CHANGE[1]]).await;
        assert_eq!(answer.status, 422);
        answer.shows(sentence);
    }
    let weak =
        ada.submit("/account/password", &[CHANGE[0], ("password", "passwordpassword")]).await;
    weak.shows("common passwords").hides("passwordpassword");
    assert_eq!(ada.site.stranger().log_in("ada").await.status, 303);
    assert!(ada.site.mails().await.is_empty());
}

#[actix_web::test]
async fn password_managers_find_the_page() {
    let answer = Browser::stranger().await.get("/.well-known/change-password").await;
    assert_eq!((answer.status, answer.location()), (303, "/account/password"));
}

#[actix_web::test]
async fn the_script_is_told_what_the_form_would_say() {
    let ada = Browser::stranger().await;
    let check = async |password: &str| {
        ada.submit("/password-check", &[("password", password), ("name", "Ada Lovelace")])
            .await
            .body
    };
    assert!(
        check("short").await.contains("At least 12")
            || check("short").await.contains("at least 12")
    );
    assert!(check("adalovelace1815").await.contains("your name"));
    assert_eq!(check(OTHER_PASSWORD).await, "");
}

#[actix_web::test]
async fn ada_sees_her_sessions_and_ends_one() {
    let ada = Browser::logged_in("ada").await;
    let phone = ada.site.stranger();
    phone.set_header("user-agent", Some(CHROME));
    phone.log_in("ada").await;
    ada.site.clock.advance(Duration::minutes(5));
    let page = ada.get("/account/sessions").await;
    page.shows("Firefox on Linux").shows("this one").shows("Chrome on Windows");
    page.shows("5 minutes ago").shows("127.0.0.1").shows("datetime=\"2026-11-01T12:00:00Z\"");
    let answer = ada.submit("/account/sessions/2/end", &[]).await;
    ada.follow(&answer).await.shows("That browser is logged out.").hides("Chrome on Windows");
    assert!(!phone.is_logged_in().await);
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn whoever_has_stolen_a_cookie_logs_the_owner_out_nowhere() {
    let ada = Site::open().await.stale("ada").await;
    let phone = ada.site.stranger();
    phone.log_in("ada").await;
    ada.set_header("referer", Some("http://localhost:8080/account/sessions"));
    for path in ["/account/sessions/2/end", "/account/sessions/end-others"] {
        let answer = ada.submit(path, &[]).await;
        assert_eq!(answer.location(), "/sudo?next=%2Faccount%2Fsessions", "{path}");
    }
    assert!(phone.is_logged_in().await);
}

#[actix_web::test]
async fn nobody_ends_anothers_session_or_learns_that_there_is_one() {
    let ada = Browser::logged_in("ada").await;
    let eve = ada.site.logged_in("eve").await;
    for id in [1, 99] {
        assert_eq!(eve.submit(&format!("/account/sessions/{id}/end"), &[]).await.status, 404);
    }
    assert!(ada.is_logged_in().await);
    eve.get("/account/sessions").await.shows("You are logged in nowhere else.");
}

#[actix_web::test]
async fn ada_ends_all_her_other_sessions() {
    let ada = Browser::logged_in("ada").await;
    let others = [ada.site.logged_in("ada").await, ada.site.logged_in("ada").await];
    let bob = ada.site.logged_in("bob").await;
    let answer = ada.submit("/account/sessions/end-others", &[]).await;
    ada.follow(&answer).await.shows("logged out everywhere else");
    for other in &others {
        assert!(!other.is_logged_in().await);
    }
    assert!(bob.is_logged_in().await);
}

#[actix_web::test]
async fn sessions_that_are_over_are_not_shown() {
    let site = Site::open().await;
    site.logged_in("ada").await;
    site.clock.advance(Duration::minutes(61));
    let ada = site.logged_in("ada").await;
    ada.get("/account/sessions").await.shows("nowhere else");
}

/// Logs Ada in from an address and a browser; how many mails about it there are then.
async fn log_in_from(site: &std::rc::Rc<Site>, ip_address: &str, agent: &str) -> usize {
    let ada = site.stranger();
    ada.set_header("x-forwarded-for", Some(ip_address)).set_header("user-agent", Some(agent));
    assert_eq!(ada.log_in("ada").await.status, 303);
    site.mails().await.iter().filter(|mail| mail.subject.contains("new device")).count()
}

#[actix_web::test]
async fn a_login_from_where_none_came_from_before_is_told_by_mail() {
    let site = Site::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    site.user("ada").await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let newer = "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";
    assert_eq!(log_in_from(&site, "198.51.100.7", firefox).await, 0, "the first of all");
    assert_eq!(log_in_from(&site, "198.51.100.99", newer).await, 0, "the same neighbourhood");
    assert_eq!(log_in_from(&site, "198.51.100.7", CHROME).await, 1, "another browser");
    assert_eq!(log_in_from(&site, "203.0.113.9", firefox).await, 2, "another network");
    assert_eq!(log_in_from(&site, "203.0.113.9", firefox).await, 2, "known by now");
    let mail = site.mail_to("ada").await;
    assert!(mail.text.contains("Firefox on Linux") && mail.text.contains("203.0.113.9"));
    assert!(mail.text.contains("1 November 2026, 12:00 UTC"), "{}", mail.text);
}

#[actix_web::test]
async fn a_program_that_logs_in_from_where_none_did_is_told_by_mail_too() {
    let ada = Browser::logged_in("ada").await;
    let curl = ada.site.stranger();
    curl.set_header("user-agent", Some("curl/8.0"));
    for _ in 0..2 {
        assert_eq!(curl.token(&[("username", "ada@example.com")]).await.status, 200);
    }
    let mails = ada.site.mails().await;
    assert_eq!(mails.len(), 1, "once");
    assert!(mails[0].text.contains("curl"), "{}", mails[0].text);
}

#[actix_web::test]
async fn who_was_away_for_long_is_told_of_the_next_login() {
    let site = Site::open().await;
    site.user("ada").await;
    site.clock.advance(Duration::days(90));
    site.logged_in("ada").await;
    assert_eq!(site.mail_to("ada").await.subject, "A log-in from a new device");
}

#[actix_web::test]
async fn a_place_is_known_behind_any_number_of_later_log_ins_from_elsewhere() {
    let site = Site::open().await;
    site.user("ada").await;
    let log_in = |kind: &str, address: &str, browser: &str, count: usize| {
        let sql = format!(
            "INSERT INTO events (user_id, kind, ip_address, user_agent, created_at)
                 WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
                 SELECT 1, '{kind}', {address}, '{browser}', '2026-10-30 00:00:00' FROM n"
        );
        drop(site.database.other_program(&sql));
    };
    log_in("logged_in", "'127.0.0.77'", "Firefox/1 on Linux", 1);
    log_in("logged_in", "'203.0.113.' || (n % 250)", "curl/8", 5000);
    log_in("token_issued", "'127.0.0.1'", "curl/8", 5000);
    site.logged_in("ada").await;
    assert_eq!(site.mails().await.len(), 0);
}

#[actix_web::test]
async fn a_log_in_looks_at_a_hundred_browsers_at_the_most() {
    let ada = Browser::logged_in("ada").await;
    let row = "INSERT INTO events (user_id, kind, ip_address, user_agent, created_at) \
               WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1000) \
               SELECT 1, 'logged_in', '127.0.0.1', 'tool/' || n, CURRENT_TIMESTAMP FROM n";
    ada.site.sql(row).await;
    let phone = ada.site.stranger();
    phone.set_header("user-agent", Some("Mozilla/5.0 (Linux; Android 16) Chrome/140.0"));
    let asked = ada.site.record();
    assert_eq!(phone.log_in("ada").await.status, 303);
    assert!(asked.take().len() < 130);
    let mail = ada.site.mail_to("ada").await;
    assert_eq!(mail.subject, "A log-in from a new device");
}

#[actix_web::test]
async fn the_password_that_ada_has_is_not_taken_for_a_new_one() {
    let ada = Browser::logged_in("ada").await;
    let same = [("current", PASSWORD), ("password", PASSWORD)];
    let page = ada.submit("/account/password", &same).await;
    assert_eq!(page.status, 422);
    page.shows("This is the password that you have.");
}

#[actix_web::test]
async fn a_person_has_a_small_picture_of_their_initials_in_a_colour_of_their_name() {
    let ada = Browser::logged_in("ada").await;
    let mut colors = BTreeSet::new();
    for (name, initials) in [("Ada Lovelace", "AL"), ("Grace Hopper", "GH"), ("Emmy Noether", "EN")]
    {
        ada.submit("/account", &[("name", name)]).await;
        let color = kit::name::color(name);
        let picture = format!("n{color}\" aria-hidden=\"true\">{initials}</span>");
        ada.get("/dashboard").await.shows(&picture);
        colors.insert(color);
    }
    assert!(colors.len() > 1, "{colors:?}");
}
