//! Changing the password, and telling how good a new one is while it is typed.

use kit::password::{self, PasswordRule};

use crate::once::was_done;
use crate::people::{Accounts, CurrentSession, Event, Limited, Sessions, User, limits};
use crate::web::{
    Client, Db, Deserialize, Error, Errors, Flash, Form, HttpResponse, Page, Response, Result,
    ServiceConfig, Submitted, Template, once, redirect, render_with, resource, until_later,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/account/password").get(show).post(change))
        .service(resource("/.well-known/change-password").get(find))
        .service(resource("/password-check").post(check));
}

pub(super) const NOT_NEW: &str = "This is the password that you have. Choose another one.";

#[derive(Default, Deserialize)]
#[serde(default)]
struct PasswordForm {
    current: String,
    password: String,
}

impl Form for PasswordForm {
    fn check(&mut self, errors: &mut Errors) {
        if let Err(sentence) = password::check_typed(&self.current) {
            errors.add("current", sentence);
        }
    }
}

/// What the script sends of the form that a password is typed into.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CheckForm {
    name: String,
    email: String,
    password: String,
}

impl Form for CheckForm {}

#[derive(Template)]
#[template(path = "accounts/password.html")]
struct PasswordPage {
    page: Page,
    form: Submitted<PasswordForm>,
    /// For password managers: whose password it is.
    email: String,
    rule: PasswordRule,
}

async fn show(session: CurrentSession, page: Page, accounts: Accounts) -> Response {
    show_form(&session, page, Submitted::default(), &accounts)
}

async fn change(
    session: CurrentSession, client: Client,
    (limited, _): (Limited<limits::Confirm>, Limited<limits::Costly>), page: Page,
    accounts: Accounts, (db, sessions): (Db, Sessions), mut form: Submitted<PasswordForm>,
) -> Response {
    // Before a hash is spent on a password that is not there, and told as a wrong one.
    if form.is_back {
        return show_form(&session, page, form, &accounts);
    }
    if was_done(&form.sent, &db).await? {
        return Ok(changed());
    }
    match check_both(&session, (&client, &limited), &accounts, &mut form).await {
        Err(Error::Request(kit::Error::TooOften(wait))) => {
            form.errors.add("current", format!("Too many tries. {wait}"));
            return Ok(until_later(show_form(&session, page, form, &accounts)?, wait));
        }
        checked => checked?,
    }
    if !form.is_valid() {
        return show_form(&session, page, form, &accounts);
    }
    let hash = accounts.passwords().hash(&client, form.fields.password).await?;
    let (owner, current, now) = (session.user().user.clone(), session.id, accounts.now());
    let renewal = sessions.renew(&session)?;
    let store = renewal.store();
    let user = User { password_hash: hash.clone(), ..owner.clone() };
    let change = once(form.sent, move |conn| {
        // It may have been changed since it was confirmed, by whoever knows it too.
        User::require_still(conn, owner.id, &owner.password_hash)?;
        store(conn)?;
        Accounts::replace_password(conn, &owner, &hash, Some(current), now)
    });
    if session.user().write(&db, change).await?.is_none() {
        return Ok(changed());
    }
    accounts.tell(&client, Event::PasswordChanged.of(session.user_id)).await;
    let mut response = changed();
    response.add_cookie(renewal.cookie())?;
    accounts.trust(&user, &mut response)?;
    Ok(response)
}

/// Says what is wrong with the new password, and with the current one.
async fn check_both(
    session: &CurrentSession, (client, limited): (&Client, &Limited<limits::Confirm>),
    accounts: &Accounts, form: &mut Submitted<PasswordForm>,
) -> Result<()> {
    let user = session.user();
    let password = form.fields.password.clone();
    let words = [user.name.as_str(), user.email.as_str()];
    accounts.check_new_password(client, &mut form.errors, &password, &words).await?;
    let current = std::mem::take(&mut form.fields.current);
    if password == current {
        form.errors.add("password", NOT_NEW);
    }
    if form.errors.get("current").is_none()
        && !accounts.confirms(client, limited, user, current).await?
    {
        form.errors.add("current", "This is not your password.");
    }
    Ok(())
}

fn changed() -> HttpResponse {
    let sentence = "Your password is changed. Everything else that was logged in is logged out.";
    redirect("/account/password", Flash::success(sentence))
}

/// Where password managers look for the page (W3C, "A Well-Known URL for Changing Passwords").
async fn find() -> HttpResponse {
    redirect("/account/password", None)
}

/// What is wrong with a new password, as text; nothing when it is good. For the script beside the
/// field. Without it, the form itself says the same.
async fn check(
    client: Client, _: Limited<limits::Judge>, accounts: Accounts, form: Submitted<CheckForm>,
) -> Response {
    let CheckForm { name, email, password } = &form.fields;
    let judged = accounts.passwords().check(&client, password, &[name, email]).await?;
    let sentence = judged.err().unwrap_or_default();
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(sentence))
}

fn show_form(
    session: &CurrentSession, page: Page, form: Submitted<PasswordForm>, accounts: &Accounts,
) -> Response {
    let (email, rule) = (session.user().email.clone(), accounts.passwords().rule());
    render_with(form.status(), &PasswordPage { page, form, email, rule })
}
