//! Logging in by a link in a mail, where `LOGIN_LINK` lets people: once, for a quarter of an hour, and in the
//! browser that asked for it.

use actix_login::hash_token;
use kit::from_request;

use crate::accounts::asked;
use crate::accounts::email_form::EmailForm;
use crate::accounts::login::go_on;
use crate::accounts::opened::{For, Opened, page};
use crate::config::{Config, Switch};
use crate::mail::{Posted, Request};
use crate::people::link::bound;
use crate::people::{Accounts, Factors, Limited, LogIn, Purpose, limits};
use crate::state::State;
use crate::web::kept::Carried;
use crate::web::{
    Db, Error, HttpRequest, Page, Response, ServiceConfig, Submitted, Template, once, redirect,
    render, render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/login/link").get(ask).post(send))
        .service(resource("/login/link/sent").get(sent));
    page!(config, ByLink, show, log_in);
}

/// What the link in the mail is for.
struct ByLink;

impl For for ByLink {
    const PURPOSE: Purpose = Purpose::LogIn;

    fn is_open(config: &Config) -> bool {
        config.login_link == Switch::On
    }

    /// Whoever reads somebody's mail, or lures them to open a link of theirs, gets nowhere by it: it works where the
    /// secret is.
    fn whole(req: &HttpRequest, token: &str) -> Option<String> {
        Some(bound(token, &hash_token(&asked::secret(req)?)))
    }
}

/// Guard: links may be asked for. Otherwise [`Error::NotFound`].
struct MayAsk;

from_request!(MayAsk, Error, |req| {
    if ByLink::is_open(State::of(req).config()) { Ok(MayAsk) } else { Err(Error::NotFound) }
});

#[derive(Template)]
#[template(path = "accounts/login_link.html")]
struct AskPage {
    page: Page,
    form: Submitted<EmailForm>,
}

#[derive(Template)]
#[template(path = "accounts/login_link_sent.html")]
struct SentPage {
    page: Page,
}

#[derive(Template)]
#[template(path = "accounts/login_link_open.html")]
struct OpenPage {
    page: Page,
    link: String,
    email: String,
}

async fn ask(_: MayAsk, page: Page) -> Response {
    render(&AskPage { page, form: Submitted::default() })
}

/// The same work for every address. Whether it is known is found out when the mail is sent.
async fn send(
    limited: Limited<limits::Mail>, _: MayAsk, req: HttpRequest, page: Page, accounts: Accounts,
    db: Db, form: Submitted<EmailForm>,
) -> Response {
    let Some(email) = EmailForm::address(&form) else {
        limited.give_back().await?;
        return render_with(form.status(), &AskPage { page, form });
    };
    let secret = asked::secret_or_new(&req);
    let request = Request::LogIn { browser: hash_token(&secret) };
    let now = accounts.now();
    let post = move |conn: &mut _| request.post(conn, &email, now).map(Posted::tell_nobody);
    db.write(once(form.sent, post)).await?;
    let mut response = redirect("/login/link/sent", None);
    response.add_cookie(&asked::cookie(&req, secret))?;
    Ok(response)
}

async fn sent(_: MayAsk, page: Page) -> Response {
    render(&SentPage { page })
}

async fn show(opened: Opened<ByLink>, page: Page) -> Response {
    let email = opened.link.account()?.email.clone();
    render(&OpenPage { page, link: opened.mark(), email })
}

async fn log_in(
    _: Limited<limits::Redeem>, opened: Opened<ByLink>, req: HttpRequest, page: Page,
    (accounts, factors): (Accounts, Factors), db: Db, form: Submitted<EmailForm>,
) -> Response {
    if form.is_back {
        return show(opened, page).await;
    }
    let link = db.write(opened.redeem()).await?;
    let to = Carried { kept: String::new(), next: String::new() };
    let user = link.account()?;
    let mut response = go_on(&req, (&accounts, &factors), user, LogIn::otherwise(), to).await?;
    opened.close(&mut response)?;
    Ok(response)
}
