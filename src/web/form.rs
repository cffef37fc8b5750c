//! Forms: what was typed, and what is wrong with it.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::{Payload, UrlEncoded};
use actix_web::error::UrlencodedError;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::user::Email;
use crate::web::body::FORM_MAX_BYTES;

/// The fields of a form, and their rules.
pub trait Form: DeserializeOwned + Default + 'static {
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
        *text = text.trim().to_owned();
        if text.is_empty() {
            self.add(field, format!("Enter {what}."));
        }
        if text.contains(char::is_control) {
            self.add(field, "Use letters, digits and signs in one line.");
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

/// A form on its way: empty, filled from a row, or as a person submitted it. A page that takes one
/// serves "new", "edit" and "please correct this" alike. As a handler's argument it is read from
/// the request's body and checked.
#[derive(Debug, Default)]
pub struct Submitted<F> {
    /// The fields, as typed.
    pub fields: F,
    /// What is wrong with them.
    pub errors: Errors,
}

impl<F> Submitted<F> {
    /// A form to be filled in, with these values to begin with.
    pub fn with(fields: F) -> Self {
        Self { fields, errors: Errors::default() }
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

impl<F: Form> FromRequest for Submitted<F> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = req.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let body = UrlEncoded::<F>::new(req, payload).limit(FORM_MAX_BYTES);
        Box::pin(async move {
            if !is_form {
                return Err(Error::UnsupportedMediaType);
            }
            let mut form = Self::with(body.await.map_err(|error| match error {
                UrlencodedError::Overflow { .. } => Error::TooLarge,
                // Never with the parser's words: they name our types.
                _ => Error::BadRequest,
            })?);
            form.fields.check(&mut form.errors);
            Ok(form)
        })
    }
}
