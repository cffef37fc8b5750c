//! How strangers and tokens without a scope are refused is the application's to say.

use actix_web::HttpResponse;
use app::app::REFUSALS;
use app::web::errors::Refusals;

use crate::browser::Site;

#[actix_web::test]
async fn not_authenticated_and_out_of_scope_are_answered_as_the_application_likes() {
    let refusals = Refusals {
        not_authenticated: |_, _| Ok(HttpResponse::ImATeapot().body("Who are you?")),
        out_of_scope: |_, scope| Ok(HttpResponse::Forbidden().body(format!("No {scope}."))),
        ..REFUSALS
    };
    let site = Site::open().await;
    let site = site.served_by(site.app.clone().with_refusals(refusals)).await;
    let answer = site.stranger().get("/dashboard").await;
    assert_eq!((answer.status, answer.body.as_str()), (418, "Who are you?"));
    let answer = site.program("ada", "profile:read").await.get("/api/notes").await;
    assert_eq!((answer.status, answer.body.as_str()), (403, "No notes:read."));
}
