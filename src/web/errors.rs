//! Errors become answers here; [`super::draw`] knows how they look.

use actix_login::next::with_next;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse};
use kit::Client;
use kit::http::accept::wants_html;
use kit::http::flash::{Flash, redirect};
use kit::http::problem::redraw;
use kit::http::sent::Sent;

use crate::error::{Error, Response, Result};
use crate::once::was_done;
use crate::people::{CurrentUser, Event, SecurityEvent};
use crate::state::State;
use crate::web::draw::{Subject, draw};
use crate::web::refusals::Refusals;

/// What whoever waited too long is told.
const LOG_IN_AGAIN: &str = "That took too long, or too many tries. Please log in again.";

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
    if wants_html(req)
        && let Some(done) = done_before(req, error).await?
    {
        return Ok(done);
    }
    match error {
        Some(Error::NotAuthenticated) => (refusals.not_authenticated)(req, &refusals),
        Some(Error::NotFresh) => (refusals.not_fresh)(req, &refusals),
        Some(Error::NotVerified) => (refusals.not_verified)(req, &refusals),
        Some(Error::OutOfScope(scope)) => (refusals.out_of_scope)(req, scope),
        Some(Error::DoneAlready { page, sentence }) => Ok(lead_on(req, page, sentence)),
        Some(Error::LogInAgain) => Ok(lead_on(req, "/login", LOG_IN_AGAIN)),
        _ => draw(Subject::of(req).keeping(req, status), status, error),
    }
}

async fn tell(req: &HttpRequest, status: StatusCode, error: Option<&Error>) {
    let happened = match error {
        Some(Error::OutOfScope(scope)) => {
            SecurityEvent { scope: Some(scope), ..Event::OutOfScope.of_somebody(None) }
        }
        Some(Error::NotFresh) => {
            Event::NeedsFresh.of_somebody(CurrentUser::of(req).map(|user| user.id))
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
