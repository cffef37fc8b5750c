//! Registering.

use futures_util::future::join_all;
use time::Duration;

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, Site};

/// A stranger's browser, on a site whose operator has made the first account.
async fn with_an_operator() -> Browser {
    let site = Site::open().await;
    site.user("operator").await;
    site.stranger()
}

fn form<'a>(name: &'a str, email: &'a str, password: &'a str) -> [(&'static str, &'a str); 3] {
    [("name", name), ("email", email), ("password", password)]
}

/// Registers and returns the link from the mail.
async fn link_after(browser: &Browser, name: &str) -> String {
    let answer = browser.register(name).await;
    assert_eq!((answer.status, answer.location()), (303, "/register/sent"), "{}", answer.body);
    browser.site.link_to(name).await
}

#[actix_web::test]
async fn a_new_person_registers_confirms_the_address_and_is_logged_in() {
    let ada = with_an_operator().await;
    ada.get("/login").await.shows("href=\"/register\"");
    assert_eq!(ada.get("/register").await.status, 200);
    let link = link_after(&ada, "ada").await;
    ada.get("/register/sent").await.shows("Check your mail").shows("/dev/mail");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users").await, 1, "no account yet");
    ada.open_link(&link).await.shows("ada@example.com").hides("name=\"password\"");
    let answer = ada.submit("/register/confirm", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/dashboard"));
    ada.follow(&answer).await.shows("Hello, ada").shows("Your account is ready");
    assert_eq!(ada.site.stranger().log_in("ada").await.status, 303);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users WHERE is_admin").await, 0);
}

#[actix_web::test]
async fn opening_the_link_uses_nothing_up() {
    let ada = with_an_operator().await;
    let link = link_after(&ada, "ada").await;
    for _ in 0..3 {
        ada.site.stranger().open_link(&link).await.shows("Make your account");
    }
    ada.open_link(&link).await;
    assert_eq!(ada.submit("/register/confirm", &[]).await.status, 303);
    assert_eq!(ada.open_link(&link).await.status, 410, "once");
}

#[actix_web::test]
async fn a_registration_waits_for_24_hours() {
    for (seconds, status) in [(-1, 200), (0, 410)] {
        let ada = with_an_operator().await;
        let link = link_after(&ada, "ada").await;
        ada.site.clock.advance(Duration::hours(24) + Duration::seconds(seconds));
        assert_eq!(ada.open_link(&link).await.status, status);
    }
}

#[actix_web::test]
async fn whoever_opens_the_link_elsewhere_chooses_their_own_password() {
    let eve = with_an_operator().await;
    let link = link_after(&eve, "ada").await;
    let ada = eve.site.stranger();
    ada.open_link(&link).await.shows("then only you know it").shows("name=\"password\"");
    assert_eq!(ada.submit("/register/confirm", &[]).await.status, 422, "not without one");
    let own = [("name", "Ada"), ("password", OTHER_PASSWORD)];
    assert_eq!(ada.submit("/register/confirm", &own).await.location(), "/dashboard");
    assert_eq!(eve.log_in("ada").await.status, 422, "Eve's password opens nothing");
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn the_mail_repeats_nothing_that_a_stranger_typed() {
    let eve = with_an_operator().await;
    let fields = form("Win at evil.example", "ada@example.com", PASSWORD);
    eve.submit("/register", &fields).await;
    let mail = eve.site.mail_to("ada").await;
    assert!(!mail.text.contains("evil") && !mail.html.contains("evil"), "{}", mail.text);
}

#[actix_web::test]
async fn two_who_register_with_one_address_get_two_links_and_one_account() {
    let (eve, ada) = {
        let eve = with_an_operator().await;
        let ada = eve.site.stranger();
        (eve, ada)
    };
    let eves = link_after(&eve, "ada").await;
    ada.register("ada").await;
    let adas = ada.site.link_to("ada").await;
    ada.open_link(&adas).await;
    assert_eq!(ada.submit("/register/confirm", &[]).await.status, 303);
    eve.open_link(&eves).await;
    assert_eq!(eve.submit("/register/confirm", &[]).await.status, 410);
}

#[actix_web::test]
async fn of_twenty_who_confirm_at_once_one_gets_the_account() {
    let ada = with_an_operator().await;
    let link = link_after(&ada, "ada").await;
    ada.open_link(&link).await;
    let answers = join_all((0..20).map(|_| ada.submit("/register/confirm", &[]))).await;
    let of = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(303), of(410)), (1, 19));
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users").await, 2);
}

