//! What is stored about somebody: a copy of it.

use actix_web::http::header::CONTENT_DISPOSITION;
use kit::http::origin::is_from_elsewhere;
use serde_json::{Map, Value};

use crate::config::APP_NAME;
use crate::feature::Features;
use crate::people::{CurrentUser, Event, Events, Limited, Sudo, limits};
use crate::web::{
    Client, Db, Error, HttpRequest, HttpResponse, Page, Response, Result, ServiceConfig, Template,
    redirect, render, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/account/data").get(show))
        .service(resource("/account/data/copy").get(show_copy))
        .service(resource("/account/export").get(export));
}

#[derive(Template)]
#[template(path = "accounts/data.html")]
struct DataPage {
    page: Page,
}

/// Starts the download, and stays on the screen.
#[derive(Template)]
#[template(path = "accounts/data_copy.html")]
struct CopyPage {
    page: Page,
}

async fn show(_: CurrentUser, page: Page) -> Response {
    render(&DataPage { page })
}

async fn show_copy(_: Sudo, req: HttpRequest, page: Page) -> Response {
    if is_from_elsewhere(&req) {
        return Ok(lead_to_the_button());
    }
    render(&CopyPage { page })
}

/// Another site's page could fill the folder of downloads, and the list of what happened.
fn lead_to_the_button() -> HttpResponse {
    redirect("/account/data", None)
}

/// The file. Whoever has to type the password before comes back to the page that starts the download:
/// a file leaves the page on the screen that asked for it, and that would be the password's.
async fn export(
    user: Result<Sudo>, (req, client): (HttpRequest, Client), _: Limited<limits::Costly>, db: Db,
    features: Features, events: Events,
) -> Response {
    if is_from_elsewhere(&req) {
        return Ok(lead_to_the_button());
    }
    let user = match user {
        Err(Error::NotFresh) => return Ok(redirect("/sudo?next=%2Faccount%2Fdata%2Fcopy", None)),
        user => user?,
    };
    let user_id = user.id;
    let copy = move |conn: &mut _| {
        let tables = features.exports();
        let rows = tables.map(|(name, of)| Ok((name.to_owned(), of(conn, user_id)?)));
        rows.collect::<Result<Map<String, Value>>>()
    };
    let all = user.read(&db, copy).await?;
    events.tell(&client, Event::DataExported.of(user_id)).await;
    let name = format!("attachment; filename=\"{APP_NAME}-account.json\"");
    Ok(HttpResponse::Ok().insert_header((CONTENT_DISPOSITION, name)).json(all))
}
