//! The outermost middleware: what every request gets, however it ends.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpResponse, rt};
use futures_util::FutureExt;
use log::Level;
use tokio::sync::Semaphore;

use crate::db::deadline;
use crate::error::Error;
use crate::peer::Peers;
use crate::web::assets::Assets;
use crate::web::body::receive;
use crate::web::draw::{Subject, draw, log_failure, wants_html};
use crate::web::headers;
use crate::web::health::is_probe;
use crate::web::kept;
use crate::web::page::Page;
use crate::web::request_id::RequestId;

/// How many requests each thread of the server works at, at a time. As many as it keeps connections,
/// but counted by themselves: a request goes on when its connection is gone.
pub const IN_FLIGHT_MAX: usize = 1024;

/// Longer paths are cut in the log.
const PATH_MAX: usize = 512;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Settings of [`observe`].
pub struct Outermost {
    /// How long a body may take to arrive, and again its answer. Actix stops clients that are slow to
    /// send their head, but not those that are slow to send a body.
    pub timeout: Duration,
    /// Whether the site is reached by https.
    pub https: bool,
    /// Tells where requests come from.
    pub peers: Peers,
    /// Room for [`IN_FLIGHT_MAX`] requests. Who finds none gets [`Error::Busy`].
    pub places: Semaphore,
}

/// Gives the request an id, waits for its body, gives its handler a time limit, turns a panic into a
/// 500, adds the security headers, and writes the line in the log.
pub async fn observe(
    settings: Data<Outermost>,
    assets: Data<Assets>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    // By itself: Actix drops what it does for a client that has gone, and whoever goes at the right
    // moment would have done something that no record and no log knows of.
    let answered = rt::spawn(answer(settings, assets, req, next)).await;
    answered.map_err(|e| Error::Internal(e.to_string()))?
}

async fn answer<B: MessageBody + 'static>(
    settings: Data<Outermost>,
    assets: Data<Assets>,
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let started = Instant::now();
    let id = RequestId::new();
    let method = req.method().clone();
    // Without the query: it may hold a secret, such as a set-up link's.
    let path: String = req.path().chars().take(PATH_MAX).collect();
    let origin = settings.peers.origin(req.request());
    let peer = origin.ip_address.clone();
    let wants_html = wants_html(req.request());
    req.extensions_mut().insert(id.clone());
    req.extensions_mut().insert(origin);
    // HEAD is GET without the body (RFC 9110 section 9.3.2); the server leaves the body out.
    if method == Method::HEAD {
        req.head_mut().method = Method::GET;
    }
    let result = carry_out(&settings, req, next).await;
    let finish = |status: StatusCode, headers: &mut HeaderMap| {
        headers::secure(headers, settings.https);
        if let Ok(value) = HeaderValue::try_from(&id.0) {
            headers.insert(REQUEST_ID, value);
        }
        let (id, ms, status) = (id.0.as_str(), started.elapsed().as_millis(), status.as_u16());
        let level = if is_probe(&path) { Level::Debug } else { Level::Info };
        log::log!(
            target: "access", level,
            request_id = id, peer = peer.as_str(), method = method.as_str(),
            path = path.as_str(), status = status, milliseconds = u64::try_from(ms).unwrap_or(u64::MAX);
            "{id} {peer} {method} {path} {status} {ms} ms"
        );
    };
    match result {
        Ok(mut res) => {
            finish(res.status(), res.headers_mut());
            Ok(res)
        }
        Err(error) => {
            // The request is gone, and with it who was logged in.
            let page = Page::bare(&path, assets);
            let subject = Subject { page, wants_html, had_token: false, request_id: id.0.clone() };
            let mut response = draw_lost(subject, &error);
            finish(response.status(), response.headers_mut());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// What the rest of the program does with a request, once that has arrived and as far as there is
/// room and time.
async fn carry_out<B: MessageBody + 'static>(
    settings: &Outermost,
    mut req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    // Gone before we could see where it came from: it would be nobody's deed in every record.
    req.peer_addr().ok_or(Error::BadRequest)?;
    let _place = settings.places.try_acquire().map_err(|_| Error::Busy)?;
    let arrived = tokio::time::timeout(settings.timeout, receive(&mut req)).await;
    arrived.map_err(|_| Error::TooSlow)?;
    let answer = AssertUnwindSafe(async {
        if kept::brings_back(&req) {
            deadline::only_look();
        }
        next.call(req).await
    });
    let answered = deadline::within(settings.timeout, answer.catch_unwind()).await?;
    answered.map_err(|panic| Error::Internal(format!("panic: {}", message(&*panic))))?
}

/// The answer to a request that no handler brought to an end.
fn draw_lost(subject: Subject, error: &actix_web::Error) -> HttpResponse {
    let status = error.as_response_error().status_code();
    let id = subject.request_id.clone();
    log_failure(&id, status, &error.to_string());
    draw(subject, status, error.as_error())
        .unwrap_or_else(|_| HttpResponse::new(StatusCode::INTERNAL_SERVER_ERROR))
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
