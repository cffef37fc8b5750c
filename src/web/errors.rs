//! Errors become answers here, and are logged here, once; [`super::draw`] knows how they look.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};

use crate::auth::{CurrentUser, Login, SecurityEvent, SecurityEvents};
use crate::db::Db;
use crate::error::{Error, Response, Result};
use crate::peer::Origin;
use crate::web::draw::{Subject, draw, log_failure, wants_html};
use crate::web::flash::{Flash, Shown, redirect};
use crate::web::form::sent_by;
use crate::web::fragment::{self, is_fragment};
use crate::web::kept::{self, Asks};
use crate::web::next::{here, with_next};
use crate::web::request_id::RequestId;

/// The middleware that draws every error in the form its client reads.
pub async fn render_errors(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let res = next.call(req).await?;
    let status = res.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_drawn =
        res.response().error().is_none() && res.headers().contains_key(header::CONTENT_TYPE);
    if !is_error || is_drawn {
        return Ok(res.map_into_left_body());
    }
    let error = res.response().error().and_then(|error| error.as_error::<Error>());
    let req = res.request();
    // The page that would have shown the message is not drawn.
    req.extensions_mut().remove::<Shown>();
    let cause = res.response().error().map_or_else(String::new, ToString::to_string);
    log_failure(&RequestId::of(req), status, &cause);
    tell(req, status, error).await;
    let mut drawn = answer(req, status, error).await?;
    // 405 names the methods that would have worked (RFC 9110 section 15.5.6), and a cookie that
    // logs nobody in is ended on the way to the log-in page too.
    for name in [header::ALLOW, header::SET_COOKIE] {
        for value in res.headers().get_all(&name) {
            drawn.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(res.into_response(drawn.map_into_right_body()))
}

/// In the form that the request's client reads.
async fn answer(req: &HttpRequest, status: StatusCode, error: Option<&Error>) -> Response {
    if wants_html(req)
        && let Some(done) = done_before(req, error).await?
    {
        return Ok(done);
    }
    let refusals = req.app_data::<Data<Refusals>>();
    match (error, refusals) {
        (Some(Error::NotAuthenticated), Some(refusals)) => (refusals.not_authenticated)(req),
        (Some(Error::OutOfScope(scope)), Some(refusals)) => (refusals.out_of_scope)(req, scope),
        (Some(error), _) if fragment::lacks_more(req, error) => fragment::refuse(req, error),
        (Some(Error::NotFresh), _) if wants_html(req) => ask_for_password(req),
        (Some(Error::NotVerified), _) if wants_html(req) => {
            Ok(redirect("/account", Flash::notice("Please confirm your e-mail address first.")))
        }
        (Some(Error::DoneAlready { page, sentence }), _) => Ok(lead_on(req, page, sentence)),
        _ => draw(Subject::of(req)?, status, error),
    }
}

/// How the two refusals that every application may want to word itself are answered. Set in one
/// place, `REFUSALS` in `app.rs`.
pub struct Refusals {
    /// For [`Error::NotAuthenticated`].
    pub not_authenticated: fn(&HttpRequest) -> Response,
    /// For [`Error::OutOfScope`].
    pub out_of_scope: fn(&HttpRequest, &'static str) -> Response,
}

async fn tell(req: &HttpRequest, status: StatusCode, error: Option<&Error>) {
    let event = match error {
        Some(Error::OutOfScope(scope)) => SecurityEvent::OutOfScope { scope },
        _ if status == StatusCode::UNAUTHORIZED => SecurityEvent::Unauthorized,
        _ => return,
    };
    if let Some(events) = req.app_data::<Data<SecurityEvents>>() {
        events.tell(&Origin::of(req), event).await;
    }
}

/// To the page that asks for the password, and back here after it.
fn ask_for_password(req: &HttpRequest) -> Response {
    if req.method() == Method::GET {
        return Ok(redirect(&with_next("/sudo", here(req)), None));
    }
    kept::ask(req, "/sudo", Asks::Password)
}

/// To where the first of two clicks led. Its answer may never have arrived, and with it the log-in.
fn lead_on(req: &HttpRequest, page: &str, sentence: &'static str) -> HttpResponse {
    let is_open = page == "/login" || CurrentUser::<Login>::of(req).is_some();
    let to = if is_open { page.to_owned() } else { with_next("/login", page) };
    redirect(&to, Flash::notice(sentence))
}

/// A program gets 403 and the name of the scope (RFC 6750 section 3.1).
pub fn name_the_scope(req: &HttpRequest, scope: &'static str) -> Response {
    draw(Subject::of(req)?, StatusCode::FORBIDDEN, Some(&Error::OutOfScope(scope)))
}

/// A person goes to the log-in page, and back here after it; what they sent is kept meanwhile, and
/// not carried out. A program gets 401, and so does a script in a page.
pub fn ask_to_log_in(req: &HttpRequest) -> Response {
    if is_fragment(req) {
        return fragment::refuse(req, &Error::NotAuthenticated);
    }
    if !wants_html(req) {
        return draw(Subject::of(req)?, StatusCode::UNAUTHORIZED, Some(&Error::NotAuthenticated));
    }
    if req.method() != Method::GET {
        return kept::ask(req, "/login", Asks::LogIn);
    }
    let to = with_next("/login", here(req));
    Ok(redirect(&to, Flash::notice("Please log in to see this page.")))
}

/// The answer to a form that is refused because it was carried out before: a second click on "Delete
/// it" finds nothing to delete, and one on "Change the password" a session that has another cookie.
async fn done_before(req: &HttpRequest, error: Option<&Error>) -> Result<Option<HttpResponse>> {
    use Error::{LinkEnded, NotAuthenticated, NotFound};
    let may_be = matches!(error, Some(NotAuthenticated | NotFound | LinkEnded(..)));
    let (true, Some(db)) = (may_be, req.app_data::<Data<Db>>()) else { return Ok(None) };
    let is_done = sent_by(req).was_done(db).await?;
    Ok(is_done.then(|| redirect("/", Flash::success("That was done, by your first click."))))
}
