//! The address of an account: proving it, and changing it.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, resource};
use actix_web::{FromRequest, HttpRequest};
use askama::Template;
use serde::Deserialize;

use crate::accounts::check_new_password;
use crate::accounts::opened::{Opened, hide_token};
use crate::accounts::register::EmailForm;
use crate::auth::password::PasswordRule;
use crate::auth::session::Session;
use crate::auth::{
    Authenticator, CurrentSession, CurrentUser, OptionalUser, SecurityEvent, SecurityEvents,
    Sessions, Sudo,
};
use crate::clock::Clock;
use crate::db::Db;
use crate::error::{Error, Response, Result};
use crate::keys::random_token;
use crate::link::{Link, fingerprint};
use crate::mail::Message;
use crate::peer::Origin;
use crate::user::{Email, User};
use crate::web::{Errors, Flash, Form, Page, Submitted, redirect, render, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    let opened = |path| resource(path).wrap(from_fn(hide_token));
    config
        .service(resource("/account/confirm").post(send))
        .service(opened("/confirm").get(show_confirm).post(confirm))
        .service(resource("/account/email").get(show_change).post(ask_change))
        .service(opened("/account/email/confirm").get(show_changed).post(change));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfirmForm {
    link: String,
    password: String,
}

impl Form for ConfirmForm {
    /// Whether a password is asked for depends on who is logged in.
    fn check(&mut self, _: &mut Errors) {}
}

#[derive(Template)]
#[template(path = "accounts/confirm.html")]
struct ConfirmPage {
    page: Page,
    form: Submitted<ConfirmForm>,
    email: String,
    link_id: i64,
    /// Whether the owner is logged in here.
    is_own: bool,
    rule: PasswordRule,
}

#[derive(Template)]
#[template(path = "accounts/email.html")]
struct ChangePage {
    page: Page,
    form: Submitted<EmailForm>,
    current: String,
}

#[derive(Template)]
#[template(path = "accounts/email_confirm.html")]
struct ChangedPage {
    page: Page,
    email: String,
    link_id: i64,
}

/// Sends the link that proves the address of whoever is logged in.
async fn send(user: CurrentUser, accounts: Data<Authenticator>) -> Response {
    let (email, now) = (user.address(), accounts.clock.now());
    accounts.db.write(move |conn| Message::Confirm.post(conn, &email, now)).await?;
    Ok(redirect("/account", Flash::mailed("The link is on its way. Please look into your mail.")))
}

/// The session to keep, if the owner of the account is logged in here.
fn own_session<'a>(opened: &Opened, user: &'a OptionalUser) -> Option<&'a Session> {
    let session = user.0.as_ref()?.session.as_ref()?;
    opened.is_about(session.user_id).then_some(session)
}

async fn show_confirm(
    opened: Opened,
    user: OptionalUser,
    page: Page,
    accounts: Data<Authenticator>,
) -> Response {
    let is_own = own_session(&opened, &user).is_some();
    show_form(&opened, page, Submitted::default(), is_own, &accounts)
}

/// The first proof of an address. Whoever made the account may not be who reads its mail: unless the
/// owner is logged in here, and so knows the password, that password is replaced. All other sessions
/// and tokens end (pre-registration takeover).
async fn confirm(
    opened: Opened,
    user: OptionalUser,
    origin: Origin,
    page: Page,
    accounts: Data<Authenticator>,
    mut form: Submitted<ConfirmForm>,
) -> Response {
    opened.require(&form.fields.link)?;
    let kept = own_session(&opened, &user);
    let hash = if kept.is_some() {
        None
    } else {
        let owner = opened.account(&accounts.db).await?;
        let words = [owner.name.as_str(), owner.email.as_str()];
        check_new_password(&accounts, &mut form.errors, &form.fields.password, &words).await?;
        if !form.is_valid() {
            return show_form(&opened, page, form, false, &accounts);
        }
        Some(accounts.passwords.hash(form.fields.password).await?)
    };
    let (redeem, ended, now) = (opened.redeem(), opened.ended(), accounts.clock.now());
    let (kept_id, secret) = (kept.map(|session| session.id), random_token());
    let new_secret = secret.clone();
    let user_id = accounts
        .db
        .write(move |conn| -> Result<i64> {
            let user = redeem(conn)?.account(conn)?.ok_or(ended)?;
            if let Some(id) = kept_id {
                Sessions::renew(conn, id, &new_secret)?;
            }
            match hash {
                Some(hash) => Authenticator::replace_password(conn, &user, &hash, None, now)?,
                None => Authenticator::end_everything(conn, user.id, kept_id)?,
            }
            User::set_verified_email(conn, user.id, &user.address(), now)?;
            Ok(user.id)
        })
        .await?;
    accounts.events.tell(&origin, SecurityEvent::EmailConfirmed { user_id }).await;
    let to = if kept.is_some() { "/account" } else { "/login" };
    let mut response = redirect(to, Flash::success("Thank you. Your e-mail address is confirmed."));
    opened.close(&mut response)?;
    if let Some(session) = kept {
        response.add_cookie(&accounts.sessions.cookie_of(&accounts.logins, session, secret)?)?;
    }
    Ok(response)
}

