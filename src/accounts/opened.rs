//! Pages behind a link from a mail.

use std::future::Future;
use std::pin::Pin;

use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::{Data, Query};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Deserialize;
use time::Duration;

use crate::clock::Clock;
use crate::config::Registration;
use crate::cookie::{CookieKind, Presented};
use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::keys::{hash_token, random_token};
use crate::link::{Link, Purpose};
use crate::user::User;
use crate::web::redirect;

/// How long the browser keeps a link's token. The link itself may end sooner.
const KEPT_FOR: Duration = Duration::minutes(30);

/// How long a browser is known as the one that somebody registered with.
const BROWSER_KEPT_FOR: Duration = Duration::hours(24);

/// Where links are, and the cookies that carry them.
pub struct Links {
    /// The rows.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Whether somebody may make an account.
    pub registration: Registration,
    /// Its name is the beginning of the names of all.
    pub cookie: CookieKind,
}

impl Links {
    fn kind(&self, name: &str) -> CookieKind {
        CookieKind { name: format!("{}_{name}", self.cookie.name), secure: self.cookie.secure }
    }

    /// What tells this browser from others until somebody has confirmed their address: the hash of a
    /// token, and the cookie that carries it.
    pub fn know_browser(&self) -> (String, Cookie<'static>) {
        let token = random_token();
        let hash = hash_token(&token);
        (hash, self.kind("browser").with(token, Some(BROWSER_KEPT_FOR)))
    }

    /// The next who sits here registers anew.
    pub fn forget_browser(&self, response: &mut HttpResponse) -> Result<()> {
        Ok(response.add_cookie(&self.kind("browser").expired())?)
    }

    /// Whether the link's owner registered with the browser that opens it.
    pub fn is_same_browser(&self, req: &HttpRequest, link: &Link) -> bool {
        match self.kind("browser").read(req) {
            Presented::One(token) => link.registration.browser_hash == Some(hash_token(&token)),
            Presented::Nothing | Presented::Several => false,
        }
    }
}

/// Guard: the browser has opened a link for this page, and it works still. Otherwise
/// [`Error::LinkEnded`], or [`Error::NotFound`] where `REGISTRATION` does not allow what it is for.
pub struct Opened {
    /// What was sent.
    pub link: Link,
    purpose: Purpose,
    token: String,
    links: Data<Links>,
}

impl Opened {
    /// Whether the link is about this user's account.
    pub fn is_about(&self, user_id: i64) -> bool {
        self.link.user_id == Some(user_id)
    }

    /// The account that the link is about.
    pub async fn account(&self, db: &Db) -> Result<User> {
        let link = self.link.clone();
        db.run(move |conn| link.account(conn)).await?.ok_or_else(|| self.ended())
    }

    /// Uses the link up, in the transaction of what it allows.
    pub fn redeem(&self) -> impl FnOnce(&mut Connection) -> Result<Link> + use<> {
        let (purpose, token, now) = (self.purpose, self.token.clone(), self.links.clock.now());
        move |conn| {
            let link = Link::redeem(conn, purpose, &token, now)?;
            link.ok_or(Error::LinkEnded(purpose.again()))
        }
    }

    /// Whether the form was drawn for this link, by the id in its field `link`. The browser may have
    /// opened another one since, in another tab or because somebody made it: a form must do what it
    /// says, for the address that it shows.
    pub fn require(&self, shown: &str) -> Result<()> {
        if shown == self.link.id.to_string() { Ok(()) } else { Err(self.ended()) }
    }

    /// What [`Self::redeem`] answers to who was too late.
    pub fn ended(&self) -> Error {
        Error::LinkEnded(self.purpose.again())
    }

    /// Takes the token out of the browser.
    pub fn close(&self, response: &mut HttpResponse) -> Result<()> {
        Ok(response.add_cookie(&self.links.kind(self.purpose.name()).expired())?)
    }
}

impl FromRequest for Opened {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let links = req.app_data::<Data<Links>>().cloned();
        let purpose = req.match_pattern().and_then(|path| purpose_of(&path));
        let req = req.clone();
        Box::pin(async move {
            let (Some(links), Some(purpose)) = (links, purpose) else {
                return Err(Error::Internal("no Links, or no link leads here".to_owned()));
            };
            let is_allowed = match purpose {
                Purpose::Register => links.registration == Registration::Open,
                Purpose::Invite => links.registration != Registration::Closed,
                Purpose::Confirm | Purpose::ChangeEmail | Purpose::Reset => true,
            };
            if !is_allowed {
                return Err(Error::NotFound);
            }
            let ended = Error::LinkEnded(purpose.again());
            let Presented::One(token) = links.kind(purpose.name()).read(&req) else {
                return Err(ended);
            };
            let (asked, now) = (token.clone(), links.clock.now());
            let found = links.db.run(move |conn| Link::find(conn, purpose, &asked, now));
            let link = found.await?.ok_or(ended)?;
            Ok(Self { link, purpose, token, links })
        })
    }
}

fn purpose_of(path: &str) -> Option<Purpose> {
    Purpose::ALL.into_iter().find(|purpose| purpose.path() == path)
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// The middleware that takes a link's token out of the address: from there it would go into the
/// browser's history, and with `Referer` to wherever the page leads.
pub async fn hide_token(
    links: Data<Links>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let token = Query::<Token>::from_query(req.query_string()).ok();
    let (Some(Query(Token { token })), Some(purpose), &Method::GET) =
        (token, req.match_pattern().and_then(|path| purpose_of(&path)), req.method())
    else {
        return Ok(next.call(req).await?.map_into_left_body());
    };
    let mut response = redirect(purpose.path(), None);
    // Whatever else stands there is no token of ours, and has no place in a cookie.
    let is_well_formed =
        token.len() == 43 && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if is_well_formed {
        response.add_cookie(&links.kind(purpose.name()).with(token, Some(KEPT_FOR)))?;
    }
    Ok(req.into_response(response).map_into_right_body())
}
