//! The API described: an `OpenAPI` document at `/openapi.json`, and at `/docs` a page to read it and to
//! try it (`API_DOCS`).

use kit::http::api_reference::{ApiReference, add_security};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use crate::brand::NAME;
use crate::state::State;
use crate::web::{HttpResponse, Page, Response, ServiceConfig, Template, render, resource};

pub const DOCUMENT: &str = "/openapi.json";

#[derive(utoipa::OpenApi)]
#[openapi(info(title = NAME, description = "What programs may do in a person's name."))]
struct Document;

#[derive(Template)]
#[template(path = "docs.html")]
struct Docs {
    page: Page,
    api: ApiReference,
}

pub fn routes(config: &mut ServiceConfig) {
    config.service(resource(DOCUMENT).get(document)).service(resource("/docs").get(show));
}

async fn document(state: State) -> HttpResponse {
    HttpResponse::Ok().json(describe(&state))
}

async fn show(page: Page, state: State) -> Response {
    let mut api = ApiReference::read(&describe(&state), &state.config().origin());
    api.password = api.password.filter(|_| state.config().password_grant);
    render(&Docs { page, api })
}

/// Every feature's part, and how to get a token.
fn describe(state: &State) -> OpenApi {
    let mut document = Document::openapi();
    state.features().descriptions().for_each(|part| document.merge(part));
    add_security(&mut document, state.scopes(), state.logins().token_url());
    document
}
