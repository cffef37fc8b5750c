//! Passkeys, with a device that Chromium plays.

use crate::driver::{PASSWORD, Visitor};
use crate::patience::comes;

/// Ada with a passkey on a device, which is called so.
async fn ada() -> (Visitor, String) {
    let ada = Visitor::logged_in().await;
    ada.proves_the_address().await;
    let device = ada.has_a_device().await;
    ada.open("/account/passkeys").await;
    ada.fill(&[("name", "My laptop")]).await;
    ada.press("Make it").await;
    ada.reads("Recovery codes").await;
    (ada, device)
}

/// Opens the log-in page, where the browser offers the passkey: Chromium's own device takes each offer.
async fn takes_the_offer(ada: &Visitor, next: &str) {
    ada.open(&format!("/login?next={next}")).await;
    let look = async || (!ada.path().await.starts_with("/login?")).then_some(());
    comes(look).await.expect("it is offered, and taken");
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_makes_a_passkey_and_is_in_with_nothing_typed() {
    let (ada, _) = ada().await;
    ada.log_out().await;
    takes_the_offer(&ada, "/account/passkeys").await;
    assert_eq!(ada.path().await, "/account/passkeys");
    ada.reads("just now").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn after_the_password_she_proves_it_with_her_passkey() {
    let (ada, device) = ada().await;
    ada.log_out().await;
    ada.unlocks(&device, false).await;
    ada.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(ada.path().await, "/login/code");
    ada.unlocks(&device, true).await;
    ada.press("Use a passkey").await;
    assert_eq!(ada.path().await, "/dashboard");
    ada.open("/sudo?next=/account/email").await;
    ada.press("Confirm with a passkey").await;
    assert_eq!(ada.path().await, "/account/email");
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn a_device_that_is_not_unlocked_opens_nothing_and_the_page_says_so() {
    let (ada, device) = ada().await;
    ada.log_out().await;
    ada.unlocks(&device, false).await;
    ada.open("/login").await;
    ada.click("[data-passkey]").await;
    ada.comes_to_read("That was not confirmed in time. Try again.").await;
    ada.unlocks(&device, true).await;
    ada.press("Log in with a passkey").await;
    assert_eq!(ada.path().await, "/dashboard");
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn a_passkey_that_she_removed_opens_nothing_any_more() {
    let (ada, device) = ada().await;
    ada.open("/account/passkeys/1").await;
    ada.press("Remove it").await;
    ada.reads("The passkey is removed").await;
    ada.log_out().await;
    takes_the_offer(&ada, "/dashboard").await;
    ada.reads("This passkey opens nothing here").await;
    assert_eq!(ada.path().await, "/login/passkey");
    ada.unlocks(&device, false).await;
    ada.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(ada.path().await, "/dashboard");
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn a_device_makes_one_passkey_for_her_and_says_so() {
    let (ada, _) = ada().await;
    ada.open("/account/passkeys").await;
    ada.fill(&[("name", "Once more")]).await;
    ada.click("[data-passkey]").await;
    ada.comes_to_read("This device has a passkey of yours already.").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn at_127_0_0_1_she_reads_where_passkeys_work() {
    let (ada, _) = ada().await;
    let port = ada.server.url.rsplit(':').next().unwrap().to_owned();
    ada.browser.goto(&format!("http://127.0.0.1:{port}/login")).await.unwrap();
    ada.click("[data-passkey]").await;
    ada.comes_to_read(&format!("Passkeys work at http://localhost:{port}: open this page there."))
        .await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn without_scripts_there_is_no_button_and_the_password_works() {
    let (ada, _) = ada().await;
    let plain = ada.elsewhere_without_scripts().await;
    plain.open("/login").await;
    assert!(!plain.text().await.contains("passkey"));
    plain.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(plain.path().await, "/login/code");
    plain.leave().await;
    ada.leave().await;
}
