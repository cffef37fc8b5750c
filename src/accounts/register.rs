//! Asking for an account, where `REGISTRATION` lets everybody. It is made when its address is
//! confirmed: see [`super::join`]. What an outsider sees is the same for known and for new addresses.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::{Data, ServiceConfig, resource};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::accounts::check_new_password;
use crate::accounts::opened::Links;
use crate::auth::Authenticator;
use crate::auth::password::PasswordRule;
use crate::config::Registration as Setting;
use crate::error::{Error, Response, Result};
use crate::link::Registration;
use crate::mail::Message;
use crate::user::{Email, NAME_MAX, User};
use crate::web::{Errors, Flash, Form, Page, Submitted, redirect, render, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/register").get(show).post(register))
        .service(resource("/register/sent").get(sent))
        .service(resource("/register/again").get(show_again).post(again));
}

/// Guard: anybody may ask for an account; where not, there is no such page.
struct OpenRegistration;

impl FromRequest for OpenRegistration {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let registration = req.app_data::<Data<Setting>>();
        let is_open = registration.is_some_and(|setting| ***setting == Setting::Open);
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
        errors.email("email", &self.email);
    }
}

/// A form that asks for an address, and nothing else.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct EmailForm {
    pub(super) email: String,
}

impl Form for EmailForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.email("email", &self.email);
    }
}

#[derive(Template)]
#[template(path = "accounts/register.html")]
struct RegisterPage {
    page: Page,
    form: Submitted<RegisterForm>,
    rule: PasswordRule,
}

#[derive(Template)]
#[template(path = "accounts/register_again.html")]
struct AgainPage {
    page: Page,
    form: Submitted<EmailForm>,
}

#[derive(Template)]
#[template(path = "accounts/register_sent.html")]
struct SentPage {
    page: Page,
}

async fn show(_: OpenRegistration, page: Page, accounts: Data<Authenticator>) -> Response {
    if is_first(&accounts).await? {
        return Ok(to_setup());
    }
    show_form(page, Submitted::default(), &accounts)
}

async fn register(
    _: OpenRegistration,
    page: Page,
    accounts: Data<Authenticator>,
    links: Data<Links>,
    mut form: Submitted<RegisterForm>,
) -> Response {
    if is_first(&accounts).await? {
        return Ok(to_setup());
    }
    let words = [form.fields.name.as_str(), form.fields.email.as_str()];
    check_new_password(&accounts, &mut form.errors, &form.fields.password, &words).await?;
    let email = Email::parse(&form.fields.email);
    let (true, Ok(email)) = (form.is_valid(), email) else {
        return show_form(page, form, &accounts);
    };
    // The same work for every address. Whether it is known is found out when the mail is sent.
    let password_hash = accounts.passwords.hash(std::mem::take(&mut form.fields.password)).await?;
    let (browser_hash, cookie) = links.know_browser();
    let message = Message::Register(Registration {
        name: Some(form.fields.name),
        password_hash: Some(password_hash),
        browser_hash: Some(browser_hash),
    });
    let now = accounts.clock.now();
    accounts.db.write(move |conn| message.post(conn, &email, now)).await?;
    let mut response = redirect("/register/sent", None);
    response.add_cookie(&cookie)?;
    Ok(response)
}

async fn sent(_: OpenRegistration, page: Page) -> Response {
    render(&SentPage { page })
}

async fn show_again(_: OpenRegistration, page: Page) -> Response {
    render(&AgainPage { page, form: Submitted::default() })
}

/// Sends the link once more to who waits for one, and answers everybody the same.
async fn again(
    _: OpenRegistration,
    page: Page,
    accounts: Data<Authenticator>,
    form: Submitted<EmailForm>,
) -> Response {
    let (true, Ok(email)) = (form.is_valid(), Email::parse(&form.fields.email)) else {
        return render_with(form.status(), &AgainPage { page, form });
    };
    let now = accounts.clock.now();
    accounts.db.write(move |conn| Message::Confirm.post(conn, &email, now)).await?;
    Ok(redirect("/register/sent", None))
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
    let rule = accounts.passwords.rule();
    render_with(form.status(), &RegisterPage { page, form, rule })
}
