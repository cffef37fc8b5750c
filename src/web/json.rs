//! JSON from programs, with the same rules as the forms of people.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::JsonPayloadError;
use actix_web::web::JsonBody;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use crate::error::{Error, Result};
use crate::web::form::{Errors, Form};

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
        let is_json = req.content_type().eq_ignore_ascii_case("application/json");
        let body = JsonBody::<F>::new(req, payload, None, true).limit(JSON_MAX_BYTES);
        Box::pin(async move {
            if !is_json {
                return Err(Error::UnsupportedMediaType);
            }
            let mut fields = body.await.map_err(refusal)?;
            let mut errors = Errors::default();
            fields.check(&mut errors);
            if errors.is_empty() { Ok(Self(fields)) } else { Err(errors.into_error()) }
        })
    }
}

/// Never with the parser's words: they name our types.
fn refusal(error: JsonPayloadError) -> Error {
    match error {
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
            Error::TooLarge
        }
        JsonPayloadError::Deserialize(error) if error.is_data() => {
            let sentence = "A member is unknown, is there twice, or has the wrong type.";
            Error::Invalid(vec![("", sentence.to_owned())])
        }
        _ => Error::BadRequest,
    }
}
