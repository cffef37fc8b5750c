//! Passkeys: made, used, refused, removed.

use std::rc::Rc;

use actix_web::http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use time::Duration;

use crate::browser::{Answer, Browser, OTHER_PASSWORD, PASSWORD, Site};
use crate::device::{Device, VERIFIED, question};
use crate::phone::Phone;
use crate::second_factor;

const HOME: &str = "/account/passkeys";
const OPTIONS: &str = "/account/passkeys/options";
const ASK: &str = "/login/passkey/options";

async fn add(browser: &Browser, name: &str) -> (Device, Answer) {
    let (device, credential) = Device::make(&question(browser, OPTIONS).await);
    let answer = browser.submit(HOME, &[("name", name), ("credential", &credential)]).await;
    (device, answer)
}

/// What is sent of one that was made.
pub async fn form(browser: &Browser) -> String {
    let (_, credential) = Device::make(&question(browser, OPTIONS).await);
    let encoded = utf8_percent_encode(&credential, NON_ALPHANUMERIC);
    format!("name=Laptop&credential={encoded}")
}

/// What is sent by who proves with a new one that it is them.
pub async fn proof(browser: &Browser) -> String {
    let (mut device, _) = turn_on(browser).await;
    let credential = device.answer(&question(browser, ASK).await);
    format!("credential={}", utf8_percent_encode(&credential, NON_ALPHANUMERIC))
}

/// Turns it on for whoever is logged in; what is shown then.
pub async fn turn_on(browser: &Browser) -> (Device, Answer) {
    let (device, answer) = add(browser, "My laptop").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    (device, answer)
}

/// Ada with a passkey.
async fn ada() -> (Browser, Device) {
    let ada = Site::open().await.logged_in("ada").await;
    let (device, _) = turn_on(&ada).await;
    (ada, device)
}

async fn send(browser: &Browser, credential: &str) -> Answer {
    browser.submit("/login/passkey", &[("credential", credential)]).await
}

/// Logs in with it at another browser.
pub async fn log_in(site: &Rc<Site>, device: &mut Device) -> (Browser, Answer) {
    let browser = site.stranger();
    let credential = device.answer(&question(&browser, ASK).await);
    let answer = send(&browser, &credential).await;
    (browser, answer)
}

fn is_refused(answer: &Answer) {
    assert_eq!(answer.status, 422, "{}", answer.location());
    answer.shows("This passkey opens nothing here.");
}

#[actix_web::test]
async fn a_passkey_logs_in_with_nothing_typed() {
    let (ada, mut device) = ada().await;
    ada.get(HOME).await.shows("My laptop").shows("never</span>");
    let (elsewhere, answer) = log_in(&ada.site, &mut device).await;
    assert_eq!((answer.status, answer.location()), (303, "/dashboard"));
    elsewhere.get("/account/email").await.shows("Change your e-mail address");
    ada.get(HOME).await.hides("never</span>");
    let (_, again) = log_in(&ada.site, &mut device).await;
    assert_eq!(again.location(), "/dashboard");
}

#[actix_web::test]
async fn the_first_one_brings_recovery_codes_a_mail_and_the_end_of_other_sessions() {
    let ada = Site::open().await.logged_in("ada").await;
    let elsewhere = ada.site.logged_in("ada").await;
    let (_, page) = turn_on(&ada).await;
    page.shows("Recovery codes").shows("id=\"codes\"");
    assert!(ada.is_logged_in().await && !elsewhere.is_logged_in().await);
    let mail = ada.site.mail_to("ada").await;
    assert_eq!(mail.subject, "A passkey opens your account");
    assert!(mail.text.contains("My laptop"));
    let (_, second) = add(&ada, "Phone").await;
    assert_eq!(second.location(), HOME, "the codes stay as they are");
}

