//! Changing the password, and telling how good a new one is while it is typed.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, resource};
use askama::Template;
use serde::Deserialize;

use crate::accounts::check_new_password;
use crate::auth::password::{self, PasswordRule};
use crate::auth::{Authenticator, CurrentSession, SecurityEvent, Sessions};
use crate::error::Response;
use crate::keys::random_token;
use crate::peer::Origin;
use crate::user::User;
use crate::web::{Errors, Flash, Form, Page, Submitted, redirect, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/account/password").get(show).post(change))
        .service(resource("/.well-known/change-password").get(find))
        .service(resource("/password-check").post(check));
}

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

impl Form for CheckForm {
    fn check(&mut self, _: &mut Errors) {}
}

#[derive(Template)]
#[template(path = "accounts/password.html")]
struct PasswordPage {
    page: Page,
    form: Submitted<PasswordForm>,
    /// For password managers: whose password it is.
    email: String,
    rule: PasswordRule,
}

async fn show(session: CurrentSession, page: Page, accounts: Data<Authenticator>) -> Response {
    show_form(&session, page, Submitted::default(), &accounts)
}

async fn change(
    session: CurrentSession,
    origin: Origin,
    page: Page,
    accounts: Data<Authenticator>,
    mut form: Submitted<PasswordForm>,
) -> Response {
    // Before a hash is spent on a password that is not there, and told as a wrong one.
    if form.is_back {
        return show_form(&session, page, form, &accounts);
    }
    if form.sent.was_done(&accounts.db).await? {
        return Ok(changed());
    }
    let user = session.user();
    let words = [user.name.as_str(), user.email.as_str()];
    check_new_password(&accounts, &origin, &mut form.errors, &form.fields.password, &words).await?;
    let current = std::mem::take(&mut form.fields.current);
    if form.errors.get("current").is_none() && !accounts.confirms(&origin, user, current).await? {
        accounts.events.tell(&origin, SecurityEvent::SudoDenied { user_id: user.id }).await;
        form.errors.add("current", "This is not your password.");
    }
    if !form.is_valid() {
        return show_form(&session, page, form, &accounts);
    }
    let hash = accounts.passwords.hash(&origin, form.fields.password).await?;
    let (user_id, owner) = (user.id, user.user.clone());
    let (session_id, now) = (session.id, accounts.clock.now());
    let secret = random_token();
    let new_secret = secret.clone();
    let change = form.sent.once(move |conn| {
        // It may have been changed since it was confirmed, by whoever knows it too.
        User::require_still(conn, user_id, &owner.password_hash)?;
        Sessions::renew(conn, session_id, &new_secret)?;
        Authenticator::replace_password(conn, &owner, &hash, Some(session_id), now)
    });
    if user.write(&accounts.db, change).await?.is_none() {
        return Ok(changed());
    }
    accounts.events.tell(&origin, SecurityEvent::PasswordChanged { user_id }).await;
    let mut response = changed();
    response.add_cookie(&accounts.sessions.cookie_of(&accounts.logins, &session, secret)?)?;
    Ok(response)
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
    origin: Origin,
    accounts: Data<Authenticator>,
    form: Submitted<CheckForm>,
) -> Response {
    let CheckForm { name, email, password } = &form.fields;
    let judged = accounts.passwords.check(&origin, password, &[name, email]).await?;
    let sentence = judged.err().unwrap_or_default();
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(sentence))
}

fn show_form(
    session: &CurrentSession,
    page: Page,
    form: Submitted<PasswordForm>,
    accounts: &Authenticator,
) -> Response {
    let (email, rule) = (session.user().email.clone(), accounts.passwords.rule());
    render_with(form.status(), &PasswordPage { page, form, email, rule })
}
