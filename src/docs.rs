//! The API described: an `OpenAPI` document at `/openapi.json`, and a page to try it at `/docs`
//! (`API_DOCS`).

use actix_login::Scopes;
use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, resource};
use kit::http::swagger;
use utoipa::OpenApi as _;

use crate::config::BRAND;
use crate::feature::Features;
use crate::state::State;

const DOCUMENT: &str = "/openapi.json";

#[derive(utoipa::OpenApi)]
#[openapi(info(title = BRAND, description = "What programs may do in a person's name."))]
struct Document;

pub fn routes(config: &mut ServiceConfig) {
    config.service(resource(DOCUMENT).get(document));
    swagger::routes(config, DOCUMENT);
}

/// Every feature's part, and how to get a token.
async fn document(features: Features, scopes: Scopes, state: State) -> HttpResponse {
    let mut document = Document::openapi();
    features.descriptions().for_each(|part| document.merge(part));
    swagger::add_security(&mut document, &scopes, state.logins().token_url());
    HttpResponse::Ok().json(document)
}
