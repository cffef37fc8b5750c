//! How the app is, for whoever looks after it: a load balancer, a supervisor. They ask by address, so
//! these two stand before the check of the host.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, resource};

use crate::db::Db;
use crate::error::Response;

/// Asked many times a minute.
pub const PATHS: [&str; 2] = ["/livez", "/readyz"];

/// The routes of these two.
pub fn routes(config: &mut ServiceConfig) {
    let [live, ready] = PATHS;
    config.service(resource(live).get(is_alive)).service(resource(ready).get(is_ready));
}

/// The program runs. A database that is away is no reason to start it again.
async fn is_alive() -> HttpResponse {
    HttpResponse::NoContent().finish()
}

/// Requests can be served: the database answers, and its tables are those of this program.
async fn is_ready(db: Db) -> Response {
    db.is_ready().await?;
    Ok(HttpResponse::NoContent().finish())
}
