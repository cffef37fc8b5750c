//! Personal API tokens.

use time::Duration;

use app::feature::Features;

use crate::browser::{Browser, Site, features};
use crate::doors::{self, Door};

const FORM: [(&str, &str); 3] = [("name", "Backup script"), ("days", "30"), ("papers:read", "yes")];

/// Makes a token; its text.
async fn make(ada: &Browser) -> String {
    let page = ada.submit("/account/tokens", &FORM).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page.shows("It will not be shown again.");
    page.body.split_once("id=\"token\">").unwrap().1.split('<').next().unwrap().to_owned()
}

async fn call(site: &std::rc::Rc<Site>, token: &str, path: &str) -> u16 {
    let program = site.stranger();
    program.set_header("authorization", Some(&format!("Bearer {token}")));
    program.get(path).await.status
}

#[actix_web::test]
async fn a_token_is_shown_once_and_opens_what_it_was_made_for() {
    let ada = Browser::logged_in("ada").await;
    let token = make(&ada).await;
    assert_eq!(call(&ada.site, &token, "/api/papers").await, 200);
    assert_eq!(call(&ada.site, &token, "/api/me").await, 403);
    assert_eq!(call(&ada.site, &token, "/papers").await, 401);
    let page = ada.get("/account/tokens").await;
    page.hides(&token)
        .shows("Backup script")
        .shows(&format!("<code>…{}</code>", &token[token.len() - 4..]))
        .shows("data-is=\"Last used\"><time")
        .shows("datetime=\"2026-11-01T12:00:00Z\"");
}

#[actix_web::test]
async fn a_token_is_nothing_to_pages_links_and_the_token_endpoint() {
    let ada = doors::ada().await;
    let token = make(&ada).await;
    for door in Door::all() {
        assert!(!door.opens(&ada, &token).await, "{door:?}");
    }
    assert_eq!(ada.site.stranger().refresh(&token).await.status, 400);
}

#[actix_web::test]
async fn scanners_know_a_token_by_its_form() {
    let ada = Browser::logged_in("ada").await;
    let token = make(&ada).await;
    let random = token.strip_prefix(named!(@ "_")).unwrap();
    assert_eq!(random.len(), 43 + 4);
    assert_eq!(
        ada.site
            .count(
                named!("SELECT count(*) AS count FROM api_tokens WHERE token_hash LIKE '" @ "%'")
            )
            .await,
        0
    );
}

#[actix_web::test]
async fn a_token_ends_when_it_was_to_end() {
    let ada = Browser::logged_in("ada").await;
    let token = make(&ada).await;
    ada.site.clock.advance(Duration::days(30) - Duration::SECOND);
    assert_eq!(call(&ada.site, &token, "/api/papers").await, 200);
    ada.site.clock.advance(Duration::SECOND);
    assert_eq!(call(&ada.site, &token, "/api/papers").await, 401);
}

#[actix_web::test]
async fn a_token_that_is_ended_is_dead_and_anothers_cannot_be() {
    let ada = Browser::logged_in("ada").await;
    let token = make(&ada).await;
    let eve = ada.site.logged_in("eve").await;
    assert_eq!(eve.submit("/account/tokens/1/revoke", &[]).await.status, 404);
    assert_eq!(call(&ada.site, &token, "/api/papers").await, 200);
    let answer = ada.submit("/account/tokens/1/revoke", &[]).await;
    ada.follow(&answer).await.shows("The token is revoked.").shows("No tokens yet");
    assert_eq!(call(&ada.site, &token, "/api/papers").await, 401);
}

#[actix_web::test]
async fn a_disabled_users_token_is_dead() {
    let ada = Browser::logged_in("ada").await;
    let token = make(&ada).await;
    ada.site.sql("UPDATE users SET disabled_at = created_at").await;
    assert_eq!(call(&ada.site, &token, "/api/papers").await, 401);
}

#[actix_web::test]
async fn a_changed_token_is_refused() {
    let ada = Browser::logged_in("ada").await;
    let token = make(&ada).await;
    let (secret, last) = (token.find('_').unwrap() + 1, token.len() - 1);
    for at in [0, secret, 20, last - 3, last] {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(call(&ada.site, &String::from_utf8(bytes).unwrap(), "/api/papers").await, 401);
    }
}

