//! Pages for developers: what the program knows of itself, and the mails that nobody sends. Only on a
//! developer's machine, and only in a debug build ([`Config::is_for_developers`](crate::config::Config)):
//! whoever reads the mails can open every account.

mod mail;
mod me;
mod routes;
mod settings;

use kit::from_request;

use crate::web::{Error, Page, Response, ServiceConfig, Template, render, resource};

/// What proxies add to a request.
const FORWARDED: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host"];

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/dev").get(index))
        .service(resource("/dev/me").get(me::show))
        .service(resource("/dev/routes").get(routes::index))
        .service(resource("/dev/settings").get(settings::index))
        .configure(mail::routes);
}

/// Guard: who asks this machine itself. Through a tunnel that leaves everything else as it is, anybody could; for
/// them, there is no such page.
struct Developer;

from_request!(Developer, Error, |req| {
    let is_passed_on = FORWARDED.iter().any(|name| req.headers().contains_key(*name));
    if is_passed_on { Err(Error::NotFound) } else { Ok(Developer) }
});

#[derive(Template)]
#[template(path = "dev/index.html")]
struct Index {
    page: Page,
}

async fn index(_: Developer, page: Page) -> Response {
    render(&Index { page })
}
