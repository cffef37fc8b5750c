//! How those are refused who may not is the application's to say.

use actix_login::next::{here, with_next};
use actix_web::{HttpRequest, HttpResponse};
use app::app::REFUSALS;
use app::web::redirect;
use app::web::refusals::Refusals;

use crate::browser::{Answer, Site};

#[actix_web::test]
async fn who_is_not_logged_in_is_answered_as_the_application_likes() {
    let refusals = Refusals {
        not_authenticated: |_, _| Ok(HttpResponse::ImATeapot().body("Who are you?")),
        ..REFUSALS
    };
    let site = Site::open().await;
    let site = site.served_by(site.app.clone().with_refusals(refusals)).await;
    site.user("operator").await;
    let answer = site.stranger().get("/dashboard").await;
    assert_eq!((answer.status, answer.body.as_str()), (418, "Who are you?"));
}

#[actix_web::test]
async fn so_is_a_program_whose_token_lacks_a_scope() {
    let refusals = Refusals {
        out_of_scope: |_, scope| Ok(HttpResponse::Forbidden().body(format!("No {scope}."))),
        ..REFUSALS
    };
    let site = Site::open().await;
    let site = site.served_by(site.app.clone().with_refusals(refusals)).await;
    let answer = site.program("ada", "profile:read").await.get("/api/papers").await;
    assert_eq!((answer.status, answer.body.as_str()), (403, "No papers:read."));
}

#[actix_web::test]
async fn not_fresh_and_not_verified_are_answered_as_the_application_likes() {
    let refusals = Refusals {
        not_fresh: |req, _| Ok(redirect(&with_next("/again", here(req)), None)),
        not_verified: |_, _| Ok(HttpResponse::Forbidden().body("Prove it.")),
        ..REFUSALS
    };
    let site = Site::open().await;
    let site = site.served_by(site.app.clone().with_refusals(refusals)).await;
    let ada = site.stale("ada").await;
    let answer = ada.get("/account/email").await;
    assert_eq!(answer.location(), "/again?next=%2Faccount%2Femail");
    site.sql("UPDATE users SET is_admin = true, verified_at = NULL").await;
    assert_eq!(ada.get("/administration").await.body, "Prove it.");
}

#[actix_web::test]
async fn all_that_is_said_to_them_is_said_in_one_place() {
    let words = |_: &HttpRequest, wanted| format!("<<{wanted:?}>>").into();
    let refusals = Refusals { words, ..REFUSALS };
    let site = Site::open().await;
    let site = site.served_by(site.app.clone().with_refusals(refusals)).await;
    let ada = site.stale("ada").await;
    let said = async |answer: Answer| ada.follow(&answer).await.body.replace("&#60;", "<");
    assert!(said(ada.submit("/account/delete", &[]).await).await.contains("PasswordAndSend"));
    site.sql("UPDATE users SET is_admin = true, verified_at = NULL").await;
    assert!(said(ada.get("/administration").await).await.contains("VerifiedAddress"));
    ada.submit("/logout", &[]).await;
    ada.get("/").await;
    assert!(said(ada.get("/dashboard").await).await.contains("LogIn"));
    assert!(said(ada.submit("/account/delete", &[]).await).await.contains("LogInAndSend"));
}
