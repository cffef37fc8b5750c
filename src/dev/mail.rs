//! The development mailbox: mails that nobody sends, to be read in the browser.

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use kit::mail::{DevMailbox, Mail, deliver};
use kit::{Clock, Time};

use crate::dev::developer::Developer;
use crate::mail::Outbox;
use crate::state::State;
use crate::web::{
    Error, HttpResponse, Page, Path, Response, Result, ServiceConfig, Template, render, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/dev/mail").get(index))
        .service(resource("/dev/mail/{id}").get(show))
        .service(resource("/dev/mail/{id}/html").get(show_html));
}

#[derive(Template)]
#[template(path = "dev/mails.html")]
struct Index {
    page: Page,
    mails: Vec<Mail>,
    now: Time,
}

#[derive(Template)]
#[template(path = "dev/mail.html")]
struct Show {
    page: Page,
    mail: Mail,
}

impl Show {
    /// The text with its links made into links.
    fn lines(&self) -> impl Iterator<Item = (bool, &str)> {
        self.mail.text.lines().map(|line| (line.starts_with("http"), line))
    }
}

async fn index(_: Developer, page: Page, state: State, outbox: Outbox, clock: Clock) -> Response {
    // What was asked for a moment ago is there.
    deliver(&outbox).await?;
    render(&Index { page, mails: mailbox(&state)?.mails(), now: clock.now() })
}

async fn show(_: Developer, page: Page, state: State, id: Path<i64>) -> Response {
    render(&Show { page, mail: find(&state, *id)? })
}

async fn show_html(_: Developer, state: State, id: Path<i64>) -> Response {
    // Mails style each element. Nothing else is let in, and there is no script in them.
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_SECURITY_POLICY, policy));
    Ok(response.content_type("text/html; charset=utf-8").body(find(&state, *id)?.html))
}

fn mailbox(state: &State) -> Result<&DevMailbox> {
    state.dev_mailbox().ok_or(Error::NotFound)
}

fn find(state: &State, id: i64) -> Result<Mail> {
    mailbox(state)?.find(id).ok_or(Error::NotFound)
}
