//! Offering an account to somebody. Administrators only; the link leads to [`super::join`].

use derive_more::Deref;
use kit::from_request;

use crate::accounts::email_form::EmailForm;
use crate::config::Registration;
use crate::mail::Request;
use crate::people::{Accounts, Admin, Event};
use crate::state::State;
use crate::web::{
    Client, Db, Error, Flash, Page, Response, ServiceConfig, Submitted, Template, once, redirect,
    render, render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account/invitations").get(show).post(invite));
}

/// Guard: an administrator, where `REGISTRATION` lets them invite; where not, there is no such page.
#[derive(Deref)]
struct MayInvite(#[deref(forward)] Admin);

from_request!(MayInvite, Error, |req| {
    let admin = Admin::admit(req)?;
    match State::of(req).config().registration {
        Registration::Closed => Err(Error::NotFound),
        Registration::Open | Registration::Invite => Ok(MayInvite(admin)),
    }
});

#[derive(Template)]
#[template(path = "accounts/invitations.html")]
struct InvitePage {
    page: Page,
    form: Submitted<EmailForm>,
}

async fn show(_: MayInvite, page: Page) -> Response {
    render(&InvitePage { page, form: Submitted::default() })
}

async fn invite(
    admin: MayInvite, client: Client, page: Page, accounts: Accounts, db: Db,
    mut form: Submitted<EmailForm>,
) -> Response {
    let Some(email) = EmailForm::address(&form) else {
        return render_with(form.status(), &InvitePage { page, form });
    };
    let sentence = format!("The invitation to {} is on its way.", email.typed);
    let (now, request) = (accounts.now(), Request::Invite { by: admin.name.clone() });
    let post = once(form.sent.clone(), move |conn| request.post_or_refuse(conn, &email, now));
    match admin.write(&db, post).await {
        Err(Error::Request(kit::Error::TooOften(again))) => {
            form.errors.add("email", format!("They were invited often enough. {again}"));
            return render_with(form.status(), &InvitePage { page, form });
        }
        posted => {
            if posted?.is_some() {
                accounts.tell(&client, Event::Invited.of(admin.id)).await;
            }
        }
    }
    Ok(redirect("/account/invitations", Flash::mailed(sentence)))
}
