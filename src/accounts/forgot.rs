//! A forgotten password: a link to choose another one. An outsider sees the same for every address.

use kit::password::PasswordRule;

use crate::accounts::email_form::EmailForm;
use crate::accounts::opened::{Opened, Reset, page};
use crate::mail::{Posted, Request};
use crate::people::{Accounts, Event, Limited, Sessions, User, limits};
use crate::web::{
    Client, Db, Deserialize, Flash, Form, Page, Response, Result, ServiceConfig, Submitted,
    Template, once, redirect, render, render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/forgot").get(ask).post(send))
        .service(resource("/forgot/sent").get(sent));
    page!(config, Reset, show, reset);
}

/// The password is checked against what is known of its owner.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ResetForm {
    password: String,
}

impl Form for ResetForm {}

#[derive(Template)]
#[template(path = "accounts/forgot.html")]
struct ForgotPage {
    page: Page,
    form: Submitted<EmailForm>,
}

#[derive(Template)]
#[template(path = "accounts/forgot_sent.html")]
struct SentPage {
    page: Page,
}

#[derive(Template)]
#[template(path = "accounts/reset.html")]
struct ResetPage {
    page: Page,
    form: Submitted<ResetForm>,
    link: String,
    email: String,
    rule: PasswordRule,
}

async fn ask(page: Page) -> Response {
    render(&ForgotPage { page, form: Submitted::default() })
}

/// The same work for every address. Whether it is known is found out when the mail is sent.
async fn send(
    limited: Limited<limits::Mail>, page: Page, accounts: Accounts, db: Db,
    form: Submitted<EmailForm>,
) -> Response {
    let Some(email) = EmailForm::address(&form) else {
        limited.give_back().await?;
        return render_with(form.status(), &ForgotPage { page, form });
    };
    let now = accounts.now();
    let post = move |conn: &mut _| Request::Reset.post(conn, &email, now).map(Posted::tell_nobody);
    db.write(once(form.sent, post)).await?;
    Ok(redirect("/forgot/sent", None))
}

async fn sent(page: Page) -> Response {
    render(&SentPage { page })
}

async fn show(opened: Opened<Reset>, page: Page, accounts: Accounts) -> Response {
    show_form(&opened, page, Submitted::default(), &accounts)
}

async fn reset(
    limited: Limited<limits::Redeem>, opened: Opened<Reset>, client: Client, page: Page,
    accounts: Accounts, (db, sessions): (Db, Sessions), mut form: Submitted<ResetForm>,
) -> Response {
    let user = opened.link.account()?;
    if form.is_back {
        return show_form(&opened, page, form, &accounts);
    }
    let (words, password) = ([user.name.as_str(), user.email.as_str()], &form.fields.password);
    accounts.check_new_password(&client, &mut form.errors, password, &words).await?;
    if !form.is_valid() {
        limited.give_back().await?;
        return show_form(&opened, page, form, &accounts);
    }
    if accounts.has_password(&client, user, form.fields.password.clone()).await? {
        form.errors.add("password", super::password::NOT_NEW);
        return show_form(&opened, page, form, &accounts);
    }
    let hash = accounts.passwords().hash(&client, form.fields.password).await?;
    let (redeem, now) = (opened.redeem(), accounts.now());
    let replace = move |conn: &mut _| -> Result<User> {
        let link = redeem(conn)?;
        let user = link.account()?;
        // Whoever opened a link that was mailed reads the mail of the address.
        if !link.email.is_empty() {
            User::set_verified_email(conn, user.id, &user.address(), now)?;
        }
        Accounts::replace_password(conn, user, &hash, None, now)?;
        Ok(User { password_hash: hash, ..user.clone() })
    };
    let user = db.write(replace).await?;
    accounts.tell(&client, Event::PasswordReset.of(user.id)).await;
    let sentence = "Your password is changed, and you are logged out everywhere. Log in with it.";
    let mut response = redirect("/login", Flash::success(sentence).with_typed(&*user.email));
    opened.close(&mut response)?;
    response.add_cookie(&sessions.clear_cookie())?;
    // Whoever was kept from logging in by a stranger's tries is kept no longer.
    accounts.trust(&user, &mut response)?;
    Ok(response)
}

fn show_form(
    opened: &Opened<Reset>, page: Page, form: Submitted<ResetForm>, accounts: &Accounts,
) -> Response {
    let (link, email) = (opened.mark(), opened.link.account()?.email.clone());
    let rule = accounts.passwords().rule();
    render_with(form.status(), &ResetPage { page, form, link, email, rule })
}
