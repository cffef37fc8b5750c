//! Errors become answers here, and are logged here, once.

use std::borrow::Cow;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use log::Level;
use serde_json::json;

use crate::auth::{CurrentUser, Login, SecurityEvent, SecurityEvents};
use crate::config::APP_NAME;
use crate::error::{Error, LAST_ADMINISTRATOR, Response};
use crate::peer::Origin;
use crate::web::accept::prefers_html;
use crate::web::ended;
use crate::web::flash::{Flash, Shown, redirect};
use crate::web::fragment::{self, is_fragment};
use crate::web::kept::{self, Asks};
use crate::web::observe::RequestId;
use crate::web::page::{Page, render_with};
use crate::web::programs::is_for_programs;

/// Seconds until a client that was told 503 may try again.
const RETRY_AFTER: &str = "2";

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    page: Page,
    status: u16,
    title: &'a str,
    sentence: Cow<'a, str>,
    /// Where to go from here, and what that is called.
    way_out: (&'a str, &'a str),
    request_id: &'a str,
}

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
        && let Some(done) = kept::done_before(req, error).await?
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

/// What an error is drawn about.
pub struct Subject {
    /// For the layout.
    pub page: Page,
    /// A page, or JSON.
    pub wants_html: bool,
    /// Whether the request carried credentials in its header.
    pub had_token: bool,
    /// The id under which the log knows the request.
    pub request_id: String,
}

impl Subject {
    pub(super) fn of(req: &HttpRequest) -> Result<Self, Error> {
        Ok(Self {
            page: Page::without_flash(req)?,
            wants_html: wants_html(req),
            had_token: req.headers().contains_key(header::AUTHORIZATION),
            request_id: RequestId::of(req),
        })
    }
}

/// Whether the request comes from somebody who reads pages.
pub fn wants_html(req: &HttpRequest) -> bool {
    let is_person = !req.headers().contains_key(header::AUTHORIZATION) && !is_for_programs(req);
    is_person && prefers_html(req.headers())
}

/// A page with a sentence, or problem details (RFC 9457).
pub fn draw(subject: Subject, status: StatusCode, error: Option<&Error>) -> Response {
    let (title, sentence) = words(status, error);
    let Subject { page, wants_html, had_token, request_id } = subject;
    let mut response = if wants_html {
        let way_out = match error {
            Some(Error::LinkEnded(_, "/login")) => ("/login", "Log in"),
            Some(Error::LinkEnded(_, "/account")) => ("/account", "Open your account"),
            Some(Error::LinkEnded(_, again)) if *again != "/" => (*again, "Get another link"),
            _ => ("/", "Go to the start page"),
        };
        let (code, request_id) = (status.as_u16(), &request_id);
        let template = ErrorPage { page, status: code, title, sentence, way_out, request_id };
        render_with(status, &template)?
    } else {
        let mut problem = json!({
            "title": title, "status": status.as_u16(), "detail": sentence, "request_id": request_id,
        });
        if let Some(Error::Invalid(fields)) = error {
            problem["errors"] =
                fields.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
        }
        HttpResponse::build(status)
            .content_type("application/problem+json")
            .body(problem.to_string())
    };
    let headers = response.headers_mut();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
    }
    let challenge = match (status, error) {
        (_, Some(Error::OutOfScope(scope))) => Some(format!(
            "Bearer realm=\"{APP_NAME}\", error=\"insufficient_scope\", scope=\"{scope}\""
        )),
        (StatusCode::UNAUTHORIZED, _) if had_token => {
            Some(format!("Bearer realm=\"{APP_NAME}\", error=\"invalid_token\""))
        }
        (StatusCode::UNAUTHORIZED, _) => Some(format!("Bearer realm=\"{APP_NAME}\"")),
        _ => None,
    };
    if let Some(challenge) = challenge {
        let challenge =
            HeaderValue::try_from(challenge).map_err(|e| Error::Internal(e.to_string()))?;
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
    Ok(response)
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

pub(super) fn here(req: &HttpRequest) -> &str {
    req.uri().path_and_query().map_or("/", |here| here.as_str())
}

pub(super) fn with_next(page: &str, next: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{page}?next={next}")
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

/// The one line about a request that went wrong, with its cause.
pub(super) fn log_failure(id: &str, status: StatusCode, cause: &str) {
    // Being busy is no mistake, and a flood of requests must not become a flood of alarms.
    let level = match status {
        StatusCode::SERVICE_UNAVAILABLE if cause == "Busy" => Level::Info,
        StatusCode::FORBIDDEN | StatusCode::MISDIRECTED_REQUEST => Level::Info,
        _ if status.is_server_error() => Level::Error,
        _ => Level::Debug,
    };
    log::log!(level, request_id = id; "{id} {}: {cause}", status.as_u16());
}

fn words(status: StatusCode, error: Option<&Error>) -> (&'static str, Cow<'static, str>) {
    if let Some(Error::LinkEnded(ending, _)) = error {
        return ended::words(*ending);
    }
    let (title, sentence) = match (status.as_u16(), error) {
        (400, _) => ("Bad request", "Your browser sent something that we could not read."),
        (401, _) => ("Not logged in", "Log in, or send a valid token."),
        (403, Some(Error::CrossSite)) => (
            "Not allowed",
            "This request came from another site, so it was not carried out. Open the page here \
             and try again.",
        ),
        (403, Some(Error::OutOfScope(_))) => ("Not allowed", "Your token is not good for this."),
        (403, Some(Error::NotVerified)) => ("Not allowed", "Confirm your e-mail address first."),
        (403, Some(Error::NotFresh)) => ("Not allowed", "Confirm your password first."),
        (403, _) => ("Not allowed", "You are logged in, but this is not for you to see."),
        (404, _) => ("Page not found", "There is nothing at this address, or it is not yours."),
        (405, _) => ("Not possible here", "This address exists, but not for this kind of request."),
        (408, _) => ("Too slow", "What you sent took too long to arrive. Please try again."),
        (409, Some(Error::BroughtBack)) => (
            "Nothing was done yet",
            "You were not logged in when this was sent. Go back to the page that it is from, and send \
             it again.",
        ),
        (409, Some(Error::LastAdministrator)) => {
            ("You are the last administrator", LAST_ADMINISTRATOR)
        }
        (413, _) => ("Too large", "What you sent is larger than we accept. Nothing was saved."),
        (414, _) => ("Address too long", "This address is longer than we accept."),
        (415, _) => ("Wrong kind of content", "This address does not take that kind of content."),
        (421, _) => ("Wrong address", "This site is not served under that name."),
        (422, _) => ("Not quite right", "Something you sent was not as it should be."),
        (429, _) => ("Too many tries", "Please wait a little, then try again."),
        (503, _) => ("One moment, please", "We are busy right now. Please try again shortly."),
        (500.., _) => ("Something went wrong", "That is our fault. We have taken a note of it."),
        _ => ("That did not work", "The request could not be carried out."),
    };
    (title, sentence.into())
}
