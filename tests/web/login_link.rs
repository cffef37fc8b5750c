//! Logging in by a link in a mail.

use std::rc::Rc;

use time::Duration;

use crate::browser::{Answer, Browser, Site, address};
use crate::second_factor;

/// Where links may be asked for, and Ada has an account.
async fn site() -> Rc<Site> {
    let site = Site::with(&[("LOGIN_LINK", "on")]).await;
    site.user("ada").await;
    site
}

/// A browser in which Ada has asked for a link, and the link.
async fn asked(site: &Rc<Site>) -> (Browser, String) {
    let browser = site.stranger();
    let answer = browser.submit("/login/link", &[("email", &address("ada"))]).await;
    assert_eq!(answer.location(), "/login/link/sent", "{}", answer.body);
    browser.follow(&answer).await.shows("within 15 minutes");
    (browser, site.link_to("ada").await)
}

/// Opens the link, and presses the button.
async fn log_in(browser: &Browser, link: &str) -> Answer {
    browser.open_link(link).await;
    browser.submit("/login/link/open", &[]).await
}

#[actix_web::test]
async fn ada_is_in_by_a_mail_and_is_asked_for_the_password_before_what_matters() {
    let site = site().await;
    site.stranger().get("/login").await.shows("href=\"/login/link\"");
    let (ada, link) = asked(&site).await;
    ada.open_link(&link).await.shows("ada@example.com");
    assert!(!ada.is_logged_in().await, "a program that opens links logs nobody in");
    assert_eq!(ada.submit("/login/link/open", &[]).await.location(), "/dashboard");
    assert!(ada.is_logged_in().await);
    assert!(ada.get("/account/email").await.location().starts_with("/sudo"));
}

#[actix_web::test]
async fn the_link_works_once_and_for_a_quarter_of_an_hour() {
    let site = site().await;
    let (ada, link) = asked(&site).await;
    log_in(&ada, &link).await;
    ada.submit("/logout", &[]).await;
    ada.open_link(&link).await.shows("This link has ended").shows("to log in");
    assert!(!ada.is_logged_in().await);
    for (seconds, status) in [(899, 303), (900, 410)] {
        let (ada, link) = asked(&site).await;
        ada.open_link(&link).await;
        site.clock.advance(Duration::seconds(seconds));
        assert_eq!(ada.submit("/login/link/open", &[]).await.status, status, "{seconds}");
        site.clock.advance(Duration::hours(1));
    }
}

#[actix_web::test]
async fn it_works_in_the_browser_alone_that_asked() {
    let site = site().await;
    let (ada, link) = asked(&site).await;
    let eve = site.stranger();
    eve.open_link(&link).await.shows("in which it was asked for");
    eve.submit("/login/link", &[("email", &address("eve"))]).await;
    assert_eq!(eve.open_link(&link).await.status, 410, "with a secret of her own");
    assert_eq!(log_in(&eve, &link).await.status, 410);
    assert!(!eve.is_logged_in().await);
    assert_eq!(log_in(&ada, &link).await.location(), "/dashboard");
}

#[actix_web::test]
async fn a_second_request_ends_no_link_that_is_on_its_way() {
    let site = site().await;
    let (ada, first) = asked(&site).await;
    ada.submit("/login/link", &[("email", &address("ada"))]).await;
    assert_eq!(log_in(&ada, &first).await.location(), "/dashboard");
}

#[actix_web::test]
async fn who_has_a_second_factor_proves_it_after_the_link_and_is_no_fresher() {
    let site = site().await;
    let codes = second_factor::turn_on(&site.logged_in("ada").await).await.1;
    let (ada, link) = asked(&site).await;
    assert_eq!(log_in(&ada, &link).await.location(), "/login/code");
    assert!(!ada.is_logged_in().await);
    assert_eq!(ada.submit("/login/code", &[("otp", &codes[0])]).await.location(), "/dashboard");
    assert!(ada.get("/account/email").await.location().starts_with("/sudo"));
}

#[actix_web::test]
async fn a_browser_that_is_trusted_beside_the_password_is_not_beside_a_link() {
    let site = site().await;
    let codes = second_factor::turn_on(&site.logged_in("ada").await).await.1;
    let (ada, link) = asked(&site).await;
    ada.log_in("ada").await;
    ada.submit("/login/code", &[("otp", &codes[0]), ("trust", "yes")]).await;
    ada.submit("/logout", &[]).await;
    assert_eq!(ada.log_in("ada").await.location(), "/dashboard");
    ada.submit("/logout", &[]).await;
    assert_eq!(log_in(&ada, &link).await.location(), "/login/code");
}

#[actix_web::test]
async fn whose_codes_are_wrong_after_a_link_reads_the_owners_mail() {
    let site = site().await;
    second_factor::turn_on(&site.logged_in("ada").await).await;
    let (eve, link) = asked(&site).await;
    log_in(&eve, &link).await;
    eve.get("/login/code").await.shows("The first step is done").hides("password is right");
    for _ in 0..5 {
        eve.submit("/login/code", &[("otp", "000000")]).await;
    }
    let mails = site.mails().await;
    assert!(mails.iter().any(|mail| mail.subject == "Somebody is one step from your account"));
    assert!(!mails.iter().any(|mail| mail.subject == "Somebody knows your password"));
}

#[actix_web::test]
async fn outsiders_do_not_learn_who_has_an_account() {
    let site = site().await;
    for name in ["ada", "nobody"] {
        let stranger = site.stranger();
        let answer = stranger.submit("/login/link", &[("email", &address(name))]).await;
        assert_eq!((answer.status, answer.location()), (303, "/login/link/sent"));
        assert!(stranger.cookie("asked").is_some());
    }
    assert_eq!(site.mails().await.len(), 1);
}

#[actix_web::test]
async fn none_goes_to_an_address_that_is_not_proved_or_to_who_is_disabled() {
    let site = site().await;
    for column in ["verified_at = NULL", "disabled_at = created_at"] {
        site.sql(format!("UPDATE users SET {column}")).await;
        site.stranger().submit("/login/link", &[("email", &address("ada"))]).await;
        assert_eq!(site.mails().await.len(), 0, "{column}");
        site.sql("UPDATE users SET verified_at = created_at, disabled_at = NULL").await;
    }
}

#[actix_web::test]
async fn another_password_ends_it() {
    let site = site().await;
    let (ada, link) = asked(&site).await;
    site.sql("UPDATE users SET password_hash = 'another'").await;
    assert_eq!(ada.open_link(&link).await.status, 410);
}

#[actix_web::test]
async fn where_it_is_off_there_is_no_such_page() {
    let stranger = Browser::stranger().await;
    for path in ["/login/link", "/login/link/sent", "/login/link/open"] {
        assert_eq!(stranger.get(path).await.status, 404, "{path}");
    }
    assert_eq!(stranger.submit("/login/link", &[("email", &address("ada"))]).await.status, 404);
    stranger.get("/login").await.hides("/login/link");
}
