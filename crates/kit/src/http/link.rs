//! One-time links: how their token travels from a mail to a form. What a link opens is the application's.

use actix_login::{CookieKind, Presented, hash_token};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::HttpError;
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use time::Duration;

use crate::http::fields::Fields;
use crate::http::flash::redirect;

/// How long the browser keeps a link's token. The link itself may end sooner.
const KEPT_FOR: Duration = Duration::minutes(30);

/// In the cookie, for what is no token of ours: no link has it, and the page says so.
const NO_TOKEN: &str = "-";

/// The length of an [`actix_login::random_token`].
const TOKEN_LENGTH: usize = 43;

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// Something in the address that is no token of ours.
pub struct NoToken;

/// The token in the address (`?token=…`), if there is one.
pub fn token_in_address(req: &HttpRequest) -> Option<Result<String, NoToken>> {
    let Query(Token { token }) = Query::from_query(req.query_string()).ok()?;
    let is_token = token.len() == TOKEN_LENGTH
        && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    Some(if is_token { Ok(token) } else { Err(NoToken) })
}

/// What a form says to name the link that it was drawn for, in its hidden field `link`. The number of
/// a row would tell how many links were made since somebody's last one, and so whether there was an
/// account to send one to.
pub fn mark(token: &str) -> String {
    hash_token(&format!("the form behind {token}"))
}

/// The [`mark`] of the link that a form was drawn for; `None` when no form was sent. The browser may
/// have opened another link since, in another tab or because somebody made it: a form must do what it
/// says, for the address that it shows.
pub fn mark_of_form(req: &HttpRequest) -> Option<String> {
    let of = || Some(Fields::of(req)?.get("link")?.to_owned());
    (req.method() == Method::POST).then(|| of().unwrap_or_default())
}

/// The cookies of links for one purpose: of one that was opened, and of one that was used here. The
/// second opens nothing, and tells a form that is sent twice from one whose link this browser never saw.
#[derive(Clone)]
pub struct LinkCookies {
    opened: CookieKind,
    used: CookieKind,
}

impl LinkCookies {
    /// Their names begin with that of `kind`.
    pub fn new(kind: &CookieKind, purpose: &str) -> Self {
        let (name, secure) = (format!("{}_{purpose}", kind.name), kind.secure);
        let used = CookieKind::new(format!("{name}_used"), secure);
        Self { opened: CookieKind::new(name, secure), used }
    }

    /// The token of the link that the browser has opened, or used, last.
    pub fn token(&self, req: &HttpRequest) -> Option<String> {
        [&self.opened, &self.used].into_iter().find_map(|kind| match kind.read(req) {
            Presented::One(token) => Some(token),
            Presented::Nothing | Presented::Planted => None,
        })
    }

    /// Takes the token out of the browser, as far as it opens anything.
    pub fn close(&self, response: &mut HttpResponse, token: &str) -> Result<(), HttpError> {
        response.add_cookie(&self.opened.expired())?;
        response.add_cookie(&self.used.with(token, Some(KEPT_FOR.unsigned_abs())))
    }
}

/// The middleware that takes a link's token out of the address: from there it would go into the
/// browser's history, and with `Referer` to wherever the page leads.
pub async fn hide_token(
    cookies: impl Fn(&HttpRequest) -> LinkCookies, req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let token = token_in_address(req.request()).filter(|_| req.method() == Method::GET);
    let Some(token) = token else { return Ok(next.call(req).await?.map_into_left_body()) };
    // Whatever else stands there is no token of ours, and has no place in a cookie.
    let token = token.unwrap_or_else(|NoToken| NO_TOKEN.to_owned());
    let mut response = redirect(req.path(), None);
    let cookie = cookies(req.request()).opened.with(token, Some(KEPT_FOR.unsigned_abs()));
    response.add_cookie(&cookie)?;
    Ok(req.into_response(response).map_into_right_body())
}
