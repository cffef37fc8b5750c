//! Making an account through a link from a mail: one that somebody registered for, or an invitation.

use actix_web::HttpRequest;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, resource};
use askama::Template;
use serde::Deserialize;

use crate::accounts::check_new_password;
use crate::accounts::opened::{Opened, hide_token};
use crate::auth::password::PasswordRule;
use crate::auth::{Authenticator, SecurityEvent};
use crate::error::{Error, LinkEnding, Response};
use crate::link::Purpose;
use crate::peer::Origin;
use crate::user::{Email, NAME_MAX, NewUser, User};
use crate::web::{Errors, Flash, Form, Page, Submitted, redirect, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    let page = |path| resource(path).wrap(from_fn(hide_token)).get(show).post(join);
    config.service(page("/register/confirm")).service(page("/join"));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct JoinForm {
    name: String,
    password: String,
}

impl Form for JoinForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("name", &mut self.name, "your name", NAME_MAX);
    }
}

#[derive(Template)]
#[template(path = "accounts/join.html")]
struct JoinPage {
    page: Page,
    form: Submitted<JoinForm>,
    email: String,
    link: String,
    is_invitation: bool,
    rule: PasswordRule,
}

async fn show(opened: Opened, page: Page, accounts: Data<Authenticator>) -> Response {
    show_form(&opened, page, Submitted::default(), &accounts)
}

/// Whoever opened the link reads the mail of its address: that is the proof.
async fn join(
    opened: Opened,
    req: HttpRequest,
    page: Page,
    accounts: Data<Authenticator>,
    mut form: Submitted<JoinForm>,
) -> Response {
    let origin = Origin::of(&req);
    let email = Email::parse(&opened.link.email).map_err(|e| Error::Internal(e.to_owned()))?;
    let JoinForm { name, password } = &form.fields;
    let words = [name.as_str(), email.typed.as_str()];
    check_new_password(&accounts, &origin, &mut form.errors, password, &words).await?;
    if !form.is_valid() {
        return show_form(&opened, page, form, &accounts);
    }
    let JoinForm { name, password } = form.fields;
    let password_hash = accounts.passwords.hash(&origin, password).await?;
    let created_at = accounts.clock.now();
    let new =
        NewUser { email, name, password_hash, is_admin: false, created_at, is_verified: true };
    let (redeem, too_early) = (opened.redeem(), opened.ended(LinkEnding::NoFirstAccount));
    let allowed = move |conn: &mut _| {
        redeem(conn)?;
        // The first account is the operator's, through their own link.
        if User::any_exists(conn)? { Ok(()) } else { Err(too_early) }
    };
    let created = accounts.create_account(new, allowed).await?;
    let user = created.ok_or_else(|| opened.ended(LinkEnding::Taken))?;
    let event = SecurityEvent::Registered { user_id: user.id };
    accounts.events.tell(&origin, event).await;
    let mut response = redirect("/dashboard", Flash::success("Welcome! Your account is ready."));
    opened.close(&mut response)?;
    response.add_cookie(&accounts.log_in(&req, &user, false).await?)?;
    Ok(response)
}

fn show_form(
    opened: &Opened,
    page: Page,
    form: Submitted<JoinForm>,
    accounts: &Authenticator,
) -> Response {
    let (link, email) = (opened.mark(), opened.link.email.clone());
    let is_invitation = opened.purpose == Purpose::Invite;
    let rule = accounts.passwords.rule();
    render_with(form.status(), &JoinPage { page, form, email, link, is_invitation, rule })
}
