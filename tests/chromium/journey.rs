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
    // From the terminal's link to the first note: four pages, and a click on each.
    let ada = Visitor::logged_in().await;
    ada.press("Write the first one").await;
    ada.fill(&[("title", "Milk"), ("body", "Two litres")]).await;
    ada.press("Save").await;
    ada.reads("Your note is saved.").await;
    ada.press("Milk").await;
    ada.reads("Two litres").await;
    ada.press("Edit").await;
    ada.fill(&[("title", "Oat milk")]).await;
    ada.press("Save").await;
    ada.reads("Oat milk").await;
    ada.click("a[data-ask]").await;
    ada.comes_to_read("Delete this note?").await;
    assert_eq!(ada.path().await, "/notes/1", "the question is on the page");
    ada.press("Delete note").await;
    ada.reads("No notes yet").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn without_scripts_a_note_is_deleted_by_a_page_and_brought_back() {
    let home = Visitor::logged_in().await;
    let ada = home.elsewhere_without_scripts().await;
    ada.log_in("ada@example.com", PASSWORD).await;
    ada.open("/notes/new").await;
    ada.fill(&[("title", "Milk"), ("body", "Two litres")]).await;
    ada.press("Save").await;
    ada.open("/notes/1").await;
    ada.press("Delete…").await;
    ada.press("Delete note").await;
    ada.press("Undo").await;
    ada.reads("Two litres").await;
    home.leave().await;
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
async fn a_token_that_ada_pastes_writes_a_note_and_is_gone_with_the_page() {
    let ada = Visitor::logged_in().await;
    let token = ada.token("notes:write").await;
    ada.open("/docs").await;
    ada.browser.find(Locator::Css("#token")).await.unwrap().send_keys(&token).await.unwrap();
    ada.click("#authorize .actions button").await;
    ada.comes_to_read("Authorized by the token that ends in").await;
    ada.click("#op-create_note summary").await;
    ada.click("#op-create_note form button").await;
    ada.comes_to_read("201 Created").await;
    ada.open("/docs").await;
    ada.click("#op-me summary").await;
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
    plain.click("#op-create_note summary").await;
    plain.reads("length at most 100").await;
    plain.reads("-X POST").await;
    assert!(!plain.text().await.contains("Send"));
    plain.leave().await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_makes_a_token_and_ends_it() {
    let ada = Visitor::logged_in().await;
    ada.open("/account/tokens").await;
    ada.press("Create the first one").await;
    ada.fill(&[("name", "Backup script")]).await;
    ada.tick("notes:read").await;
    ada.press("Create token").await;
    ada.reads("It will not be shown again.").await;
    ada.reads("Backup script").await;
    ada.press("Revoke Backup script").await;
    ada.reads("The token is revoked.").await;
    ada.leave().await;
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
    bea.register().await;
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
    ada.open_the_link_in_the_mail("Confirm your e-mail address").await;
    ada.press("Confirm the address").await;
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
async fn somebody_who_chooses_a_password_can_look_at_it_and_hears_how_good_it_is() {
    let ada = Visitor::logged_in().await;
    ada.log_out().await;
    ada.register().await;
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
async fn without_scripts_bea_registers_as_well() {
    let ada = Visitor::logged_in().await;
    let bea = ada.elsewhere_without_scripts().await;
    bea.register().await;
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
async fn ada_confirms_her_address_and_invites_bea() {
    let ada = Visitor::logged_in().await;
    ada.open_the_link_in_the_mail("Confirm your e-mail address").await;
    ada.press("Confirm the address").await;
    ada.reads("Your e-mail address is confirmed.").await;
    ada.press("Invitations").await;
    ada.fill(&[("email", "bea@example.com")]).await;
    ada.press("Send the invitation").await;
    let bea = ada.elsewhere().await;
    bea.open_the_link_in_the_mail("You are invited").await;
    bea.reads("You are invited.").await;
    bea.fill(&[("name", "Bea"), ("password", NEW_PASSWORD)]).await;
    bea.press("Make the account").await;
    bea.reads(", Bea").await;
    bea.leave().await;
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
