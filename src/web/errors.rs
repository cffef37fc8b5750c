//! Errors become answers here; [`super::draw`] knows how they look.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use kit::Client;
use kit::http::accept::wants_html;
use kit::http::flash::{Flash, redirect};
use kit::http::fragment::{current_page, is_fragment, is_htmx, lead_to};
use kit::http::next::with_next;
use kit::http::problem::redraw;
use kit::http::programs::is_for_programs;
use kit::http::sent::Sent;

use crate::error::{Error, Response, Result};
use crate::once::was_done;
use crate::people::{CurrentUser, Event, SecurityEvent};
use crate::state::State;
use crate::web::draw::{Subject, draw};
use crate::web::kept::{self, Asks, Doors};

/// How the refusals are answered that every application may want to word itself, and the pages that ask
/// who somebody is. They belong to features, so `app.rs` names them.
#[derive(Clone, Copy)]
pub struct Refusals {
    pub not_authenticated: fn(&HttpRequest, &Doors) -> Response,
    pub out_of_scope: fn(&HttpRequest, &'static str) -> Response,
    pub doors: Doors,
}

/// The middleware that draws every error in the form its client reads.
pub async fn render_errors(
    refusals: Refusals, req: ServiceRequest, next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    redraw(req, next, async move |req: &HttpRequest, status, cause: Option<&actix_web::Error>| {
        let error = cause.and_then(Error::of);
        tell(req, status, error.as_ref()).await;
        answer(refusals, req, status, error.as_ref()).await
    })
    .await
}

/// In the form that the request's client reads.
async fn answer(
    refusals: Refusals, req: &HttpRequest, status: StatusCode, error: Option<&Error>,
) -> Response {
    let is_page = wants_html(req);
    if is_page && let Some(done) = done_before(req, error).await? {
        return Ok(done);
    }
    match error {
        Some(Error::NotAuthenticated) => (refusals.not_authenticated)(req, &refusals.doors),
        Some(Error::OutOfScope(scope)) => (refusals.out_of_scope)(req, scope),
        Some(error @ (Error::NotFresh | Error::NotVerified)) if is_fragment(req) => {
            refuse_fragment(req, error)
        }
        Some(Error::NotFresh) if is_page => kept::ask(req, &refusals.doors, Asks::Password),
        Some(Error::NotVerified) if is_page => {
            Ok(redirect("/account", Flash::notice("Please confirm your e-mail address first.")))
        }
        Some(Error::DoneAlready { page, sentence }) => Ok(lead_on(req, page, sentence)),
        _ => draw(Subject::of(req), status, error),
    }
}

async fn tell(req: &HttpRequest, status: StatusCode, error: Option<&Error>) {
    let happened = match error {
        Some(Error::OutOfScope(scope)) => {
            SecurityEvent { scope: Some(scope), ..Event::OutOfScope.of_somebody(None) }
        }
        _ if status == StatusCode::UNAUTHORIZED => Event::Unauthorized.of_somebody(None),
        _ => return,
    };
    State::of(req).events().tell(&Client::of(req), happened).await;
}

/// To where the first of two clicks led. Its answer may never have arrived, and with it the log-in.
fn lead_on(req: &HttpRequest, page: &str, sentence: &'static str) -> HttpResponse {
    let is_open = page == "/login" || CurrentUser::of(req).is_some();
    let to = if is_open { page.to_owned() } else { with_next("/login", page) };
    redirect(&to, Flash::notice(sentence))
}

/// A program gets 403 and the name of the scope (RFC 6750 section 3.1).
pub fn name_the_scope(req: &HttpRequest, scope: &'static str) -> Response {
    draw(Subject::of(req), StatusCode::FORBIDDEN, Some(&Error::OutOfScope(scope)))
}

/// A person goes to the log-in page, and back here after it; what they sent is kept meanwhile, and
/// not carried out. A program gets 401, and so does a script in a page.
pub fn ask_to_log_in(req: &HttpRequest, doors: &Doors) -> Response {
    let error = Error::NotAuthenticated;
    if is_fragment(req) {
        return refuse_fragment(req, &error);
    }
    if !wants_html(req) {
        return draw(Subject::of(req), StatusCode::UNAUTHORIZED, Some(&error));
    }
    kept::ask(req, doors, Asks::LogIn)
}

/// The answer to a script whose person has to log in, to type their password or to prove their
/// address first: 401 or 403 with the reason, and for htmx the page to go to.
fn refuse_fragment(req: &HttpRequest, error: &Error) -> Response {
    let subject = Subject { page: None, ..Subject::of(req) };
    let mut response = draw(subject, error.status_code(), Some(error))?;
    if is_htmx(req) && !is_for_programs(req) {
        let (page, sentence) = match error {
            Error::NotVerified => ("/account", "Please confirm your e-mail address first."),
            Error::NotFresh => ("/sudo", "Please confirm your password, then do it again."),
            _ => ("/login", "Please log in, then do it again."),
        };
        let back = current_page(req).filter(|_| page != "/account");
        let page = back.map_or_else(|| page.to_owned(), |back| with_next(page, &back));
        lead_to(&page, Flash::notice(sentence), &mut response)?;
    }
    Ok(response)
}

/// The answer to a form that is refused because it was carried out before: a second click on "Delete
/// it" finds nothing to delete, and one on "Change the password" a session that has another cookie.
async fn done_before(req: &HttpRequest, error: Option<&Error>) -> Result<Option<HttpResponse>> {
    use Error::{LinkEnded, NotAuthenticated, NotFound};
    if !matches!(error, Some(NotAuthenticated | NotFound | LinkEnded(..))) {
        return Ok(None);
    }
    let is_done = was_done(&Sent::of(req), State::of(req).db()).await?;
    Ok(is_done.then(|| redirect("/", Flash::success("That was done, by your first click."))))
}