async fn show_change(user: Sudo, page: Page) -> Response {
    render(&ChangePage { page, form: Submitted::default(), current: user.email.clone() })
}

/// Tells both addresses. Nothing changes until the link is opened that goes to the new one. The
/// answer is the same for an address that somebody else has: its owner is told, not the asker.
async fn ask_change(
    user: Sudo,
    origin: Origin,
    page: Page,
    db: Data<Db>,
    clock: Data<Clock>,
    events: Data<SecurityEvents>,
    mut form: Submitted<EmailForm>,
) -> Response {
    let old = user.address();
    let new = Email::parse(&form.fields.email);
    if new.as_ref().is_ok_and(|new| new.canonical == old.canonical) {
        form.errors.add("email", "This is your address already.");
    }
    let (true, Ok(new)) = (form.is_valid(), new) else {
        let current = user.email.clone();
        return render_with(form.status(), &ChangePage { page, form, current });
    };
    let (user_id, now, typed) = (user.id, clock.now(), new.typed.clone());
    let asked_by = fingerprint(&user);
    db.write(move |conn| {
        Message::EmailChangeAsked { to: new.typed.clone() }.post(conn, &old, now)?;
        Message::ChangeEmail { user_id, asked_by }.post(conn, &new, now)
    })
    .await?;
    events.tell(&origin, SecurityEvent::EmailChangeAsked { user_id }).await;
    let sentence =
        format!("We sent a link to {typed}. Open it where you are logged in, and confirm there.");
    Ok(redirect("/account", Flash::mailed(sentence)))
}

/// Guard: the owner of the account is logged in here and has opened the link. To read the mail of an
/// address is not enough to give it to an account: its password may be known to somebody else.
struct Owner {
    session: CurrentSession,
    opened: Opened,
}

impl FromRequest for Owner {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = CurrentSession::from_request(req, payload).into_inner();
        let opened = Opened::from_request(req, payload);
        Box::pin(async move {
            let (session, opened) = (session?, opened.await?);
            if opened.is_about(session.user_id) {
                Ok(Self { session, opened })
            } else {
                Err(opened.ended())
            }
        })
    }
}

async fn show_changed(owner: Owner, page: Page) -> Response {
    let link = owner.opened.link;
    render(&ChangedPage { page, email: link.email, link_id: link.id })
}

async fn change(
    Owner { session, opened }: Owner,
    origin: Origin,
    accounts: Data<Authenticator>,
    form: Submitted<ConfirmForm>,
) -> Response {
    opened.require(&form.fields.link)?;
    let (redeem, now) = (opened.redeem(), accounts.clock.now());
    let (ended, taken) = (opened.ended(), opened.ended());
    let (session_id, secret) = (session.id, random_token());
    let new_secret = secret.clone();
    let user_id = accounts
        .db
        .write(move |conn| -> Result<i64> {
            let link = redeem(conn)?;
            let user = link.account(conn)?.ok_or(ended)?;
            let new = Email::parse(&link.email).map_err(|e| Error::Internal(e.to_owned()))?;
            if !User::set_verified_email(conn, user.id, &new, now)? {
                return Err(taken);
            }
            Sessions::renew(conn, session_id, &new_secret)?;
            Sessions::end_others(conn, user.id, Some(session_id))?;
            Link::end_all(conn, user.id)?;
            Message::EmailChanged { to: new.typed }.post(conn, &user.address(), now)?;
            Ok(user.id)
        })
        .await?;
    accounts.events.tell(&origin, SecurityEvent::EmailChanged { user_id }).await;
    let flash = Flash::success("Thank you. Your e-mail address is changed.");
    let mut response = redirect("/account", flash);
    opened.close(&mut response)?;
    response.add_cookie(&accounts.sessions.cookie_of(&accounts.logins, &session, secret)?)?;
    Ok(response)
}

fn show_form(
    opened: &Opened,
    page: Page,
    form: Submitted<ConfirmForm>,
    is_own: bool,
    accounts: &Authenticator,
) -> Response {
    let (email, link_id) = (opened.link.email.clone(), opened.link.id);
    let rule = accounts.passwords.rule();
    render_with(form.status(), &ConfirmPage { page, form, email, link_id, is_own, rule })
}
