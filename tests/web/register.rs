//! Registering.

use app::config::Registration;
use futures_util::future::join_all;
use time::Duration;

use crate::browser::{
    Answer, Browser, OTHER_PASSWORD, PASSWORD, Site, address, config, features, passwords,
};

impl Browser {
    /// Asks for an account with the address `name@example.com`.
    pub async fn register(&self, name: &str) -> Answer {
        self.submit("/register", &[("email", &address(name))]).await
    }

    /// The same, and opens the link in the mail.
    pub async fn register_and_open(&self, name: &str) -> Answer {
        self.register(name).await;
        self.open_link(&self.site.link_to(name).await).await
    }
}

const ADA: [(&str, &str); 2] = [("name", "Ada"), ("password", PASSWORD)];

/// A stranger's browser, on a site whose operator has made the first account.
async fn with_an_operator() -> Browser {
    let site = Site::open().await;
    site.user("operator").await;
    site.stranger()
}

/// Registers and returns the link from the mail.
async fn link_after(browser: &Browser, name: &str) -> String {
    let answer = browser.register(name).await;
    assert_eq!((answer.status, answer.location()), (303, "/register/sent"), "{}", answer.body);
    browser.site.link_to(name).await
}

/// A browser that has opened the link to make Ada's account.
async fn about_to_join() -> Browser {
    let ada = with_an_operator().await;
    let link = link_after(&ada, "ada").await;
    ada.open_link(&link).await;
    ada
}

