//! What happened to somebody's log-ins, for them to look through.

use crate::people::{Activity, CurrentUser};
use crate::web::{Db, List, Page, Paging, Response, ServiceConfig, Template, render, resource};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account/activity").get(index));
}

#[derive(Template)]
#[template(path = "accounts/activity.html")]
struct ActivityPage {
    page: Page,
    events: List<Activity>,
}

async fn index(user: CurrentUser, page: Page, db: Db, paging: Paging) -> Response {
    let user_id = user.id;
    let events = db.list(paging, move |conn| Activity::of(conn, user_id, paging)).await?;
    render(&ActivityPage { page, events })
}