#[actix_web::test]
async fn somebody_who_lost_the_mail_gets_the_link_again() {
    let ada = with_an_operator().await;
    link_after(&ada, "ada").await;
    let answer = ada.submit("/register/again", &[("email", "ada@example.com")]).await;
    assert_eq!((answer.status, answer.location()), (303, "/register/sent"));
    let again = ada.site.link_to("ada").await;
    assert_eq!(ada.site.mails().await.len(), 2);
    ada.open_link(&again).await.hides("name=\"password\"");
    assert_eq!(ada.submit("/register/confirm", &[]).await.status, 303);
}

#[actix_web::test]
async fn the_owner_of_a_known_address_is_told_that_they_have_an_account() {
    let eve = with_an_operator().await;
    eve.site.user("ada").await;
    for email in ["ada@example.com", "ADA@Example.COM", " ada@example.com "] {
        let answer = eve.submit("/register", &form("A", email, PASSWORD)).await;
        assert_eq!((answer.status, answer.location()), (303, "/register/sent"));
    }
    let mail = eve.site.mail_to("ada").await;
    assert_eq!(mail.subject, "You have an account already");
    assert!(!mail.text.contains("token="), "{}", mail.text);
    assert_eq!(eve.site.count("SELECT count(*) AS count FROM links").await, 0);
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
async fn where_registration_is_not_open_form_link_and_post_are_gone() {
    for setting in ["invite", "closed"] {
        let stranger = Site::with(&[("REGISTRATION", setting)]).await.stranger();
        stranger.site.user("operator").await;
        for page in ["/register", "/register/sent", "/register/again", "/register/confirm"] {
            assert_eq!(stranger.get(page).await.status, 404, "{page}");
        }
        assert_eq!(stranger.register("ada").await.status, 404);
        let again = stranger.submit("/register/again", &[("email", "ada@example.com")]).await;
        assert_eq!(again.status, 404);
        assert_eq!(stranger.submit("/register/confirm", &[]).await.status, 404);
        assert!(stranger.site.mails().await.is_empty());
        stranger.get("/login").await.hides("/register");
        stranger.get("/").await.hides("/register");
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
        "ada@ex%61mple.com",
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
    let password = scattered(0x4e00, 256);
    let answer =
        stranger.submit("/register", &form(&"a".repeat(100), "ada@example.com", &password)).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

/// Characters in no order that anybody would guess, the first one as given.
fn scattered(first: u32, count: u32) -> String {
    (0..count).map(|n| char::from_u32(first + n * n * 7919 % 5003).unwrap()).collect()
}

#[actix_web::test]
async fn extra_fields_make_nobody_an_administrator() {
    let ada = with_an_operator().await;
    let mut fields = form("Ada", "ada@example.com", PASSWORD).to_vec();
    fields.extend([("is_admin", "true"), ("id", "1"), ("role", "admin")]);
    assert_eq!(ada.submit("/register", &fields).await.status, 303);
    ada.open_link(&ada.site.link_to("ada").await).await;
    assert_eq!(ada.submit("/register/confirm", &fields[3..]).await.status, 303);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users WHERE is_admin").await, 0);
}

#[actix_web::test]
async fn a_name_with_markup_is_only_text() {
    let eve = with_an_operator().await;
    let name = "\"'><svg/onload=1>{{7*7}}";
    eve.submit("/register", &form(name, "eve@example.com", PASSWORD)).await;
    eve.open_link(&eve.site.link_to("eve").await).await;
    let answer = eve.submit("/register/confirm", &[]).await;
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
    let password = scattered(0x4e00, 200).replace('\u{4e00}', "e\u{301}");
    ada.submit("/register", &form("Ada", "ada@example.com", &password)).await;
    ada.open_link(&ada.site.link_to("ada").await).await;
    assert_eq!(ada.submit("/register/confirm", &[]).await.status, 303);
    let fields = [("email", "ada@example.com"), ("password", password.as_str())];
    assert_eq!(ada.site.stranger().submit("/login", &fields).await.status, 303);
}

#[actix_web::test]
async fn the_next_who_sits_at_this_browser_is_not_taken_for_who_sat_there_before() {
    let ada = with_an_operator().await;
    let link = link_after(&ada, "ada").await;
    ada.open_link(&link).await.shows("<strong>ada</strong>");
    ada.submit("/register/confirm", &[]).await;
    assert_eq!(ada.cookie("link_browser"), None);
}

#[actix_web::test]
async fn a_link_makes_no_account_before_the_operators() {
    let ada = with_an_operator().await;
    let link = link_after(&ada, "ada").await;
    ada.open_link(&link).await;
    ada.site.sql("DELETE FROM users").await;
    assert_eq!(ada.submit("/register/confirm", &[]).await.status, 410);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users").await, 0);
}
