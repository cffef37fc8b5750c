//! Forms: what was typed, and what is wrong with it.

use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use serde::de::DeserializeOwned;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::once::Sent;
use crate::text;
use crate::user::Email;
use crate::web::body::Received;
use crate::web::fields::{FORM_ID, Fields, is_form};
use crate::web::kept;

/// The fields of a form, and their rules.
///
/// Let all fields be texts: what does not fit into a number could not be shown again as it was typed.
pub trait Form: DeserializeOwned + Default + 'static {
    /// Whether a form that holds a name twice is refused. For those of standards that say so; the
    /// last one counts otherwise.
    const REFUSES_REPEATS: bool = false;

    /// Tidies what was typed and notes in `errors` what is wrong, a sentence for each field.
    fn check(&mut self, errors: &mut Errors);
}

/// The sentences about a form's fields.
#[derive(Clone, Debug, Default)]
pub struct Errors(Vec<(&'static str, String)>);

impl Errors {
    /// Notes a sentence for a field; the first one of a field counts. The field `""` is the form
    /// as a whole.
    pub fn add(&mut self, field: &'static str, sentence: impl Into<String>) {
        if self.get(field).is_none() {
            self.0.push((field, sentence.into()));
        }
    }

    /// Trims `text` and notes when it is empty or longer than `max` characters. `what` names it
    /// within a sentence ("a title").
    pub fn require(&mut self, field: &'static str, text: &mut String, what: &str, max: usize) {
        *text = text::trim(text).to_owned();
        if text.is_empty() {
            self.add(field, format!("Enter {what}."));
        }
        if text.contains(|c: char| c.is_control() || LINE_ENDS.contains(&c)) {
            self.add(field, "Use letters, digits and signs in one line.");
        }
        // They show a name as another one, and turn what stands beside it ("Trojan Source").
        if text.contains(turns_direction) {
            self.add(field, "Leave out the invisible signs that turn the direction of writing.");
        }
        self.limit(field, text, max);
    }

    /// Notes when `text` is no e-mail address.
    pub fn email(&mut self, field: &'static str, text: &str) {
        if let Err(sentence) = Email::parse(text) {
            self.add(field, sentence);
        }
    }

    /// The same as [`Self::require`] for a text of several lines, which may be empty. Browsers send
    /// each line break as two characters and count it as one: it becomes one.
    pub fn text(&mut self, field: &'static str, text: &mut String, max: usize) {
        *text = text.replace("\r\n", "\n");
        if text.contains(|c: char| c.is_control() && c != '\n' && c != '\t') {
            self.add(field, "This holds characters that cannot be shown.");
        }
        self.limit(field, text, max);
    }

    /// Notes when `text` is longer than `max` characters.
    pub fn limit(&mut self, field: &'static str, text: &str, max: usize) {
        let length = text.chars().count();
        if length > max {
            self.add(field, format!("Use at most {max} characters; these are {length}."));
        }
    }

    /// The sentence for a field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| *name == field).map(|(_, sentence)| sentence.as_str())
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, for an answer to a program.
    pub fn into_error(self) -> Error {
        Error::Invalid(self.0)
    }
}

/// Unicode's own line breaks, which are no control characters.
const LINE_ENDS: [char; 2] = ['\u{2028}', '\u{2029}'];

/// What Unicode calls `Bidi_Control`: marks, embeddings, overrides and isolates. Texts in Arabic or
/// Hebrew need none of them in a name.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A form on its way: empty, filled from a row, or as a person submitted it. A page that takes one
/// serves "new", "edit" and "please correct this" alike. As a handler's argument it is read from
/// the request's body and checked.
#[derive(Debug, Default)]
pub struct Submitted<F> {
    /// The fields, as typed.
    pub fields: F,
    /// What is wrong with them.
    pub errors: Errors,
    /// Whether it was only brought back, after a log-in: without passwords, and to be shown.
    pub is_back: bool,
    /// The form as it came. What makes something goes through [`Sent::once`].
    pub sent: Sent,
}

impl<F> Submitted<F> {
    /// A form to be filled in, with these values to begin with.
    pub fn with(fields: F) -> Self {
        Self { fields, errors: Errors::default(), is_back: false, sent: Sent::default() }
    }

    /// Whether nothing is wrong.
    pub fn is_valid(&self) -> bool {
        self.errors.is_empty()
    }

    /// The status of a page that shows the form: 422 when something is wrong (RFC 9110 section
    /// 15.5.21).
    pub fn status(&self) -> StatusCode {
        if self.is_valid() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
    }
}

impl<F: Form> Submitted<F> {
    fn read(req: &HttpRequest, body: &[u8]) -> Result<Self> {
        let fields = Fields::read(body)?;
        if F::REFUSES_REPEATS && fields.repeat() {
            return Err(Error::BadRequest);
        }
        let (typed, fits) = fields.fit();
        let mut form = Self::with(typed);
        if kept::is_back(&fields) {
            form.is_back = true;
            form.errors.add("", "Nothing was saved yet: look it over, and send it again.");
            return Ok(form);
        }
        form.sent = sent(req, &fields, body);
        if !fits {
            form.errors.add("", "Something here was not as it should be: look it over, please.");
        }
        form.fields.check(&mut form.errors);
        Ok(form)
    }
}

/// The form that was sent, by the id that it got when it was drawn.
fn sent(req: &HttpRequest, fields: &Fields, body: &[u8]) -> Sent {
    let Some(clock) = req.app_data::<Data<Clock>>() else { return Sent::default() };
    let (id, address) = (fields.get(FORM_ID).unwrap_or_default(), req.uri().to_string());
    Sent::new(id, &address, body, clock.now())
}

impl<F: Form> FromRequest for Submitted<F> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_form(req) {
            return Box::pin(ready(Err(Error::UnsupportedMediaType)));
        }
        let body = Bytes::from_request(req, payload);
        let req = req.clone();
        Box::pin(async move {
            let body = body.await.map_err(|error| match error.as_error::<PayloadError>() {
                Some(PayloadError::Overflow) => Error::TooLarge,
                _ => Error::BadRequest,
            })?;
            Self::read(&req, &body)
        })
    }
}

/// For a form that is nothing but a button.
impl FromRequest for Sent {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(sent_by(req)))
    }
}

/// The form that a request carries, if it is one.
pub fn sent_by(req: &HttpRequest) -> Sent {
    let extensions = req.extensions();
    match (Fields::of(req), extensions.get::<Received>()) {
        (Some(fields), Some(body)) => sent(req, &fields, &body.0),
        _ => Sent::default(),
    }
}