#[actix_web::test]
async fn an_answer_works_once_and_for_five_minutes() {
    let (ada, mut device) = ada().await;
    let stranger = ada.site.stranger();
    let credential = device.answer(&question(&stranger, ASK).await);
    assert_eq!(send(&stranger, &credential).await.location(), "/dashboard");
    is_refused(&send(&ada.site.stranger(), &credential).await);
    for (seconds, status) in [(299, 303), (300, 422)] {
        let stranger = ada.site.stranger();
        let credential = device.answer(&question(&stranger, ASK).await);
        ada.site.clock.advance(Duration::seconds(seconds));
        assert_eq!(send(&stranger, &credential).await.status, status, "{seconds}");
    }
}

#[actix_web::test]
async fn whatever_is_wrong_with_an_answer_it_is_refused_alike() {
    let (ada, _) = ada().await;
    let wrongs: [fn(&mut Device); 5] = [
        |device| device.id.reverse(),
        |device| device.handle.reverse(),
        |device| device.flags &= !VERIFIED,
        |device| device.origin = "http://localhost:8081".to_owned(),
        |device| device.origin = "https://evil.example".to_owned(),
    ];
    for wrong in wrongs {
        let (mut device, _) = add(&ada, "Another").await;
        wrong(&mut device);
        let (stranger, answer) = log_in(&ada.site, &mut device).await;
        is_refused(&answer);
        assert!(!stranger.is_logged_in().await);
    }
    for nonsense in ["", "{}", "null", "[]"] {
        is_refused(&send(&ada.site.stranger(), nonsense).await);
    }
}

#[actix_web::test]
async fn anothers_key_with_its_number_is_refused() {
    let (ada, device) = ada().await;
    let bob = ada.site.logged_in("bob").await;
    let (mut bobs, _) = turn_on(&bob).await;
    bobs.id.clone_from(&device.id);
    bobs.handle.clone_from(&device.handle);
    is_refused(&log_in(&ada.site, &mut bobs).await.1);
}

#[actix_web::test]
async fn a_counter_that_goes_back_is_a_copys() {
    let (ada, mut device) = ada().await;
    device.counter = 10;
    assert_eq!(log_in(&ada.site, &mut device).await.1.location(), "/dashboard");
    device.counter = 5;
    is_refused(&log_in(&ada.site, &mut device).await.1);
    ada.site.sql("UPDATE users SET name = name").await;
    let warned =
        "SELECT count(*) AS count FROM events WHERE kind = 'passkey_refused' AND user_id = 1";
    assert_eq!(ada.site.count(warned).await, 1);
}

#[actix_web::test]
async fn who_is_disabled_gets_in_by_no_passkey() {
    let (ada, mut device) = ada().await;
    ada.site.sql("UPDATE users SET disabled_at = created_at").await;
    is_refused(&log_in(&ada.site, &mut device).await.1);
}

#[actix_web::test]
async fn after_the_password_it_is_the_second_factor_and_leads_where_one_wanted_to_go() {
    let (ada, mut device) = ada().await;
    let stranger = ada.site.stranger();
    let email = ("email", "ada@example.com");
    let form = [email, ("password", PASSWORD), ("next", "/account/data"), ("remember", "yes")];
    assert_eq!(stranger.submit("/login", &form).await.location(), "/login/code");
    let page = stranger.get("/login/code").await;
    page.shows("or use your passkey").shows("data-passkey").hides("code that your app shows");
    let credential = device.answer(&question(&stranger, ASK).await);
    assert_eq!(send(&stranger, &credential).await.location(), "/account/data");
    assert_eq!(stranger.get("/login/code").await.location(), "/login", "it waits no more");
    ada.site.clock.advance(Duration::hours(26));
    assert!(stranger.is_logged_in().await, "remembered");
}

