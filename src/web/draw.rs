//! How an error looks: to a person, and to a program.

use std::borrow::Cow;

use actix_login::has_bearer;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kit::Client;
use kit::http::accept::wants_html;
use kit::http::kept::Unsent;
use kit::http::observe::Lost;
use kit::http::problem::{self, Token, log_failure, problem};

use crate::config::APP_NAME;
use crate::error::{Error, LAST_ADMINISTRATOR, LinkEnding, Response, Result};
use crate::web::page::{Page, render_with};

/// The refusals that are no fault of what was typed.
const KEEP_TYPED: [u16; 4] = [408, 413, 429, 503];

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    page: Page,
    status: u16,
    title: &'a str,
    sentence: &'a str,
    /// Where to go from here, and what that is called.
    way_out: (&'a str, &'a str),
    request_id: &'a str,
    unsent: Option<Unsent>,
}

#[derive(Template)]
#[template(path = "ended.txt")]
struct Ended {
    ending: LinkEnding,
}

/// What an error is drawn about.
pub struct Subject {
    /// For the layout of a page. Without it, the answer is JSON.
    pub page: Option<Page>,
    /// Whether the request carried credentials in its header.
    pub had_token: bool,
    pub request_id: String,
    /// What was typed, and is not lost.
    pub unsent: Option<Unsent>,
}

impl Subject {
    pub(super) fn of(req: &HttpRequest) -> Self {
        Self {
            page: wants_html(req).then(|| Page::without_flash(req)),
            had_token: has_bearer(req),
            request_id: Client::of(req).request_id,
            unsent: None,
        }
    }

    /// With what was typed, if it is kept for this refusal.
    pub(super) fn keeping(self, req: &HttpRequest, status: StatusCode) -> Self {
        let is_kept = KEEP_TYPED.contains(&status.as_u16());
        Self { unsent: if is_kept { Unsent::of(req) } else { None }, ..self }
    }
}

/// The answer to a request that no handler brought to an end, and its line in the log.
pub fn draw_lost(lost: Lost) -> HttpResponse {
    let status = lost.error.as_response_error().status_code();
    log_failure(lost.request_id, status, &lost.error.to_string());
    let page = lost.wants_html.then(|| Page::bare(lost.path, lost.site));
    let (request_id, unsent) = (lost.request_id.to_owned(), lost.unsent);
    let subject = Subject { page, had_token: false, request_id, unsent };
    draw(subject, status, Error::of(lost.error).as_ref())
        .unwrap_or_else(|_| HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR))
}

pub fn draw(subject: Subject, status: StatusCode, error: Option<&Error>) -> Response {
    let Subject { page, had_token, request_id, unsent } = subject;
    let (request_id, (title, sentence)) = (request_id.as_str(), words(status, error)?);
    let mut response = match page {
        Some(page) => {
            let (code, sentence, way_out) = (status.as_u16(), sentence.as_ref(), way_out(error));
            let unsent = unsent.filter(|_| KEEP_TYPED.contains(&code));
            let drawn =
                ErrorPage { page, status: code, title, sentence, way_out, request_id, unsent };
            render_with(status, &drawn)?
        }
        None => problem(status, (title, &sentence), request_id, refused(error)),
    };
    let token = if had_token { Token::Invalid } else { Token::Missing };
    let token = lacking(error).unwrap_or(token);
    problem::add_headers(&mut response, APP_NAME, token)?;
    Ok(match refused(error) {
        Some(kit::Error::TooOften(wait)) => problem::until_later(response, *wait),
        _ => response,
    })
}

/// What the token lacks that came with the request.
fn lacking(error: Option<&Error>) -> Option<Token> {
    match error {
        Some(Error::OutOfScope(scope)) => Some(Token::Lacks(scope)),
        _ => None,
    }
}

fn way_out(error: Option<&Error>) -> (&'static str, &'static str) {
    match error {
        Some(Error::LinkEnded(_, "/login")) => ("/login", "Log in"),
        Some(Error::LinkEnded(_, "/account")) => ("/account", "Open your account"),
        Some(Error::LinkEnded(_, again)) if *again != "/" => (*again, "Get another link"),
        _ => ("/", "Go to the start page"),
    }
}

/// What every site refuses alike.
fn refused(error: Option<&Error>) -> Option<&kit::Error> {
    match error {
        Some(Error::Request(error)) => Some(error),
        _ => None,
    }
}

fn words(status: StatusCode, error: Option<&Error>) -> Result<(&'static str, Cow<'static, str>)> {
    let (title, sentence) = match error {
        Some(Error::LinkEnded(ending, _)) => {
            let title = match ending {
                LinkEnding::NoCookie | LinkEnding::Another | LinkEnding::OtherAccount => {
                    "This link does not work here"
                }
                _ => "This link has ended",
            };
            return Ok((title, Ended { ending: *ending }.render()?.into()));
        }
        Some(Error::Forbidden) => {
            ("Not allowed", "This is for administrators. One of them could do it, or make you one.")
        }
        Some(Error::OutOfScope(_)) => ("Not allowed", "Your token is not good for this."),
        Some(Error::NotVerified) => ("Not allowed", "Confirm your e-mail address first."),
        Some(Error::NotFresh) => ("Not allowed", "Confirm your password first."),
        Some(Error::InUse(by)) => {
            let sentence = format!("One of your {by} names this. Change or delete that one first.");
            return Ok(("Still in use", sentence.into()));
        }
        Some(Error::Request(kit::Error::TooOften(wait))) => {
            return Ok((problem::words(status, None).0, wait.to_string().into()));
        }
        Some(Error::LastAdministrator) => ("You are the last administrator", LAST_ADMINISTRATOR),
        _ => problem::words(status, refused(error)),
    };
    Ok((title, sentence.into()))
}
