//! The address of an account: proving it, and changing it.

use actix_web::FromRequest;
use actix_web::dev::Payload;
use kit::http::Later;
use kit::limit::Wait;

use crate::accounts::email_form::EmailForm;
use crate::accounts::opened::{ChangeEmail, Confirm, For, Opened, page};
use crate::db::Connection;
use crate::error::LinkEnding;
use crate::mail::{Notice, Request};
use crate::people::link::fingerprint;
use crate::people::{
    Accounts, Ending, Entrant, Event, Limited, Link, Purpose, Sessions, Sudo, User, limits,
};
use crate::web::{
    Client, Db, Error, Flash, HttpRequest, Page, Response, Result, Sent, ServiceConfig, Submitted,
    Template, once, redirect, render, render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/account/confirm").post(send))
        .service(resource("/account/email").get(show_change).post(ask_change));
    page!(config, Confirm, show::<Confirm>, confirm);
    page!(config, ChangeEmail, show::<ChangeEmail>, change);
}

#[derive(Template)]
#[template(path = "accounts/confirm.html")]
struct ConfirmPage {
    page: Page,
    email: String,
    link: String,
    /// Whether it takes the place of another address.
    is_change: bool,
}

#[derive(Template)]
#[template(path = "accounts/email.html")]
struct ChangePage {
    page: Page,
    form: Submitted<EmailForm>,
    current: String,
}

/// Sends the link that proves the address of whoever is logged in.
async fn send(
    entrant: Entrant, _: Limited<limits::Costly>, accounts: Accounts, db: Db, sent: Sent,
) -> Response {
    let user = entrant.user();
    if user.is_verified() {
        return Ok(redirect("/account", Flash::notice("Your address is confirmed already.")));
    }
    let (email, now) = (user.address(), accounts.now());
    let post = once(sent, move |conn| Request::Confirm.post_or_refuse(conn, &email, now));
    let flash = match user.write(&db, post).await {
        Err(Error::Request(kit::Error::TooOften(wait))) => Flash::error(not_sent(wait)),
        posted => {
            posted?;
            Flash::mailed("The link is on its way. Please look into your mail.")
        }
    };
    Ok(redirect("/account", flash))
}

async fn show<P: For>(Owner { opened, .. }: Owner<P>, page: Page) -> Response {
    let (link, is_change) = (opened.mark(), P::PURPOSE == Purpose::ChangeEmail);
    render(&ConfirmPage { page, email: opened.link.email, link, is_change })
}

/// The first proof of an address. All other sessions and tokens end: they are from before it.
async fn confirm(
    _: Limited<limits::Redeem>, owner: Owner<Confirm>, client: Client, accounts: Accounts,
    (db, sessions): (Db, Sessions),
) -> Response {
    let (user_id, current, now) = (owner.session.user_id, owner.session.id, accounts.now());
    let prove = move |conn: &mut Connection, link: &Link| {
        let address = link.account()?.address();
        Ending::AddressProved.end(conn, user_id, Some(current))?;
        User::set_verified_email(conn, user_id, &address, now)?;
        Ok(())
    };
    let sentence = "Thank you. Your e-mail address is confirmed.";
    let response = owner.finish((&db, &sessions), sentence, prove).await?;
    accounts.tell(&client, Event::EmailConfirmed.of(user_id)).await;
    Ok(response)
}

async fn show_change(user: Sudo, page: Page) -> Response {
    show_change_form(&user, page, Submitted::default())
}

/// Tells both addresses. Nothing changes until the link is opened that goes to the new one. The
/// answer is the same for an address that somebody else has: its owner is told, not the asker.
async fn ask_change(
    user: Sudo, client: Client, limited: Limited<limits::Costly>, page: Page, db: Db,
    accounts: Accounts, mut form: Submitted<EmailForm>,
) -> Response {
    let old = user.address();
    if form.fields.email.value().is_ok_and(|new| new.canonical == old.canonical) {
        form.errors.add("email", "This is your address already.");
    }
    let Some(new) = EmailForm::address(&form) else {
        limited.give_back().await?;
        return show_change_form(&user, page, form);
    };
    let (user_id, now, typed) = (user.id, accounts.now(), new.typed.clone());
    let asked_by = fingerprint(&user);
    let ask = once(form.sent.clone(), move |conn| -> Result<()> {
        Request::ChangeEmail { user_id, asked_by }.post_or_refuse(conn, &new, now)?;
        Notice::EmailChangeAsked { to: new.typed }.post(conn, &old, now)
    });
    match user.write(&db, ask).await {
        Err(Error::Request(kit::Error::TooOften(wait))) => {
            form.errors.add("email", not_sent(wait));
            return show_change_form(&user, page, form);
        }
        asked => {
            if asked?.is_some() {
                accounts.tell(&client, Event::EmailChangeAsked.of(user_id)).await;
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

fn not_sent(wait: Wait) -> String {
    format!("The link was not sent: it was asked for too often. {wait}")
}

async fn change(
    _: Limited<limits::Redeem>, owner: Owner<ChangeEmail>, client: Client, accounts: Accounts,
    (db, sessions): (Db, Sessions),
) -> Response {
    let (user_id, current, now) = (owner.session.user_id, owner.session.id, accounts.now());
    let taken = ChangeEmail::ended(LinkEnding::Taken);
    let change = move |conn: &mut Connection, link: &Link| {
        let old = link.account()?.address();
        let new = link.address()?;
        if !User::set_verified_email(conn, user_id, &new, now)? {
            return Err(taken);
        }
        Ending::AddressChanged.end(conn, user_id, Some(current))?;
        Notice::EmailChanged { to: new.typed }.post(conn, &old, now)
    };
    let sentence = "Thank you. Your e-mail address is changed.";
    let response = owner.finish((&db, &sessions), sentence, change).await?;
    accounts.tell(&client, Event::EmailChanged.of(user_id)).await;
    Ok(response)
}

/// Guard: the owner of the account is logged in here and has opened the link. To read the mail of an
/// address is not enough, to prove it as to change it: the address may be mistyped and its mail go
/// to somebody else, or somebody who knows the password wants to have the address, too.
struct Owner<P> {
    session: Entrant,
    opened: Opened<P>,
}

impl<P: For> FromRequest for Owner<P> {
    type Error = Error;
    type Future = Later<Self, Self::Error>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = Entrant::from_request(req, payload).into_inner();
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
                Err(P::ended(LinkEnding::OtherAccount))
            }
        })
    }
}

impl<P: For> Owner<P> {
    /// Uses the link up, does what it is for, and gives this session a new secret, all or nothing.
    async fn finish(
        &self, (db, sessions): (&Db, &Sessions), sentence: &'static str,
        work: impl FnOnce(&mut Connection, &Link) -> Result<()> + Send + 'static,
    ) -> Response {
        let (redeem, renewal) = (self.opened.redeem(), sessions.renew(&self.session)?);
        let store = renewal.store();
        let written = self.session.user().write(db, move |conn| -> Result<()> {
            let link = redeem(conn)?;
            work(conn, &link)?;
            store(conn)
        });
        self.opened.settle(written.await).await?;
        let mut response = redirect("/account", Flash::success(sentence));
        self.opened.close(&mut response)?;
        response.add_cookie(renewal.cookie())?;
        Ok(response)
    }
}
