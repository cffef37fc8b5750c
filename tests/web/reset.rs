//! A forgotten password.

use std::rc::Rc;

use app::people::Email;
use app::people::{Link, Purpose};
use futures_util::future::join_all;
use time::Duration;

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, Site, config, features, passwords};

const NEW: [(&str, &str); 1] = [("password", OTHER_PASSWORD)];

/// A stranger's browser, and the link that Ada was sent.
async fn with_link() -> (Browser, String) {
    with_link_on(Site::open().await).await
}

async fn with_link_on(site: Rc<Site>) -> (Browser, String) {
    let browser = site.stranger();
    browser.site.user("ada").await;
    ask(&browser).await;
    let link = browser.site.link_to("ada").await;
    (browser, link)
}

async fn ask(browser: &Browser) {
    let answer = browser.submit("/forgot", &[("email", "ADA@example.com")]).await;
    assert_eq!((answer.status, answer.location()), (303, "/forgot/sent"));
}

#[actix_web::test]
async fn ada_chooses_a_new_password_and_is_asked_to_log_in_with_it() {
    let (ada, link) = with_link().await;
    ada.get("/login").await.shows("href=\"/forgot\"");
    ada.get("/forgot/sent").await.shows("Check your mail");
    ada.open_link(&link).await.shows("ada@example.com").shows("At least 12 characters");
    let answer = ada.submit("/reset", &NEW).await;
    assert_eq!((answer.status, answer.location()), (303, "/login"));
    ada.follow(&answer).await.shows("Your password is changed");
    assert!(!ada.is_logged_in().await);
    assert_eq!(ada.log_in("ada").await.status, 422, "the old one");
    let new = [("email", "ada@example.com"), NEW[0]];
    assert_eq!(ada.submit("/login", &new).await.location(), "/dashboard");
    assert_eq!(ada.site.mail_to("ada").await.subject, "Your password was changed");
}

#[actix_web::test]
async fn the_token_leaves_the_address_at_once_and_stands_on_no_page() {
    let (ada, link) = with_link().await;
    let token = link.split_once("token=").unwrap().1;
    assert_eq!(token.len(), 43, "256 bits");
    let answer = ada.get(&link).await;
    assert_eq!((answer.status, answer.location()), (303, "/reset"));
    let cookie = &answer.cookies()[0];
    assert_eq!(cookie.name(), named!("__Host-" @ "_link_reset"));
    assert_eq!((cookie.http_only(), cookie.secure()), (Some(true), Some(true)));
    assert_eq!(cookie.max_age(), Some(actix_web::cookie::time::Duration::minutes(30)));
    ada.follow(&answer).await.hides(token);
    let done = ada.submit("/reset", &NEW).await;
    assert!(done.header("set-cookie").contains(named!("__Host-" @ "_link_reset=; ")), "{done:?}");
}

#[actix_web::test]
async fn the_table_holds_no_token_that_works() {
    let (ada, link) = with_link().await;
    let token = link.split_once("token=").unwrap().1;
    let count = |sql: String| async { ada.site.count(sql).await };
    let by =
        |value: &str| format!("SELECT count(*) AS count FROM links WHERE token_hash = '{value}'");
    assert_eq!(count(by(token)).await, 0);
    assert_eq!(count(by(&actix_login::hash_token(token))).await, 1);
    let kept = "SELECT count(*) AS count FROM outbox WHERE message <> ''";
    assert_eq!(count(kept.to_owned()).await, 0, "what was sent is forgotten");
}

#[actix_web::test]
async fn the_link_works_for_thirty_minutes() {
    for (seconds, page, post) in [(-1, 200, 303), (0, 410, 410)] {
        let (ada, link) = with_link().await;
        ada.site.clock.advance(Duration::minutes(30) + Duration::seconds(seconds));
        assert_eq!(ada.open_link(&link).await.status, page);
        assert_eq!(ada.submit("/reset", &NEW).await.status, post);
    }
}

