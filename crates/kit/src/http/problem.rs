//! What goes with every refusal, whoever draws it: its line in the log, its headers, the plain words for
//! its status, and the form that programs read.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CONTENT_TYPE, HeaderValue, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE,
};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse};
use log::Level;
use serde_json::json;

use crate::error::{Error, Result};
use crate::http::client::Client;
use crate::http::flash;
use crate::limit::Wait;

/// Seconds until a client that was told 503 may try again.
const AGAIN_AFTER: HeaderValue = HeaderValue::from_static("2");

/// The middleware that logs every error which nobody has drawn yet, and puts in its place what `draw`
/// makes of its status and its cause.
pub async fn redraw<E: Into<actix_web::Error>>(
    req: ServiceRequest, next: Next<impl MessageBody + 'static>,
    draw: impl AsyncFnOnce(
        &HttpRequest,
        StatusCode,
        Option<&actix_web::Error>,
    ) -> Result<HttpResponse, E>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let res = next.call(req).await?;
    let status = res.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_drawn = res.response().error().is_none() && res.headers().contains_key(CONTENT_TYPE);
    if !is_error || is_drawn {
        return Ok(res.map_into_left_body());
    }
    let (req, cause) = (res.request(), res.response().error());
    // The page that would have shown the message is not drawn.
    flash::put_back(req);
    let sentence = cause.map_or_else(String::new, ToString::to_string);
    log_failure(&Client::of(req).request_id, status, &sentence);
    let mut drawn = draw(req, status, cause).await.map_err(Into::into)?;
    // 405 names the methods that would have worked (RFC 9110 section 15.5.6), and a cookie that
    // logs nobody in is ended on the way to the log-in page too.
    for name in [ALLOW, SET_COOKIE] {
        for value in res.headers().get_all(&name) {
            drawn.headers_mut().append(name.clone(), value.clone());
        }
    }
    Ok(res.into_response(drawn.map_into_right_body()))
}

/// The one line about a request that went wrong, with its cause.
pub fn log_failure(id: &str, status: StatusCode, cause: &str) {
    // Being busy is no mistake, and a flood of requests must not become a flood of alarms.
    let level = match status {
        StatusCode::SERVICE_UNAVAILABLE if cause == "Busy" => Level::Info,
        StatusCode::FORBIDDEN | StatusCode::MISDIRECTED_REQUEST => Level::Info,
        _ if status.is_server_error() => Level::Error,
        _ => Level::Debug,
    };
    log::log!(level, request_id = id; "{id} {}: {cause}", status.as_u16());
}

/// Problem details (RFC 9457): words, and a sentence for each field that was wrong.
pub fn problem(
    status: StatusCode, (title, detail): (&str, &str), request_id: &str, error: Option<&Error>,
) -> HttpResponse {
    let code = status.as_u16();
    let mut problem =
        json!({ "title": title, "status": code, "detail": detail, "request_id": request_id });
    if let Some(Error::Invalid(fields)) = error {
        problem["errors"] =
            fields.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
    }
    HttpResponse::build(status).content_type("application/problem+json").body(problem.to_string())
}

/// What a token was that was refused (RFC 6750 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// There was none.
    Missing,
    /// It is none of ours, or has ended.
    Invalid,
    /// It does not hold this scope.
    Lacks(&'static str),
}

/// Makes of `response` a refusal until later (RFC 6585 section 4).
pub fn until_later(mut response: HttpResponse, wait: Wait) -> HttpResponse {
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.seconds()));
    response
}

/// Tells a program in `response` when to come back after 503, and which token it lacks: RFC 9110 section
/// 15.5.2 wants a challenge with each 401; browsers ask nobody for a token.
pub fn add_headers(response: &mut HttpResponse, realm: &str, token: Token) -> Result<()> {
    let reason = match (response.status(), token) {
        (_, Token::Lacks(scope)) => format!(", error=\"insufficient_scope\", scope=\"{scope}\""),
        (StatusCode::UNAUTHORIZED, Token::Invalid) => ", error=\"invalid_token\"".to_owned(),
        (StatusCode::UNAUTHORIZED, Token::Missing) => String::new(),
        (StatusCode::SERVICE_UNAVAILABLE, _) => {
            response.headers_mut().insert(RETRY_AFTER, AGAIN_AFTER);
            return Ok(());
        }
        _ => return Ok(()),
    };
    let bearer = HeaderValue::try_from(format!("Bearer realm=\"{realm}\"{reason}"));
    let bearer = bearer.map_err(|e| Error::Internal(e.to_string()))?;
    response.headers_mut().insert(WWW_AUTHENTICATE, bearer);
    Ok(())
}

/// The plain words for a status, or for what every site refuses alike: a title and a sentence.
pub fn words(status: StatusCode, error: Option<&Error>) -> (&'static str, &'static str) {
    match (status.as_u16(), error) {
        (400, _) => ("Bad request", "Your browser sent something that we could not read."),
        (401, _) => ("Not logged in", "Log in, or send a valid token."),
        (403, Some(Error::CrossSite)) => (
            "Not allowed",
            "This request came from another site, so it was not carried out. Open the page here \
             and try again.",
        ),
        (403, _) => ("Not allowed", "You are logged in, but this is not for you to see."),
        (404, _) => ("Page not found", "There is nothing at this address, or it is not yours."),
        (405, _) => ("Not possible here", "This address exists, but not for this kind of request."),
        (408, _) => ("Too slow", "What you sent took too long to arrive. Please try again."),
        (409, Some(Error::BroughtBack)) => (
            "Nothing was done yet",
            "You were not logged in when this was sent. Go back to the page that it is from, and send \
             it again.",
        ),
        (413, _) => ("Too large", "What you sent is larger than we accept. Nothing was saved."),
        (414, _) => ("Address too long", "This address is longer than we accept."),
        (415, _) => ("Wrong kind of content", "This address does not take that kind of content."),
        (421, _) => ("Wrong address", "This site is not served under that name."),
        (422, _) => ("Not quite right", "Something you sent was not as it should be."),
        (429, _) => ("Too many tries", "Please wait a little, then try again."),
        (503, _) => ("One moment, please", "We are busy right now. Please try again shortly."),
        (500.., _) => ("Something went wrong", "That is our fault. We have taken a note of it."),
        _ => ("That did not work", "The request could not be carried out."),
    }
}