#[actix_web::test]
async fn after_another_password_a_passkey_opens_nothing_before_it_was_used_beside_the_new_one() {
    let (ada, mut device) = ada().await;
    let change = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    ada.submit("/account/password", &change).await;
    is_refused(&log_in(&ada.site, &mut device).await.1);
    let credential = device.answer(&question(&ada, ASK).await);
    let confirmed = ada.submit("/sudo/passkey", &[("credential", &credential)]).await;
    assert_eq!(confirmed.status, 422);
    let stranger = ada.site.stranger();
    let email = ("email", "ada@example.com");
    stranger.submit("/login", &[email, ("password", OTHER_PASSWORD)]).await;
    let credential = device.answer(&question(&stranger, ASK).await);
    assert_eq!(send(&stranger, &credential).await.location(), "/dashboard");
    assert_eq!(log_in(&ada.site, &mut device).await.1.location(), "/dashboard");
}

#[actix_web::test]
async fn a_browser_that_was_trusted_is_so_no_more_when_one_of_two_factors_goes() {
    let ada = Site::open().await.logged_in("ada").await;
    let codes = second_factor::codes(&turn_on(&ada).await.1);
    second_factor::confirm(&ada, &Phone::set_up(&ada).await).await;
    let other = ada.site.stranger();
    other.log_in("ada").await;
    other.submit("/login/code", &[("otp", &codes[0]), ("trust", "yes")]).await;
    other.submit("/logout", &[]).await;
    assert_eq!(other.log_in("ada").await.location(), "/dashboard");
    ada.log_in("ada").await;
    ada.submit("/login/code", &[("otp", &codes[1])]).await;
    ada.submit("/account/second-factor/remove", &[]).await;
    let mails = ada.site.mails().await;
    assert!(mails.iter().any(|mail| mail.subject == "Your app makes no codes any more"));
    assert!(!mails.iter().any(|mail| mail.subject == "The second factor is removed"));
    assert_eq!(other.log_in("ada").await.location(), "/login/code");
}

#[actix_web::test]
async fn what_nobody_asked_is_no_warning_to_anybody() {
    let (ada, mut device) = ada().await;
    let stranger = ada.site.stranger();
    let credential = device.answer(&question(&stranger, ASK).await);
    ada.site.clock.advance(Duration::minutes(6));
    is_refused(&send(&stranger, &credential).await);
    let told = "SELECT count(*) AS count FROM events WHERE kind = 'passkey_refused'";
    assert_eq!(ada.site.count(told).await, 0);
}

#[actix_web::test]
async fn without_the_device_a_recovery_code_is_the_second_factor() {
    let ada = Site::open().await.logged_in("ada").await;
    let (_, page) = turn_on(&ada).await;
    let code = second_factor::codes(&page).swap_remove(0);
    assert_eq!(second_factor::try_code(&ada.site, &code).await.location(), "/dashboard");
    assert_eq!(second_factor::try_code(&ada.site, &code).await.status, 422);
}

#[actix_web::test]
async fn a_passkey_confirms_that_it_is_them_and_anothers_does_not() {
    let (ada, mut device) = ada().await;
    let bob = ada.site.logged_in("bob").await;
    let (mut bobs, _) = turn_on(&bob).await;
    ada.site.clock.advance(Duration::minutes(10));
    ada.get("/sudo").await.shows("Confirm with a passkey");
    for (device, status) in [(&mut bobs, 422), (&mut device, 303)] {
        let credential = device.answer(&question(&ada, ASK).await);
        let form = [("credential", &*credential), ("next", "/account/email")];
        assert_eq!(ada.submit("/sudo/passkey", &form).await.status, status);
    }
    ada.get("/account/email").await.shows("Change your e-mail address");
}

#[actix_web::test]
async fn one_is_made_by_who_has_just_typed_the_password_for_an_address_that_is_theirs() {
    let site = Site::open().await;
    let stale = site.stale("ada").await;
    assert!(stale.submit(OPTIONS, &[]).await.location().starts_with("/sudo"));
    let bob = site.logged_in("bob").await;
    site.sql("UPDATE users SET verified_at = NULL").await;
    assert_eq!(bob.submit(OPTIONS, &[]).await.location(), "/account");
    assert_eq!(site.count("SELECT count(*) AS count FROM ceremonies").await, 0);
}