#[actix_web::test]
async fn the_link_works_once_and_only_its_post_uses_it_up() {
    let (ada, link) = with_link().await;
    for _ in 0..3 {
        assert_eq!(ada.open_link(&link).await.status, 200);
    }
    assert_eq!(ada.submit("/reset", &[("password", "short")]).await.status, 422);
    assert_eq!(ada.submit("/reset", &NEW).await.status, 303);
    let page = ada.open_link(&link).await;
    assert_eq!(page.status, 410);
    page.shows("This link has ended").shows("href=\"/forgot\"");
    page.shows("It was used already, on 1 November 2026, 12:00 UTC, to choose a new password.");
}

#[actix_web::test]
async fn of_twenty_who_use_the_link_at_once_one_sets_the_password_and_all_are_told_so() {
    // With a queue of its own: it fills that of the other tests.
    let (ada, link) =
        with_link_on(Site::build(&[], passwords(&config(&[])), features()).await).await;
    ada.open_link(&link).await;
    let answers = join_all((0..20).map(|_| ada.submit("/reset", &NEW))).await;
    for answer in &answers {
        assert!(answer.status == 503 || answer.location() == "/login", "{answer:?}");
    }
    let notices = ada.site.mails().await;
    assert_eq!(notices.iter().filter(|mail| mail.subject.contains("was changed")).count(), 1);
}

#[actix_web::test]
async fn a_later_link_leaves_an_earlier_one_alone() {
    let (ada, first) = with_link().await;
    ask(&ada.site.stranger()).await;
    assert_ne!(ada.site.link_to("ada").await, first);
    ada.open_link(&first).await;
    assert_eq!(ada.submit("/reset", &NEW).await.status, 303);
}

#[actix_web::test]
async fn a_link_is_bound_to_the_password_and_the_address() {
    for change in [
        "UPDATE users SET password_hash = 'another'",
        "UPDATE users SET email_canonical = 'other@example.com'",
        "UPDATE users SET disabled_at = created_at",
    ] {
        let (ada, link) = with_link().await;
        ada.site.sql(change).await;
        ada.open_link(&link).await.shows("got another address or password, or was closed");
        assert_eq!(ada.submit("/reset", &NEW).await.status, 410, "{change}");
    }
}

#[actix_web::test]
async fn a_link_for_one_thing_opens_no_other() {
    let (ada, link) = with_link().await;
    ada.log_in("ada").await;
    for page in ["/confirm", "/join", "/register/confirm", "/account/email/confirm"] {
        assert_eq!(ada.open_link(&link.replace("/reset", page)).await.status, 410, "{page}");
        assert_eq!(ada.submit(page, &NEW).await.status, 410, "{page}");
    }
}

#[actix_web::test]
async fn made_up_tokens_are_refused() {
    let ada = Browser::stranger().await;
    let long = "a".repeat(5000);
    for token in ["", "a", &"A".repeat(43), "%00", "a%0d%0aSet-Cookie:x=y", "';--", &long[..3000]] {
        let answer = ada.get(&format!("/reset?token={token}")).await;
        assert_eq!(answer.location(), "/reset", "{token}");
        let page = ada.get("/reset").await;
        assert_eq!(page.status, 410, "{token}");
        page.shows("It is not complete, or none of ours");
    }
}

#[actix_web::test]
async fn a_reset_ends_every_session() {
    let (stranger, link) = with_link().await;
    let ada = stranger.site.logged_in("ada").await;
    stranger.open_link(&link).await;
    stranger.submit("/reset", &NEW).await;
    assert!(!ada.is_logged_in().await);
}

#[actix_web::test]
async fn who_has_no_account_or_a_disabled_one_gets_no_mail() {
    let site = Site::open().await;
    site.user("ada").await;
    site.sql("UPDATE users SET disabled_at = created_at").await;
    for email in ["ada@example.com", "nobody@example.com"] {
        let answer = site.stranger().submit("/forgot", &[("email", email)]).await;
        assert_eq!((answer.status, answer.location()), (303, "/forgot/sent"));
    }
    assert!(site.mails().await.is_empty());
    assert_eq!(site.stranger().submit("/forgot", &[("email", "ada")]).await.status, 422);
}

