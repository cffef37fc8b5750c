//! Mails that were not sent: what waits, what failed and why, and trying again.

use kit::{Clock, Time};

use crate::mail::unsent::UnsentMail;
use crate::people::{Admin, Event, Events, Limited, Sudo, limits};
use crate::web::{
    Client, Db, Flash, List, Page, Paging, Path, Response, Sent, ServiceConfig, Template, once,
    redirect, render, resource,
};

const HERE: &str = "/admin/outbox";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource(HERE).get(index))
        .service(resource("/admin/outbox/{id}").post(try_again));
}

#[derive(Template)]
#[template(path = "admin/outbox.html")]
struct Index {
    page: Page,
    mails: List<UnsentMail>,
    now: Time,
}

async fn index(_: Admin, page: Page, db: Db, clock: Clock, paging: Paging) -> Response {
    let mails = UnsentMail::list(&db, paging).await?;
    render(&Index { page, mails, now: clock.now() })
}

async fn try_again(
    _: Limited<limits::Costly>, (admin, _): (Admin, Sudo), client: Client, id: Path<i64>,
    (db, events, clock): (Db, Events, Clock), sent: Sent,
) -> Response {
    let (id, now) = (*id, clock.now());
    let again = once(sent, move |conn| UnsentMail::try_again(conn, id, now));
    if admin.write(&db, again).await? == Some(true) {
        events.tell(&client, Event::MailTriedAgain.of(admin.id)).await;
    }
    Ok(redirect(HERE, Flash::success("It is tried again.")))
}
