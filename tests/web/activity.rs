//! What happened to somebody's account, for them to look through.

use app::people::Event;
use app::people::event::About;
use strum::VariantArray as _;

use crate::browser::{Answer, Browser, OTHER_PASSWORD, PASSWORD};

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";

#[actix_web::test]
async fn ada_reads_what_happened_to_her_account() {
    let ada = Browser::logged_in("ada").await;
    let eve = ada.site.stranger();
    eve.set_header("user-agent", Some(CHROME));
    eve.submit("/login", &[("email", "ada@example.com"), ("password", "a bad guess")]).await;
    ada.submit("/account/password", &[("current", PASSWORD), ("password", OTHER_PASSWORD)]).await;
    let page = ada.get("/account/activity").await;
    page.shows("Logged in").shows("A log-in failed: wrong password").shows("Chrome on Windows");
    page.shows("The password was changed").shows("127.0.0.1");
    let bob = ada.site.logged_in("bob").await;
    bob.get("/account/activity").await.hides("failed").hides("was changed");
}

#[actix_web::test]
async fn what_happened_is_shown_a_page_at_a_time() {
    let ada = Browser::logged_in("ada").await;
    let value = "(1, 'logged_out', '198.51.100.7', '', '2026-11-01 12:00:00')";
    let columns = "(user_id, kind, ip_address, user_agent, created_at)";
    ada.site.sql(format!("INSERT INTO events {columns} VALUES {}", [value; 25].join(", "))).await;
    ada.get("/account/activity").await.shows("?page=2").hides("Logged in");
    ada.get("/account/activity?page=2").await.shows("Logged in").shows("rel=\"prev\"");
}

#[actix_web::test]
async fn the_same_thing_several_times_is_one_line_and_warnings_can_be_seen_alone() {
    let ada = Browser::logged_in("ada").await;
    for _ in 0..4 {
        ada.submit("/sudo", &[("password", "not my password")]).await;
    }
    let thief = ada.site.stranger();
    thief.set_header("user-agent", Some(CHROME));
    thief.log_in("ada").await;
    ada.site.stranger().log_in("ada").await;
    let page = ada.get("/account/activity").await;
    page.shows("4 times").shows("Sunday, 1 November 2026").shows("Chrome on Windows");
    let warnings = ada.get("/account/activity?only=warnings").await;
    warnings.shows("4 times").hides("Logged in");
}

#[actix_web::test]
async fn every_kind_that_is_kept_has_a_sentence_for_whom_it_happened_to() {
    let ada = Browser::logged_in("ada").await;
    let kept = Event::VARIANTS.iter().filter(|event| event.about() != About::Logged);
    for kind in kept.map(|event| event.name()) {
        ada.site.sql("DELETE FROM events").await;
        let values = format!("(1, '{kind}', '198.51.100.7', '', '2026-11-01 12:00:00')");
        let columns = "(user_id, kind, ip_address, user_agent, created_at)";
        ada.site.sql(format!("INSERT INTO events {columns} VALUES {values}")).await;
        let page = ada.get("/account/activity").await;
        page.shows("198.51.100.7").hides("Something of an earlier version");
    }
}

/// Ada's page where just this happened: a kind, from an address, with a browser.
async fn page_of(ada: &Browser, happened: &[(&str, &str, &str)]) -> Answer {
    ada.site.sql("DELETE FROM events").await;
    for (kind, address, agent) in happened {
        let values = format!("(1, '{kind}', '{address}', '{agent}', '2026-11-01 12:00:00')");
        let columns = "(user_id, kind, ip_address, user_agent, created_at)";
        ada.site.sql(format!("INSERT INTO events {columns} VALUES {values}")).await;
    }
    ada.get("/account/activity").await
}

#[actix_web::test]
async fn another_kind_address_or_device_is_not_the_same_thing_again() {
    let ada = Browser::logged_in("ada").await;
    let first = ("logged_out", "198.51.100.7", CHROME);
    page_of(&ada, &[first, first]).await.shows("2 times");
    let (kind, address, agent) = first;
    for other in [
        ("registered", address, agent),
        (kind, "198.51.100.8", agent),
        (kind, address, "curl"),
        ("registered", "198.51.100.8", "curl"),
    ] {
        page_of(&ada, &[first, other]).await.hides(" times");
    }
}

#[actix_web::test]
async fn each_thing_that_happened_has_the_picture_of_its_kind() {
    let ada = Browser::logged_in("ada").await;
    let pictures = [
        ("log_in_failed", CHROME, "error"),
        ("logged_in", CHROME, "desktop"),
        ("logged_in", "iPhone", "phone"),
        ("email_changed", CHROME, "mailed"),
        ("token_issued", CHROME, "key"),
        ("password_changed", CHROME, "shield"),
    ];
    for (kind, agent, picture) in pictures {
        let page = page_of(&ada, &[(kind, "198.51.100.7", agent)]).await;
        page.shows(&format!("#{picture}\"/></svg><strong>"));
        assert_eq!(page.body.contains("<tr class=\"warning\">"), picture == "error", "{kind}");
    }
}
