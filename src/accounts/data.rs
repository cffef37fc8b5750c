//! What is stored about somebody: a copy of it, and the end of it.

use actix_web::http::header::CONTENT_DISPOSITION;
use serde_json::{Map, Value};

use crate::config::APP_NAME;
use crate::error::LAST_ADMINISTRATOR;
use crate::feature::Features;
use crate::mail::{self, Notice};
use crate::people::{Accounts, CurrentUser, Event, Events, Sessions, Sudo, User};
use crate::web::{
    Client, Db, Error, Flash, HttpResponse, Page, Response, Result, Sent, ServiceConfig, Template,
    once, redirect, render, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/account/data").get(show))
        .service(resource("/account/data/copy").get(show_copy))
        .service(resource("/account/export").get(export))
        .service(resource("/account/delete").get(confirm_delete).post(delete));
}

#[derive(Template)]
#[template(path = "accounts/data.html")]
struct DataPage {
    page: Page,
}

/// Starts the download, and stays on the screen.
#[derive(Template)]
#[template(path = "accounts/data_copy.html")]
struct CopyPage {
    page: Page,
}

#[derive(Template)]
#[template(path = "accounts/delete.html")]
struct DeletePage {
    page: Page,
    email: String,
    /// Why it cannot be deleted.
    obstacle: Option<&'static str>,
}

async fn show(_: CurrentUser, page: Page) -> Response {
    render(&DataPage { page })
}

async fn show_copy(_: Sudo, page: Page) -> Response {
    render(&CopyPage { page })
}

/// The file. Whoever has to type the password before comes back to the page that starts the download:
/// a file leaves the page on the screen that asked for it, and that would be the password's.
async fn export(
    user: Result<Sudo>, client: Client, db: Db, features: Features, events: Events,
) -> Response {
    let user = match user {
        Err(Error::NotFresh) => return Ok(redirect("/sudo?next=%2Faccount%2Fdata%2Fcopy", None)),
        user => user?,
    };
    let user_id = user.id;
    let copy = move |conn: &mut _| {
        let tables = features.exports();
        let rows = tables.map(|(name, of)| Ok((name.to_owned(), of(conn, user_id)?)));
        rows.collect::<Result<Map<String, Value>>>()
    };
    let all = user.read(&db, copy).await?;
    events.tell(&client, Event::DataExported.of(user_id)).await;
    let name = format!("attachment; filename=\"{APP_NAME}-account.json\"");
    Ok(HttpResponse::Ok().insert_header((CONTENT_DISPOSITION, name)).json(all))
}

async fn confirm_delete(user: Sudo, page: Page, db: Db) -> Response {
    let user_id = user.id;
    let is_last = db.run(move |conn| User::is_last_admin(conn, user_id)).await?;
    let obstacle = is_last.then_some(LAST_ADMINISTRATOR);
    render(&DeletePage { page, email: user.email.clone(), obstacle })
}

async fn delete(
    user: Sudo, client: Client, accounts: Accounts, (db, sessions): (Db, Sessions), sent: Sent,
) -> Response {
    let (user_id, email, now) = (user.id, user.address(), accounts.now());
    let end = once(sent, move |conn| -> Result<()> {
        User::delete(conn, user_id)?;
        mail::forget(conn, &email)?;
        Notice::AccountDeleted.post(conn, &email, now)
    });
    if user.write(&db, end).await?.is_some() {
        accounts.tell(&client, Event::AccountDeleted.of(user_id)).await;
    }
    let sentence = "Your account is deleted, and everything in it. Farewell!";
    let mut response = redirect("/", Flash::success(sentence));
    response.add_cookie(&sessions.clear_cookie())?;
    Ok(response)
}
