//! How those are answered who may not do what they asked for, until they log in, type their password or
//! prove their address. `app.rs` names the answers: replace any there.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use kit::http::accept::wants_html;
use kit::http::flash::{Flash, redirect};
use kit::http::fragment::{is_fragment, lead_to, way_to};

use crate::error::{Error, Response, Result};
use crate::people::Entrant;
use crate::web::draw::{Subject, draw};
use crate::web::kept::{self, Asks, Doors};
use crate::web::words::{Wanted, Words};

type Refuse = fn(&HttpRequest, &Refusals) -> Response;

/// The answers, the pages that ask who somebody is, and the words. The pages belong to features.
#[derive(Clone, Copy)]
pub struct Refusals {
    pub not_authenticated: Refuse,
    pub not_fresh: Refuse,
    pub not_verified: Refuse,
    pub out_of_scope: fn(&HttpRequest, &'static str) -> Response,
    pub doors: Doors,
    pub words: Words,
}

/// A program gets 403 and the name of the scope (RFC 6750 section 3.1).
pub fn name_the_scope(req: &HttpRequest, scope: &'static str) -> Response {
    draw(Subject::of(req), StatusCode::FORBIDDEN, Some(&Error::OutOfScope(scope)))
}

/// A person goes to the log-in page, and back here after it; what they sent is kept meanwhile, and
/// not carried out. A program gets 401, and so does a script in a page.
pub fn ask_to_log_in(req: &HttpRequest, refusals: &Refusals) -> Response {
    if Entrant::is_on_the_way(req) {
        return ask_for_factor(req, refusals);
    }
    let page = ("/login", Wanted::LogInAndRepeat);
    refuse(req, refusals, &Error::NotAuthenticated, page)?
        .map_or_else(|| kept::ask(req, refusals.doors, refusals.words, Asks::LogIn), Ok)
}

/// A person who must have a second factor goes to where one is set up.
fn ask_for_factor(req: &HttpRequest, refusals: &Refusals) -> Response {
    let page = ("/account/second-factor/new", Wanted::SecondFactor);
    send_to(req, refusals, &Error::NotAuthenticated, page)
}

/// The same for the page that asks for the password, and 403.
pub fn ask_for_password(req: &HttpRequest, refusals: &Refusals) -> Response {
    let page = ("/sudo", Wanted::PasswordAndRepeat);
    refuse(req, refusals, &Error::NotFresh, page)?
        .map_or_else(|| kept::ask(req, refusals.doors, refusals.words, Asks::Password), Ok)
}

/// A person goes to the profile, which offers to prove the address.
pub fn ask_to_verify(req: &HttpRequest, refusals: &Refusals) -> Response {
    send_to(req, refusals, &Error::NotVerified, ("/account", Wanted::VerifiedAddress))
}

/// A person goes to a page, and does not come back from there; whoever reads none is refused.
fn send_to(
    req: &HttpRequest, refusals: &Refusals, error: &Error, to @ (page, wanted): (&str, Wanted),
) -> Response {
    let refused = refuse(req, refusals, error, to)?;
    let words = || Flash::notice((refusals.words)(req, wanted));
    Ok(refused.unwrap_or_else(|| redirect(page, words())))
}

/// The answer to whoever reads no page: the status with the reason, and for a script of htmx the page to
/// go to.
fn refuse(
    req: &HttpRequest, refusals: &Refusals, error: &Error, (page, wanted): (&str, Wanted),
) -> Result<Option<HttpResponse>> {
    if wants_html(req) && !is_fragment(req) {
        return Ok(None);
    }
    let subject = Subject { page: None, ..Subject::of(req) };
    let mut response = draw(subject, error.status_code(), Some(error))?;
    if let Some(page) = way_to(req, page, wanted.leads_back()) {
        lead_to(&page, Flash::notice((refusals.words)(req, wanted)), &mut response)?;
    }
    Ok(Some(response))
}
