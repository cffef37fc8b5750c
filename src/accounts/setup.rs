//! The first account: made through a link that only whoever started the program has seen.

use actix_web::FromRequest;
use actix_web::dev::Payload;
use kit::Time;
use kit::http::Later;
use kit::http::link::token_in_address;
use kit::password::PasswordRule;

use crate::db::Connection;
use crate::error::LinkEnding;
use crate::mail::{Posted, Request};
use crate::people::{Accounts, Email, Limited, Link, LogIn, Name, NewUser, Purpose, User, limits};
use crate::state::State;
use crate::web::{
    Client, Deserialize, Error, Errors, Flash, Form, HttpRequest, Page, Response, Result,
    ServiceConfig, Submitted, Template, Typed, redirect, render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/setup").get(show).post(set_up));
}

/// The link was not the first.
const DONE: Error = Error::LinkEnded(LinkEnding::SetUpDone, "/login");

/// Whether the link with this token opens the page, or why not, and where to go from there.
fn require(conn: &mut Connection, token: &str, now: Time) -> Result<()> {
    match Link::find(conn, (Purpose::SetUp, token), None, now) {
        Err(used @ Error::LinkEnded(LinkEnding::Used(..), _)) => Err(used),
        _ if User::any_exists(conn)? => Err(DONE),
        Err(Error::LinkEnded(LinkEnding::TooOld(until), to)) => {
            Err(Error::LinkEnded(LinkEnding::SetUpTooOld(until), to))
        }
        found => found.map(drop),
    }
}

/// Guard: the request carries the link's token, and there is no user yet. Otherwise
/// [`Error::LinkEnded`]; without a token there is no such page.
struct FirstVisitor {
    token: String,
}

impl FromRequest for FirstVisitor {
    type Error = Error;
    type Future = Later<Self, Self::Error>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (token, state) = (token_in_address(req), State::of(req).clone());
        Box::pin(async move {
            let Some(Ok(token)) = token else { return Err(Error::NotFound) };
            let (shown, now) = (token.clone(), state.accounts().now());
            state.db().snapshot(move |conn| require(conn, &shown, now)).await?;
            Ok(Self { token })
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SetupForm {
    name: Typed<Name>,
    email: Typed<Email>,
    password: String,
}

impl Form for SetupForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.typed("name", &self.name);
        errors.typed("email", &self.email);
    }
}

#[derive(Template)]
#[template(path = "accounts/setup.html")]
struct SetupPage {
    page: Page,
    form: Submitted<SetupForm>,
    token: String,
    rule: PasswordRule,
}

async fn show(visitor: FirstVisitor, page: Page, accounts: Accounts) -> Response {
    show_form(visitor, page, Submitted::default(), &accounts)
}

async fn set_up(
    limited: Limited<limits::Redeem>, visitor: FirstVisitor, req: HttpRequest, client: Client,
    page: Page, accounts: Accounts, mut form: Submitted<SetupForm>,
) -> Response {
    if form.is_back {
        return show_form(visitor, page, form, &accounts);
    }
    let words = [form.fields.name.text(), form.fields.email.text()];
    let password = &form.fields.password;
    accounts.check_new_password(&client, &mut form.errors, password, &words).await?;
    let (name, email) = (form.fields.name.value().cloned(), form.fields.email.value().cloned());
    let (true, Ok(name), Ok(email)) = (form.is_valid(), name, email) else {
        limited.give_back().await?;
        return show_form(visitor, page, form, &accounts);
    };
    let password_hash = accounts.passwords().hash(&client, form.fields.password).await?;
    let (to, created_at) = (email.clone(), accounts.now());
    let (is_admin, is_verified) = (true, false);
    let new = NewUser { email, name, password_hash, is_admin, created_at, is_verified };
    // The transaction decides who is first, here and at `user add`.
    let nobody_yet = move |conn: &mut _| {
        if !User::hold_if_nobody_exists(conn)? {
            return Err(DONE);
        }
        Link::redeem(conn, (Purpose::SetUp, &visitor.token), created_at)?;
        // Nothing is promised: the profile offers the link again.
        Request::Confirm.post(conn, &to, created_at).map(Posted::tell_nobody)
    };
    let created = accounts.create(new, nobody_yet).await?;
    let user = created.ok_or(DONE)?;
    let welcome =
        "Welcome! You are the administrator. A mail went to your address: confirm it by its link.";
    let mut response = redirect("/dashboard", Flash::mailed(welcome));
    accounts.log_in(&req, &user, LogIn::by_password(), &mut response).await?;
    Ok(response)
}

fn show_form(
    visitor: FirstVisitor, page: Page, form: Submitted<SetupForm>, accounts: &Accounts,
) -> Response {
    let (token, rule) = (visitor.token, accounts.passwords().rule());
    render_with(form.status(), &SetupPage { page, form, token, rule })
}
