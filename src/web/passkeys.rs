//! What the script on a page is told to ask a device for.

use actix_web::{HttpRequest, HttpResponse};
use kit::from_request;
use serde::Serialize;
use serde_json::json;

use crate::brand;
use crate::error::Error;
use crate::people::passkeys::{Passkeys, home};
use crate::state::State;

from_request!(Passkeys, Error, |req| {
    let state = State::of(req);
    // At an address by a number, there are none.
    let home = home(&state.config().public_url).ok_or(Error::NotFound)?;
    let clock = state.site().clock().clone();
    Passkeys::new((state.db().clone(), clock, state.events().clone()), &home, brand::NAME)
});

/// The question, and the one place where devices answer it: elsewhere, the script says where that is.
pub fn question(req: &HttpRequest, asked: Option<&impl Serialize>) -> HttpResponse {
    let home = home(&State::of(req).config().public_url);
    let origin = home.map(|home| home.origin().ascii_serialization());
    HttpResponse::Ok().json(json!({ "origin": origin, "asked": asked }))
}
