//! Asking for the password once more, before what a stolen cookie must not do.

use actix_web::HttpRequest;
use actix_web::web::{Data, Query, ServiceConfig, resource};
use askama::Template;
use serde::Deserialize;

use crate::auth::{Authenticator, CurrentSession, CurrentUser, SecurityEvent, Sessions, password};
use crate::error::{Error, Response};
use crate::keys::random_token;
use crate::peer::Origin;
use crate::web::kept::{self, Carried};
use crate::web::next::Next;
use crate::web::{Errors, Form, Page, Submitted, render, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/sudo").get(show).post(confirm));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SudoForm {
    password: String,
    next: String,
    kept: String,
}

impl Form for SudoForm {
    fn check(&mut self, errors: &mut Errors) {
        if let Err(sentence) = password::check_typed(&self.password) {
            errors.add("password", sentence);
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/sudo.html")]
struct SudoPage {
    page: Page,
    form: Submitted<SudoForm>,
}

async fn show(_: CurrentSession, page: Page, query: Query<Next>) -> Response {
    let form = SudoForm { next: query.into_inner().next, ..SudoForm::default() };
    render(&SudoPage { page, form: Submitted::with(form) })
}

/// The page for somebody who is asked for the password before what they typed can be saved.
pub fn ask(req: &HttpRequest, Carried { kept, next }: Carried) -> Response {
    let form = SudoForm { next, kept, ..SudoForm::default() };
    render(&SudoPage { page: Page::without_flash(req)?, form: Submitted::with(form) })
}

async fn confirm(
    session: CurrentSession,
    req: HttpRequest,
    origin: Origin,
    page: Page,
    accounts: Data<Authenticator>,
    mut form: Submitted<SudoForm>,
) -> Response {
    let password = std::mem::take(&mut form.fields.password);
    if form.is_valid() && !accounts.confirms(&origin, session.user(), password).await? {
        let event = SecurityEvent::SudoDenied { user_id: session.user_id };
        accounts.events.tell(&origin, event).await;
        form.errors.add("password", "This is not your password.");
    }
    if !form.is_valid() {
        return render_with(form.status(), &SudoPage { page, form });
    }
    let (id, now, secret) = (session.id, accounts.clock.now(), random_token());
    let (typed_at, new_secret) = (origin.clone(), secret.clone());
    let note = move |conn: &mut _| Sessions::confirm(conn, id, (&typed_at, &new_secret), now);
    session.user().write(&accounts.db, note).await?;
    let SudoForm { kept, next, .. } = form.fields;
    let user = CurrentUser::of(&req).ok_or(Error::NotAuthenticated)?;
    let mut response = kept::land(&req, user, &Carried { kept, next })?;
    response.add_cookie(&accounts.sessions.cookie_of(&accounts.logins, &session, secret)?)?;
    let event = SecurityEvent::SudoGranted { user_id: session.user_id };
    accounts.events.tell(&origin, event).await;
    Ok(response)
}
