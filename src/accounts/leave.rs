//! Leaving: the account is deleted, and everything in it.

use crate::accounts::email_form::EmailForm;
use crate::error::LAST_ADMINISTRATOR;
use crate::people::{Accounts, Act, Event, Sessions, Sudo, User};
use crate::web::{
    Client, Db, Flash, Page, Response, ServiceConfig, Submitted, Template, once, redirect,
    render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account/delete").get(confirm).post(delete));
}

#[derive(Template)]
#[template(path = "accounts/delete.html")]
struct DeletePage {
    page: Page,
    email: String,
    form: Submitted<EmailForm>,
    /// Why it cannot be deleted.
    obstacle: Option<&'static str>,
}

async fn confirm(user: Sudo, page: Page, db: Db) -> Response {
    show_form(user, page, db, Submitted::default()).await
}

async fn show_form(user: Sudo, page: Page, db: Db, form: Submitted<EmailForm>) -> Response {
    let user_id = user.id;
    let is_last = db.run(move |conn| User::is_last_admin(conn, user_id)).await?;
    let obstacle = is_last.then_some(LAST_ADMINISTRATOR);
    let (status, email) = (form.status(), user.email.clone());
    render_with(status, &DeletePage { page, email, form, obstacle })
}

async fn delete(
    user: Sudo, client: Client, page: Page, accounts: Accounts, (db, sessions): (Db, Sessions),
    mut form: Submitted<EmailForm>,
) -> Response {
    let (owner, email, now) = (user.user.clone(), user.address(), accounts.now());
    if EmailForm::address(&form).is_some_and(|typed| typed.canonical != email.canonical) {
        form.errors.add("email", "This is not the address of this account.");
    }
    if !form.is_valid() {
        return show_form(user, page, db, form).await;
    }
    let end = once(form.sent, move |conn| Act::Delete.carry_out(conn, &owner, now));
    if user.write(&db, end).await?.is_some() {
        accounts.tell(&client, Event::AccountDeleted.of(user.id)).await;
    }
    let sentence = "Your account is deleted, and everything in it. Farewell!";
    let mut response = redirect("/", Flash::success(sentence));
    response.add_cookie(&sessions.clear_cookie())?;
    Ok(response)
}
