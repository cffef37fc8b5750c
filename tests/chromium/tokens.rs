//! Personal tokens in a real browser.

use fantoccini::Locator;

use crate::driver::Visitor;
use crate::forms::{ada, is_back_after, value};

/// Makes a personal token for this scope, and reads it.
async fn make_token(ada: &Visitor, scope: &str) -> String {
    ada.open("/account/tokens/new").await;
    ada.fill(&[("name", "A program")]).await;
    ada.click(&format!("[name='{scope}']")).await;
    ada.press("Create token").await;
    ada.browser.find(Locator::Css("#token")).await.unwrap().text().await.unwrap()
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_makes_a_token_and_ends_it() {
    let ada = Visitor::logged_in().await;
    ada.open("/account/tokens").await;
    ada.press("Create the first one").await;
    ada.fill(&[("name", "Backup script")]).await;
    ada.click("[name='profile:read']").await;
    ada.press("Create token").await;
    ada.reads("It will not be shown again.").await;
    ada.reads("Backup script").await;
    ada.press("Revoke Backup script").await;
    ada.reads("The token is revoked.").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn a_token_that_ada_pastes_changes_her_name_and_is_gone_with_the_page() {
    let ada = Visitor::logged_in().await;
    let token = make_token(&ada, "profile:write").await;
    ada.open("/docs").await;
    ada.browser.find(Locator::Css("#token")).await.unwrap().send_keys(&token).await.unwrap();
    ada.click("#authorize .actions button").await;
    ada.comes_to_read("Authorized by the token that ends in").await;
    ada.click("#op-rename summary").await;
    let body = ada.browser.find(Locator::Css("#op-rename-body")).await.unwrap();
    body.clear().await.unwrap();
    body.send_keys("{\"name\": \"Countess\"}").await.unwrap();
    ada.click("#op-rename form button").await;
    ada.comes_to_read("\"name\": \"Countess\"").await;
    ada.open("/docs").await;
    ada.click("#op-me summary").await;
    ada.click("#op-me form button").await;
    ada.comes_to_read("401 Unauthorized").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_who_is_asked_for_her_password_is_back_at_the_boxes_she_ticked() {
    for with_scripts in [true, false] {
        let (home, ada) = ada(with_scripts).await;
        ada.open("/account/tokens/new").await;
        ada.fill(&[("name", "Backup script")]).await;
        ada.click("[name='profile:write']").await;
        ada.turns_into_another_browser().await;
        ada.press("Create token").await;
        is_back_after("Confirm", &ada, with_scripts, "Backup script").await;
        assert_eq!(value(&ada, "name").await, "Backup script");
        let ticked = ada.browser.find_all(Locator::Css("[type=checkbox]:checked")).await.unwrap();
        assert_eq!(ticked.len(), 1);
        ada.press("Create token").await;
        ada.reads("It will not be shown again.").await;
        ada.leave().await;
        home.leave().await;
    }
}
