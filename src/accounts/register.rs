//! Asking for an account, where `REGISTRATION` lets everybody. Only the address is asked for: who
//! gets the mail chooses name and password behind its link, in [`super::join`]. So nobody's password
//! waits for somebody else's click, whatever cookies were planted (pre-registration takeover). What
//! an outsider sees is the same for known and for new addresses.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::{Data, ServiceConfig, resource};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::auth::Authenticator;
use crate::config::Registration;
use crate::error::{Error, Response, Result};
use crate::mail::{Posted, Request};
use crate::user::{Email, User};
use crate::web::{Errors, Flash, Form, Page, Submitted, redirect, render, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/register").get(show).post(register))
        .service(resource("/register/sent").get(sent));
}

/// Guard: anybody may ask for an account; where not, there is no such page.
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
    render(&RegisterPage { page, form: Submitted::default() })
}

/// The same work for every address. Whether it is known is found out when the mail is sent.
async fn register(
    _: OpenRegistration,
    page: Page,
    accounts: Data<Authenticator>,
    form: Submitted<EmailForm>,
) -> Response {
    if is_first(&accounts).await? {
        return Ok(to_setup());
    }
    let (true, Ok(email)) = (form.is_valid(), Email::parse(&form.fields.email)) else {
        return render_with(form.status(), &RegisterPage { page, form });
    };
    let now = accounts.clock.now();
    let post =
        move |conn: &mut _| Request::Register.post(conn, &email, now).map(Posted::tell_nobody);
    accounts.db.write(form.sent.once(post)).await?;
    Ok(redirect("/register/sent", None))
}

async fn sent(_: OpenRegistration, page: Page) -> Response {
    render(&SentPage { page })
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
