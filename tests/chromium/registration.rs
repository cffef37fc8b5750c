//! Making an account of one's own in a real browser.

use fantoccini::Locator;

use crate::driver::{NEW_PASSWORD, Visitor};

/// Asks for an account, and opens the link in the mail.
async fn register(bea: &Visitor) {
    bea.open("/register").await;
    bea.fill(&[("email", "bea@example.com")]).await;
    bea.press("Send the link").await;
    bea.open_the_link_in_the_mail("Make your account").await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn bea_registers_and_is_in_when_she_opens_the_link_in_her_mail() {
    let bea = Visitor::logged_in().await;
    bea.log_out().await;
    bea.press("Create an account").await;
    bea.fill(&[("email", "bea@example.com")]).await;
    bea.press("Send the link").await;
    bea.reads("Check your mail").await;
    bea.press("Open the development mailbox").await;
    assert_eq!(bea.path().await, "/dev/mail");
    bea.open_the_link_in_the_mail("Make your account").await;
    assert_eq!(bea.path().await, "/register/confirm", "the token is not in the address");
    bea.reads("Your account will have the address bea@example.com").await;
    bea.fill(&[("name", "Bea"), ("password", NEW_PASSWORD)]).await;
    bea.press("Make the account").await;
    assert_eq!(bea.path().await, "/dashboard");
    bea.reads(", Bea").await;
    bea.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn two_clicks_on_one_button_make_one_account_and_no_complaint() {
    let ada = Visitor::logged_in().await;
    let bea = ada.elsewhere().await;
    register(&bea).await;
    bea.fill(&[("name", "Bea"), ("password", NEW_PASSWORD)]).await;
    let twice = "const button = document.querySelector('main button:not([type=button])'); \
                 button.click(); button.click();";
    bea.and_arrive(bea.browser.execute(twice, vec![])).await;
    // The answer with the cookie is lost, if the browser dropped the first click.
    if bea.path().await.starts_with("/login") {
        bea.reads("Done already: the account is made.").await;
        bea.log_in("bea@example.com", NEW_PASSWORD).await;
    }
    bea.reads(", Bea").await;
    ada.leave().await;
    bea.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn without_scripts_bea_registers_as_well() {
    let ada = Visitor::logged_in().await;
    let bea = ada.elsewhere_without_scripts().await;
    register(&bea).await;
    assert!(bea.browser.find(Locator::Css("button[type=button]")).await.is_err(), "no script ran");
    bea.fill(&[("name", "Bea"), ("password", "passwordpassword")]).await;
    bea.press("Make the account").await;
    bea.reads("One field needs your attention.").await;
    bea.fill(&[("password", NEW_PASSWORD)]).await;
    bea.press("Make the account").await;
    bea.reads(", Bea").await;
    ada.leave().await;
    bea.leave().await;
}
