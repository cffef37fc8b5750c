//! Bodies of forms and of JSON: received whole, before anybody asks who is calling. Somebody who
//! sends one byte a minute is then recognised when the last byte is there, not when the first was.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use futures_util::stream::{self, LocalBoxStream};

/// The largest body of a form: a text of tens of thousands of characters is refused with a
/// sentence at its field, and kept, instead of being cut off here.
pub const FORM_MAX_BYTES: usize = 256 * 1024;

/// A body that has arrived whole, left in the request for whoever needs it besides the handler.
pub struct Received(pub Bytes);

/// The beginning of one that is too large.
pub struct Beginning(pub Bytes);

/// Waits for the body of a form or of JSON, into `body`. It is put back for the handler; a larger one only so
/// far as it was read, with the rest behind it, so that the handler's own limit refuses it. Any other
/// kind of body (a file, a stream) is left to the handler that wants it.
pub async fn receive(req: &mut ServiceRequest, body: &mut BytesMut) {
    if !is_short(req) {
        return;
    }
    let mut arriving = req.take_payload();
    while let Some(chunk) = arriving.next().await {
        match chunk {
            Ok(chunk) if body.len() + chunk.len() <= FORM_MAX_BYTES => body.extend(chunk),
            other => {
                let room = FORM_MAX_BYTES - body.len();
                let more = other.as_ref().map_or(&[][..], |chunk| &chunk[..chunk.len().min(room)]);
                let beginning = [body, more].concat().into();
                let so_far = stream::iter([Ok(body.split().freeze()), other]);
                req.extensions_mut().insert(Beginning(beginning));
                let payload: LocalBoxStream<_> = so_far.chain(arriving).boxed_local();
                req.set_payload(Payload::Stream { payload });
                return;
            }
        }
    }
    let body = body.split().freeze();
    req.set_payload(Payload::from(body.clone()));
    req.extensions_mut().insert(Received(body));
}

/// Whether the body is of a kind that is read whole.
fn is_short(req: &ServiceRequest) -> bool {
    let kind = req.content_type();
    ["application/x-www-form-urlencoded", "application/json"]
        .iter()
        .any(|short| kind.eq_ignore_ascii_case(short))
}

/// The other end of a body that does not say how long it is. When nobody has one, Actix waits for the rest of what
/// nobody reads, however much that is and however slowly it comes; when it is in somebody's hand, Actix closes the
/// connection after the answer.
pub(crate) struct Unread {
    _body: Rc<RefCell<Payload>>,
}

impl Unread {
    /// Of the body that the request brings, for whoever answers it.
    pub(crate) fn of(req: &mut ServiceRequest) -> Option<Self> {
        if !req.chunked().unwrap_or(true) {
            return None;
        }
        let body = Rc::new(RefCell::new(req.take_payload()));
        let same = Rc::clone(&body);
        let payload = stream::poll_fn(move |cx| same.borrow_mut().poll_next_unpin(cx));
        req.set_payload(Payload::Stream { payload: payload.boxed_local() });
        Some(Self { _body: body })
    }

    /// The answer's body, with this in its hand until it has been sent.
    pub(crate) fn behind(self, body: impl MessageBody + 'static) -> BoxBody {
        BoxBody::new(Answer { body: body.boxed(), _unread: self })
    }
}

struct Answer {
    body: BoxBody,
    _unread: Unread,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>, cx: &mut Context,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}