#[actix_web::test]
async fn a_new_person_registers_opens_the_link_and_is_logged_in() {
    let ada = with_an_operator().await;
    ada.get("/login").await.shows("href=\"/register\"");
    ada.get("/register").await.shows("autocomplete=\"email\"").hides("name=\"password\"");
    let link = link_after(&ada, "ada").await;
    ada.get("/register/sent").await.shows("Check your mail").shows("/dev/mail");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users").await, 1, "no account yet");
    let page = ada.open_link(&link).await;
    page.shows("ada@example.com").shows("autocomplete=\"username\"").shows("\"new-password\"");
    let answer = ada.submit("/register/confirm", &ADA).await;
    assert_eq!((answer.status, answer.location()), (303, "/dashboard"));
    let page = ada.follow(&answer).await;
    page.shows("Hello, Ada").shows("Your account is ready").hides("not confirmed");
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
    assert_eq!(ada.submit("/register/confirm", &ADA).await.status, 303);
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
async fn nothing_that_a_stranger_chose_is_in_an_account_that_its_owner_makes() {
    let eve = with_an_operator().await;
    let fields = [("name", "Eve Adams"), ("email", "ada@example.com"), ("password", PASSWORD)];
    assert_eq!(eve.submit("/register", &fields).await.location(), "/register/sent");
    let (ada, link) = (eve.site.stranger(), eve.site.link_to("ada").await);
    // Whatever of Eve's a subdomain or another port has planted in Ada's browser.
    for purpose in ["link", "link_browser", "link_register_used", "flash"] {
        ada.set_cookie(purpose, &eve.cookie(purpose).unwrap_or_else(|| "A".repeat(43)));
    }
    ada.open_link(&link).await.shows("name=\"password\"").hides("Eve Adams");
    assert_eq!(ada.submit("/register/confirm", &[]).await.status, 422, "no password waits");
    let own = [("name", "Ada"), ("password", OTHER_PASSWORD)];
    assert_eq!(ada.submit("/register/confirm", &own).await.location(), "/dashboard");
    assert_eq!(eve.log_in("ada").await.status, 422, "Eve's password opens nothing");
    ada.get("/dashboard").await.shows("Hello, Ada");
}

#[actix_web::test]
async fn a_planted_link_makes_nobody_join_under_an_address_that_they_did_not_see() {
    let ada = about_to_join().await;
    let eves = link_after(&ada.site.stranger(), "eve").await;
    ada.set_cookie("link_register", eves.split_once("token=").unwrap().1);
    let answer = ada.submit("/register/confirm", &ADA).await;
    assert_eq!(answer.status, 410);
    answer.shows("has opened another link since");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users").await, 1);
}

#[actix_web::test]
async fn nothing_is_kept_of_who_registers_but_the_address() {
    let eve = with_an_operator().await;
    let fields = [("name", "Win at evil"), ("email", "ada@example.com"), ("password", PASSWORD)];
    let answer = eve.submit("/register", &fields).await;
    assert!(answer.cookies().is_empty(), "{answer:?}");
    let waiting = eve.site.texts("SELECT message AS text FROM outbox").await;
    assert_eq!(waiting, ["{\"kind\":\"register\"}"]);
    let mail = eve.site.mail_to("ada").await;
    assert!(!mail.text.contains("evil") && !mail.html.contains("evil"), "{}", mail.text);
}

#[actix_web::test]
async fn a_registration_that_waits_from_before_an_update_gets_a_link_that_asks() {
    let ada = with_an_operator().await;
    ada.register("ada").await;
    let old =
        r#"{"kind":"register","name":"Eve","password_hash":"$argon2id$x","browser_hash":"y"}"#;
    ada.site.sql(format!("UPDATE outbox SET message = '{old}'")).await;
    ada.open_link(&ada.site.link_to("ada").await)
        .await
        .shows("name=\"password\"")
        .hides("Eve Adams");
}

#[actix_web::test]
async fn two_who_register_with_one_address_get_two_links_and_one_account() {
    let eve = with_an_operator().await;
    let ada = eve.site.stranger();
    let eves = link_after(&eve, "ada").await;
    let adas = link_after(&ada, "ada").await;
    eve.open_link(&eves).await;
    ada.open_link(&adas).await;
    assert_eq!(ada.submit("/register/confirm", &ADA).await.status, 303);
    let late = eve.submit("/register/confirm", &ADA).await;
    assert_eq!(late.status, 410);
    late.shows("There is an account with its address by now").shows("href=\"/login\"");
    assert!(!eve.is_logged_in().await);
}

#[actix_web::test]
async fn somebody_who_lost_the_mail_registers_again_and_gets_another_link() {
    let ada = with_an_operator().await;
    let first = link_after(&ada, "ada").await;
    ada.get("/register/sent").await.shows("href=\"/register\"");
    let second = link_after(&ada, "ada").await;
    assert_ne!(first, second);
    ada.open_link(&second).await;
    assert_eq!(ada.submit("/register/confirm", &ADA).await.status, 303);
}

#[actix_web::test]
async fn the_owner_of_a_known_address_is_told_that_they_have_an_account() {
    let eve = with_an_operator().await;
    eve.site.user("ada").await;
    for email in ["ada@example.com", "ADA@Example.COM", " ada@example.com "] {
        let answer = eve.submit("/register", &[("email", email)]).await;
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
    for answer in [stranger.get("/register").await, stranger.register("eve").await] {
        assert_eq!((answer.status, answer.location()), (303, "/"));
    }
    stranger.get("/").await.shows("through the link that the program printed");
    assert_eq!(stranger.get(&link).await.status, 200);
}

const NOT_OPEN: &[&str] = &["closed", "invite"];

#[test]
fn who_may_register_is_said_in_any_case() {
    assert_eq!(config(&[("REGISTRATION", "Closed")]).registration, Registration::Closed);
}

#[actix_web::test]
async fn where_registration_is_not_open_form_link_and_post_are_gone() {
    for &setting in NOT_OPEN {
        let stranger = Site::with(&[("REGISTRATION", setting)]).await.stranger();
        stranger.site.user("operator").await;
        for page in ["/register", "/register/sent", "/register/confirm"] {
            assert_eq!(stranger.get(page).await.status, 404, "{page}");
        }
        assert_eq!(stranger.register("ada").await.status, 404);
        assert_eq!(stranger.submit("/register/confirm", &ADA).await.status, 404);
        assert!(stranger.site.mails().await.is_empty());
        stranger.get("/login").await.hides("/register");
        stranger.get("/").await.hides("/register");
    }
}

#[actix_web::test]
async fn every_field_is_checked_and_nothing_typed_is_lost_but_the_password() {
    let ada = with_an_operator().await;
    let answer = ada.submit("/register", &[("email", "not-an-address")]).await;
    assert_eq!(answer.status, 422);
    answer.shows("like name@example.com").shows("not-an-address");
    let ada = about_to_join().await;
    let typed = [("name", "A\u{7f}da"), ("password", "tiny-secret")];
    let answer = ada.submit("/register/confirm", &typed).await;
    assert_eq!(answer.status, 422);
    answer.shows("in one line").shows("A\u{7f}da").shows("ada@example.com");
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
        let answer = stranger.submit("/register", &[("email", email)]).await;
        assert_eq!(answer.status, 422, "{email:?}");
    }
}

#[actix_web::test]
async fn limits_of_the_form_hold_without_a_browsers_help() {
    let ada = about_to_join().await;
    let (name, password) = ("a".repeat(101), "a".repeat(257));
    let typed = [("name", name.as_str()), ("password", &password)];
    let answer = ada.submit("/register/confirm", &typed).await;
    assert_eq!(answer.status, 422);
    answer.shows("Use at most 100 characters").shows("Use at most 256 characters.");
    let (name, password) = ("a".repeat(100), scattered(0x4e00, 256));
    let typed = [("name", name.as_str()), ("password", &password)];
    let answer = ada.submit("/register/confirm", &typed).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

/// Characters in no order that anybody would guess, the first one as given.
fn scattered(first: u32, count: u32) -> String {
    (0..count).map(|n| char::from_u32(first + n * n * 7919 % 5003).unwrap()).collect()
}

#[actix_web::test]
async fn extra_fields_make_nobody_an_administrator() {
    let ada = with_an_operator().await;
    let extra = [("is_admin", "true"), ("id", "1"), ("role", "admin")];
    let fields = [&[("email", "ada@example.com")], &ADA[..], &extra].concat();
    assert_eq!(ada.submit("/register", &fields).await.status, 303);
    ada.open_link(&ada.site.link_to("ada").await).await;
    assert_eq!(ada.submit("/register/confirm", &fields[1..]).await.status, 303);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users WHERE is_admin").await, 0);
}

#[actix_web::test]
async fn a_name_with_markup_is_only_text() {
    let eve = about_to_join().await;
    let name = "\"'><svg/onload=1>{{7*7}}";
    let answer = eve.submit("/register/confirm", &[("name", name), ADA[1]]).await;
    eve.follow(&answer).await.hides("<svg/onload").shows("{{7*7}}").shows("&#60;svg");
}

#[actix_web::test]
async fn a_name_with_control_characters_is_refused() {
    let eve = about_to_join().await;
    for name in ["a\u{1b}[2Jb", "a\nb", "a\u{0}b", "a\u{7f}b"] {
        let answer = eve.submit("/register/confirm", &[("name", name), ADA[1]]).await;
        assert_eq!(answer.status, 422, "{name:?}");
    }
}

#[actix_web::test]
async fn a_password_that_was_accepted_can_be_typed_at_the_login() {
    let ada = about_to_join().await;
    let password = scattered(0x4e00, 200).replace('\u{4e00}', "e\u{301}");
    let own = [("name", "Ada"), ("password", password.as_str())];
    assert_eq!(ada.submit("/register/confirm", &own).await.status, 303);
    let fields = [("email", "ada@example.com"), own[1]];
    assert_eq!(ada.site.stranger().submit("/login", &fields).await.status, 303);
}

#[actix_web::test]
async fn a_link_makes_no_account_before_the_operators() {
    let ada = about_to_join().await;
    ada.site.sql("DELETE FROM users").await;
    let answer = ada.submit("/register/confirm", &ADA).await;
    assert_eq!(answer.status, 410);
    answer.shows("the first one is made by whoever runs this site");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users").await, 0);
}

#[actix_web::test]
async fn of_twenty_who_join_at_once_one_makes_the_account_and_all_are_told_so() {
    // With a queue of its own: it fills that of the other tests.
    let site = Site::build(&[], passwords(&config(&[])), features()).await;
    site.user("operator").await;
    let ada = site.stranger();
    ada.open_link(&link_after(&ada, "ada").await).await;
    let answers = join_all((0..20).map(|_| ada.submit("/register/confirm", &ADA))).await;
    assert!(answers.iter().all(|answer| [303, 503].contains(&answer.status)), "{answers:?}");
    let logged_in = |answer: &&Answer| {
        answer.cookies().iter().any(|cookie| cookie.name() == named!("__Host-" @ "_session"))
    };
    assert_eq!(answers.iter().filter(logged_in).count(), 1, "one is logged in");
    assert_eq!(site.count("SELECT count(*) AS count FROM users").await, 2);
    assert_eq!(site.count("SELECT count(*) AS count FROM sessions").await, 1);
}

#[actix_web::test]
async fn who_registers_too_often_is_told_and_keeps_what_they_typed() {
    let stranger = Browser::stranger().await;
    stranger.site.user("operator").await;
    for n in 0..5 {
        let form = [("email", &*format!("n{n}@example.com"))];
        assert_eq!(stranger.submit("/register", &form).await.status, 303);
    }
    let answer = stranger.submit("/register", &[("email", "ada@")]).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "720"));
    answer.shows("Try again in 12 minutes.").shows("ada@");
}
