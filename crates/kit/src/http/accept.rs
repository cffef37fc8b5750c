//! What kind of answer a client would like, by the header `Accept` (RFC 9110 section 12.5.1).

use actix_login::has_bearer;
use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, HeaderMap, HeaderValue, Quality, QualityItem};
use actix_web::mime::Mime;

use crate::http::programs::is_for_programs;

/// Whether the request comes from somebody who reads pages.
pub fn wants_html(req: &HttpRequest) -> bool {
    let is_person = !has_bearer(req) && !is_for_programs(req);
    is_person && prefers_html(req.headers())
}

/// Whether a page is asked for as such, and nothing of JSON is liked better. Every program accepts
/// "everything"; only a browser names pages, or texts.
fn prefers_html(headers: &HeaderMap) -> bool {
    // As browsers begin: nothing can be liked better, and the rest need not be read.
    let first = headers.get(ACCEPT).map_or(&[][..], HeaderValue::as_bytes);
    if first.starts_with(b"text/html,") {
        return true;
    }
    let accepted: Vec<_> = headers.get_all(ACCEPT).flat_map(ranges).collect();
    let quality = |name: &str| {
        let named = accepted.iter().filter(|range| range.item.essence_str() == name);
        named.map(|range| range.quality).max()
    };
    // Of those that match, the most specific one counts.
    let best =
        |names: &[&str]| names.iter().find_map(|name| quality(name)).unwrap_or(Quality::ZERO);
    let html = best(&["text/html", "application/xhtml+xml", "text/*"]);
    let json = best(&["application/json", "application/problem+json", "application/*", "*/*"]);
    html > Quality::ZERO && html >= json
}

/// The media ranges of one line. What is none is left out; it says nothing about the others.
fn ranges(line: &HeaderValue) -> Vec<QualityItem<Mime>> {
    let mut is_quoted = false;
    String::from_utf8_lossy(line.as_bytes())
        .split(|c| {
            is_quoted ^= c == '"';
            c == ',' && !is_quoted
        })
        .filter_map(|range| range.trim_ascii().parse().ok())
        .collect()
}
