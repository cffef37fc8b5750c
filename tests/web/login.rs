//! Logging in and out.

use actix_web::cookie::SameSite;
use actix_web::http::Method;

use crate::browser::{Browser, PASSWORD, Site, features, passwords};

fn form<'a>(email: &'a str, password: &'a str) -> [(&'static str, &'a str); 2] {
    [("email", email), ("password", password)]
}

#[actix_web::test]
async fn a_stranger_is_sent_to_the_login_page_and_back() {
    let site = Site::open().await;
    site.user("ada").await;
    let ada = site.stranger();
    let refused = ada.get("/papers/new?from=mail").await;
    assert_eq!(
        (refused.status, refused.location()),
        (303, "/login?next=%2Fpapers%2Fnew%3Ffrom%3Dmail")
    );
    let page = ada.follow(&refused).await;
    page.shows("Please log in to see this page.").shows("value=\"/papers/new?from=mail\"");
    let fields =
        [("email", "ada@example.com"), ("password", PASSWORD), ("next", "/papers/new?from=mail")];
    let answer = ada.submit("/login", &fields).await;
    assert_eq!((answer.status, answer.location()), (303, "/papers/new?from=mail"));
    assert_eq!(ada.follow(&answer).await.status, 200);
}

#[actix_web::test]
async fn without_a_next_page_a_login_leads_to_the_dashboard() {
    let site = Site::open().await;
    site.user("ada").await;
    let ada = site.stranger();
    let answer = ada.log_in("ada").await;
    assert_eq!((answer.status, answer.location()), (303, "/dashboard"));
    let page = ada.follow(&answer).await;
    page.shows("Hello, ada");
}

#[actix_web::test]
async fn the_cookie_is_out_of_reach_for_scripts_other_sites_and_plain_http() {
    let site = Site::open().await;
    site.user("ada").await;
    let answer = site.stranger().log_in("ada").await;
    let cookie =
        answer.cookies().into_iter().find(|c| c.name() == named!("__Host-" @ "_session")).unwrap();
    assert_eq!((cookie.secure(), cookie.http_only()), (Some(true), Some(true)));
    assert_eq!((cookie.path(), cookie.domain()), (Some("/"), None));
    assert_eq!((cookie.same_site(), cookie.max_age()), (Some(SameSite::Lax), None));
    assert!(cookie.to_string().len() < 700, "{} bytes", cookie.to_string().len());
}

#[actix_web::test]
async fn remember_me_keeps_the_cookie_for_thirty_days() {
    let site = Site::open().await;
    site.user("ada").await;
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("remember", "yes")];
    let answer = site.stranger().submit("/login", &fields).await;
    assert_eq!(answer.cookies()[0].max_age().unwrap().whole_days(), 30);
    assert_eq!(site.count("SELECT count(*) AS count FROM sessions WHERE remembered").await, 1);
}

