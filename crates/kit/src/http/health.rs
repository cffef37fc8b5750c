//! How the program is, for whoever looks after it: a load balancer, a supervisor. They ask by address, so
//! let these two stand before the check of the host.

use actix_web::web::{ServiceConfig, resource};
use actix_web::{HttpRequest, HttpResponse};

use crate::error::Error;
use crate::http::server::is_stopping;

/// Asked many times a minute, so that nobody would read it in the log.
pub(crate) const PATHS: [&str; 2] = ["/livez", "/readyz"];

/// The routes `/livez` (the program runs: a database that is away is no reason to start it again) and
/// `/readyz` (requests can be served, as `ready` says, and the program was not told to stop).
pub fn routes<F, Fut>(config: &mut ServiceConfig, ready: F)
where
    F: Fn(HttpRequest) -> Fut + Clone + 'static,
    Fut: Future<Output = actix_web::Result<()>> + 'static,
{
    let [live_path, ready_path] = PATHS;
    config.service(resource(live_path).get(async || HttpResponse::NoContent().finish()));
    config.service(resource(ready_path).get(move |req: HttpRequest| {
        let ready = ready(req);
        async move {
            if is_stopping() {
                return Err(Error::Busy.into());
            }
            ready.await.map(|()| HttpResponse::NoContent().finish())
        }
    }));
}
