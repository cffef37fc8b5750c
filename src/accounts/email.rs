//! The address of an account: proving it, and changing it.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig, resource};
use actix_web::{FromRequest, HttpRequest};
use askama::Template;

use crate::accounts::opened::{Opened, hide_token};
use crate::accounts::register::EmailForm;
use crate::auth::{
    Authenticator, CurrentSession, CurrentUser, SecurityEvent, SecurityEvents, Sessions, Sudo,
};
use crate::clock::Clock;
use crate::db::{Connection, Db};
use crate::error::{Error, LinkEnding, Response, Result};
use crate::keys::random_token;
use crate::link::{Link, fingerprint};
use crate::mail::{Notice, Request};
use crate::peer::Origin;
use crate::user::{Email, User};
use crate::web::{Flash, Page, Sent, Submitted, redirect, render, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    let opened = |path| resource(path).wrap(from_fn(hide_token));
    config
        .service(resource("/account/confirm").post(send))
        .service(opened("/confirm").get(show_confirm).post(confirm))
        .service(resource("/account/email").get(show_change).post(ask_change))
        .service(opened("/account/email/confirm").get(show_changed).post(change));
}

#[derive(Template)]
#[template(path = "accounts/confirm.html")]
struct ConfirmPage {
    page: Page,
    email: String,
    link: String,
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
    link: String,
}

/// Sends the link that proves the address of whoever is logged in.
async fn send(user: CurrentUser, accounts: Data<Authenticator>, sent: Sent) -> Response {
    if user.verified_at.is_some() {
        return Ok(redirect("/account", Flash::notice("Your address is confirmed already.")));
    }
    let (email, now) = (user.address(), accounts.clock.now());
    let post = sent.once(move |conn| Request::Confirm.post(conn, &email, now)?.or_refuse());
    let flash = match user.write(&accounts.db, post).await {
        Err(Error::TooOften(again)) => Flash::error(not_sent(&again)),
        posted => {
            posted?;
            Flash::mailed("The link is on its way. Please look into your mail.")
        }
    };
    Ok(redirect("/account", flash))
}

async fn show_confirm(owner: Owner, page: Page) -> Response {
    let link = owner.opened.mark();
    render(&ConfirmPage { page, email: owner.opened.link.email, link })
}

/// The first proof of an address. All other sessions and tokens end: they are from before it.
async fn confirm(owner: Owner, origin: Origin, accounts: Data<Authenticator>) -> Response {
    let (user_id, kept, now) = (owner.session.user_id, owner.session.id, accounts.clock.now());
    let prove = move |conn: &mut Connection, link: &Link| {
        let address = link.account()?.address();
        Authenticator::end_everything(conn, user_id, Some(kept))?;
        User::set_verified_email(conn, user_id, &address, now)?;
        Ok(())
    };
    let sentence = "Thank you. Your e-mail address is confirmed.";
    let response = owner.finish(&accounts, sentence, prove).await?;
    accounts.events.tell(&origin, SecurityEvent::EmailConfirmed { user_id }).await;
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
        return show_change_form(&user, page, form);
    };
    let (user_id, now, typed) = (user.id, clock.now(), new.typed.clone());
    let asked_by = fingerprint(&user);
    let ask = form.sent.clone().once(move |conn| -> Result<()> {
        Request::ChangeEmail { user_id, asked_by }.post(conn, &new, now)?.or_refuse()?;
        Notice::EmailChangeAsked { to: new.typed }.post(conn, &old, now)
    });
    match user.write(&db, ask).await {
        Err(Error::TooOften(again)) => {
            form.errors.add("email", not_sent(&again));
            return show_change_form(&user, page, form);
        }
        asked => {
            if asked?.is_some() {
                events.tell(&origin, SecurityEvent::EmailChangeAsked { user_id }).await;
            }
        }
    }
    let sentence =
        format!("We sent a link to {typed}. Open it where you are logged in, and confirm there.");
    Ok(redirect("/account", Flash::mailed(sentence)))
}

fn show_change_form(user: &User, page: Page, form: Submitted<EmailForm>) -> Response {
    let current = user.email.clone();
    render_with(form.status(), &ChangePage { page, form, current })
}

fn not_sent(again: &str) -> String {
    format!("The link was not sent: it was asked for too often. {again}")
}

async fn show_changed(owner: Owner, page: Page) -> Response {
    let link = owner.opened.mark();
    render(&ChangedPage { page, email: owner.opened.link.email, link })
}

async fn change(owner: Owner, origin: Origin, accounts: Data<Authenticator>) -> Response {
    let (user_id, kept, now) = (owner.session.user_id, owner.session.id, accounts.clock.now());
    let taken = owner.opened.ended(LinkEnding::Taken);
    let change = move |conn: &mut Connection, link: &Link| {
        let old = link.account()?.address();
        let new = Email::parse(&link.email).map_err(|e| Error::Internal(e.to_owned()))?;
        if !User::set_verified_email(conn, user_id, &new, now)? {
            return Err(taken);
        }
        Sessions::end_others(conn, user_id, Some(kept))?;
        Link::end_all(conn, user_id)?;
        Notice::EmailChanged { to: new.typed }.post(conn, &old, now)
    };
    let sentence = "Thank you. Your e-mail address is changed.";
    let response = owner.finish(&accounts, sentence, change).await?;
    accounts.events.tell(&origin, SecurityEvent::EmailChanged { user_id }).await;
    Ok(response)
}

/// Guard: the owner of the account is logged in here and has opened the link. To read the mail of an
/// address is not enough, to prove it as to change it: the address may be mistyped and its mail go
/// to somebody else, or somebody who knows the password wants to have the address, too.
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
            let (session, opened) = match (session, opened.await) {
                // The first of two clicks has given the session another secret.
                (_, Err(done @ Error::DoneAlready { .. })) => return Err(done),
                (session, opened) => (session?, opened?),
            };
            if opened.link.account()?.id == session.user_id {
                Ok(Self { session, opened })
            } else {
                Err(opened.ended(LinkEnding::OtherAccount))
            }
        })
    }
}

impl Owner {
    /// Uses the link up, does what it is for, and gives this session a new secret, all or nothing.
    async fn finish(
        &self,
        accounts: &Authenticator,
        sentence: &'static str,
        work: impl FnOnce(&mut Connection, &Link) -> Result<()> + Send + 'static,
    ) -> Response {
        let (redeem, session_id) = (self.opened.redeem(), self.session.id);
        let secret = random_token();
        let new_secret = secret.clone();
        let written = self.session.user().write(&accounts.db, move |conn| -> Result<()> {
            let link = redeem(conn)?;
            work(conn, &link)?;
            Sessions::renew(conn, session_id, &new_secret)
        });
        self.opened.settle(written.await).await?;
        let mut response = redirect("/account", Flash::success(sentence));
        self.opened.close(&mut response)?;
        let cookie = accounts.sessions.cookie_of(&accounts.logins, &self.session, secret)?;
        response.add_cookie(&cookie)?;
        Ok(response)
    }
}
