//! The page about the API in a real browser.

use crate::driver::{PASSWORD, Visitor};

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_authorizes_on_the_page_about_the_api_until_she_forgets_it() {
    let ada = Visitor::logged_in().await;
    ada.open("/docs").await;
    ada.fill(&[("username", "ada@example.com"), ("password", PASSWORD)]).await;
    ada.click("#authorize .actions button").await;
    ada.comes_to_read("Authorized as ada@example.com").await;
    ada.click("#op-me summary").await;
    ada.click("#op-me form button").await;
    ada.comes_to_read("200 OK").await;
    ada.reads("\"email\": \"ada@example.com\"").await;
    ada.click("#forget").await;
    ada.click("#op-me form button").await;
    ada.comes_to_read("401 Unauthorized").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn without_scripts_the_api_is_read_and_nothing_is_sent() {
    let ada = Visitor::new().await;
    let plain = ada.elsewhere_without_scripts().await;
    plain.open("/docs").await;
    plain.click("#op-rename summary").await;
    plain.reads("length at most 100").await;
    plain.reads("-X PATCH").await;
    assert!(!plain.text().await.contains("Send"));
    plain.leave().await;
    ada.leave().await;
}
