//! How the place is, and the way to the other pages.

use std::time::{Duration, Instant};

use kit::mail::Queue as _;

use crate::people::{Admin, directory};
use crate::state::State;
use crate::web::{Page, Response, ServiceConfig, Template, render, resource};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/admin").get(show));
}

#[derive(Template)]
#[template(path = "admin/index.html")]
struct Index {
    page: Page,
    people: i64,
    database: &'static str,
    /// How long it took to answer.
    answered_in: Duration,
    mail_goes: &'static str,
    /// How many mails wait, and since when the oldest does.
    backlog: (i64, Option<kit::Time>),
    now: kit::Time,
}

async fn show(_: Admin, page: Page, state: State) -> Response {
    let begun = Instant::now();
    state.db().is_ready().await?;
    let answered_in = begun.elapsed();
    let people = state.db().run(directory::count).await?;
    let database = if cfg!(feature = "postgres") { "PostgreSQL" } else { "SQLite" };
    let to_a_server = state.config().smtp.is_some();
    let mail_goes = if to_a_server { "to a mail server" } else { "nowhere: SMTP_URL is not set" };
    let backlog = state.outbox().backlog().await?;
    let now = state.site().clock().now();
    render(&Index { page, people, database, answered_in, mail_goes, backlog, now })
}
