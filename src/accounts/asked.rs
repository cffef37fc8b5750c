//! What was asked for in this browser, and may be answered nowhere else: a secret of its own, in a cookie.

use actix_login::{Presented, random_token};
use actix_web::cookie::Cookie;

use crate::config::CookieUse;
use crate::people::Purpose;
use crate::state::State;
use crate::web::HttpRequest;

pub(super) fn secret(req: &HttpRequest) -> Option<String> {
    match State::of(req).config().cookie(CookieUse::Asked).read(req) {
        Presented::One(secret) => Some(secret),
        Presented::Nothing | Presented::Planted => None,
    }
}

/// The one that is here stays: what is on its way goes on working.
pub(super) fn secret_or_new(req: &HttpRequest) -> String {
    secret(req).unwrap_or_else(random_token)
}

pub(super) fn cookie(req: &HttpRequest, secret: String) -> Cookie<'static> {
    // Mail takes its time, and the link works from then on.
    let lives: time::Duration = Purpose::LogIn.about().lifetime * 2;
    State::of(req).config().cookie(CookieUse::Asked).with(secret, Some(lives.unsigned_abs()))
}
