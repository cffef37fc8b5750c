//! Personal API tokens: make, list, end.

use std::collections::BTreeMap;

use actix_login::{ScopeInfo, Scopes};
use kit::{Clock, Time};
use time::Duration;

use crate::people::personal_token::{LIVES, NAME_MAX, NewToken, PersonalToken};
use crate::people::{CurrentUser, Event, Events, Limited, Sudo, limits};
use crate::state::State;
use crate::web::{
    Client, Db, Deserialize, Errors, Flash, Form, HttpResponse, Page, Path, Response, Sent,
    ServiceConfig, Submitted, Template, once, redirect, render, render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
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
    fn scope(&self, scopes: &Scopes) -> String {
        let ticked = scopes.all().iter().map(|scope| scope.name).filter(|name| self.has(name));
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
        errors.require("name", &mut self.name, "a name", NAME_MAX);
        if self.lifetime().is_none() {
            errors.add("days", "Choose how long it lives.");
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/tokens.html")]
struct TokensPage {
    page: Page,
    tokens: Vec<PersonalToken>,
    /// The text of the one that was just made.
    made: Option<String>,
    /// Where programs find us.
    origin: String,
    now: Time,
}

#[derive(Template)]
#[template(path = "accounts/token_new.html")]
struct NewTokenPage {
    page: Page,
    form: Submitted<TokenForm>,
    scopes: Vec<ScopeInfo>,
}

async fn index(user: CurrentUser, page: Page, state: State) -> Response {
    show(user.id, page, &state, None).await
}

async fn new(user: Sudo, page: Page, scopes: Scopes) -> Response {
    let form = TokenForm { days: "90".to_owned(), ..TokenForm::default() };
    let scopes = scopes.of(user.is_verified_admin());
    render(&NewTokenPage { page, form: Submitted::with(form), scopes })
}

async fn create(
    user: Sudo, client: Client, limited: Limited<limits::Costly>, page: Page,
    (state, clock): (State, Clock), (scopes, events): (Scopes, Events),
    mut form: Submitted<TokenForm>,
) -> Response {
    let ticked = form.fields.scope(&scopes);
    if ticked.is_empty() {
        form.errors.add("scope", "Tick at least one.");
    }
    let scope = scopes.parse(user.is_verified_admin(), &ticked);
    if scope.is_none() {
        form.errors.add("scope", "You may not hold all of these.");
    }
    let (true, Some(scope), Some(lifetime)) = (form.is_valid(), scope, form.fields.lifetime())
    else {
        limited.give_back().await?;
        let scopes = scopes.of(user.is_verified_admin());
        return render_with(form.status(), &NewTokenPage { page, form, scopes });
    };
    let new = NewToken { user_id: user.id, name: form.fields.name, scope, lifetime };
    let now = clock.now();
    let made = once(form.sent, move |conn| PersonalToken::create(conn, &new, now));
    let Some(token) = user.write(state.db(), made).await? else { return Ok(made_before()) };
    events.tell(&client, Event::ApiTokenCreated.of(user.id)).await;
    show(user.id, page, &state, Some(token)).await
}

/// Only the first answer had the token's text, and we keep none.
fn made_before() -> HttpResponse {
    let sentence = "Your first click made this token, and what it showed cannot be shown again. If you \
                    did not copy it, revoke it here and make another one.";
    redirect("/account/tokens", Flash::notice(sentence))
}

async fn revoke(
    user: CurrentUser, client: Client, db: Db, events: Events, id: Path<i64>, sent: Sent,
) -> Response {
    let (user_id, id) = (user.id, *id);
    let ended = once(sent, move |conn| PersonalToken::revoke(conn, user_id, id));
    if user.write(&db, ended).await?.is_some() {
        events.tell(&client, Event::TokenRevoked.of(user_id)).await;
    }
    Ok(redirect("/account/tokens", Flash::success("The token is revoked.")))
}

async fn show(user_id: i64, page: Page, state: &State, made: Option<String>) -> Response {
    let tokens = PersonalToken::of(state.db(), user_id).await?;
    let (origin, now) = (state.config().origin(), state.site().clock().now());
    render(&TokensPage { page, tokens, made, origin, now })
}
