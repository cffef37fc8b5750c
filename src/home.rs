//! The start page, open to all, and the dashboard: the smallest protected page, to copy.

use crate::config::Registration;
use crate::people::CurrentSession;
use crate::web::{Feature, Page, Response, ServiceConfig, Template, render, resource};

pub const FEATURE: Feature = Feature::pages(routes);

fn routes(config: &mut ServiceConfig) {
    config.service(resource("/").get(start)).service(resource("/dashboard").get(dashboard));
}

#[derive(Template)]
#[template(path = "home/start.html")]
struct Start {
    page: Page,
    can_register: bool,
}

async fn start(page: Page, registration: Registration) -> Response {
    render(&Start { page, can_register: registration == Registration::Open })
}

#[derive(Template)]
#[template(path = "home/dashboard.html")]
struct Dashboard {
    page: Page,
    session: CurrentSession,
}

async fn dashboard(session: CurrentSession, page: Page) -> Response {
    render(&Dashboard { page, session })
}