#[actix_web::test]
async fn a_reset_proves_the_address() {
    let (ada, link) = with_link().await;
    ada.site.sql("UPDATE users SET verified_at = NULL").await;
    ada.open_link(&link).await;
    ada.submit("/reset", &NEW).await;
    let unproved = "SELECT count(*) AS count FROM users WHERE verified_at IS NULL";
    assert_eq!(ada.site.count(unproved).await, 0);
}

#[actix_web::test]
async fn a_new_password_made_of_the_owners_name_is_refused_with_the_reason() {
    let (ada, link) = with_link().await;
    ada.site.sql("UPDATE users SET name = 'Ada Lovelace'").await;
    ada.open_link(&link).await;
    let answer = ada.submit("/reset", &[("password", "adalovelace1815")]).await;
    assert_eq!(answer.status, 422);
    answer.shows("your name, your address or the name of this site").hides("adalovelace1815");
    assert_eq!(ada.site.stranger().log_in("ada").await.status, 303, "{PASSWORD} is as it was");
}

#[actix_web::test]
async fn a_form_does_what_it_says_even_if_another_link_was_opened_since() {
    let (ada, link) = with_link().await;
    ada.site.user("bob").await;
    ada.submit("/forgot", &[("email", "bob@example.com")]).await;
    let bobs = ada.site.link_to("bob").await;
    ada.open_link(&link).await.shows("ada@example.com");
    // In another tab, or by a link that somebody made her click.
    ada.get(&bobs).await;
    assert_eq!(ada.submit("/reset", &NEW).await.status, 410);
    assert_eq!(ada.site.stranger().log_in("bob").await.status, 303, "as it was");
}

#[actix_web::test]
async fn who_is_told_to_choose_a_new_password_can_even_if_somebody_used_up_the_limit() {
    let (ada, link) = with_link_on(Site::with(&[("LIMIT_MAILS", "off")]).await).await;
    for _ in 0..4 {
        ask(&ada.site.stranger()).await;
    }
    ada.open_link(&link).await;
    ada.submit("/reset", &NEW).await;
    let before = ada.site.mails().await.len();
    ask(&ada).await;
    assert_eq!(ada.site.mails().await.len(), before + 1);
}

#[actix_web::test]
async fn a_link_that_an_operator_handed_over_proves_no_address() {
    let ada = Browser::stranger().await;
    let user = ada.site.user("ada").await;
    ada.site.sql("UPDATE users SET verified_at = NULL").await;
    let (nowhere, now) =
        (Email { typed: String::new(), canonical: String::new() }, ada.site.clock.now());
    let make = move |conn: &mut _| Link::make(conn, Purpose::Reset, &nowhere, Some(&user), now);
    let token = ada.site.db.write(make).await.unwrap();
    ada.open_link(&format!("/reset?token={token}")).await.shows("ada@example.com");
    assert_eq!(ada.submit("/reset", &NEW).await.status, 303);
    let unproved = "SELECT count(*) AS count FROM users WHERE verified_at IS NULL";
    assert_eq!(ada.site.count(unproved).await, 1);
}

#[actix_web::test]
async fn a_reset_leads_to_the_log_in_with_the_address_and_not_to_the_old_password() {
    let site = Site::open().await;
    site.user("ada").await;
    let ada = site.stranger();
    ada.submit("/forgot", &[("email", "ada@example.com")]).await;
    ada.open_link(&site.link_to("ada").await).await;
    let page = ada.submit("/reset", &[("password", PASSWORD)]).await;
    assert_eq!(page.status, 422);
    page.shows("This is the password that you have.");
    let answer = ada.submit("/reset", &[("password", OTHER_PASSWORD)]).await;
    assert_eq!(answer.location(), "/login");
    ada.follow(&answer).await.shows("value=\"ada@example.com\"");
    ada.get("/login").await.hides("value=\"ada@example.com\"");
}
