//! The token endpoint (RFC 6749) and its end (RFC 7009).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, ServiceConfig, resource};
use serde::Deserialize;
use serde_json::json;

use crate::auth::grant::{Grants, Issued};
use crate::auth::{Authenticator, SecurityEvent, password, scope};
use crate::error::{Error, Response, Result};
use crate::peer::Origin;
use crate::web::{Errors, Form, Submitted};

/// Whether a password gets a token (`PASSWORD_GRANT`). The grant is deprecated (RFC 9700 section
/// 2.4): it teaches people to type their password into programs. It is here because it is what
/// makes a first script easy; personal API tokens are the better way.
pub struct PasswordGrant(pub bool);

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/auth/token").post(token))
        .service(resource("/auth/revoke").post(revoke));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TokenForm {
    grant_type: String,
    username: String,
    password: String,
    scope: String,
    refresh_token: String,
}

impl Form for TokenForm {
    /// RFC 6749 section 3.2.
    const REFUSES_REPEATS: bool = true;

    /// The endpoint's errors have a form of their own.
    fn check(&mut self, _: &mut Errors) {}
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RevokeForm {
    token: String,
}

impl Form for RevokeForm {
    const REFUSES_REPEATS: bool = true;

    fn check(&mut self, errors: &mut Errors) {
        errors.limit("token", &self.token, 4096);
    }
}

/// Why no token is issued, in the words of RFC 6749 section 5.2.
enum Refusal {
    InvalidRequest,
    InvalidGrant,
    UnsupportedGrantType,
    InvalidScope,
}

impl Refusal {
    fn answer(&self) -> HttpResponse {
        let (error, sentence) = match self {
            Self::InvalidRequest => ("invalid_request", "A parameter is missing or malformed."),
            Self::InvalidGrant => ("invalid_grant", "The credentials are not good for a token."),
            Self::UnsupportedGrantType => {
                ("unsupported_grant_type", "This server does not offer that grant.")
            }
            Self::InvalidScope => ("invalid_scope", "The scope is unknown or not yours to hold."),
        };
        HttpResponse::build(StatusCode::BAD_REQUEST)
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(json!({ "error": error, "error_description": sentence }))
    }
}

/// What is no form, cannot be read, or names a parameter twice is refused in the same words as a
/// parameter that is wrong.
fn parameters<F: Form>(form: Result<Submitted<F>>) -> Result<Result<F, Refusal>> {
    match form {
        Ok(form) if form.is_valid() => Ok(Ok(form.fields)),
        Ok(_) | Err(Error::BadRequest | Error::UnsupportedMediaType) => {
            Ok(Err(Refusal::InvalidRequest))
        }
        Err(error) => Err(error),
    }
}

async fn token(
    origin: Origin,
    accounts: Data<Authenticator>,
    grants: Data<Grants>,
    password_grant: Data<PasswordGrant>,
    form: Result<Submitted<TokenForm>>,
) -> Response {
    let form = match parameters(form)? {
        Ok(form) => form,
        Err(refusal) => return Ok(refusal.answer()),
    };
    let issued = match form.grant_type.as_str() {
        "" => Err(Refusal::InvalidRequest),
        "password" if password_grant.0 => by_password(&accounts, &grants, &origin, form).await?,
        "refresh_token" => by_refresh_token(&accounts, &grants, &origin, form).await?,
        _ => Err(Refusal::UnsupportedGrantType),
    };
    match issued {
        Ok(issued) => Ok(answer(&issued)),
        Err(refusal) => {
            accounts.events.tell(&origin, SecurityEvent::TokenRefused).await;
            Ok(refusal.answer())
        }
    }
}

/// Unknown, wrong and disabled are one answer at one price, as at the log-in page.
async fn by_password(
    accounts: &Authenticator,
    grants: &Grants,
    origin: &Origin,
    form: TokenForm,
) -> Result<Result<Issued, Refusal>> {
    if form.username.is_empty() || password::check_typed(&form.password).is_err() {
        return Ok(Err(Refusal::InvalidRequest));
    }
    let Some(user) = accounts.authenticate(origin, &form.username, form.password).await? else {
        return Ok(Err(Refusal::InvalidGrant));
    };
    match scope::parse(&user, &form.scope) {
        Some(scope) => grants.issue((&accounts.logins, origin), &user, scope).await.map(Ok),
        None => Ok(Err(Refusal::InvalidScope)),
    }
}

async fn by_refresh_token(
    accounts: &Authenticator,
    grants: &Grants,
    origin: &Origin,
    form: TokenForm,
) -> Result<Result<Issued, Refusal>> {
    if form.refresh_token.is_empty() {
        return Ok(Err(Refusal::InvalidRequest));
    }
    let issued = grants.refresh((&accounts.logins, origin), &form.refresh_token).await?;
    Ok(issued.ok_or(Refusal::InvalidGrant))
}

fn answer(issued: &Issued) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(json!({
        "access_token": issued.access_token,
        "token_type": "bearer",
        "expires_in": issued.expires_in,
        "refresh_token": issued.refresh_token,
        "scope": issued.scope,
    }))
}

/// Always 200: whoever asks learns nothing about a token that is not theirs (RFC 7009 section 2.2).
/// `token_type_hint` is not needed to find it.
async fn revoke(
    origin: Origin,
    accounts: Data<Authenticator>,
    grants: Data<Grants>,
    form: Result<Submitted<RevokeForm>>,
) -> Response {
    let token = match parameters(form)? {
        Ok(form) if !form.token.is_empty() => form.token,
        _ => return Ok(Refusal::InvalidRequest.answer()),
    };
    grants.revoke((&accounts.logins, &origin), &token).await?;
    Ok(HttpResponse::Ok().finish())
}
