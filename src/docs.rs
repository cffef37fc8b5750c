//! The API described: an `OpenAPI` document at `/openapi.json`, and a page to try it at `/docs`
//! (`API_DOCS`).

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::web::{Path, ServiceConfig, resource};
use utoipa::OpenApi as _;
use utoipa::openapi::security::{
    Flow, HttpAuthScheme, HttpBuilder, OAuth2, Password, Scopes, SecurityScheme,
};
use utoipa::openapi::{Components, OpenApi};
use utoipa_swagger_ui::Config;

use crate::error::{Error, Response};
use crate::feature::Features;
use crate::state::State;

/// The page's own policy: it sets styles from its script, and carries its icons as `data:`. Scripts
/// come from here alone, as everywhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Swagger's page does not say that it fits a phone, so that phones show it as on a large screen.
const HEAD: &str = "<head><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";

#[derive(utoipa::OpenApi)]
#[openapi(info(title = "Latchkey", description = "What programs may do in a person's name."))]
struct Document;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/openapi.json").get(document))
        .service(resource("/docs").get(to_page))
        .service(resource("/docs/{file:.*}").get(page));
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

async fn to_page() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, "/docs/")).finish()
}

async fn page(file: Path<String>) -> Response {
    let found = utoipa_swagger_ui::serve(&file, Arc::new(Config::from("/openapi.json")))
        .map_err(|e| Error::Internal(e.to_string()))?
        .ok_or(Error::NotFound)?;
    let mut bytes = found.bytes.into_owned();
    if found.content_type.starts_with("text/html") {
        bytes = String::from_utf8_lossy(&bytes).replacen("<head>", HEAD, 1).into_bytes();
    }
    Ok(HttpResponse::Ok()
        .content_type(found.content_type)
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(bytes))
}
