//! The token endpoint (RFC 6749), its end (RFC 7009), and what tells of them (RFC 8414, RFC 7517).

use actix_login::{Scopes, jwks};
use kit::http::oauth::{Asked, EndedToken, Issued, NoToken, ServerMetadata, TokenRequest};

use crate::people::{Accounts, Event, Factors, Grants, Limited, Login, limits};
use crate::state::State;
use crate::web::{Client, HttpResponse, Response, Result, ServiceConfig, resource};

const REVOCATION_URL: &str = "/auth/revoke";
const JWKS_URL: &str = "/.well-known/jwks.json";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/auth/token").post(token))
        .service(resource(REVOCATION_URL).post(revoke))
        .service(resource(JWKS_URL).get(jwks::<Login>))
        .service(resource("/.well-known/oauth-authorization-server").get(describe));
}

async fn token(
    (client, by_password): (Client, ByPassword), state: State, (grants, scopes): (Grants, Scopes),
    asked: Asked<TokenRequest>,
) -> Response {
    let asked = asked.0.and_then(|request| match request {
        TokenRequest::Password { .. } if !state.config().password_grant => {
            Err(NoToken::UnsupportedGrantType)
        }
        request => Ok(request),
    });
    let issued = match asked {
        Ok(request) => issue(&client, &by_password, (&grants, &scopes), request).await?,
        Err(refusal) => Err(refusal),
    };
    match issued {
        Ok(issued) => Ok(issued.answer()),
        Err(refusal) => {
            state.events().tell(&client, Event::TokenRefused.of_somebody(None)).await;
            Ok(refusal.answer())
        }
    }
}

/// The way in by a password, and by a code for whoever has a second factor.
type ByPassword = (Limited<limits::LogIn>, Limited<limits::SecondFactor>, Accounts, Factors);

/// By a password, unknown, wrong and disabled are one answer at one price, as at the log-in page. That
/// grant is deprecated (RFC 9700 section 2.4): it teaches people to type their password into programs.
/// It is here because it is what makes a first script easy; personal API tokens are the better way.
async fn issue(
    client: &Client, (passwords, codes, accounts, factors): &ByPassword,
    (grants, scopes): (&Grants, &Scopes), request: TokenRequest,
) -> Result<Result<Issued, NoToken>> {
    let (username, password, scope, otp) = match request {
        TokenRequest::Refresh { token, scope } => {
            return grants.refresh(client, &token, scope).await;
        }
        TokenRequest::Password { username, password, scope, otp } => {
            (username, password, scope, otp)
        }
    };
    let Some(user) = accounts.authenticate(client, passwords, &username, password).await? else {
        return Ok(Err(NoToken::InvalidGrant));
    };
    let is_enough = user.second_factor_at.is_none()
        || (!otp.is_empty() && factors.prove(client, codes, &user, otp).await?);
    // Whoever knows the password learns no more by it than at the log-in page.
    if !is_enough {
        return Ok(Err(NoToken::NeedsSecondFactor));
    }
    match scopes.parse(user.is_verified_admin(), &scope) {
        Some(scope) => grants.issue(client, &user, scope).await.map(Ok),
        None => Ok(Err(NoToken::InvalidScope)),
    }
}

/// Always 200: whoever asks learns nothing about a token that is not theirs (RFC 7009 section 2.2).
/// `token_type_hint` is not needed to find it.
async fn revoke(client: Client, grants: Grants, ended: Asked<EndedToken>) -> Response {
    match ended.0 {
        Ok(EndedToken(token)) => grants.revoke(&client, &token).await?,
        Err(refusal) => return Ok(refusal.answer()),
    }
    Ok(HttpResponse::Ok().finish())
}

async fn describe(state: State, scopes: Scopes) -> HttpResponse {
    let (config, logins) = (state.config(), state.logins());
    let (issuer, urls) = (config.origin(), (logins.token_url(), REVOCATION_URL));
    let names = scopes.all().iter().map(|scope| scope.name);
    let keys = logins.jwks().map(|_| JWKS_URL);
    ServerMetadata::new(&issuer, urls, keys, config.password_grant, names).answer()
}
