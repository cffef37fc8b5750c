//! What people do, in a real browser.

use fantoccini::Locator;

use crate::driver::{LAPTOP, PASSWORD, Visitor};

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_sets_up_logs_out_is_refused_and_comes_back() {
    let ada = Visitor::logged_in_at(LAPTOP).await;
    assert_eq!(ada.path().await, "/dashboard");
    ada.reads("Hello, ada").await;
    ada.press("Log out").await;
    ada.reads("You are logged out.").await;
    ada.open("/notes/new").await;
    assert_eq!(ada.path().await, "/login?next=%2Fnotes%2Fnew");
    ada.reads("Please log in to see this page.").await;
    ada.fill(&[("email", "ada@example.com"), ("password", "not my password")]).await;
    ada.press("Log in").await;
    ada.reads("This e-mail address and password do not match.").await;
    ada.fill(&[("password", PASSWORD)]).await;
    ada.press("Log in").await;
    assert_eq!(ada.path().await, "/notes/new");
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_writes_changes_and_deletes_a_note() {
    let ada = Visitor::logged_in_at(LAPTOP).await;
    ada.open("/notes").await;
    ada.press("Write the first one.").await;
    ada.fill(&[("title", "Milk"), ("body", "Two litres")]).await;
    ada.press("Save").await;
    ada.reads("Your note is saved.").await;
    ada.open("/notes/1").await;
    ada.fill(&[("title", "Oat milk")]).await;
    ada.press("Save").await;
    ada.reads("Oat milk").await;
    ada.open("/notes/1").await;
    ada.press("Delete…").await;
    ada.press("Delete it").await;
    ada.reads("You have no notes yet.").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn the_browser_keeps_the_cookie_from_scripts_and_loads_all_files() {
    let ada = Visitor::logged_in_at(LAPTOP).await;
    let script = "return [document.cookie, document.styleSheets[0].cssRules.length]";
    let seen = ada.browser.execute(script, vec![]).await.unwrap();
    assert_eq!(seen[0], "");
    assert!(seen[1].as_u64().unwrap() > 20);
    let cookie = ada.browser.get_named_cookie("__Host-latchkey_session").await.unwrap();
    assert_eq!((cookie.http_only(), cookie.secure()), (Some(true), Some(true)));
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn after_a_logout_the_back_button_shows_no_private_page() {
    let ada = Visitor::logged_in_at(LAPTOP).await;
    ada.press("Log out").await;
    ada.and_arrive(ada.browser.back()).await;
    assert!(!ada.text().await.contains("Hello, ada"));
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn the_keyboard_is_enough_to_log_in() {
    let ada = Visitor::logged_in_at(LAPTOP).await;
    ada.press("Log out").await;
    ada.open("/login").await;
    let email = ada.browser.find(Locator::Css("[name=email]")).await.unwrap();
    email.send_keys("ada@example.com\t").await.unwrap();
    let password = ada.browser.active_element().await.unwrap();
    ada.and_arrive(password.send_keys(&format!("{PASSWORD}\u{e007}"))).await;
    assert_eq!(ada.path().await, "/dashboard");
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn the_authorize_button_of_the_api_page_gets_a_token_that_works() {
    let ada = Visitor::logged_in_at(LAPTOP).await;
    ada.open("/docs/").await;
    ada.click("button.authorize").await;
    ada.click("#oauth_username").await;
    for (field, text) in [("#oauth_username", "ada@example.com"), ("#oauth_password", PASSWORD)] {
        let field = ada.browser.find(Locator::Css(field)).await.unwrap();
        field.send_keys(text).await.unwrap();
    }
    ada.click(".auth-btn-wrapper button.authorize").await;
    let script = "return [...document.querySelectorAll('.auth-btn-wrapper button')].some(b => b.textContent == 'Logout')";
    let mut authorized = false;
    for _ in 0..100 {
        authorized = ada.browser.execute(script, vec![]).await.unwrap() == true;
        if authorized {
            break;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(authorized, "{}", ada.text().await);
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_makes_a_token_and_ends_it() {
    let ada = Visitor::logged_in_at(LAPTOP).await;
    ada.open("/account/tokens").await;
    ada.press("Make the first one.").await;
    ada.fill(&[("name", "Backup script")]).await;
    ada.tick("notes:read").await;
    ada.press("Make the token").await;
    ada.reads("It will not be shown again.").await;
    ada.reads("Backup script").await;
    ada.press("End it Backup script").await;
    ada.reads("The token is ended.").await;
    ada.leave().await;
}
