//! The start page, open to all, and the dashboard: the smallest protected page, to copy.

use actix_web::web::{Data, ServiceConfig, resource};
use askama::Template;

use crate::auth::CurrentSession;
use crate::config::Registration;
use crate::error::Response;
use crate::web::{Page, render};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/").get(start)).service(resource("/dashboard").get(dashboard));
}

#[derive(Template)]
#[template(path = "home/start.html")]
struct Start {
    page: Page,
    can_register: bool,
}

async fn start(page: Page, registration: Data<Registration>) -> Response {
    render(&Start { page, can_register: **registration == Registration::Open })
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
