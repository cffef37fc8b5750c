//! What happened to somebody's log-ins, for them to look through.

use actix_web::web::{Data, ServiceConfig, resource};
use askama::Template;

use crate::auth::CurrentUser;
use crate::auth::activity::Activity;
use crate::db::Db;
use crate::error::Response;
use crate::web::{List, Page, Paging, render};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account/activity").get(index));
}

#[derive(Template)]
#[template(path = "accounts/activity.html")]
struct ActivityPage {
    page: Page,
    events: List<Activity>,
}

async fn index(user: CurrentUser, page: Page, db: Data<Db>, paging: Paging) -> Response {
    let (user_id, window) = (user.id, (paging.offset(), paging.limit()));
    let found = db.run(move |conn| Activity::of(conn, user_id, window)).await?;
    render(&ActivityPage { page, events: paging.list(found) })
}
