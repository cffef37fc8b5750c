//! Requests that a script makes for a part of a page (fetch, XHR, htmx). A redirect would put the
//! log-in page into the middle of that page: the script is told instead what is missing.

use actix_login::next::with_next;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use crate::error::{Error, Result};
use crate::http::flash::Flash;
use crate::http::programs::is_for_programs;
use crate::http::site::Site;

/// Whether a script asks, which puts the answer into a page that is there already.
pub fn is_fragment(req: &HttpRequest) -> bool {
    says(req, "sec-fetch-dest", "empty")
        || says(req, "x-requested-with", "XMLHttpRequest")
        || is_htmx(req)
}

/// Whether it is htmx that asks, which can be told the page to go to.
fn is_htmx(req: &HttpRequest) -> bool {
    says(req, "hx-request", "true")
}

/// The page that the person is on, if it is one of ours to come back to.
fn current_page(req: &HttpRequest) -> Option<String> {
    let url = req.headers().get("hx-current-url")?.to_str().ok()?;
    let site = Site::of(req);
    site.safe_next(&site.0.hosts.path_of(url)?)
}

/// Where a script is to leave for, if it is htmx, which can be told: the page, with the way back if
/// somebody `returns` from there. What is for programs leads nowhere.
pub fn way_to(req: &HttpRequest, page: &str, returns: bool) -> Option<String> {
    if !is_htmx(req) || is_for_programs(req) {
        return None;
    }
    let back = current_page(req).filter(|_| returns);
    Some(back.map_or_else(|| page.to_owned(), |back| with_next(page, &back)))
}

/// Tells htmx to leave for a page, and what to say there.
pub fn lead_to(page: &str, flash: Flash, response: &mut HttpResponse) -> Result<()> {
    let page = HeaderValue::try_from(page).map_err(|e| Error::Internal(e.to_string()))?;
    response.headers_mut().insert(HeaderName::from_static("hx-redirect"), page);
    response.extensions_mut().insert(flash);
    Ok(())
}

fn says(req: &HttpRequest, name: &str, value: &str) -> bool {
    let said = req.headers().get(name).map(HeaderValue::as_bytes);
    said.is_some_and(|said| said.eq_ignore_ascii_case(value.as_bytes()))
}
