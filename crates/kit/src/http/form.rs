//! Forms: what was typed, and what is wrong with it.

use std::future::ready;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::error::{Error, FieldErrors, Result};
use crate::http::fields::{Fields, is_form};
use crate::http::kept;
use crate::http::sent::Sent;
use crate::http::typed::{Kind, Typed};
use crate::text;

/// The fields of a form, and their rules.
///
/// Let all fields be texts, or [`Typed`] ones: what does not fit into a number could not be shown again
/// as it was typed.
pub trait Form: DeserializeOwned + Default + 'static {
    /// Whether a form that holds a name twice is refused. For those of standards that say so; the
    /// last one counts otherwise.
    const REFUSES_REPEATS: bool = false;

    /// Tidies what was typed and notes in `errors` what is wrong, a sentence for each field.
    fn check(&mut self, _errors: &mut Errors) {}
}

/// The sentences about a form's fields.
#[derive(Clone, Debug, Default)]
pub struct Errors {
    sentences: FieldErrors,
    /// Whether it came as JSON, where a number is no text.
    is_json: bool,
}

impl Errors {
    /// About what came as JSON.
    pub(crate) fn of_json() -> Self {
        Self { is_json: true, ..Self::default() }
    }

    /// Notes a sentence for a field; the first one of a field counts. The field `""` is the form
    /// as a whole.
    pub fn add(&mut self, field: &'static str, sentence: impl Into<String>) {
        if self.get(field).is_none() {
            self.sentences.push((field, sentence.into()));
        }
    }

    /// Trims `text` and notes when it is empty, longer than `max` characters or no single line. `what`
    /// names it within a sentence ("a title").
    pub fn require(&mut self, field: &'static str, text: &mut String, what: &str, max: usize) {
        *text = text::trim(text).to_owned();
        if let Err(sentence) = text::check_line(text, what, max) {
            self.add(field, sentence);
        }
    }

    /// Notes what is wrong with a field that is more than text.
    pub fn typed<K: Kind>(&mut self, field: &'static str, typed: &Typed<K>) {
        if self.is_json && typed.is_misplaced_text() {
            self.add(field, Typed::<K>::wanted());
        } else if let Err(wrong) = typed.value() {
            self.add(field, wrong.sentence::<K>(field));
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
        if let Err(sentence) = text::check_length(text, max) {
            self.add(field, sentence);
        }
    }

    /// The sentence for a field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.sentences
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, sentence)| sentence.as_str())
    }

    /// Those about a field.
    pub fn at_fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = self.sentences.iter().map(|(name, sentence)| (*name, sentence.as_str()));
        all.filter(|(name, _)| !name.is_empty())
    }

    /// How many fields there is something to say about, as a sentence.
    pub fn how_many(&self) -> String {
        match self.at_fields().count() {
            1 => "One field needs your attention.".to_owned(),
            count => format!("{count} fields need your attention."),
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }

    /// Takes these in, too.
    pub fn extend(&mut self, sentences: FieldErrors) {
        for (field, sentence) in sentences {
            self.add(field, sentence);
        }
    }

    /// All of them, for an answer to a program.
    pub fn into_error(self) -> Error {
        Error::Invalid(self.sentences)
    }
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
    /// The form as it came. What makes something makes it once for each of these.
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
        form.sent = Sent::new(req, &fields, body);
        if !fits {
            form.errors.add("", "Something here was not as it should be: look it over, please.");
        }
        form.fields.check(&mut form.errors);
        Ok(form)
    }
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