#[actix_web::test]
async fn wrong_unknown_and_disabled_are_one_answer_at_one_price() {
    let own = passwords(&crate::browser::config(&[]));
    let site = Site::build(&[], own, features()).await;
    site.user("ada").await;
    site.user("dan").await;
    site.sql("UPDATE users SET disabled_at = created_at WHERE name = 'dan'").await;
    let mut pages = Vec::new();
    for (name, password) in
        [("ada", "wrong password"), ("nobody", PASSWORD), ("dan", PASSWORD), ("a b", PASSWORD)]
    {
        let before = site.passwords.count();
        let answer =
            site.stranger().submit("/login", &form(&crate::browser::address(name), password)).await;
        assert_eq!((answer.status, site.passwords.count() - before), (422, 1), "{name}");
        assert!(answer.cookies().is_empty());
        pages.push(answer.shows("do not match").body.replace(name, "NAME"));
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
}

#[actix_web::test]
async fn empty_fields_are_named_and_what_was_typed_stays() {
    let stranger = Browser::stranger().await;
    let fields =
        [("email", "ada@example.com"), ("password", ""), ("remember", "yes"), ("next", "/papers")];
    let answer = stranger.submit("/login", &fields).await;
    assert_eq!(answer.status, 422);
    answer
        .shows("Enter your password.")
        .shows("ada@example.com")
        .shows("checked")
        .shows("value=\"/papers\"");
    stranger.submit("/login", &[]).await.shows("Enter your e-mail address.");
}

#[actix_web::test]
async fn a_wrong_password_is_never_sent_back() {
    let stranger = Browser::stranger().await;
    let answer = stranger.submit("/login", &form("ada@example.com", "a wrong password")).await;
    answer.shows("ada@example.com").hides("a wrong password");
}

#[actix_web::test]
async fn each_byte_of_a_password_counts() {
    let site = Site::open().await;
    site.user("ada").await;
    let long = format!("{PASSWORD}{}", "a".repeat(300));
    let wrong = [&PASSWORD.to_uppercase(), &format!("{PASSWORD} "), &format!(" {PASSWORD}"), &long];
    for password in wrong {
        assert_eq!(
            site.stranger().submit("/login", &form("ada@example.com", password)).await.status,
            422
        );
    }
    assert_eq!(site.stranger().log_in("ada").await.status, 303);
}

#[actix_web::test]
async fn whoever_is_logged_in_sees_no_login_form() {
    let ada = Browser::logged_in("ada").await;
    assert_eq!(ada.get("/login").await.location(), "/dashboard");
    assert_eq!(ada.get("/login?next=%2Fpapers").await.location(), "/papers");
}

#[actix_web::test]
async fn a_logout_ends_the_session_and_clears_the_browser() {
    let ada = Browser::logged_in("ada").await;
    let stolen = ada.cookie("session").unwrap();
    let answer = ada.submit("/logout", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/"));
    assert_eq!(answer.header("clear-site-data"), "", "it stalls browsers, and no page is kept");
    ada.follow(&answer).await.shows("You are logged out.");
    assert_eq!(ada.cookie("session"), None);
    ada.set_cookie("session", &stolen);
    assert!(!ada.is_logged_in().await);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM sessions").await, 0);
}

#[actix_web::test]
async fn a_link_cannot_log_anybody_out() {
    let ada = Browser::logged_in("ada").await;
    for method in [Method::GET, Method::HEAD] {
        let answer = ada.send(method, "/logout", None).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
    }
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn logging_out_twice_does_no_harm() {
    let ada = Browser::logged_in("ada").await;
    ada.submit("/logout", &[]).await;
    assert_eq!(ada.submit("/logout", &[]).await.location(), "/");
}

#[actix_web::test]
async fn a_message_survives_the_detour_over_the_login_page_of_who_is_logged_in() {
    let ada = Browser::logged_in("ada").await;
    ada.set_cookie("flash", "notice.RG9uZSBhbHJlYWR5");
    let answer = ada.get("/login?next=%2Faccount").await;
    assert_eq!(answer.location(), "/account");
    ada.follow(&answer).await.shows("Done already");
}

#[actix_web::test]
async fn a_password_does_not_end_by_its_age() {
    let ada = Browser::logged_in("ada").await;
    for _ in 0..3 {
        ada.site.clock.advance(time::Duration::days(365));
        let answer = ada.log_in("ada").await;
        assert_eq!((answer.status, answer.location()), (303, "/dashboard"));
        assert_eq!(ada.follow(&answer).await.status, 200);
    }
}

#[actix_web::test]
async fn what_is_longer_than_any_password_is_refused_before_it_costs_anything() {
    let (stranger, longer) = (Browser::stranger().await, "This is longer than any password here.");
    for (length, sentence) in [(256, "do not match"), (257, longer), (1000, longer)] {
        let password = "a".repeat(length);
        let form = [("email", "ada@example.com"), ("password", password.as_str())];
        stranger.submit("/login", &form).await.shows(sentence);
    }
}
