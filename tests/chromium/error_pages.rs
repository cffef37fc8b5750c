//! Pictures of the pages that nobody wants to see, and of the page about the API. Left out is what no
//! browser gets: 401 (a person is led to the log-in page), 408 (a browser sends a form at once), 422
//! (that is the form itself) and 429 (nothing is limited so).

use fantoccini::Locator;

use crate::driver::{PASSWORD, Visitor};
use crate::screenshots::take;

const FORM: &str = "application/x-www-form-urlencoded";

/// Takes the error page that is there.
async fn take_error(visitor: &Visitor, code: &str, page: &str) {
    let status = visitor.browser.find(Locator::Css(".error-page .status")).await;
    let status = status.unwrap_or_else(|_| panic!("there is no error page {page}"));
    assert_eq!(status.text().await.unwrap(), code);
    take(visitor, page).await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn every_error_page_that_an_address_leads_to_fits_every_screen() {
    let ada = Visitor::logged_in().await;
    ada.edit_rows("UPDATE users SET is_admin = FALSE");
    let long = format!("/{}", "a".repeat(4100));
    for (code, path) in [
        ("400", "/notes?page=-1"),
        ("403", "/account/invitations"),
        ("404", "/none"),
        ("405", "/logout"),
        ("410", "/join"),
        ("414", &long),
    ] {
        ada.open(path).await;
        take_error(&ada, code, code).await;
    }
    ada.browser.goto(&ada.server.url.replace("localhost", "other.localhost")).await.unwrap();
    take_error(&ada, "421", "421").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn every_error_page_that_a_form_leads_to_fits_every_screen() {
    let ada = Visitor::logged_in().await;
    for (code, encoding, length) in [("413", FORM, 300_000), ("415", "text/plain", 1)] {
        ada.open("/notes/new").await;
        ada.send_a_form("/notes", encoding, length).await;
        take_error(&ada, code, code).await;
    }
    ada.browser.goto("data:text/html,<body>Another site").await.unwrap();
    ada.send_a_form("/notes", FORM, 1).await;
    take_error(&ada, "403", "403-cross-site").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn every_error_page_about_a_fault_of_ours_fits_every_screen() {
    let ada = Visitor::logged_in().await;
    ada.edit_rows("UPDATE users SET password_hash = 'broken'");
    ada.open("/sudo").await;
    ada.fill(&[("password", PASSWORD)]).await;
    ada.follow("main button:not([type=button])").await;
    take_error(&ada, "500", "500").await;
    ada.edit_rows("ALTER TABLE notes RENAME TO elsewhere");
    ada.open("/notes").await;
    take_error(&ada, "503", "503").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn the_page_about_the_api_fits_every_screen() {
    let ada = Visitor::logged_in().await;
    ada.open("/docs/").await;
    ada.comes_to_read("Everybody with an account.").await;
    take(&ada, "docs").await;
    ada.click("#operations-profile-me .opblock-summary-control").await;
    ada.comes_to_read("Try it out").await;
    take(&ada, "docs-opened").await;
    ada.leave().await;
}
