//! Requests that a script makes for a part of a page (fetch, XHR, htmx). A redirect would put the
//! log-in page into the middle of that page: the script is told instead what is missing.

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, ResponseError as _};

use crate::error::{Error, Response};
use crate::web::draw::{Subject, draw};
use crate::web::flash::Flash;
use crate::web::next::{safe_next, with_next};
use crate::web::origin::Origins;
use crate::web::programs::is_for_programs;

/// Whether a script asks, which puts the answer into a page that is there already.
pub fn is_fragment(req: &HttpRequest) -> bool {
    says(req, "sec-fetch-dest", "empty")
        || says(req, "x-requested-with", "XMLHttpRequest")
        || is_htmx(req)
}

/// Whether a script asks, whose person is logged in and has to do more than that.
pub fn lacks_more(req: &HttpRequest, error: &Error) -> bool {
    matches!(error, Error::NotFresh | Error::NotVerified) && is_fragment(req)
}

/// The answer to a script whose person has to log in, to type their password or to prove their
/// address first: 401 or 403 with the reason, and for htmx the page to go to.
pub fn refuse(req: &HttpRequest, error: &Error) -> Response {
    let subject = Subject { wants_html: false, ..Subject::of(req)? };
    let mut response = draw(subject, error.status_code(), Some(error))?;
    if is_htmx(req) && !is_for_programs(req) {
        let (page, sentence) = way_out(req, error);
        let page = HeaderValue::try_from(page).map_err(|e| Error::Internal(e.to_string()))?;
        response.headers_mut().insert(header::HeaderName::from_static("hx-redirect"), page);
        response.extensions_mut().insert(Flash::notice(sentence));
    }
    Ok(response)
}

/// The page where a person can do what is missing, and what they are told there.
fn way_out(req: &HttpRequest, error: &Error) -> (String, &'static str) {
    let (page, sentence) = match error {
        Error::NotVerified => {
            return ("/account".to_owned(), "Please confirm your e-mail address first.");
        }
        Error::NotFresh => ("/sudo", "Please confirm your password, then do it again."),
        _ => ("/login", "Please log in, then do it again."),
    };
    let back = current_page(req).map(|here| with_next(page, &here));
    (back.unwrap_or_else(|| page.to_owned()), sentence)
}

/// The page that the person is on, if it is one of ours to come back to.
fn current_page(req: &HttpRequest) -> Option<String> {
    let url = req.headers().get("hx-current-url")?.to_str().ok()?;
    safe_next(&req.app_data::<Data<Origins>>()?.path_of(url)?)
}

fn is_htmx(req: &HttpRequest) -> bool {
    says(req, "hx-request", "true")
}

fn says(req: &HttpRequest, name: &str, value: &str) -> bool {
    let said = req.headers().get(name).map(HeaderValue::as_bytes);
    said.is_some_and(|said| said.eq_ignore_ascii_case(value.as_bytes()))
}
