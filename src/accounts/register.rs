//! Making an account, where `REGISTRATION` allows it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::{Data, ServiceConfig, resource};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::auth::authenticator::{Authenticator, NewAccount};
use crate::config::Registration;
use crate::error::{Error, Response, Result};
use crate::user::{Email, NAME_MAX, User};
use crate::web::{Errors, Flash, Form, Page, Submitted, redirect, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/register").get(show).post(register));
}

/// Guard: anybody may make an account; where not, there is no such page.
struct OpenRegistration;

impl FromRequest for OpenRegistration {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let registration = req.app_data::<Data<Registration>>();
        let is_open = registration.is_some_and(|setting| ***setting == Registration::Open);
        ready(is_open.then_some(Self).ok_or(Error::NotFound))
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RegisterForm {
    name: String,
    email: String,
    password: String,
}

impl Form for RegisterForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("name", &mut self.name, "your name", NAME_MAX);
        if let Err(sentence) = Email::parse(&self.email) {
            errors.add("email", sentence);
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/register.html")]
struct RegisterPage {
    page: Page,
    form: Submitted<RegisterForm>,
    password_hint: String,
}

async fn show(_: OpenRegistration, page: Page, accounts: Data<Authenticator>) -> Response {
    if is_first(&accounts).await? {
        return Ok(to_setup());
    }
    show_form(page, Submitted::default(), &accounts)
}

async fn register(
    _: OpenRegistration,
    req: HttpRequest,
    page: Page,
    accounts: Data<Authenticator>,
    mut form: Submitted<RegisterForm>,
) -> Response {
    if is_first(&accounts).await? {
        return Ok(to_setup());
    }
    if let Err(sentence) = accounts.passwords.check(&form.fields.password) {
        form.errors.add("password", sentence);
    }
    let email = Email::parse(&form.fields.email);
    let (true, Ok(email)) = (form.is_valid(), email) else {
        return show_form(page, form, &accounts);
    };
    let password = std::mem::take(&mut form.fields.password);
    let new = NewAccount { email, name: form.fields.name.clone(), password, is_admin: false };
    let Some(user) = accounts.create_account(new, |_| Ok(())).await? else {
        form.errors.add("email", "This address has an account already. Log in instead.");
        return show_form(page, form, &accounts);
    };
    let mut response = redirect("/dashboard", Flash::success("Welcome! Your account is ready."));
    response.add_cookie(&accounts.log_in(&req, &user, false).await?)?;
    Ok(response)
}

/// Whether nobody has an account yet. The first one is the operator's: a stranger who registered
/// before them would leave the site without an administrator.
async fn is_first(accounts: &Authenticator) -> Result<bool> {
    Ok(!accounts.db.run(User::any_exists).await?)
}

fn to_setup() -> HttpResponse {
    let sentence = "The first account is made through the link that the program printed.";
    redirect("/", Flash::notice(sentence))
}

fn show_form(page: Page, form: Submitted<RegisterForm>, accounts: &Authenticator) -> Response {
    let password_hint = accounts.passwords.hint();
    render_with(form.status(), &RegisterPage { page, form, password_hint })
}
