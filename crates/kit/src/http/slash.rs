//! Addresses with a slash too many: `/login/` for `/login`.

use actix_login::next::safe;
use actix_web::http::Method;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse};

/// The answer to a request that has no route, if the same address without its last slash has one.
pub fn lead_on(req: &HttpRequest) -> Option<HttpResponse> {
    let to = without_slash(req)?;
    Some(HttpResponse::PermanentRedirect().insert_header((LOCATION, to)).finish())
}

/// The same address without its last slash, if there is something to read. Never one that a browser
/// takes for another site, such as `//evil.example` (open redirect).
fn without_slash(req: &HttpRequest) -> Option<String> {
    let is_read = req.method() == Method::GET;
    let routed = req.match_info().as_str().strip_suffix('/').filter(|_| is_read)?;
    let path = req.path().strip_suffix('/').filter(|path| safe(path).is_some())?;
    let query = req.uri().query().map_or_else(String::new, |query| format!("?{query}"));
    req.resource_map().has_resource(routed).then(|| format!("{path}{query}"))
}
