//! One page that leads to all that guards the account.

use diesel::QueryResult;

use crate::people::{CurrentUser, PersonalToken, Session};
use crate::web::{Db, Page, Response, ServiceConfig, Template, render, resource};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account/security").get(show));
}

#[derive(Template)]
#[template(path = "accounts/security.html")]
struct SecurityPage {
    page: Page,
    sessions: i64,
    tokens: i64,
}

async fn show(user: CurrentUser, page: Page, db: Db) -> Response {
    let user_id = user.id;
    let count = move |conn: &mut _| {
        QueryResult::Ok((Session::count(conn, user_id)?, PersonalToken::count(conn, user_id)?))
    };
    let (sessions, tokens) = db.run(count).await?;
    render(&SecurityPage { page, sessions, tokens })
}
