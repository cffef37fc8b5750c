//! Offering an account to somebody. Administrators only; the link leads to [`super::join`].

use derive_more::Deref;
use kit::{Clock, Time, from_request};

use crate::accounts::email_form::EmailForm;
use crate::accounts::join;
use crate::accounts::opened::{For, page};
use crate::config::Config;
use crate::mail::Request;
use crate::mail::invitations::{about_to_be_invited, hold_back};
use crate::people::{Accounts, Admin, Event, Invitation, Limited, Purpose, Sudo, limits};
use crate::state::State;
use crate::web::{
    Client, Db, Error, Flash, Page, Response, Result, ServiceConfig, Submitted, Template, once,
    redirect, render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/account/invitations").get(show).post(invite))
        .service(resource("/account/invitations/take-back").post(take_back));
    page!(config, Invite, join::show::<Invite>, join::join::<Invite>);
}

/// What the link in the mail is for.
struct Invite;

impl For for Invite {
    const PURPOSE: Purpose = Purpose::Invite;

    fn is_open(config: &Config) -> bool {
        config.registration.invites()
    }
}

/// Guard: an administrator, where `REGISTRATION` lets them invite; where not, there is no such page.
#[derive(Deref)]
struct MayInvite(#[deref(forward)] Admin);

from_request!(MayInvite, Error, |req| {
    let admin = Admin::admit(req)?;
    if State::of(req).config().registration.invites() {
        Ok(MayInvite(admin))
    } else {
        Err(Error::NotFound)
    }
});

#[derive(Template)]
#[template(path = "accounts/invitations.html")]
struct InvitePage {
    page: Page,
    form: Submitted<EmailForm>,
    /// Whose mail waits to be sent.
    posted: Vec<String>,
    waiting: Vec<Invitation>,
    now: Time,
}

async fn show(_: MayInvite, page: Page, db: Db, clock: Clock) -> Response {
    show_form(page, Submitted::default(), &db, clock.now()).await
}

async fn show_form(page: Page, form: Submitted<EmailForm>, db: &Db, now: Time) -> Response {
    let both = move |conn: &mut _| -> Result<_> {
        Ok((about_to_be_invited(conn)?, Invitation::unanswered(conn, now)?))
    };
    let (posted, mut waiting) = db.run(both).await?;
    waiting.retain(|invitation| !posted.contains(&invitation.email));
    render_with(form.status(), &InvitePage { page, form, posted, waiting, now })
}

/// Also once more, to who waits for it: the link of before stays good. Not by who has stolen a cookie: whom they invite
/// stays.
async fn invite(
    admin: MayInvite, _: Sudo, client: Client, limited: Limited<limits::Costly>, page: Page,
    (accounts, db): (Accounts, Db), mut form: Submitted<EmailForm>,
) -> Response {
    let Some(email) = EmailForm::address(&form) else {
        limited.give_back().await?;
        return show_form(page, form, &db, accounts.now()).await;
    };
    let sentence = format!("The invitation to {} is on its way.", email.typed);
    let (now, request) = (accounts.now(), Request::Invite { by: admin.name.clone() });
    let post = once(form.sent.clone(), move |conn| request.post_or_refuse(conn, &email, now));
    match admin.write(&db, post).await {
        Err(Error::Request(kit::Error::TooOften(wait))) => {
            form.errors.add("email", format!("They were invited often enough. {wait}"));
            return show_form(page, form, &db, now).await;
        }
        posted => {
            if posted?.is_some() {
                accounts.tell(&client, Event::Invited.of(admin.id)).await;
            }
        }
    }
    Ok(redirect("/account/invitations", Flash::mailed(sentence)))
}

/// Whoever opens the link finds that it has ended; one that waits to be sent is not sent any more.
async fn take_back(
    admin: MayInvite, _: Sudo, client: Client, page: Page, accounts: Accounts, db: Db,
    form: Submitted<EmailForm>,
) -> Response {
    let Some(email) = EmailForm::address(&form) else {
        return show_form(page, form, &db, accounts.now()).await;
    };
    let now = accounts.now();
    let end = once(form.sent, move |conn| -> Result<usize> {
        Ok(hold_back(conn, &email, now)? + Invitation::take_back(conn, &email)?)
    });
    if admin.write(&db, end).await?.is_some_and(|ended| ended > 0) {
        accounts.tell(&client, Event::InvitationTakenBack.of(admin.id)).await;
    }
    Ok(redirect("/account/invitations", Flash::success("The invitation is taken back.")))
}
