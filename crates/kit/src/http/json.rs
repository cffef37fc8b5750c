//! JSON from programs, with the same rules as the forms of people.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use crate::error::{Error, Result};
use crate::http::fields::is_utf8;
use crate::http::form::{Errors, Form};

/// The largest JSON body.
const JSON_MAX_BYTES: usize = 32 * 1024;

/// A body that was read and has passed [`Form::check`]. Another content type: 415. Not JSON: 400.
/// Wrong members or values: 422.
pub struct Valid<F>(pub F);

impl<F: Form> FromRequest for Valid<F> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // To the letter: a form on another site can send `text/plain`, but not this.
        let is_json = req.content_type().eq_ignore_ascii_case("application/json") && is_utf8(req);
        let body = Bytes::from_request(req, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Error::UnsupportedMediaType);
            }
            let mut fields: F = read(&body.await.map_err(|_| Error::TooLarge)?)?;
            let mut errors = Errors::of_json();
            fields.check(&mut errors);
            if errors.is_empty() { Ok(Self(fields)) } else { Err(errors.into_error()) }
        })
    }
}

/// Never with the parser's words: they name our types.
fn read<F: Form>(body: &[u8]) -> Result<F> {
    if body.len() > JSON_MAX_BYTES {
        return Err(Error::TooLarge);
    }
    let wrong = |sentence: &str| Error::Invalid(vec![("", sentence.to_owned())]);
    let misfit = "A member is unknown, is there twice, or has the wrong type.";
    let cause = |error: serde_json::Error| {
        if error.is_data() { wrong(misfit) } else { Error::BadRequest }
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let mut has_unknown = false;
    let fields = serde_ignored::deserialize(&mut json, |_| has_unknown = true).map_err(cause)?;
    json.end().map_err(cause)?;
    // A form ignores what it does not know; a program that misspells a member must be told.
    if has_unknown {
        return Err(wrong(misfit));
    }
    // Serde would read the members from a list too, by their order.
    if body.trim_ascii_start().starts_with(b"{") {
        Ok(fields)
    } else {
        Err(wrong("Send an object."))
    }
}
