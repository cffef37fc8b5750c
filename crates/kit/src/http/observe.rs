//! The outermost middleware: what every request gets, however it ends.

use std::any::Any;
use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ResponseHead, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method};
use actix_web::middleware::Next;
use actix_web::web::{BytesMut, Data};
use actix_web::{HttpMessage, rt};
use futures_util::FutureExt;
use log::Level;

use crate::error::Error;
use crate::http::accept::wants_html;
use crate::http::body::{Unread, receive};
use crate::http::kept::{Arrived, Unsent};
use crate::http::site::{OfThread, Site};
use crate::http::{deadline, headers, health, kept, request_id};
use crate::metrics::measure;
use crate::signals::is_stopping;

/// How many requests each thread of the server works at, at a time. As many as it keeps connections,
/// but counted by themselves: a request goes on when its connection is gone.
pub const IN_FLIGHT_MAX: usize = 1024;

/// Longer paths are cut in the log.
const PATH_MAX: usize = 512;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request that no handler brought to an end, as far as it is still known.
pub struct Lost<'a> {
    /// The site that it came to.
    pub site: &'a Site,
    /// Its path.
    pub path: &'a str,
    /// Whether it came from somebody who reads pages.
    pub wants_html: bool,
    /// The id under which the log knows it.
    pub request_id: &'a str,
    /// What happened.
    pub error: &'a actix_web::Error,
    /// What was typed into the form that it carried.
    pub unsent: Option<Unsent>,
}

/// Gives the request an id, waits for its body, gives its handler a time limit, turns a panic into a
/// 500, adds the security headers, and writes the line in the log.
pub async fn observe(
    req: ServiceRequest, next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let here = OfThread::of(req.request()).clone();
    // By itself: Actix drops what it does for a client that has gone, and whoever goes at the right
    // moment would have done something that no record and no log knows of.
    let answered = rt::spawn(measure(req, |req| answer(here, req, next))).await;
    answered.map_err(|e| Error::Internal(e.to_string()))?
}

async fn answer<B: MessageBody + 'static>(
    here: Data<OfThread>, mut req: ServiceRequest, next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let (site, entry) = (Site::of(req.request()).clone(), Entry::begin(&req));
    let unread = Unread::of(&mut req);
    match carry_out(here, req, next, &entry).await {
        Ok(mut res) => {
            entry.finish(&site, res.response_mut().head_mut());
            Ok(match unread {
                Some(unread) => res.map_body(|_, body| EitherBody::right(unread.behind(body))),
                None => res.map_into_left_body(),
            })
        }
        Err(error) => {
            // The request is gone, and with it who was logged in.
            let (path, request_id) = (entry.path.as_str(), entry.id.as_str());
            let wants_html = entry.wants_html;
            let unsent = entry.arrived.take().and_then(Arrived::unsent);
            let lost = Lost { site: &site, path, wants_html, request_id, error: &error, unsent };
            let mut response = (site.0.draw)(lost);
            entry.finish(&site, response.head_mut());
            if let Some(unread) = unread {
                response = response.map_body(|_, body| unread.behind(body));
            }
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// What the rest of the program does with a request, once that has arrived and as far as there is
/// room and time.
async fn carry_out<B: MessageBody + 'static>(
    here: Data<OfThread>, mut req: ServiceRequest, next: Next<B>, entry: &Entry,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let site = Site::of(req.request()).clone();
    let client = site.0.proxies.client(req.request(), entry.id.clone());
    req.extensions_mut().insert(client);
    // HEAD is GET without the body (RFC 9110 section 9.3.2); the server leaves the body out.
    if req.method() == Method::HEAD {
        req.head_mut().method = Method::GET;
    }
    // Gone before we could see where it came from: it would be nobody's deed in every record.
    req.peer_addr().ok_or(Error::BadRequest)?;
    let _place = here.places.try_acquire().map_err(|_| Error::Busy)?;
    let mut body = BytesMut::new();
    let arrived = tokio::time::timeout(site.0.timeout, receive(&mut req, &mut body)).await;
    entry.keep(&req, &body);
    arrived.map_err(|_| Error::TooSlow)?;
    let answer = AssertUnwindSafe(async {
        if kept::brings_back(&req) {
            deadline::only_look();
        }
        next.call(req).await
    });
    let answered = deadline::within(site.0.timeout, answer.catch_unwind()).await?;
    answered.map_err(|panic| Error::Internal(format!("panic: {}", message(&*panic))))?
}

/// What the log says of a request.
struct Entry {
    started: Instant,
    id: String,
    peer: String,
    method: Method,
    path: String,
    wants_html: bool,
    level: Level,
    /// What was typed, in case that the request is lost.
    arrived: Cell<Option<Arrived>>,
}

impl Entry {
    fn begin(req: &ServiceRequest) -> Self {
        let site = Site::of(req.request());
        let address = site.0.proxies.address(req.request());
        let is_probe = health::PATHS.contains(&req.path());
        Self {
            started: Instant::now(),
            id: request_id::next(),
            peer: address.map_or_else(String::new, |address| address.to_string()),
            method: req.method().clone(),
            // Without the query: it may hold a secret, such as a link's.
            path: req.path().chars().take(PATH_MAX).collect(),
            wants_html: wants_html(req.request()),
            level: if is_probe { Level::Debug } else { Level::Info },
            arrived: Cell::default(),
        }
    }

    /// Remembers what was typed: it has arrived, or as much as this.
    fn keep(&self, req: &ServiceRequest, so_far: &[u8]) {
        if self.wants_html && self.method == Method::POST {
            self.arrived.set(Arrived::of(req.request(), so_far));
        }
    }

    fn finish(&self, site: &Site, head: &mut ResponseHead) {
        headers::secure(&mut head.headers, site.0.https);
        // By the time the port closes, nobody has a kept connection to send one more request over.
        if is_stopping() {
            head.set_connection_type(ConnectionType::Close);
        }
        let Self { id, peer, method, path, .. } = self;
        if let Ok(value) = HeaderValue::try_from(id) {
            head.headers.insert(REQUEST_ID, value);
        }
        let (ms, status) = (self.started.elapsed().as_millis(), head.status.as_u16());
        log::log!(
            target: "access", self.level,
            request_id = id.as_str(), peer = peer.as_str(), method = method.as_str(),
            path = path.as_str(), status = status, milliseconds = u64::try_from(ms).unwrap_or(u64::MAX);
            "{id} {peer} {method} {path} {status} {ms} ms"
        );
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