#[actix_web::test]
async fn an_answer_adds_a_passkey_to_whom_it_was_asked_of_and_once() {
    let ada = Site::open().await.logged_in("ada").await;
    let bob = ada.site.logged_in("bob").await;
    let asked = question(&ada, OPTIONS).await;
    let (device, credential) = Device::make(&asked);
    let form = [("name", "Mine"), ("credential", &*credential)];
    bob.submit(HOME, &form).await.shows("No passkey was made");
    ada.submit(HOME, &form).await.shows("No passkey was made");
    let credential = device.introduce(&question(&ada, ASK).await);
    let wrong = [("name", "Mine"), ("credential", &*credential)];
    ada.submit(HOME, &wrong).await.shows("No passkey was made").shows("value=\"Mine\"");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM passkeys").await, 0);
}

#[actix_web::test]
async fn a_second_click_makes_no_second_passkey_and_no_complaint() {
    let ada = Site::open().await.logged_in("ada").await;
    let form = format!("form_id={}&{}", "A".repeat(43), form(&ada).await);
    for (status, to) in [(200, ""), (303, HOME)] {
        let answer = ada.send(Method::POST, HOME, Some(form.clone())).await;
        assert_eq!((answer.status, answer.location()), (status, to), "{}", answer.body);
    }
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM passkeys").await, 1);
}

#[actix_web::test]
async fn without_the_devices_lock_none_is_made() {
    let ada = Site::open().await.logged_in("ada").await;
    let asked = question(&ada, OPTIONS).await;
    let (mut device, _) = Device::make(&asked);
    device.flags &= !VERIFIED;
    let form = [("name", "Mine"), ("credential", &*device.introduce(&asked))];
    ada.submit(HOME, &form).await.shows("No passkey was made");
}

#[actix_web::test]
async fn the_device_is_asked_for_a_key_that_it_finds_by_itself_and_for_no_second_one() {
    let (ada, device) = ada().await;
    let asked = question(&ada, OPTIONS).await;
    assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
    let there = asked["excludeCredentials"][0]["id"].as_str().unwrap();
    assert_eq!(ada.site.texts("SELECT credential_id AS text FROM passkeys").await, [there]);
    assert_eq!(ada.site.texts("SELECT handle AS text FROM passkeys").await.len(), 1);
    assert_eq!(device.handle.len(), 16);
    let bob = ada.site.logged_in("bob").await;
    let of_bob = question(&bob, OPTIONS).await;
    assert_ne!(of_bob["user"]["id"], asked["user"]["id"]);
    assert_eq!(of_bob["challenge"].as_str().unwrap().len(), 43);
}

#[actix_web::test]
async fn one_gets_another_name_and_nobody_changes_anothers() {
    let (ada, _) = ada().await;
    let bob = ada.site.logged_in("bob").await;
    for path in ["/account/passkeys/1", "/account/passkeys/1/remove"] {
        bob.submit(path, &[("name", "Bobs")]).await;
    }
    assert_eq!(bob.get("/account/passkeys/1").await.status, 404);
    ada.get("/account/passkeys/1").await.shows("value=\"My laptop\"");
    assert_eq!(ada.submit("/account/passkeys/1", &[("name", "")]).await.status, 422);
    assert_eq!(ada.submit("/account/passkeys/1", &[("name", "Old one")]).await.location(), HOME);
    ada.get(HOME).await.shows("Old one").hides("My laptop");
}

