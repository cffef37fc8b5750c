//! Requests that a script makes for a part of a page (fetch, XHR, htmx). A redirect would put the
//! log-in page into the middle of that page: the script is told instead what is missing.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderValue;

use crate::http::site::Site;

/// Whether a script asks, which puts the answer into a page that is there already.
pub fn is_fragment(req: &HttpRequest) -> bool {
    says(req, "sec-fetch-dest", "empty")
        || says(req, "x-requested-with", "XMLHttpRequest")
        || is_htmx(req)
}

/// Whether it is htmx that asks, which can be told the page to go to.
pub fn is_htmx(req: &HttpRequest) -> bool {
    says(req, "hx-request", "true")
}

/// The page that the person is on, if it is one of ours to come back to.
pub fn current_page(req: &HttpRequest) -> Option<String> {
    let url = req.headers().get("hx-current-url")?.to_str().ok()?;
    let site = Site::of(req);
    site.safe_next(&site.0.hosts.path_of(url)?)
}

fn says(req: &HttpRequest, name: &str, value: &str) -> bool {
    let said = req.headers().get(name).map(HeaderValue::as_bytes);
    said.is_some_and(|said| said.eq_ignore_ascii_case(value.as_bytes()))
}
