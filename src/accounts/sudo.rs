//! Asking for the password once more, before what a stolen cookie must not do.

use actix_login::next::NextPage;
use kit::password;

use crate::db::Connection;
use crate::people::{Accounts, Entrant, Event, Limited, Sessions, limits};
use crate::web::kept::{self, Carried};
use crate::web::{
    Client, Db, Deserialize, Error, Errors, Form, HttpRequest, Page, Query, Response, Result,
    ServiceConfig, Submitted, Template, render, render_with, resource, until_later,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/sudo").get(show).post(confirm));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SudoForm {
    password: String,
    next: String,
    kept: String,
}

impl Form for SudoForm {
    fn check(&mut self, errors: &mut Errors) {
        if let Err(sentence) = password::check_typed(&self.password) {
            errors.add("password", sentence);
        }
    }
}

#[derive(Template)]
#[template(path = "accounts/sudo.html")]
struct SudoPage {
    page: Page,
    form: Submitted<SudoForm>,
}

async fn show(_: Entrant, page: Page, Query(NextPage { next }): Query<NextPage>) -> Response {
    let form = SudoForm { next, ..SudoForm::default() };
    render(&SudoPage { page, form: Submitted::with(form) })
}

/// The page for somebody who is asked for the password before what they typed can be saved.
pub fn ask(req: &HttpRequest, Carried { kept, next }: Carried) -> Response {
    let form = SudoForm { next, kept, ..SudoForm::default() };
    render(&SudoPage { page: Page::without_flash(req), form: Submitted::with(form) })
}

async fn confirm(
    session: Entrant, req: HttpRequest, limited: Limited<limits::Confirm>, page: Page,
    accounts: Accounts, (db, sessions): (Db, Sessions), mut form: Submitted<SudoForm>,
) -> Response {
    let client = Client::of(&req);
    let password = std::mem::take(&mut form.fields.password);
    if form.is_valid() {
        match accounts.confirms(&client, &limited, session.user(), password).await {
            Err(Error::Request(kit::Error::TooOften(wait))) => {
                form.errors.add("password", format!("Too many tries. {wait}"));
                let page = render_with(form.status(), &SudoPage { page, form })?;
                return Ok(until_later(page, wait));
            }
            Ok(true) => {}
            tried => {
                tried?;
                form.errors.add("password", "This is not your password.");
            }
        }
    }
    if !form.is_valid() {
        return render_with(form.status(), &SudoPage { page, form });
    }
    let SudoForm { kept, next, .. } = form.fields;
    grant(&session, &req, &accounts, (&db, &sessions), &Carried { kept, next }).await
}

/// The page once more, with what is wrong.
#[cfg(feature = "passkeys")]
pub(super) fn refuse(page: Page, Carried { kept, next }: Carried, sentence: &str) -> Response {
    let mut form = Submitted::with(SudoForm { next, kept, ..SudoForm::default() });
    form.errors.add("", sentence);
    render_with(form.status(), &SudoPage { page, form })
}

/// Whoever has proved once more that it is them goes on to what they wanted.
pub(super) async fn grant(
    session: &Entrant, req: &HttpRequest, accounts: &Accounts, (db, sessions): (&Db, &Sessions),
    to: &Carried,
) -> Response {
    let client = Client::of(req);
    let (id, now, here) = (session.id, accounts.now(), client.clone());
    let renewal = sessions.renew(session)?;
    let store = renewal.store();
    let note = move |conn: &mut Connection| -> Result<usize> {
        store(conn)?;
        Ok(Sessions::confirm(conn, id, &here, now)?)
    };
    session.user().write(db, note).await?;
    let mut response = kept::land(req, session.user().clone(), to)?;
    response.add_cookie(renewal.cookie())?;
    accounts.tell(&client, Event::SudoGranted.of(session.user_id)).await;
    Ok(response)
}