#[actix_web::test]
async fn a_removed_passkey_opens_nothing_and_the_last_one_ends_the_second_step() {
    let (ada, mut device) = ada().await;
    let (mut phone, _) = add(&ada, "Phone").await;
    let elsewhere = log_in(&ada.site, &mut phone).await.0;
    let answer = ada.submit("/account/passkeys/1/remove", &[]).await;
    ada.follow(&answer).await.shows("The passkey is removed").hides("My laptop").shows("Phone");
    assert!(!elsewhere.is_logged_in().await);
    is_refused(&log_in(&ada.site, &mut device).await.1);
    let mails = ada.site.mails().await;
    assert!(mails.iter().any(|mail| mail.subject == "A passkey is removed"));
    assert_eq!(ada.site.stranger().log_in("ada").await.location(), "/login/code");
    ada.submit("/account/passkeys/2/remove", &[]).await;
    assert_eq!(ada.site.stranger().log_in("ada").await.location(), "/dashboard");
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn an_app_and_a_passkey_stand_in_for_each_other() {
    let (ada, _) = ada().await;
    second_factor::confirm(&ada, &Phone::set_up(&ada).await).await;
    ada.submit("/account/passkeys/1/remove", &[]).await;
    assert_eq!(ada.site.stranger().log_in("ada").await.location(), "/login/code");
    let (mut device, _) = add(&ada, "Phone").await;
    ada.submit("/account/second-factor/remove", &[]).await;
    assert_eq!(ada.site.stranger().log_in("ada").await.location(), "/login/code");
    assert_eq!(log_in(&ada.site, &mut device).await.1.location(), "/dashboard");
}

#[actix_web::test]
async fn the_eleventh_is_refused_with_a_sentence() {
    let (ada, _) = ada().await;
    for _ in 1..10 {
        assert_eq!(add(&ada, "Another").await.1.location(), HOME);
    }
    let (_, answer) = add(&ada, "One too many").await;
    assert_eq!(answer.status, 422);
    answer.shows("You have 10 passkeys").shows("value=\"One too many\"");
}

#[actix_web::test]
async fn who_must_have_a_second_factor_may_choose_a_passkey() {
    let site = Site::with(&[("REQUIRE_SECOND_FACTOR", "all")]).await;
    let ada = site.logged_in("ada").await;
    assert_eq!(ada.get("/dashboard").await.location(), "/account/second-factor/new");
    assert_eq!(ada.get(HOME).await.status, 200);
    turn_on(&ada).await;
    assert_eq!(ada.get("/dashboard").await.status, 200);
}

#[actix_web::test]
async fn at_a_number_the_page_is_told_where_passkeys_work() {
    for (url, origin) in [
        ("http://127.0.0.1:8080", "http://localhost:8080".into()),
        ("http://192.0.2.7:8080", serde_json::Value::Null),
        ("https://example.com", "https://example.com".into()),
    ] {
        let site = Site::with(&[("PUBLIC_URL", url), ("DEV_INSECURE_COOKIES", "true")]).await;
        let told = site.stranger().submit(ASK, &[]).await.json();
        assert_eq!(told["origin"], origin, "{url}");
        assert_eq!(told["asked"].is_null(), origin.is_null(), "{url}");
    }
}

#[actix_web::test]
async fn a_program_with_the_password_of_who_has_a_passkey_wants_a_recovery_code() {
    let (ada, _) = ada().await;
    let answer = ada.site.stranger().token(&[("username", "ada@example.com")]).await;
    assert_eq!(answer.status, 400);
}

#[actix_web::test]
async fn questions_that_nobody_answered_are_deleted() {
    let ada = Site::open().await.logged_in("ada").await;
    question(&ada.site.stranger(), ASK).await;
    ada.site.clock.advance(Duration::minutes(6));
    ada.site.purge().await.unwrap();
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM ceremonies").await, 0);
}

#[actix_web::test]
async fn the_pages_offer_it_where_a_script_can_ask() {
    let (ada, _) = ada().await;
    let page = ada.site.stranger().get("/login").await;
    page.shows("formaction=\"/login/passkey\"").shows("username webauthn").shows("passkeys.js");
    ada.get("/account/second-factor").await.shows("href=\"/account/passkeys\"");
}
