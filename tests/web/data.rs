//! A copy of what is stored about somebody, and the end of it.

use app::feature::Features;
use diesel::QueryResult;

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, Site, features};
use crate::models::leave_rows;
use crate::rights::IDENTITY;
use crate::second_factor;
use crate::tables;

/// Ada's browser; she has left something in every table that can hold something of hers, in those of
/// administrators too.
async fn with_a_life() -> Browser {
    let ada = Site::open().await.administrator("ada").await;
    leave_rows(&ada, "").await;
    ada.site.sql("UPDATE users SET is_admin = FALSE").await;
    ada.submit("/papers", &[("title", "Milk"), ("body", "Two litres")]).await;
    ada.submit("/account/tokens", &[("name", "Script"), ("days", "30"), ("papers:read", "yes")])
        .await;
    second_factor::turn_on(&ada).await;
    ada.site.stranger().log_in("ada").await;
    ada.site.sql("UPDATE users SET second_factor_at = NULL").await;
    ada.site.sql(PASSKEY).await;
    ada.site.sql(IDENTITY).await;
    ada.site.program("ada", "papers:read").await;
    ada.submit("/forgot", &[("email", "ada@example.com")]).await;
    ada.site.mails().await;
    ada
}

/// A passkey of hers: where there is no device, nobody makes one.
const PASSKEY: &str = "INSERT INTO passkeys \
    (user_id, name, handle, credential_id, credential, password_mark, created_at) VALUES \
    (1, 'Laptop', 'h', 'i', '{}', '', '2026-11-01 12:00:00')";

async fn rows_of_ada(site: &Site, table: &str) -> i64 {
    site.count(format!("SELECT count(*) AS count FROM {table} WHERE user_id = 1")).await
}

#[actix_web::test]
async fn every_table_with_a_user_id_is_in_the_copy_and_is_emptied_by_the_end() {
    let ada = with_a_life().await;
    let tables = ada.site.db.run(|conn| QueryResult::Ok(tables::owned(conn))).await.unwrap();
    assert!(tables.len() > 2, "{tables:?}");
    let copy = ada.get("/account/export").await.json();
    for table in &tables {
        let missing =
            "is in no copy: add it to the exports of its feature, or drop it if that is gone";
        assert!(Features(features()).exports().any(|(name, _)| name == table), "{table} {missing}");
        let none = "is filled by no form of a page `/…/new`: leave a row in it in `with_a_life`";
        assert!(rows_of_ada(&ada.site, table).await > 0, "{table} {none}");
        assert!(!copy[table].as_array().unwrap().is_empty(), "{table} is empty in {copy}");
    }
    assert_eq!(ada.leave("ada").await.location(), "/");
    for table in &tables {
        let left = "keeps rows: let its user_id reference users (id) ON DELETE CASCADE";
        assert_eq!(rows_of_ada(&ada.site, table).await, 0, "{table} {left}");
    }
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users").await, 0);
}

#[actix_web::test]
async fn the_copy_holds_what_ada_wrote_and_no_secret() {
    let ada = with_a_life().await;
    let bob = ada.site.logged_in("bob").await;
    bob.submit("/papers", &[("title", "Bob's secret plan"), ("body", "")]).await;
    let answer = ada.get("/account/export").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(answer.header("content-disposition").contains(named!(@ "-account.json")));
    let copy = answer.json();
    assert_eq!(copy["users"]["email"], "ada@example.com");
    assert_eq!(copy["papers"][0]["body"], "Two litres");
    assert!(copy["events"].to_string().contains("logged_in"), "{copy}");
    answer.hides("argon2").hides("hash").hides("Bob");
}

#[actix_web::test]
async fn copy_and_end_need_a_fresh_login() {
    let ada = Site::open().await.stale("ada").await;
    let copy = "/sudo?next=%2Faccount%2Fdata%2Fcopy";
    for path in ["/account/data/copy", "/account/export"] {
        assert_eq!(ada.get(path).await.location(), copy, "not to the file itself");
    }
    assert_eq!(ada.get("/account/delete").await.location(), "/sudo?next=%2Faccount%2Fdelete");
    assert!(ada.submit("/account/delete", &[]).await.location().starts_with("/sudo"));
    assert!(ada.is_logged_in().await);
    let typed = [("password", PASSWORD), ("next", "/account/data/copy")];
    let back = ada.submit("/sudo", &typed).await;
    let page = ada.follow(&back).await;
    page.shows("http-equiv=\"refresh\" content=\"0; url=/account/export\"");
    assert_eq!(ada.get("/account/export").await.status, 200);
}

#[actix_web::test]
async fn no_other_site_starts_the_download_or_has_it_recorded() {
    let ada = Browser::logged_in("ada").await;
    for path in ["/account/data/copy", "/account/export"] {
        for site in ["cross-site", "same-site", ""] {
            ada.set_header("sec-fetch-site", Some(site));
            assert_eq!(ada.get(path).await.location(), "/account/data", "to the button");
        }
    }
    let recorded = "SELECT count(*) AS count FROM events WHERE kind = 'data_exported'";
    assert_eq!(ada.site.count(recorded).await, 0);
    assert_eq!(ada.set_header("sec-fetch-site", None).get("/account/export").await.status, 200);
}

#[actix_web::test]
async fn ada_leaves_and_a_last_mail_says_so() {
    let ada = with_a_life().await;
    let phone = ada.site.logged_in("ada").await;
    ada.submit("/account/password", &[("current", "wrong"), ("password", OTHER_PASSWORD)]).await;
    ada.get("/account/delete").await.shows("Delete your account?").shows("ada@example.com");
    let answer = ada.leave("ada").await;
    assert!(
        answer.header("set-cookie").starts_with(named!("__Host-" @ "_session=; ")),
        "{answer:?}"
    );
    ada.follow(&answer).await.shows("Your account is deleted");
    assert!(!phone.is_logged_in().await);
    assert_eq!(ada.log_in("ada").await.status, 422);
    assert_eq!(ada.site.mail_to("ada").await.subject, "Your account is deleted");
}

#[actix_web::test]
async fn mails_that_wait_for_somebody_who_left_are_not_sent() {
    let ada = Browser::logged_in("ada").await;
    ada.submit("/forgot", &[("email", "ada@example.com")]).await;
    let change = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    assert_eq!(ada.submit("/account/password", &change).await.status, 303);
    ada.leave("ada").await;
    let subjects: Vec<_> = ada.site.mails().await.into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["Your account is deleted"]);
}

#[actix_web::test]
async fn an_account_is_deleted_only_when_its_address_was_typed() {
    let ada = Browser::logged_in("ada").await;
    for (typed, sentence) in
        [("eve@example.com", "This is not the address of this account."), ("", "Enter")]
    {
        let page = ada.submit("/account/delete", &[("email", typed)]).await;
        assert_eq!(page.status, 422);
        page.shows(sentence);
    }
    assert!(ada.is_logged_in().await);
    assert_eq!(ada.submit("/account/delete", &[("email", " ADA@example.com ")]).await.status, 303);
}
