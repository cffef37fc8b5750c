//! Registering.

use crate::browser::{Browser, PASSWORD, Site};

/// A stranger's browser, on a site whose operator has made the first account.
async fn with_an_operator() -> Browser {
    let site = Site::open().await;
    site.user("operator").await;
    site.stranger()
}

fn form<'a>(name: &'a str, email: &'a str, password: &'a str) -> [(&'static str, &'a str); 3] {
    [("name", name), ("email", email), ("password", password)]
}

#[actix_web::test]
async fn a_new_person_registers_and_is_logged_in() {
    let ada = with_an_operator().await;
    ada.get("/login").await.shows("href=\"/register\"");
    assert_eq!(ada.get("/register").await.status, 200);
    let answer = ada.submit("/register", &form("Ada", "ada@example.com", PASSWORD)).await;
    assert_eq!((answer.status, answer.location()), (303, "/dashboard"));
    ada.follow(&answer).await.shows("Hello, Ada").shows("Your account is ready");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users WHERE is_admin").await, 0);
}

#[actix_web::test]
async fn the_first_account_is_not_for_whoever_registers_first() {
    let stranger = Browser::stranger().await;
    let link = stranger.site.app.open_setup_link().await.unwrap().unwrap();
    for answer in [
        stranger.get("/register").await,
        stranger.submit("/register", &form("Eve", "eve@example.com", PASSWORD)).await,
    ] {
        assert_eq!((answer.status, answer.location()), (303, "/"));
    }
    stranger.get("/").await.shows("through the link that the program printed");
    assert_eq!(stranger.get(&link).await.status, 200);
}

#[actix_web::test]
async fn where_registration_is_closed_there_is_no_such_page() {
    let stranger = Site::with(&[("REGISTRATION", "closed")]).await.stranger();
    assert_eq!(stranger.get("/register").await.status, 404);
    let answer = stranger.submit("/register", &form("Ada", "ada@example.com", PASSWORD)).await;
    assert_eq!(answer.status, 404);
    assert_eq!(stranger.site.count("SELECT count(*) AS count FROM users").await, 0);
    stranger.get("/login").await.hides("/register");
    stranger.get("/").await.hides("/register");
}

#[actix_web::test]
async fn an_address_is_taken_however_it_is_written() {
    let site = Site::open().await;
    site.user("ada").await;
    for email in ["ada@example.com", "ADA@Example.COM", " ada@example.com "] {
        let answer = site.stranger().submit("/register", &form("A", email, PASSWORD)).await;
        assert_eq!(answer.status, 422);
        answer.shows("has an account already");
    }
    assert_eq!(site.count("SELECT count(*) AS count FROM users").await, 1);
}

#[actix_web::test]
async fn a_taken_address_costs_the_same_hash_as_a_new_one() {
    let config = crate::browser::config(&[]);
    let own = crate::browser::passwords(&config);
    let site = Site::build(&[], own, latchkey::app::features).await;
    site.user("ada").await;
    for email in ["ada@example.com", "new@example.com"] {
        let before = site.passwords.count();
        site.stranger().submit("/register", &form("A", email, PASSWORD)).await;
        assert_eq!(site.passwords.count() - before, 1);
    }
}

#[actix_web::test]
async fn every_field_is_checked_and_nothing_typed_is_lost_but_the_password() {
    let stranger = with_an_operator().await;
    let answer = stranger.submit("/register", &form("", "not-an-address", "tiny-secret")).await;
    assert_eq!(answer.status, 422);
    answer.shows("Enter your name.").shows("like name@example.com").shows("not-an-address");
    answer.shows("Use at least 12 characters").hides("tiny-secret");
    answer.shows("aria-describedby=\"name-error\"").shows("id=\"name-error\"");
}

#[actix_web::test]
async fn strange_addresses_are_refused() {
    let stranger = with_an_operator().await;
    let long = format!("{}@example.com", "a".repeat(250));
    let strange = [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@localhost",
        "a@b@example.com",
        "a b@example.com",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada,eve@example.com",
        "\"ada\"@example.com",
        "ada@127.0.0.1",
        "ada@[::1]",
        "ädä@example.com",
        "ada@exa mple.com",
        "ada@.com",
        &long,
    ];
    for email in strange {
        let answer = stranger.submit("/register", &form("Ada", email, PASSWORD)).await;
        assert_eq!(answer.status, 422, "{email:?}");
    }
}

#[actix_web::test]
async fn limits_of_the_form_hold_without_a_browsers_help() {
    let stranger = with_an_operator().await;
    let (name, password) = ("a".repeat(101), "a".repeat(257));
    let answer = stranger.submit("/register", &form(&name, "ada@example.com", &password)).await;
    assert_eq!(answer.status, 422);
    answer.shows("Use at most 100 characters").shows("Use at most 256 characters.");
    let (name, password) = ("a".repeat(100), "\u{1f511}".repeat(256));
    let answer = stranger.submit("/register", &form(&name, "ada@example.com", &password)).await;
    assert_eq!(answer.status, 303);
}

#[actix_web::test]
async fn extra_fields_make_nobody_an_administrator() {
    let ada = with_an_operator().await;
    let mut fields = form("Ada", "ada@example.com", PASSWORD).to_vec();
    fields.extend([("is_admin", "true"), ("id", "1"), ("role", "admin")]);
    assert_eq!(ada.submit("/register", &fields).await.status, 303);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users WHERE is_admin").await, 0);
}

#[actix_web::test]
async fn a_name_with_markup_is_only_text() {
    let eve = with_an_operator().await;
    let name = "\"'><svg/onload=1>{{7*7}}";
    let answer = eve.submit("/register", &form(name, "eve@example.com", PASSWORD)).await;
    eve.follow(&answer).await.hides("<svg/onload").shows("{{7*7}}").shows("&#60;svg");
}

#[actix_web::test]
async fn a_name_with_control_characters_is_refused() {
    let eve = with_an_operator().await;
    for name in ["a\u{1b}[2Jb", "a\nb", "a\u{0}b", "a\u{7f}b"] {
        let answer = eve.submit("/register", &form(name, "eve@example.com", PASSWORD)).await;
        assert_eq!(answer.status, 422, "{name:?}");
    }
}

#[actix_web::test]
async fn a_password_that_was_accepted_can_be_typed_at_the_login() {
    let ada = with_an_operator().await;
    let password = "e\u{301}".repeat(200);
    assert_eq!(
        ada.submit("/register", &form("Ada", "ada@example.com", &password)).await.status,
        303
    );
    let fields = [("email", "ada@example.com"), ("password", password.as_str())];
    assert_eq!(ada.site.stranger().submit("/login", &fields).await.status, 303);
}
