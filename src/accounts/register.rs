//! Asking for an account, where `REGISTRATION` lets everybody. Only the address is asked for: who
//! gets the mail chooses name and password behind its link, in [`super::join`]. So nobody's password
//! waits for somebody else's click, whatever cookies were planted (pre-registration takeover). What
//! an outsider sees is the same for known and for new addresses.

use kit::from_request;

use crate::accounts::email_form::EmailForm;
use crate::accounts::join;
use crate::accounts::opened::{For, page};
use crate::config::{Config, Registration};
use crate::mail::{Posted, Request};
use crate::people::{Accounts, Limited, Purpose, limits};
use crate::state::State;
use crate::web::{
    Db, Error, Flash, HttpResponse, Page, Response, ServiceConfig, Submitted, Template, once,
    redirect, render, render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/register").get(show).post(register))
        .service(resource("/register/sent").get(sent));
    page!(config, Register, join::show::<Register>, join::join::<Register>);
}

/// What the link in the mail is for.
struct Register;

impl For for Register {
    const PURPOSE: Purpose = Purpose::Register;

    fn is_open(config: &Config) -> bool {
        config.registration == Registration::Open
    }
}

/// Guard: anybody may ask for an account; where not, there is no such page.
struct OpenRegistration;

from_request!(OpenRegistration, Error, |req| {
    if Register::is_open(State::of(req).config()) {
        Ok(OpenRegistration)
    } else {
        Err(Error::NotFound)
    }
});

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

async fn show(_: OpenRegistration, page: Page, accounts: Accounts) -> Response {
    if accounts.are_none().await? {
        return Ok(to_setup());
    }
    render(&RegisterPage { page, form: Submitted::default() })
}

/// The same work for every address. Whether it is known is found out when the mail is sent.
async fn register(
    _: OpenRegistration, limited: Limited<limits::Mail>, page: Page, accounts: Accounts, db: Db,
    form: Submitted<EmailForm>,
) -> Response {
    if accounts.are_none().await? {
        return Ok(to_setup());
    }
    let Some(email) = EmailForm::address(&form) else {
        limited.give_back().await?;
        return render_with(form.status(), &RegisterPage { page, form });
    };
    let now = accounts.now();
    let post =
        move |conn: &mut _| Request::Register.post(conn, &email, now).map(Posted::tell_nobody);
    db.write(once(form.sent, post)).await?;
    Ok(redirect("/register/sent", None))
}

async fn sent(_: OpenRegistration, page: Page) -> Response {
    render(&SentPage { page })
}

fn to_setup() -> HttpResponse {
    let sentence = "The first account is made through the link that the program printed.";
    redirect("/", Flash::notice(sentence))
}
