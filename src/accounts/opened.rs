//! Pages behind a link from a mail.

use std::future::Future;
use std::pin::Pin;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::{Data, Query};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use serde::Deserialize;
use time::Duration;

use crate::clock::Clock;
use crate::config::Registration;
use crate::cookie::{CookieKind, Presented};
use crate::db::{Connection, Db};
use crate::error::{Error, LinkEnding, Result};
use crate::link::{Link, Purpose};
use crate::web::body::Received;
use crate::web::fields::Fields;
use crate::web::redirect;

/// How long the browser keeps a link's token. The link itself may end sooner.
const KEPT_FOR: Duration = Duration::minutes(30);

/// In the cookie, for what is no token of ours: no link has it, and the page says so.
const NO_TOKEN: &str = "-";

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
    /// The cookie of a link that was opened.
    fn opened(&self, purpose: Purpose) -> CookieKind {
        let name = format!("{}_{}", self.cookie.name, purpose.name());
        CookieKind { name, secure: self.cookie.secure }
    }

    /// The cookie of a link that was used here: it opens nothing, and tells a form that is sent twice
    /// from one whose link this browser never saw.
    fn used(&self, purpose: Purpose) -> CookieKind {
        let name = format!("{}_{}_used", self.cookie.name, purpose.name());
        CookieKind { name, secure: self.cookie.secure }
    }

    /// The token of the link that the browser has opened, or used, last.
    fn token(&self, purpose: Purpose, req: &HttpRequest) -> Option<String> {
        let kinds = [self.opened(purpose), self.used(purpose)];
        kinds.into_iter().find_map(|kind| match kind.read(req) {
            Presented::One(token) => Some(token),
            Presented::Nothing | Presented::Planted => None,
        })
    }

    fn allow(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Register => self.registration == Registration::Open,
            Purpose::Invite => self.registration != Registration::Closed,
            Purpose::Confirm | Purpose::ChangeEmail | Purpose::Reset => true,
        }
    }
}

/// Guard: the browser has opened a link for this page, and it works still; a form was drawn for this
/// very link. Otherwise [`Error::LinkEnded`], [`Error::DoneAlready`] for a form that was sent twice,
/// or [`Error::NotFound`] where `REGISTRATION` does not allow what the link is for.
pub struct Opened {
    /// What was sent.
    pub link: Link,
    /// What for.
    pub purpose: Purpose,
    token: String,
    links: Data<Links>,
}

impl Opened {
    /// For the hidden field `link` of its form.
    pub fn mark(&self) -> String {
        Link::mark(&self.token)
    }

    /// Uses the link up, in the transaction of what it allows.
    pub fn redeem(&self) -> impl FnOnce(&mut Connection) -> Result<Link> + use<> {
        let (purpose, token, now) = (self.purpose, self.token.clone(), self.links.clock.now());
        move |conn| {
            let redeemed = Link::redeem(conn, (purpose, &token), now);
            redeemed.map_err(|error| purpose.refused(error))
        }
    }

    /// What came of a form that was written with the rights of a session. The first of two clicks
    /// gives the session another secret, and with the old one the second would be a stranger's.
    pub async fn settle<T>(&self, outcome: Result<T>) -> Result<T> {
        if !matches!(outcome, Err(Error::NotAuthenticated)) {
            return outcome;
        }
        let (purpose, token, now) = (self.purpose, self.token.clone(), self.links.clock.now());
        let look = move |conn: &mut Connection| Link::find(conn, (purpose, &token), None, now);
        match self.links.db.snapshot(look).await.map_err(|error| purpose.refused(error)) {
            Err(done @ Error::DoneAlready { .. }) => Err(done),
            _ => outcome,
        }
    }

    /// Why the link opens nothing after all.
    pub fn ended(&self, ending: LinkEnding) -> Error {
        self.purpose.ended(ending)
    }

    /// Takes the token out of the browser, as far as it opens anything.
    pub fn close(&self, response: &mut HttpResponse) -> Result<()> {
        response.add_cookie(&self.links.opened(self.purpose).expired())?;
        let used = self.links.used(self.purpose).with(self.token.clone(), Some(KEPT_FOR));
        Ok(response.add_cookie(&used)?)
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
            if !links.allow(purpose) {
                return Err(Error::NotFound);
            }
            let no_cookie = || purpose.ended(LinkEnding::NoCookie);
            let token = links.token(purpose, &req).ok_or_else(no_cookie)?;
            let is_form = req.method() == Method::POST;
            let shown = is_form.then(|| link_of_form(&req));
            let (asked, now) = (token.clone(), links.clock.now());
            let find = move |conn: &mut Connection| {
                Link::find(conn, (purpose, &asked), shown.as_deref(), now)
            };
            match links.db.snapshot(find).await {
                Ok(link) => Ok(Self { link, purpose, token, links }),
                Err(error) if is_form => Err(purpose.refused(error)),
                Err(error) => Err(error),
            }
        })
    }
}

/// The link that the form was drawn for, by the [`Link::mark`] in its field `link`. The browser may
/// have opened another one since, in another tab or because somebody made it: a form must do what it
/// says, for the address that it shows.
fn link_of_form(req: &HttpRequest) -> String {
    let extensions = req.extensions();
    let body = extensions.get::<Received>().map_or(&[][..], |received| &received.0);
    let fields = Fields::read(body).ok();
    fields.and_then(|fields| fields.get("link").map(str::to_owned)).unwrap_or_default()
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
    // Whatever else stands there is no token of ours, and has no place in a cookie.
    let token = if is_token(&token) { token } else { NO_TOKEN.to_owned() };
    let mut response = redirect(purpose.path(), None);
    response.add_cookie(&links.opened(purpose).with(token, Some(KEPT_FOR)))?;
    Ok(req.into_response(response).map_into_right_body())
}

/// Whether it can be a link's token.
pub(super) fn is_token(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}
