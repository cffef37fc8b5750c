//! What people do, in a real browser.

use fantoccini::Locator;

use crate::driver::{NEW_PASSWORD, PASSWORD, Visitor};

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_sets_up_logs_out_is_refused_and_comes_back() {
    let ada = Visitor::logged_in().await;
    assert_eq!(ada.path().await, "/dashboard");
    ada.reads(", Ada").await;
    ada.log_out().await;
    ada.reads("You are logged out.").await;
    ada.open("/account/appearance").await;
    assert_eq!(ada.path().await, "/login?next=%2Faccount%2Fappearance");
    ada.reads("Please log in to see this page.").await;
    ada.fill(&[("email", "ada@example.com"), ("password", "not my password")]).await;
    ada.press("Log in").await;
    ada.reads("This e-mail address and password do not match.").await;
    ada.fill(&[("password", PASSWORD)]).await;
    ada.press("Log in").await;
    assert_eq!(ada.path().await, "/account/appearance");
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn without_scripts_ada_sets_up_as_well() {
    let home = Visitor::new().await;
    let ada = home.elsewhere_without_scripts().await;
    ada.browser.goto(home.server.setup_link().unwrap()).await.unwrap();
    assert!(ada.browser.find(Locator::Css("button[type=button]")).await.is_err(), "no script ran");
    let password = "passwordpassword";
    ada.fill(&[("name", "Ada"), ("email", "ada@example.com"), ("password", password)]).await;
    ada.press("Make the account").await;
    ada.reads("One field needs your attention.").await;
    ada.fill(&[("password", PASSWORD)]).await;
    ada.press("Make the account").await;
    ada.reads(", Ada").await;
    home.leave().await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn somebody_who_chooses_a_password_can_look_at_it_and_hears_how_good_it_is() {
    let ada = Visitor::new().await;
    ada.browser.goto(ada.server.setup_link().unwrap()).await.unwrap();
    let password = ada.browser.find(Locator::Css("[name=password]")).await.unwrap();
    for kind in ["text", "password"] {
        ada.click("[aria-label='Show the password']").await;
        assert_eq!(password.prop("type").await.unwrap().unwrap(), kind);
    }
    ada.fill(&[("password", "passwordpassword")]).await;
    ada.comes_to_read("This is in a list of common passwords").await;
    ada.fill(&[("password", NEW_PASSWORD)]).await;
    ada.comes_to_read("This is a good password.").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn the_browser_keeps_the_cookie_from_scripts_and_loads_all_files() {
    let ada = Visitor::logged_in().await;
    let script = "return [document.cookie, document.styleSheets[1].cssRules.length]";
    let seen = ada.browser.execute(script, vec![]).await.unwrap();
    assert_eq!(seen[0], "");
    assert!(seen[1].as_u64().unwrap() > 20);
    let cookie = ada.browser.get_named_cookie(named!("__Host-" @ "_session")).await.unwrap();
    assert_eq!((cookie.http_only(), cookie.secure()), (Some(true), Some(true)));
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn after_a_logout_the_back_button_shows_no_private_page() {
    let ada = Visitor::logged_in().await;
    ada.log_out().await;
    ada.and_arrive(ada.browser.back()).await;
    assert!(!ada.text().await.contains(", Ada"));
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn the_keyboard_is_enough_to_log_in() {
    let ada = Visitor::logged_in().await;
    ada.log_out().await;
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
async fn ada_takes_a_copy_of_her_data_and_is_back_at_a_page() {
    let ada = Visitor::logged_in().await;
    ada.turns_into_another_browser().await;
    ada.open("/account/data").await;
    ada.press("Download my data").await;
    ada.reads("Confirm your password").await;
    ada.fill(&[("password", PASSWORD)]).await;
    ada.press("Confirm").await;
    let copy = ada.downloaded(named!(@ "-account.json")).await;
    assert!(copy.contains("\"email\":\"ada@example.com\""), "{copy}");
    assert_eq!(ada.path().await, "/account/data/copy");
    ada.reads("The download begins by itself.").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn whoever_reads_the_mail_of_an_address_is_asked_to_log_in_before_they_confirm_it() {
    let ada = Visitor::logged_in().await;
    ada.reads("Your e-mail address ada@example.com is not confirmed yet.").await;
    let phone = ada.elsewhere().await;
    phone.open_the_link_in_the_mail("Confirm your e-mail address").await;
    assert_eq!(phone.path().await, "/login?next=%2Fconfirm");
    phone.fill(&[("email", "ada@example.com"), ("password", PASSWORD)]).await;
    phone.press("Log in").await;
    assert_eq!(phone.path().await, "/confirm");
    phone.press("Confirm the address").await;
    phone.reads("Your e-mail address is confirmed.").await;
    phone.leave().await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_forgets_her_password_and_chooses_another() {
    let ada = Visitor::logged_in().await;
    ada.proves_the_address().await;
    ada.log_out().await;
    ada.press("Log in").await;
    ada.press("Forgot? Choose a new password").await;
    ada.fill(&[("email", "ada@example.com")]).await;
    ada.press("Send the link").await;
    ada.reads("Check your mail").await;
    ada.open_the_link_in_the_mail("Choose a new password").await;
    assert_eq!(ada.path().await, "/reset", "the token is not in the address");
    ada.fill(&[("password", NEW_PASSWORD)]).await;
    ada.press("Save the password").await;
    ada.fill(&[("password", PASSWORD)]).await;
    ada.press("Log in").await;
    ada.reads("This e-mail address and password do not match.").await;
    ada.fill(&[("password", NEW_PASSWORD)]).await;
    ada.press("Log in").await;
    assert_eq!(ada.path().await, "/dashboard", "the address was filled in");
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_ends_the_session_that_she_left_open_elsewhere() {
    let ada = Visitor::logged_in().await;
    let library = ada.elsewhere().await;
    library.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(library.path().await, "/dashboard");
    ada.open("/account/sessions").await;
    ada.press("Log out Chrome on Linux").await;
    ada.reads("That browser is logged out.").await;
    ada.reads("You are logged in nowhere else.").await;
    library.open("/dashboard").await;
    assert_eq!(library.path().await, "/login?next=%2Fdashboard");
    library.leave().await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_deletes_her_account_and_cannot_log_in_any_more() {
    let ada = Visitor::logged_in().await;
    ada.open("/account/data").await;
    ada.press("Delete my account…").await;
    ada.reads("the last one stays").await;
    ada.operator_runs(&["user", "add", "grace@example.com", "--admin"]);
    ada.press("Your data").await;
    ada.press("Delete my account…").await;
    ada.reads("Delete your account?").await;
    ada.fill(&[("email", "ada@example.com")]).await;
    ada.press("Delete my account").await;
    ada.reads("Your account is deleted, and everything in it.").await;
    ada.log_in("ada@example.com", PASSWORD).await;
    ada.reads("This e-mail address and password do not match.").await;
    ada.leave().await;
}
