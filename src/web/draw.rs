//! How an error looks: to a person, to a program, and in the log.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use log::Level;
use serde_json::json;

use crate::config::APP_NAME;
use crate::error::{Error, LAST_ADMINISTRATOR, Response};
use crate::web::accept::prefers_html;
use crate::web::ended;
use crate::web::page::{Page, render_with};
use crate::web::programs::is_for_programs;
use crate::web::request_id::RequestId;

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
