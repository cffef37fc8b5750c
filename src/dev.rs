//! Pages for developers: what the program knows of itself, and the mails that nobody sends. Only on a
//! developer's machine, and only in a debug build ([`Config::is_for_developers`](crate::config::Config)):
//! whoever reads the mails can open every account.

mod developer;
mod mail;
mod me;
mod routes;
mod settings;

use self::developer::Developer;
use crate::web::{Page, Response, ServiceConfig, Template, render, resource};

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/dev").get(index))
        .service(resource("/dev/me").get(me::show))
        .service(resource("/dev/routes").get(routes::index))
        .service(resource("/dev/settings").get(settings::index))
        .configure(mail::routes);
}

#[derive(Template)]
#[template(path = "dev/index.html")]
struct Index {
    page: Page,
}

async fn index(_: Developer, page: Page) -> Response {
    render(&Index { page })
}
