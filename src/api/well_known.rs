//! What clients and other services find out by themselves: how to get a token (RFC 8414), and with which
//! keys to verify one (RFC 7517).

use actix_login::{Scopes, jwks};
use kit::http::oauth::ServerMetadata;

use crate::people::Login;
use crate::state::State;
use crate::web::{HttpResponse, ServiceConfig, resource};

use super::token::REVOCATION_URL;

const JWKS: &str = "/.well-known/jwks.json";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource(JWKS).get(jwks::<Login>))
        .service(resource("/.well-known/oauth-authorization-server").get(describe));
}

async fn describe(state: State, scopes: Scopes) -> HttpResponse {
    let (config, logins) = (state.config(), state.logins());
    let (issuer, urls) = (config.origin(), (logins.token_url(), REVOCATION_URL));
    let names = scopes.all().iter().map(|scope| scope.name);
    let server = ServerMetadata::new(&issuer, urls, config.password_grant, names);
    if logins.jwks().is_some() { server.with_keys(JWKS) } else { server }.answer()
}
