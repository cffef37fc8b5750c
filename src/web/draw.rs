//! How an error looks: to a person, to a program, and in the log.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kit::http::accept::wants_html;
use kit::http::observe::Lost;
use kit::http::request_id::RequestId;
use log::Level;
use serde_json::json;

use crate::config::APP_NAME;
use crate::error::{Error, LAST_ADMINISTRATOR, Response, Result};
use crate::web::ended;
use crate::web::page::{Page, render_with};

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
    pub(super) fn of(req: &HttpRequest) -> Self {
        Self {
            page: Page::without_flash(req),
            wants_html: wants_html(req),
            had_token: req.headers().contains_key(header::AUTHORIZATION),
            request_id: RequestId::of(req),
        }
    }
}

/// The answer to a request that no handler brought to an end, and its line in the log.
pub fn draw_lost(lost: &Lost) -> HttpResponse {
    let status = lost.error.as_response_error().status_code();
    log_failure(lost.request_id, status, &lost.error.to_string());
    let (page, request_id) = (Page::bare(lost.path, lost.site), lost.request_id.to_owned());
    let subject = Subject { page, wants_html: lost.wants_html, had_token: false, request_id };
    draw(subject, status, Error::of(lost.error).as_ref())
        .unwrap_or_else(|_| HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR))
}

/// A page with a sentence, or problem details (RFC 9457).
pub fn draw(subject: Subject, status: StatusCode, error: Option<&Error>) -> Response {
    let had_token = subject.had_token;
    let mut response = if subject.wants_html {
        draw_page(subject, status, error)?
    } else {
        draw_problem(&subject, status, error)
    };
    if status == StatusCode::SERVICE_UNAVAILABLE {
        let again = HeaderValue::from_static(RETRY_AFTER);
        response.headers_mut().insert(header::RETRY_AFTER, again);
    }
    match (status, error) {
        (_, Some(Error::OutOfScope(scope))) => {
            let reason = format!(", error=\"insufficient_scope\", scope=\"{scope}\"");
            challenge(&mut response, &reason)?;
        }
        (StatusCode::UNAUTHORIZED, _) if had_token => {
            challenge(&mut response, ", error=\"invalid_token\"")?;
        }
        (StatusCode::UNAUTHORIZED, _) => challenge(&mut response, "")?,
        _ => {}
    }
    Ok(response)
}

/// RFC 9110 section 15.5.2 wants a challenge with each 401; browsers ask nobody for a token.
pub(super) fn challenge(response: &mut HttpResponse, reason: &str) -> Result<()> {
    let bearer = HeaderValue::try_from(format!("Bearer realm=\"{APP_NAME}\"{reason}"));
    let bearer = bearer.map_err(|e| Error::Internal(e.to_string()))?;
    response.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
    Ok(())
}

fn draw_page(subject: Subject, status: StatusCode, error: Option<&Error>) -> Response {
    let Subject { page, request_id, .. } = subject;
    let (title, sentence) = words(status, error);
    let way_out = match error {
        Some(Error::LinkEnded(_, "/login")) => ("/login", "Log in"),
        Some(Error::LinkEnded(_, "/account")) => ("/account", "Open your account"),
        Some(Error::LinkEnded(_, again)) if *again != "/" => (*again, "Get another link"),
        _ => ("/", "Go to the start page"),
    };
    let (code, request_id) = (status.as_u16(), &request_id);
    render_with(status, &ErrorPage { page, status: code, title, sentence, way_out, request_id })
}

fn draw_problem(subject: &Subject, status: StatusCode, error: Option<&Error>) -> HttpResponse {
    let (title, detail) = words(status, error);
    let (code, request_id) = (status.as_u16(), &subject.request_id);
    let mut problem =
        json!({ "title": title, "status": code, "detail": detail, "request_id": request_id });
    if let Some(Error::Request(kit::Error::Invalid(fields))) = error {
        problem["errors"] =
            fields.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    }
    HttpResponse::build(status).content_type("application/problem+json").body(problem.to_string())
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
        (403, Some(Error::Request(kit::Error::CrossSite))) => (
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
        (409, Some(Error::Request(kit::Error::BroughtBack))) => (
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
