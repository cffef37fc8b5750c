//! The API described: an `OpenAPI` document at `/openapi.json`, and a page to try it at `/docs`
//! (`API_DOCS`).

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, resource};
use kit::http::swagger;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{
    Flow, HttpAuthScheme, HttpBuilder, OAuth2, Password, Scopes, SecurityScheme,
};
use utoipa::openapi::{Components, OpenApi};

use crate::config::BRAND;
use crate::error::Response;
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

async fn document(features: Features, scopes: actix_login::Scopes, state: State) -> Response {
    Ok(HttpResponse::Ok().json(describe(features, &scopes, state.logins().token_url())))
}

/// Every feature's part, and how to get a token.
fn describe(features: Features, scopes: &actix_login::Scopes, token_url: &str) -> OpenApi {
    let mut document = Document::openapi();
    features.descriptions().for_each(|part| document.merge(part));
    let scopes: Scopes = scopes.all().iter().map(|scope| (scope.name, scope.about)).collect();
    let password = Flow::Password(Password::with_refresh_url(token_url, scopes, token_url));
    let personal = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme("password", SecurityScheme::OAuth2(OAuth2::new([password])));
    components.add_security_scheme("token", SecurityScheme::Http(personal.build()));
    document
}
