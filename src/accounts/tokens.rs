//! Personal API tokens: make, list, end.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, ServiceConfig, resource};
use askama::Template;
use serde::Deserialize;
use time::{Duration, PrimitiveDateTime};

use crate::auth::api_token::{self, ApiToken, LIVES, NewApiToken};
use crate::auth::scope::{self, ALL};
use crate::auth::{CurrentUser, SecurityEvent, SecurityEvents, Sudo};
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Response;
use crate::peer::Origin;
use crate::user::User;
use crate::web::{Errors, Flash, Form, Page, Sent, Submitted, redirect, render, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/account/tokens").get(index).post(create))
        .service(resource("/account/tokens/new").get(new))
        .service(resource("/account/tokens/{id}/revoke").post(revoke));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TokenForm {
    name: String,
    days: String,
    /// The rest of what was sent, and with it a check box for each scope.
    #[serde(flatten)]
    ticked: BTreeMap<String, String>,
}

impl TokenForm {
    /// The scopes that are ticked.
    fn scope(&self) -> String {
        let ticked = ALL.iter().map(|(name, _)| *name).filter(|name| self.has(name));
        ticked.collect::<Vec<_>>().join(" ")
    }

    fn has(&self, name: &str) -> bool {
        self.ticked.get(name).is_some_and(|value| !value.is_empty())
    }

    fn lifetime(&self) -> Option<Duration> {
        let days = self.days.parse().ok().filter(|days| LIVES.contains(days))?;
        Some(Duration::days(days))
    }
}

impl Form for TokenForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("name", &mut self.name, "a name", api_token::NAME_MAX);
        if self.lifetime().is_none() {
            errors.add("days", "Choose how long it lives.");
        }
        if self.scope().is_empty() {
            errors.add("scope", "Tick at least one.");
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/tokens.html")]
struct TokensPage {
    page: Page,
    tokens: Vec<ApiToken>,
    /// The text of the one that was just made.
    made: Option<String>,
    now: PrimitiveDateTime,
}

#[derive(Template)]
#[template(path = "accounts/token_new.html")]
struct NewTokenPage {
    page: Page,
    form: Submitted<TokenForm>,
    scopes: Vec<&'static (&'static str, &'static str)>,
}

async fn index(user: CurrentUser, page: Page, db: Data<Db>, clock: Data<Clock>) -> Response {
    show(user.id, page, &db, &clock, None).await
}

async fn new(user: Sudo, page: Page) -> Response {
    let form = TokenForm { days: "90".to_owned(), ..TokenForm::default() };
    render(&NewTokenPage { page, form: Submitted::with(form), scopes: scopes_of(&user) })
}

async fn create(
    user: Sudo,
    origin: Origin,
    page: Page,
    db: Data<Db>,
    clock: Data<Clock>,
    events: Data<SecurityEvents>,
    mut form: Submitted<TokenForm>,
) -> Response {
    let scope = scope::parse(&user, &form.fields.scope());
    if scope.is_none() {
        form.errors.add("scope", "You may not hold all of these.");
    }
    let (true, Some(scope), Some(lifetime)) = (form.is_valid(), scope, form.fields.lifetime())
    else {
        return render_with(form.status(), &NewTokenPage { page, form, scopes: scopes_of(&user) });
    };
    let new = NewApiToken { user_id: user.id, name: form.fields.name, scope, lifetime };
    let now = clock.now();
    let made = form.sent.once(move |conn| ApiToken::create(conn, &new, now));
    let Some(token) = user.write(&db, made).await? else { return Ok(made_before()) };
    events.tell(&origin, SecurityEvent::ApiTokenCreated { user_id: user.id }).await;
    show(user.id, page, &db, &clock, Some(token)).await
}

/// Only the first answer had the token's text, and we keep none.
fn made_before() -> HttpResponse {
    let sentence = "Your first click made this token, and what it showed cannot be shown again. If you \
                    did not copy it, end the token here and make another one.";
    redirect("/account/tokens", Flash::notice(sentence))
}

async fn revoke(
    user: CurrentUser,
    origin: Origin,
    db: Data<Db>,
    events: Data<SecurityEvents>,
    id: Path<i64>,
    sent: Sent,
) -> Response {
    let (user_id, id) = (user.id, *id);
    let ended = sent.once(move |conn| ApiToken::revoke(conn, user_id, id));
    if user.write(&db, ended).await?.is_some() {
        events.tell(&origin, SecurityEvent::TokenRevoked { user_id }).await;
    }
    Ok(redirect("/account/tokens", Flash::success("The token is ended.")))
}

async fn show(user_id: i64, page: Page, db: &Db, clock: &Clock, made: Option<String>) -> Response {
    let tokens: Vec<ApiToken> = db.run(move |conn| ApiToken::of(conn, user_id)).await?;
    render(&TokensPage { page, tokens, made, now: clock.now() })
}

fn scopes_of(user: &User) -> Vec<&'static (&'static str, &'static str)> {
    ALL.iter().filter(|(name, _)| scope::may_hold(user, name)).collect()
}
