//! Offering an account to somebody. Administrators only; the link leads to [`super::join`].

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::{Data, ServiceConfig, resource};
use actix_web::{FromRequest, HttpRequest};
use askama::Template;

use crate::accounts::register::EmailForm;
use crate::auth::{Admin, Authenticator, SecurityEvent};
use crate::config::Registration;
use crate::error::{Error, Response, Result};
use crate::mail::Request;
use crate::peer::Origin;
use crate::user::Email;
use crate::web::{Flash, Page, Submitted, redirect, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account/invitations").get(show).post(invite));
}

/// Guard: an administrator, where `REGISTRATION` lets them invite; where not, there is no such page.
struct MayInvite(Admin);

impl FromRequest for MayInvite {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let registration = req.app_data::<Data<Registration>>();
        let is_closed = registration.is_none_or(|setting| ***setting == Registration::Closed);
        let admin = Admin::from_request(req, payload).into_inner();
        ready(
            admin.and_then(|admin| if is_closed { Err(Error::NotFound) } else { Ok(Self(admin)) }),
        )
    }
}

#[derive(Template)]
#[template(path = "accounts/invitations.html")]
struct InvitePage {
    page: Page,
    form: Submitted<EmailForm>,
}

async fn show(_: MayInvite, page: Page) -> Response {
    let form = Submitted::default();
    render_with(form.status(), &InvitePage { page, form })
}

async fn invite(
    MayInvite(admin): MayInvite,
    origin: Origin,
    page: Page,
    accounts: Data<Authenticator>,
    mut form: Submitted<EmailForm>,
) -> Response {
    let (true, Ok(email)) = (form.is_valid(), Email::parse(&form.fields.email)) else {
        return render_with(form.status(), &InvitePage { page, form });
    };
    let sentence = format!("The invitation to {} is on its way.", email.typed);
    let (now, request) = (accounts.clock.now(), Request::Invite { by: admin.name.clone() });
    let post = form.sent.clone().once(move |conn| request.post(conn, &email, now)?.or_refuse());
    match admin.write(&accounts.db, post).await {
        Err(Error::TooOften(again)) => {
            form.errors.add("email", format!("They were invited often enough. {again}"));
            return render_with(form.status(), &InvitePage { page, form });
        }
        posted => {
            if posted?.is_some() {
                accounts.events.tell(&origin, SecurityEvent::Invited { user_id: admin.id }).await;
            }
        }
    }
    Ok(redirect("/account/invitations", Flash::mailed(sentence)))
}
