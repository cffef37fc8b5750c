//! Logging in and out.

use actix_login::next::NextPage;
use kit::email::EMAIL_MAX;
use kit::http::site::Site;
use kit::password;

use crate::people::factors::half::Begun;
use crate::people::{Accounts, CurrentSession, Factors, Limited, LogIn, Sessions, User, limits};
use crate::web::kept::{self, Carried};
use crate::web::{
    Client, Deserialize, Error, Errors, Flash, Form, HttpRequest, Page, Query, Response, Result,
    ServiceConfig, Submitted, Template, redirect, render_with, resource, until_later,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/login").get(show).post(log_in));
}

/// The way out. It stands outside of what asks first who is calling: nobody has to stay because the
/// database does not say who they are.
pub fn way_out(config: &mut ServiceConfig) {
    config.service(resource("/logout").post(log_out));
}

/// One sentence for all: it must not tell whether the address has an account.
const REFUSED: &str = "This e-mail address and password do not match.";

/// The browser is logged out, the row is not.
const NOT_ENDED: &str = "This browser is logged out, but we could not end the session on the server. \
    If somebody may have copied its cookie, log in again later and end it under “Sessions”.";

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LoginForm {
    pub email: String,
    pub password: String,
    pub remember: String,
    pub next: String,
    pub kept: String,
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
}

async fn show(
    session: Result<CurrentSession>, req: HttpRequest, page: Page,
    Query(NextPage { next }): Query<NextPage>,
) -> Response {
    // Whoever is recognised in another way than by a session may come here for one.
    if session.is_ok() {
        return Ok(redirect(&Site::of(&req).landing_page(&next), page.flash));
    }
    let email = page.flash.as_ref().map(|flash| flash.typed.clone()).unwrap_or_default();
    let form = LoginForm { email, next, ..LoginForm::default() };
    show_form(page, Submitted::with(form))
}

/// The page for somebody who has to log in before what they typed can be saved.
pub fn ask(req: &HttpRequest, Carried { kept, next }: Carried) -> Response {
    let form = LoginForm { next, kept, ..LoginForm::default() };
    show_form(Page::without_flash(req), Submitted::with(form))
}

async fn log_in(
    req: HttpRequest, client: Client, limited: Limited<limits::LogIn>, page: Page,
    (accounts, factors): (Accounts, Factors), mut form: Submitted<LoginForm>,
) -> Response {
    if !form.is_valid() {
        return show_form(page, form);
    }
    let password = std::mem::take(&mut form.fields.password);
    let email = &form.fields.email;
    let user = match accounts.authenticate(&client, &limited, email, password).await {
        Err(Error::Request(kit::Error::TooOften(wait))) => {
            form.errors.add("", format!("Too many tries, with this address or from here. {wait}"));
            return Ok(until_later(show_form(page, form)?, wait));
        }
        tried => tried?,
    };
    let Some(user) = user else {
        return refuse(page, form.fields, REFUSED);
    };
    let LoginForm { kept, next, remember, .. } = form.fields;
    let how = LogIn::by_password().remembered(!remember.is_empty());
    go_on(&req, (&accounts, &factors), &user, how, Carried { kept, next }).await
}

/// Lets somebody in whose first step was right, or asks for the second one.
pub(super) async fn go_on(
    req: &HttpRequest, (accounts, factors): (&Accounts, &Factors), user: &User, how: LogIn,
    to: Carried,
) -> Response {
    // A browser is trusted beside the password: whoever sits at it reads the mail there, too.
    let is_spared = how.is_fresh() && !factors.are_wanted(req, user);
    if user.second_factor_at.is_some() && !is_spared {
        let Carried { kept, next } = to;
        let begun = Begun { is_fresh: how.is_fresh(), remembered: how.is_remembered(), next, kept };
        let mut response = redirect("/login/code", None);
        response.add_cookie(&factors.wait(user, begun).await?)?;
        return Ok(response);
    }
    // It is spared them here. Of whoever has none, it is looked at again whether that is so still.
    let how = if user.second_factor_at.is_some() { how.and_second_factor() } else { how };
    kept::enter(req, accounts, user, how, &to).await
}

async fn log_out(req: HttpRequest, accounts: Accounts, sessions: Sessions) -> Response {
    let flash = match accounts.log_out(&req).await {
        Ok(()) => Flash::success("You are logged out."),
        Err(error) => {
            log::error!("{} a session was not ended: {error}", Client::of(&req).request_id);
            Flash::error(NOT_ENDED)
        }
    };
    // The cookie goes whatever became of the row: the next person at this browser is a stranger.
    let mut response = redirect("/", flash);
    response.add_cookie(&sessions.clear_cookie())?;
    Ok(response)
}

/// The page once more, with what was typed on it, and why it opens nothing.
pub(super) fn refuse(page: Page, typed: LoginForm, sentence: impl Into<String>) -> Response {
    let mut form = Submitted::with(typed);
    form.errors.add("", sentence);
    show_form(page, form)
}

fn show_form(page: Page, form: Submitted<LoginForm>) -> Response {
    render_with(form.status(), &LoginPage { page, form })
}
