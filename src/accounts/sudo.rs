//! Asking for the password once more, before what a stolen cookie must not do.

use actix_web::HttpRequest;
use actix_web::web::{Data, Query, ServiceConfig, resource};
use askama::Template;
use serde::Deserialize;

use crate::auth::{Authenticator, CurrentSession, SecurityEvent, password};
use crate::error::Response;
use crate::web::next::safe_next;
use crate::web::{Errors, Form, Page, Submitted, redirect, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/sudo").get(show).post(confirm));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SudoForm {
    password: String,
    next: String,
}

impl Form for SudoForm {
    fn check(&mut self, errors: &mut Errors) {
        if self.password.is_empty() {
            errors.add("password", "Enter your password.");
        }
        if password::is_too_long(&self.password) {
            errors.add("password", "This is longer than any password here.");
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/sudo.html")]
struct SudoPage {
    page: Page,
    form: Submitted<SudoForm>,
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

async fn show(_: CurrentSession, page: Page, query: Query<Next>) -> Response {
    let form = SudoForm { next: query.into_inner().next, ..SudoForm::default() };
    render_with(actix_web::http::StatusCode::OK, &SudoPage { page, form: Submitted::with(form) })
}

async fn confirm(
    session: CurrentSession,
    req: HttpRequest,
    page: Page,
    accounts: Data<Authenticator>,
    mut form: Submitted<SudoForm>,
) -> Response {
    let password = std::mem::take(&mut form.fields.password);
    if form.is_valid() && !accounts.confirms(session.user(), password).await? {
        accounts.events.tell(&SecurityEvent::SudoDenied { user_id: session.user_id });
        form.errors.add("password", "This is not your password.");
    }
    if !form.is_valid() {
        return render_with(form.status(), &SudoPage { page, form });
    }
    let next = safe_next(&form.fields.next).unwrap_or_else(|| "/dashboard".to_owned());
    let mut response = redirect(&next, None);
    let cookie = accounts.sessions.confirm(&accounts.logins, &req, &session).await?;
    response.add_cookie(&cookie)?;
    Ok(response)
}
