//! Making an account through a link from a mail: one that somebody registered for, or an invitation.

use actix_web::HttpRequest;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, resource};
use askama::Template;
use serde::Deserialize;

use crate::accounts::check_new_password;
use crate::accounts::opened::{Links, Opened, hide_token};
use crate::auth::password::PasswordRule;
use crate::auth::{Authenticator, SecurityEvent};
use crate::error::{Error, Response, Result};
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
    link: String,
    name: String,
    password: String,
}

impl Form for JoinForm {
    /// Whether anything is asked for depends on the link.
    fn check(&mut self, _: &mut Errors) {}
}

#[derive(Template)]
#[template(path = "accounts/join.html")]
struct JoinPage {
    page: Page,
    form: Submitted<JoinForm>,
    email: String,
    link_id: i64,
    /// The name, if it and the password were chosen already.
    chosen_name: Option<String>,
    is_invitation: bool,
    rule: PasswordRule,
}

/// The name and the password that somebody chose when they registered with this same browser. With
/// another one they may not be theirs: an attacker can register with an address that is not theirs
/// and wait for its owner to confirm it (pre-registration takeover). So those are not used, and the
/// owner chooses their own.
fn chosen(opened: &Opened, links: &Links, req: &HttpRequest) -> Option<(String, String)> {
    let registration = opened.link.registration.clone();
    let is_same = links.is_same_browser(req, &opened.link);
    registration.name.zip(registration.password_hash).filter(|_| is_same)
}

async fn show(
    opened: Opened,
    req: HttpRequest,
    page: Page,
    links: Data<Links>,
    accounts: Data<Authenticator>,
) -> Response {
    let chosen_name = chosen(&opened, &links, &req).map(|(name, _)| name);
    show_form(&opened, page, Submitted::default(), chosen_name, &accounts)
}

async fn join(
    opened: Opened,
    req: HttpRequest,
    page: Page,
    links: Data<Links>,
    accounts: Data<Authenticator>,
    mut form: Submitted<JoinForm>,
) -> Response {
    opened.require(&form.fields.link)?;
    let email = Email::parse(&opened.link.email).map_err(|e| Error::Internal(e.to_owned()))?;
    let (name, password_hash) = if let Some(chosen) = chosen(&opened, &links, &req) {
        chosen
    } else {
        check(&mut form, &email, &accounts).await?;
        if !form.is_valid() {
            return show_form(&opened, page, form, None, &accounts);
        }
        (form.fields.name, accounts.passwords.hash(form.fields.password).await?)
    };
    let created_at = accounts.clock.now();
    let new =
        NewUser { email, name, password_hash, is_admin: false, created_at, is_verified: true };
    let redeem = opened.redeem();
    let ended = opened.ended();
    let allowed = move |conn: &mut _| {
        redeem(conn)?;
        // The first account is the operator's, through their own link.
        if User::any_exists(conn)? { Ok(()) } else { Err(ended) }
    };
    let created = accounts.create_account(new, allowed).await?;
    let user = created.ok_or_else(|| opened.ended())?;
    let event = SecurityEvent::Registered { user_id: user.id };
    accounts.events.tell(&Origin::of(&req), event).await;
    let mut response = redirect("/dashboard", Flash::success("Welcome! Your account is ready."));
    opened.close(&mut response)?;
    links.forget_browser(&mut response)?;
    response.add_cookie(&accounts.log_in(&req, &user, false).await?)?;
    Ok(response)
}

async fn check(
    form: &mut Submitted<JoinForm>,
    email: &Email,
    accounts: &Authenticator,
) -> Result<()> {
    let JoinForm { name, password, .. } = &mut form.fields;
    form.errors.require("name", name, "your name", NAME_MAX);
    check_new_password(accounts, &mut form.errors, password, &[name, &email.typed]).await
}

fn show_form(
    opened: &Opened,
    page: Page,
    form: Submitted<JoinForm>,
    chosen_name: Option<String>,
    accounts: &Authenticator,
) -> Response {
    let email = opened.link.email.clone();
    let is_invitation = opened.link.registration.password_hash.is_none();
    let (link_id, rule) = (opened.link.id, accounts.passwords.rule());
    let status = form.status();
    render_with(status, &JoinPage { page, form, email, link_id, chosen_name, is_invitation, rule })
}
