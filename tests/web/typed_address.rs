//! An address is kept as it was typed, and compared however it is typed.

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, Site};

const TYPED: &str = "Ada.McLovelace@example.com";
const LOWER: &str = "ada.mclovelace@example.com";

/// Ada, whose address holds capital letters.
async fn ada() -> Browser {
    let site = Site::open().await;
    site.admin("root").await;
    site.user("ada").await;
    let typed = format!("email = '{TYPED}', email_canonical = '{LOWER}'");
    site.sql(format!("UPDATE users SET {typed} WHERE email = 'ada@example.com'")).await;
    let ada = site.stranger();
    ada.submit("/login", &[("email", TYPED), ("password", PASSWORD)]).await;
    ada
}

#[actix_web::test]
async fn ada_sees_her_address_as_she_typed_it_on_every_page_that_shows_it() {
    let ada = ada().await;
    for page in ["/account", "/account/email", "/account/password", "/account/delete"] {
        ada.get(page).await.shows(TYPED).hides(LOWER);
    }
    assert_eq!(ada.get("/account/export").await.json()["users"]["email"], TYPED);
}

#[actix_web::test]
async fn mail_goes_to_the_address_as_it_was_typed_however_it_is_asked_for() {
    let ada = ada().await;
    ada.site.stranger().submit("/forgot", &[("email", &LOWER.to_uppercase())]).await;
    let mail = ada.site.mails().await.remove(0);
    assert_eq!((mail.subject.as_str(), mail.to.as_str()), ("Choose a new password", TYPED));
    let change = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    assert_eq!(ada.submit("/account/password", &change).await.status, 303);
    let mail = ada.site.mails().await.remove(0);
    assert_eq!((mail.subject.as_str(), mail.to.as_str()), ("Your password was changed", TYPED));
}

#[actix_web::test]
async fn programs_get_the_address_as_it_was_typed_and_log_in_however_they_type_it() {
    let ada = ada().await;
    let program = ada.site.stranger();
    let tokens = program.token(&[("username", LOWER)]).await.json();
    let access = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    program.set_header("authorization", Some(&access));
    assert_eq!(program.get("/api/me").await.json()["email"], TYPED);
    let root = ada.site.program("root", "users:read").await;
    assert_eq!(root.get("/api/users").await.json()["items"][1]["email"], TYPED);
}

#[actix_web::test]
async fn a_person_logs_in_however_they_type_it_and_has_one_account() {
    let ada = ada().await;
    for typed in [TYPED, LOWER, &LOWER.to_uppercase()] {
        let fields = [("email", typed), ("password", PASSWORD)];
        assert_eq!(ada.site.stranger().submit("/login", &fields).await.status, 303, "{typed}");
    }
    let root = ada.site.logged_in("root").await;
    root.submit("/account/email", &[("email", LOWER)]).await;
    let mails = ada.site.mails().await;
    let known = mails.iter().find(|mail| mail.subject == "You have an account already");
    assert_eq!(known.map(|mail| mail.to.as_str()), Some(TYPED));
}
