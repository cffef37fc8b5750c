//! A page at `/docs` to try an API that an `OpenAPI` document describes.

use std::io::Read as _;
use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, ContentEncoding};
use actix_web::web::{Path, ServiceConfig, resource};
use flate2::read::GzDecoder;
use utoipa::openapi::security::{
    Flow, HttpAuthScheme, HttpBuilder, OAuth2, Password, Scopes, SecurityScheme,
};
use utoipa::openapi::{Components, OpenApi};
use utoipa_swagger_ui::Config;

use crate::error::{Error, Result};
use crate::http::flash::redirect;

/// The page's own policy: it sets styles from its script, and carries its icons as `data:`. Scripts
/// come from here alone, as everywhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'none'";

/// Swagger's page does not say that it fits a phone, so that phones show it as on a large screen.
const HEAD: &str = "<head><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">";

/// The page's routes. `document` is the path of what it shows.
pub fn routes(config: &mut ServiceConfig, document: &'static str) {
    let settings = Arc::new(Config::from(document));
    let page = move |file: Path<String>| {
        let page = serve(&file, Arc::clone(&settings));
        async { page }
    };
    config
        .service(resource("/docs").get(async || redirect("/docs/", None)))
        .service(resource("/docs/{file:.*}").get(page));
}

fn serve(file: &str, settings: Arc<Config<'static>>) -> Result<HttpResponse> {
    let found = utoipa_swagger_ui::serve(file, settings);
    let Some(found) = found.map_err(|e| Error::Internal(e.to_string()))? else {
        return Ok(HttpResponse::NotFound().finish());
    };
    let mut response = HttpResponse::Ok();
    response.content_type(found.content_type.as_str());
    response.insert_header((CONTENT_SECURITY_POLICY, POLICY));
    if found.content_type.starts_with("text/html") {
        let mut page = String::new();
        let read = GzDecoder::new(&*found.bytes).read_to_string(&mut page);
        read.map_err(|e| Error::Internal(e.to_string()))?;
        return Ok(response.body(page.replacen("<head>", HEAD, 1)));
    }
    if found.gzpipped {
        // They are in the program like this, which is four megabytes smaller for it; every browser reads it.
        response.insert_header(ContentEncoding::Gzip);
    }
    Ok(response.body(found.bytes.into_owned()))
}

/// How to get a token for these scopes: as `password`, by a password at `token_url`; as `token`, by one
/// that somebody made for a program of theirs.
pub fn add_security(document: &mut OpenApi, scopes: &actix_login::Scopes, token_url: &str) {
    let scopes: Scopes = scopes.all().iter().map(|scope| (scope.name, scope.about)).collect();
    let password = Flow::Password(Password::with_refresh_url(token_url, scopes, token_url));
    let personal = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme("password", SecurityScheme::OAuth2(OAuth2::new([password])));
    components.add_security_scheme("token", SecurityScheme::Http(personal.build()));
}
