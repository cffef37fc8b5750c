//! What is sent to log in, and what is served to whoever verifies.

use std::fmt;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde::Deserialize;

use crate::manager::LoginManager;

/// A name and a password, as a log-in form and a client of `OAuth 2.0` send them (RFC 6749 section
/// 4.3.2): `Form<Credentials>`. Anything else in the form is left alone.
#[derive(Deserialize)]
#[non_exhaustive]
pub struct Credentials {
    /// The name, or whatever people log in with.
    pub username: String,
    /// The password. Hashes are compared, with a library such as `argon2`, and never the text itself.
    pub password: String,
}

impl fmt::Debug for Credentials {
    /// Without the password: what is printed ends up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({:?})", self.username)
    }
}

/// The handler that serves the public keys of access tokens, at `/.well-known/jwks.json` as a rule, so
/// that other services can verify them: all that verify here. 404 where secret keys sign. Whoever
/// verifies may keep the answer for five minutes; so let a new key verify for longer than that, behind
/// the old one, before it signs.
///
/// ```
/// # use actix_login::jwks;
/// # use actix_web::{App, web};
/// let app = App::new().route("/.well-known/jwks.json", web::get().to(jwks::<String>));
/// # let _ = app.app_data(());
/// ```
pub async fn jwks<U: 'static>(logins: LoginManager<U>) -> HttpResponse {
    let Some(keys) = logins.jwks() else { return HttpResponse::NotFound().finish() };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/jwk-set+json"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(keys.to_owned())
}
