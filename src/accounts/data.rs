//! What is stored about somebody: a copy of it, and the end of it.

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{Data, ServiceConfig, resource};
use askama::Template;
use serde_json::{Map, Value};

use crate::auth::{Authenticator, CurrentUser, SecurityEvent, SecurityEvents, Sudo};
use crate::config::APP_NAME;
use crate::db::{Connection, Db};
use crate::error::{Error, LAST_ADMINISTRATOR, Response, Result};
use crate::mail::{Notice, message};
use crate::peer::Origin;
use crate::user::User;
use crate::web::{Flash, Page, Sent, redirect, render};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/account/data").get(show))
        .service(resource("/account/data/copy").get(show_copy))
        .service(resource("/account/export").get(export))
        .service(resource("/account/delete").get(confirm_delete).post(delete));
}

/// What a table holds of one user, as JSON.
pub type Export = fn(&mut Connection, i64) -> Result<Value>;

/// The tables that hold something of users. The app lists them: see `EXPORTS` in `app.rs`.
pub struct Exports(pub &'static [(&'static str, Export)]);

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
    user: Result<Sudo>,
    origin: Origin,
    db: Data<Db>,
    exports: Data<Exports>,
    events: Data<SecurityEvents>,
) -> Response {
    let user = match user {
        Err(Error::NotFresh) => return Ok(redirect("/sudo?next=%2Faccount%2Fdata%2Fcopy", None)),
        user => user?,
    };
    let (user_id, tables) = (user.id, exports.0);
    let all: Map<String, Value> = user
        .read(&db, move |conn| {
            let rows = tables.iter().map(|(name, of)| Ok(((*name).to_owned(), of(conn, user_id)?)));
            rows.collect::<Result<_>>()
        })
        .await?;
    events.tell(&origin, SecurityEvent::DataExported { user_id }).await;
    let name = format!("attachment; filename=\"{APP_NAME}-account.json\"");
    Ok(HttpResponse::Ok().insert_header((CONTENT_DISPOSITION, name)).json(all))
}

async fn confirm_delete(user: Sudo, page: Page, db: Data<Db>) -> Response {
    let user_id = user.id;
    let is_last = db.run(move |conn| User::is_last_admin(conn, user_id)).await?;
    let obstacle = is_last.then_some(LAST_ADMINISTRATOR);
    render(&DeletePage { page, email: user.email.clone(), obstacle })
}

async fn delete(user: Sudo, origin: Origin, accounts: Data<Authenticator>, sent: Sent) -> Response {
    let (user_id, email, now) = (user.id, user.address(), accounts.clock.now());
    let end = sent.once(move |conn| -> Result<()> {
        User::delete(conn, user_id)?;
        message::forget(conn, &email)?;
        Notice::AccountDeleted.post(conn, &email, now)
    });
    if user.write(&accounts.db, end).await?.is_some() {
        accounts.events.tell(&origin, SecurityEvent::AccountDeleted { user_id }).await;
    }
    let sentence = "Your account is deleted, and everything in it. Farewell!";
    let mut response = redirect("/", Flash::success(sentence));
    accounts.logins.clear_cookie(&mut response)?;
    Ok(response)
}