#[actix_web::test]
async fn the_form_is_checked_and_keeps_what_was_ticked() {
    let ada = Browser::logged_in("ada").await;
    let answer = ada
        .submit("/account/tokens", &[("name", ""), ("days", "31"), ("papers:write", "yes")])
        .await;
    assert_eq!(answer.status, 422);
    answer.shows("Enter a name.").shows("Choose how long it lives.");
    answer.shows("name=\"papers:write\" value=\"yes\" checked");
    ada.submit("/account/tokens", &[("name", "x"), ("days", "30")])
        .await
        .shows("Tick at least one.");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM api_tokens").await, 0);
}

#[actix_web::test]
async fn nobody_makes_a_token_for_more_than_they_may() {
    let ada = Browser::logged_in("ada").await;
    ada.get("/account/tokens/new").await.hides("users:read");
    let answer = ada
        .submit("/account/tokens", &[("name", "x"), ("days", "30"), ("users:read", "yes")])
        .await;
    assert_eq!(answer.status, 422);
    answer.shows("You may not hold all of these.");
}

#[actix_web::test]
async fn every_scope_there_is_can_be_ticked() {
    let site = Site::open().await;
    site.admin("root").await;
    let root = site.logged_in("root").await;
    for scope in Features(features()).scopes("").all().iter().map(|scope| scope.name) {
        let page =
            root.submit("/account/tokens", &[("name", "x"), ("days", "30"), (scope, "yes")]).await;
        assert_eq!(page.status, 200, "the form does not know {scope}");
    }
}

#[actix_web::test]
async fn a_token_lives_for_the_days_that_were_chosen_to_the_second() {
    for days in [30, 90, 365] {
        let ada = Browser::logged_in("ada").await;
        let text = days.to_string();
        ada.get("/account/tokens/new").await.shows(&format!("value=\"{days}\""));
        let form = [("name", "x"), ("days", text.as_str()), ("papers:read", "yes")];
        let page = ada.submit("/account/tokens", &form).await;
        let token = page.body.split_once("id=\"token\">").unwrap().1.split('<').next().unwrap();
        ada.site.clock.advance(Duration::days(days) - Duration::SECOND);
        assert_eq!(call(&ada.site, token, "/api/papers").await, 200, "{days} days");
        ada.site.clock.advance(Duration::SECOND);
        assert_eq!(call(&ada.site, token, "/api/papers").await, 401, "{days} days");
    }
}

#[actix_web::test]
async fn nobody_chooses_another_life_than_is_offered() {
    let ada = Browser::logged_in("ada").await;
    for days in ["0", "1", "91", "366", "3650", "-30", "30.5", "90 ", ""] {
        let form = [("name", "x"), ("days", days), ("papers:read", "yes")];
        let page = ada.submit("/account/tokens", &form).await;
        assert_eq!(page.status, 422, "{days:?}");
        page.shows("Choose how long it lives.");
    }
}

#[actix_web::test]
async fn a_token_goes_with_its_owner_and_not_with_the_address() {
    let ada = Browser::logged_in("ada").await;
    let form = [("name", "x"), ("days", "30"), ("profile:read", "yes")];
    let page = ada.submit("/account/tokens", &form).await.body;
    let token = page.split_once("id=\"token\">").unwrap().1.split('<').next().unwrap();
    let moved = "email = 'countess@example.com', email_canonical = 'countess@example.com'";
    ada.site.sql(format!("UPDATE users SET {moved}")).await;
    let successor = ada.site.user("ada").await.id;
    let program = ada.site.stranger();
    program.set_header("authorization", Some(&format!("Bearer {token}")));
    let me = program.get("/api/me").await.json();
    assert_eq!((&me["id"], &me["email"]), (&1.into(), &"countess@example.com".into()));
    assert_ne!(me["id"], successor);
}

#[actix_web::test]
async fn the_list_says_to_the_minute_when_a_token_was_last_used() {
    let ada = Browser::logged_in("ada").await;
    let token = make(&ada).await;
    for (seconds, shown) in [(0, "12:00:00"), (300, "12:05:00"), (59, "12:05:00"), (1, "12:06:00")]
    {
        ada.site.clock.advance(Duration::seconds(seconds));
        assert_eq!(call(&ada.site, &token, "/api/papers").await, 200);
        let shown = format!("data-is=\"Last used\"><time datetime=\"2026-11-01T{shown}Z\"");
        ada.get("/account/tokens").await.shows(&shown);
    }
}
