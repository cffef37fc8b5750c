//! How those are answered who may not do what they asked for, until they log in, type their password or
//! prove their address. `app.rs` names the answers: replace any there.

use actix_login::next::with_next;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, ResponseError as _};
use kit::http::accept::wants_html;
use kit::http::flash::{Flash, redirect};
use kit::http::fragment::{current_page, is_fragment, is_htmx, lead_to};
use kit::http::programs::is_for_programs;

use crate::error::{Error, Response};
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
    let page = ("/login", Wanted::LogInAndRepeat);
    refuse(req, refusals, &Error::NotAuthenticated, page)
        .unwrap_or_else(|| kept::ask(req, refusals.doors, refusals.words, Asks::LogIn))
}

/// The same for the page that asks for the password, and 403.
pub fn ask_for_password(req: &HttpRequest, refusals: &Refusals) -> Response {
    let page = ("/sudo", Wanted::PasswordAndRepeat);
    refuse(req, refusals, &Error::NotFresh, page)
        .unwrap_or_else(|| kept::ask(req, refusals.doors, refusals.words, Asks::Password))
}

/// A person goes to the profile, which offers to prove the address.
pub fn ask_to_verify(req: &HttpRequest, refusals: &Refusals) -> Response {
    let page @ (profile, wanted) = ("/account", Wanted::VerifiedAddress);
    refuse(req, refusals, &Error::NotVerified, page)
        .unwrap_or_else(|| Ok(redirect(profile, Flash::notice((refusals.words)(req, wanted)))))
}

/// The answer to whoever reads no page: the status with the reason, and for a script of htmx the page to
/// go to.
fn refuse(
    req: &HttpRequest, refusals: &Refusals, error: &Error, (page, wanted): (&str, Wanted),
) -> Option<Response> {
    if wants_html(req) && !is_fragment(req) {
        return None;
    }
    let page = (is_fragment(req) && is_htmx(req) && !is_for_programs(req)).then(|| {
        let back = current_page(req).filter(|_| wanted != Wanted::VerifiedAddress);
        back.map_or_else(|| page.to_owned(), |back| with_next(page, &back))
    });
    let subject = Subject { page: None, ..Subject::of(req) };
    let drawn = draw(subject, error.status_code(), Some(error));
    Some(drawn.and_then(|mut response| {
        if let Some(page) = page {
            lead_to(&page, Flash::notice((refusals.words)(req, wanted)), &mut response)?;
        }
        Ok(response)
    }))
}
