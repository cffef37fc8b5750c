//! Logging in and out.

use actix_web::HttpRequest;
use actix_web::web::{Data, Query, ServiceConfig, resource};
use askama::Template;
use serde::Deserialize;

use crate::auth::{Authenticator, OptionalUser, SecurityEvent, password};
use crate::config::Registration;
use crate::error::Response;
use crate::peer::Origin;
use crate::user::EMAIL_MAX;
use crate::web::next::{Next, landing_page};
use crate::web::{Errors, Flash, Form, Page, Submitted, redirect, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/login").get(show).post(log_in))
        .service(resource("/logout").post(log_out));
}

/// One sentence for all: it must not tell whether the address has an account.
const REFUSED: &str = "This e-mail address and password do not match.";

#[derive(Default, Deserialize)]
#[serde(default)]
struct LoginForm {
    email: String,
    password: String,
    remember: String,
    next: String,
}

impl Form for LoginForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("email", &mut self.email, "your e-mail address", EMAIL_MAX);
        if let Err(sentence) = password::check_typed(&self.password) {
            errors.add("password", sentence);
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/login.html")]
struct LoginPage {
    page: Page,
    form: Submitted<LoginForm>,
    can_register: bool,
}

async fn show(
    user: OptionalUser,
    page: Page,
    registration: Data<Registration>,
    query: Query<Next>,
) -> Response {
    if user.0.is_some() {
        return Ok(redirect(&landing_page(&query.next), page.flash));
    }
    let form = LoginForm { next: query.into_inner().next, ..LoginForm::default() };
    show_form(page, Submitted::with(form), **registration)
}

async fn log_in(
    req: HttpRequest,
    page: Page,
    accounts: Data<Authenticator>,
    registration: Data<Registration>,
    mut form: Submitted<LoginForm>,
) -> Response {
    if !form.is_valid() {
        return show_form(page, form, **registration);
    }
    let password = std::mem::take(&mut form.fields.password);
    let origin = Origin::of(&req);
    let Some(user) = accounts.authenticate(&origin, &form.fields.email, password).await? else {
        form.errors.add("", REFUSED);
        return show_form(page, form, **registration);
    };
    let remembered = !form.fields.remember.is_empty();
    let mut response = redirect(&landing_page(&form.fields.next), None);
    response.add_cookie(&accounts.log_in(&req, &user, remembered).await?)?;
    Ok(response)
}

async fn log_out(user: OptionalUser, origin: Origin, accounts: Data<Authenticator>) -> Response {
    let mut response = redirect("/", Flash::success("You are logged out."));
    if let Some(session) = user.0.as_ref().and_then(|user| user.session.as_ref()) {
        let user_id = session.user_id;
        accounts.sessions.end(user_id, session.id).await?;
        accounts.events.tell(&origin, SecurityEvent::LoggedOut { user_id }).await;
    }
    accounts.logins.clear_cookie(&mut response)?;
    Ok(response)
}

fn show_form(page: Page, form: Submitted<LoginForm>, registration: Registration) -> Response {
    let can_register = registration == Registration::Open;
    render_with(form.status(), &LoginPage { page, form, can_register })
}
