//! What programs say to a token endpoint (RFC 6749) and to its end (RFC 7009), and what it answers.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::http::form::{Errors, Form, Submitted};
use crate::password;

/// A request for a token, as an argument of a handler.
pub enum TokenRequest {
    /// By a person's address and password.
    Password {
        /// The address.
        username: String,
        /// The password, of a length that one can have.
        password: String,
        /// The scopes that are asked for, with spaces between them.
        scope: String,
        /// A code of the second factor; empty where none was sent.
        otp: String,
    },
    /// By a refresh token.
    Refresh {
        /// The token.
        token: String,
        /// The scopes that are asked for, of those that it holds; empty for all of them.
        scope: String,
    },
}

/// Why no token is issued, in the words of RFC 6749 section 5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoToken {
    /// A parameter is missing, malformed, or there twice.
    InvalidRequest,
    /// The credentials are not good for a token.
    InvalidGrant,
    /// The credentials are right, and not enough: a code of the second factor is missing, or wrong.
    NeedsSecondFactor,
    /// The server does not offer that grant.
    UnsupportedGrantType,
    /// The scope is unknown, or not theirs to hold.
    InvalidScope,
}

/// What a client gets (RFC 6749 section 5.1).
#[derive(Serialize)]
pub struct Issued {
    /// For the `Authorization` header.
    pub access_token: String,
    /// How to use it.
    pub token_type: &'static str,
    /// Seconds until it expires.
    pub expires_in: u64,
    /// For the next one.
    pub refresh_token: String,
    /// What they are good for.
    pub scope: String,
}

/// What a request says to the endpoint, or why that is refused. What is no form, cannot be read, or
/// names a parameter twice is refused in the same words as a parameter that is wrong.
pub struct Asked<T>(pub Result<T, NoToken>);

/// The token that is to be ended.
pub struct EndedToken(pub String);

/// What can be asked for by a form.
pub trait Ask: Sized + 'static {
    /// The form.
    type Form: Form;

    /// Reads its parameters.
    fn read(form: Self::Form) -> Result<Self, NoToken>;
}

/// The parameters of a request for a token.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    grant_type: String,
    username: String,
    password: String,
    scope: String,
    refresh_token: String,
    otp: String,
}

impl Form for TokenForm {
    /// RFC 6749 section 3.2.
    const REFUSES_REPEATS: bool = true;
}

/// The parameters of a request to end one.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct EndForm {
    token: String,
}

impl Form for EndForm {
    const REFUSES_REPEATS: bool = true;

    fn check(&mut self, errors: &mut Errors) {
        errors.limit("token", &self.token, 4096);
    }
}

impl Ask for TokenRequest {
    type Form = TokenForm;

    fn read(form: TokenForm) -> Result<Self, NoToken> {
        let TokenForm { grant_type, username, password, scope, refresh_token, otp } = form;
        let grant = match grant_type.as_str() {
            // Whoever sends a name and a password means that grant, as FastAPI's clients do.
            "" if refresh_token.is_empty() && !username.is_empty() => "password",
            grant => grant,
        };
        match grant {
            "password" if !username.is_empty() && password::check_typed(&password).is_ok() => {
                Ok(Self::Password { username, password, scope, otp })
            }
            "refresh_token" if !refresh_token.is_empty() => {
                Ok(Self::Refresh { token: refresh_token, scope })
            }
            "" | "password" | "refresh_token" => Err(NoToken::InvalidRequest),
            _ => Err(NoToken::UnsupportedGrantType),
        }
    }
}

impl Ask for EndedToken {
    type Form = EndForm;

    fn read(form: EndForm) -> Result<Self, NoToken> {
        let is_named = !form.token.is_empty();
        is_named.then_some(Self(form.token)).ok_or(NoToken::InvalidRequest)
    }
}

impl<T: Ask> FromRequest for Asked<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = Submitted::<T::Form>::from_request(req, payload);
        Box::pin(async move {
            match form.await {
                Ok(form) if form.is_valid() => Ok(Self(T::read(form.fields))),
                Ok(_) | Err(Error::BadRequest | Error::UnsupportedMediaType) => {
                    Ok(Self(Err(NoToken::InvalidRequest)))
                }
                Err(error) => Err(error),
            }
        })
    }
}

impl Issued {
    /// The answer, which nobody keeps.
    pub fn answer(&self) -> HttpResponse {
        HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(self)
    }
}

impl NoToken {
    /// The answer.
    pub fn answer(self) -> HttpResponse {
        let (error, sentence) = match self {
            Self::InvalidRequest => ("invalid_request", "A parameter is missing or malformed."),
            Self::InvalidGrant => ("invalid_grant", "The credentials are not good for a token."),
            Self::NeedsSecondFactor => {
                ("invalid_grant", "This account needs a code of its second factor, too: `otp`.")
            }
            Self::UnsupportedGrantType => {
                ("unsupported_grant_type", "This server does not offer that grant.")
            }
            Self::InvalidScope => ("invalid_scope", "The scope is unknown or not yours to hold."),
        };
        HttpResponse::BadRequest()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(serde_json::json!({ "error": error, "error_description": sentence }))
    }
}

/// The scopes that are asked for, of those that were granted: all of them when none is named, and `None`
/// when more are than were granted (RFC 6749 section 6).
pub fn narrow(granted: &str, asked: &str) -> Option<String> {
    let (granted, asked): (Vec<_>, Vec<_>) =
        (granted.split_ascii_whitespace().collect(), asked.split_ascii_whitespace().collect());
    if asked.iter().any(|name| !granted.contains(name)) {
        return None;
    }
    let held = granted.into_iter().filter(|name| asked.is_empty() || asked.contains(name));
    Some(held.collect::<Vec<_>>().join(" "))
}

/// What a client finds out by itself about the server (RFC 8414 section 2): addresses below `issuer`, the
/// grants and the scopes there are.
#[derive(Serialize)]
pub struct ServerMetadata<'a> {
    issuer: &'a str,
    token_endpoint: String,
    revocation_endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    jwks_uri: Option<String>,
    grant_types_supported: Vec<&'static str>,
    scopes_supported: Vec<&'static str>,
    /// None: there is no page on which people give programs leave.
    response_types_supported: [&'static str; 0],
    token_endpoint_auth_methods_supported: [&'static str; 1],
    revocation_endpoint_auth_methods_supported: [&'static str; 1],
}

impl<'a> ServerMetadata<'a> {
    /// For clients without a secret of their own, with a grant by refresh tokens and perhaps one by
    /// passwords, and perhaps with public keys.
    pub fn new(
        issuer: &'a str, (token_url, revocation_url): (&str, &str), jwks_url: Option<&str>,
        password_grant: bool, scopes: impl Iterator<Item = &'static str>,
    ) -> Self {
        let password = password_grant.then_some("password");
        Self {
            issuer,
            token_endpoint: format!("{issuer}{token_url}"),
            revocation_endpoint: format!("{issuer}{revocation_url}"),
            jwks_uri: jwks_url.map(|url| format!("{issuer}{url}")),
            grant_types_supported: password.into_iter().chain(["refresh_token"]).collect(),
            scopes_supported: scopes.collect(),
            response_types_supported: [],
            token_endpoint_auth_methods_supported: ["none"],
            revocation_endpoint_auth_methods_supported: ["none"],
        }
    }

    /// The answer, to be kept for five minutes.
    pub fn answer(&self) -> HttpResponse {
        HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=300")).json(self)
    }
}
