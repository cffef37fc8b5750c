//! A forgotten password: a link to choose another one. An outsider sees the same for every address.

use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, resource};
use askama::Template;
use serde::Deserialize;

use crate::accounts::check_new_password;
use crate::accounts::opened::{Opened, hide_token};
use crate::accounts::register::EmailForm;
use crate::auth::password::PasswordRule;
use crate::auth::{Authenticator, SecurityEvent};
use crate::error::{Response, Result};
use crate::mail::{Posted, Request};
use crate::peer::Origin;
use crate::user::{Email, User};
use crate::web::{Errors, Flash, Form, Page, Submitted, redirect, render, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/forgot").get(ask).post(send))
        .service(resource("/forgot/sent").get(sent))
        .service(resource("/reset").wrap(from_fn(hide_token)).get(show).post(reset));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ResetForm {
    password: String,
}

impl Form for ResetForm {
    /// The password is checked against what is known of its owner.
    fn check(&mut self, _: &mut Errors) {}
}

#[derive(Template)]
#[template(path = "accounts/forgot.html")]
struct ForgotPage {
    page: Page,
    form: Submitted<EmailForm>,
}

#[derive(Template)]
#[template(path = "accounts/forgot_sent.html")]
struct SentPage {
    page: Page,
}

#[derive(Template)]
#[template(path = "accounts/reset.html")]
struct ResetPage {
    page: Page,
    form: Submitted<ResetForm>,
    link: String,
    email: String,
    rule: PasswordRule,
}

async fn ask(page: Page) -> Response {
    render(&ForgotPage { page, form: Submitted::default() })
}

/// The same work for every address. Whether it is known is found out when the mail is sent.
async fn send(page: Page, accounts: Data<Authenticator>, form: Submitted<EmailForm>) -> Response {
    let (true, Ok(email)) = (form.is_valid(), Email::parse(&form.fields.email)) else {
        return render_with(form.status(), &ForgotPage { page, form });
    };
    let now = accounts.clock.now();
    let post = move |conn: &mut _| Request::Reset.post(conn, &email, now).map(Posted::tell_nobody);
    accounts.db.write(form.sent.once(post)).await?;
    Ok(redirect("/forgot/sent", None))
}

async fn sent(page: Page) -> Response {
    render(&SentPage { page })
}

async fn show(opened: Opened, page: Page, accounts: Data<Authenticator>) -> Response {
    show_form(&opened, page, Submitted::default(), &accounts)
}

async fn reset(
    opened: Opened,
    origin: Origin,
    page: Page,
    accounts: Data<Authenticator>,
    mut form: Submitted<ResetForm>,
) -> Response {
    let user = opened.link.account()?;
    let words = [user.name.as_str(), user.email.as_str()];
    check_new_password(&accounts, &origin, &mut form.errors, &form.fields.password, &words).await?;
    if !form.is_valid() {
        return show_form(&opened, page, form, &accounts);
    }
    let hash = accounts.passwords.hash(&origin, form.fields.password).await?;
    let (redeem, now) = (opened.redeem(), accounts.clock.now());
    let user_id = accounts
        .db
        .write(move |conn| -> Result<i64> {
            let link = redeem(conn)?;
            let user = link.account()?;
            // Whoever opened a link that was mailed reads the mail of the address.
            if !link.email.is_empty() {
                User::set_verified_email(conn, user.id, &user.address(), now)?;
            }
            Authenticator::replace_password(conn, user, &hash, None, now)?;
            Ok(user.id)
        })
        .await?;
    accounts.events.tell(&origin, SecurityEvent::PasswordReset { user_id }).await;
    let sentence = "Your password is changed, and you are logged out everywhere. Log in with it.";
    let mut response = redirect("/login", Flash::success(sentence));
    opened.close(&mut response)?;
    accounts.logins.clear_cookie(&mut response)?;
    Ok(response)
}

fn show_form(
    opened: &Opened,
    page: Page,
    form: Submitted<ResetForm>,
    accounts: &Authenticator,
) -> Response {
    let (link, email) = (opened.mark(), opened.link.account()?.email.clone());
    let rule = accounts.passwords.rule();
    render_with(form.status(), &ResetPage { page, form, link, email, rule })
}
