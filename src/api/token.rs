//! The token endpoint (RFC 6749) and its end (RFC 7009).

use actix_login::Scopes;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{ServiceConfig, resource};
use kit::password;
use serde::Deserialize;
use serde_json::json;

use crate::error::{Response, Result};
use crate::people::grants::Issued;
use crate::people::{Accounts, Event, Grants};
use crate::state::State;
use crate::web::{Client, Errors, Form, Submitted};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/auth/token").post(token))
        .service(resource("/auth/revoke").post(revoke));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct GrantForm {
    grant_type: String,
    username: String,
    password: String,
    scope: String,
    refresh_token: String,
}

impl Form for GrantForm {
    /// RFC 6749 section 3.2.
    const REFUSES_REPEATS: bool = true;
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
enum NoToken {
    InvalidRequest,
    InvalidGrant,
    UnsupportedGrantType,
    InvalidScope,
}

impl NoToken {
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

type FormResult<F> = Result<Submitted<F>, kit::Error>;

/// What is no form, cannot be read, or names a parameter twice is refused in the same words as a
/// parameter that is wrong.
fn parameters<F: Form>(form: FormResult<F>) -> Result<Result<F, NoToken>> {
    match form {
        Ok(form) if form.is_valid() => Ok(Ok(form.fields)),
        Ok(_) | Err(kit::Error::BadRequest | kit::Error::UnsupportedMediaType) => {
            Ok(Err(NoToken::InvalidRequest))
        }
        Err(error) => Err(error.into()),
    }
}

/// The grant by password can be switched off (`PASSWORD_GRANT`). It is deprecated (RFC 9700 section
/// 2.4): it teaches people to type their password into programs. It is here because it is what
/// makes a first script easy; personal API tokens are the better way.
async fn token(
    client: Client,
    state: State,
    accounts: Accounts,
    grants: Grants,
    scopes: Scopes,
    form: FormResult<GrantForm>,
) -> Response {
    let form = match parameters(form)? {
        Ok(form) => form,
        Err(refusal) => return Ok(refusal.answer()),
    };
    let issued = match form.grant_type.as_str() {
        "" => Err(NoToken::InvalidRequest),
        "password" if state.config().password_grant => {
            by_password(&accounts, (&grants, &scopes), &client, form).await?
        }
        "refresh_token" => by_refresh_token(&grants, &client, &form.refresh_token).await?,
        _ => Err(NoToken::UnsupportedGrantType),
    };
    match issued {
        Ok(issued) => Ok(answer(&issued)),
        Err(refusal) => {
            accounts.tell(&client, Event::TokenRefused.of_somebody(None)).await;
            Ok(refusal.answer())
        }
    }
}

/// Unknown, wrong and disabled are one answer at one price, as at the log-in page.
async fn by_password(
    accounts: &Accounts,
    (grants, scopes): (&Grants, &Scopes),
    client: &Client,
    form: GrantForm,
) -> Result<Result<Issued, NoToken>> {
    if form.username.is_empty() || password::check_typed(&form.password).is_err() {
        return Ok(Err(NoToken::InvalidRequest));
    }
    let Some(user) = accounts.authenticate(client, &form.username, form.password).await? else {
        return Ok(Err(NoToken::InvalidGrant));
    };
    match scopes.parse(user.is_verified_admin(), &form.scope) {
        Some(scope) => grants.issue(client, &user, scope).await.map(Ok),
        None => Ok(Err(NoToken::InvalidScope)),
    }
}

async fn by_refresh_token(
    grants: &Grants,
    client: &Client,
    token: &str,
) -> Result<Result<Issued, NoToken>> {
    if token.is_empty() {
        return Ok(Err(NoToken::InvalidRequest));
    }
    Ok(grants.refresh(client, token).await?.ok_or(NoToken::InvalidGrant))
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
async fn revoke(client: Client, grants: Grants, form: FormResult<RevokeForm>) -> Response {
    let token = match parameters(form)? {
        Ok(form) if !form.token.is_empty() => form.token,
        _ => return Ok(NoToken::InvalidRequest.answer()),
    };
    grants.revoke(&client, &token).await?;
    Ok(HttpResponse::Ok().finish())
}
