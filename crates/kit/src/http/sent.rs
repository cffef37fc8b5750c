//! A form as it was sent, by which one that is sent twice is known.

use std::convert::Infallible;

use actix_login::{hash_token, random_token};
use actix_web::{HttpMessage as _, HttpRequest};
use time::PrimitiveDateTime;

use crate::http::body::Received;
use crate::http::fields::{FORM_ID, Fields};
use crate::http::site::Site;

/// A form as it was sent, to be carried out once. One that came without an id is carried out as often
/// as it comes.
#[derive(Clone, Debug)]
pub struct Sent {
    id: String,
    mark: Option<Mark>,
}

/// By what a form is known that was carried out.
#[derive(Clone, Debug)]
pub struct Mark {
    /// A hash of all that was sent.
    pub hash: String,
    /// When.
    pub sent_at: PrimitiveDateTime,
}

impl Default for Sent {
    /// A form to be drawn, with an id that no other has.
    fn default() -> Self {
        Self { id: random_token(), mark: None }
    }
}

impl Sent {
    /// A form that came with the id that it was drawn with, if any. All that was sent counts, not the
    /// id alone: the same form with another text in it is another wish, and to answer it with "saved"
    /// would lose that text.
    pub(crate) fn new(req: &HttpRequest, fields: &Fields, body: &[u8]) -> Self {
        let id = fields.get(FORM_ID).unwrap_or_default().to_owned();
        let (address, sent_at) = (req.uri(), Site::of(req).clock().now());
        let hash = hash_token(&format!("{address}\n{}", String::from_utf8_lossy(body)));
        let mark = (!id.is_empty()).then_some(Mark { hash, sent_at });
        Self { id, mark }
    }

    /// The form that a request carries, if it is one.
    pub fn of(req: &HttpRequest) -> Self {
        let extensions = req.extensions();
        match (Fields::of(req), extensions.get::<Received>()) {
            (Some(fields), Some(body)) => Self::new(req, &fields, &body.0),
            _ => Self::default(),
        }
    }

    /// For the hidden field `form_id`. A form that is drawn again has the one it came with.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What to remember of it when it is carried out.
    pub fn mark(&self) -> Option<&Mark> {
        self.mark.as_ref()
    }
}

// For a form that is nothing but a button.
crate::from_request!(Sent, Infallible, |req| Ok(Sent::of(req)));
