//! Leaving: the account is deleted, and everything in it.

use crate::error::LAST_ADMINISTRATOR;
use crate::mail::{self, Notice};
use crate::people::{Accounts, Event, Sessions, Sudo, User};
use crate::web::{
    Client, Db, Flash, Page, Response, Result, Sent, ServiceConfig, Template, once, redirect,
    render, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account/delete").get(confirm).post(delete));
}

#[derive(Template)]
#[template(path = "accounts/delete.html")]
struct DeletePage {
    page: Page,
    email: String,
    /// Why it cannot be deleted.
    obstacle: Option<&'static str>,
}

async fn confirm(user: Sudo, page: Page, db: Db) -> Response {
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
