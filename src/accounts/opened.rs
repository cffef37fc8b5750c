//! Pages behind a link from a mail.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_login::{CookieKind, Presented};
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{Query, ServiceConfig, resource};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse};
use kit::http::fields::Fields;
use serde::Deserialize;
use time::Duration;

use crate::config::{CookieUse, Registration};
use crate::db::{Connection, Db};
use crate::error::{Error, LinkEnding, Result};
use crate::people::{Link, Purpose};
use crate::state::State;
use crate::web::redirect;

/// How long the browser keeps a link's token. The link itself may end sooner.
const KEPT_FOR: Duration = Duration::minutes(30);

/// In the cookie, for what is no token of ours: no link has it, and the page says so.
const NO_TOKEN: &str = "-";

/// A purpose as a type, for the guard [`Opened`].
pub(super) trait For: 'static {
    const PURPOSE: Purpose;
}

/// Makes a type of each purpose.
macro_rules! purposes {
    ($($name:ident),*) => {$(
        pub(super) struct $name;

        impl For for $name {
            const PURPOSE: Purpose = Purpose::$name;
        }
    )*};
}
purposes!(Register, Invite, Confirm, ChangeEmail, Reset);

/// The route of a purpose's page: `show` for its link, `submit` for the form on it.
pub(super) fn page<P, Show, ShowArgs, Submit, SubmitArgs>(
    config: &mut ServiceConfig,
    show: Show,
    submit: Submit,
) where
    P: For,
    Show: Handler<ShowArgs, Output = Result<HttpResponse>>,
    ShowArgs: FromRequest + 'static,
    Submit: Handler<SubmitArgs, Output = Result<HttpResponse>>,
    SubmitArgs: FromRequest + 'static,
{
    let page = resource(P::PURPOSE.about().path).wrap(from_fn(hide_token::<P>));
    config.service(page.get(show).post(submit));
}

/// The cookies of a purpose: of a link that was opened, and of one that was used here. The second opens
/// nothing, and tells a form that is sent twice from one whose link this browser never saw.
struct Cookies {
    opened: CookieKind,
    used: CookieKind,
}

impl Cookies {
    fn of(req: &HttpRequest, purpose: Purpose) -> Self {
        let CookieKind { name, secure } = State::of(req).config().cookie(CookieUse::Link);
        let name = format!("{name}_{}", purpose.name());
        let used = CookieKind { name: format!("{name}_used"), secure };
        Self { opened: CookieKind { name, secure }, used }
    }

    /// The token of the link that the browser has opened, or used, last.
    fn token(&self, req: &HttpRequest) -> Option<String> {
        [&self.opened, &self.used].into_iter().find_map(|kind| match kind.read(req) {
            Presented::One(token) => Some(token),
            Presented::Nothing | Presented::Planted => None,
        })
    }
}

/// Guard: the browser has opened a link for this page, and it works still; a form was drawn for this
/// very link. Otherwise [`Error::LinkEnded`], [`Error::DoneAlready`] for a form that was sent twice,
/// or [`Error::NotFound`] where `REGISTRATION` does not allow what the link is for.
pub(super) struct Opened<P> {
    /// What was sent.
    pub(super) link: Link,
    token: String,
    state: State,
    cookies: Cookies,
    purpose: PhantomData<P>,
}

impl<P: For> Opened<P> {
    /// For the hidden field `link` of its form.
    pub(super) fn mark(&self) -> String {
        Link::mark(&self.token)
    }

    /// Uses the link up, in the transaction of what it allows.
    pub(super) fn redeem(&self) -> impl FnOnce(&mut Connection) -> Result<Link> + use<P> {
        let (token, now) = (self.token.clone(), self.state.accounts().now());
        move |conn| {
            let redeemed = Link::redeem(conn, (P::PURPOSE, &token), now);
            redeemed.map_err(|error| P::PURPOSE.refused(error))
        }
    }

    /// What came of a form that was written with the rights of a session. The first of two clicks
    /// gives the session another secret, and with the old one the second would be a stranger's.
    pub(super) async fn settle<T>(&self, outcome: Result<T>) -> Result<T> {
        if !matches!(outcome, Err(Error::NotAuthenticated)) {
            return outcome;
        }
        let (token, now) = (self.token.clone(), self.state.accounts().now());
        let look = move |conn: &mut Connection| Link::find(conn, (P::PURPOSE, &token), None, now);
        let looked = self.state.db().snapshot(look).await;
        match looked.map_err(|error| P::PURPOSE.refused(error)) {
            Err(done @ Error::DoneAlready { .. }) => Err(done),
            _ => outcome,
        }
    }

    /// Why the link opens nothing after all.
    pub(super) fn ended(&self, ending: LinkEnding) -> Error {
        P::PURPOSE.ended(ending)
    }

    /// Takes the token out of the browser, as far as it opens anything.
    pub(super) fn close(&self, response: &mut HttpResponse) -> Result<()> {
        response.add_cookie(&self.cookies.opened.expired())?;
        let used = self.cookies.used.with(self.token.clone(), Some(KEPT_FOR));
        Ok(response.add_cookie(&used)?)
    }

    async fn open(req: HttpRequest) -> Result<Self> {
        let state = State::of(&req).clone();
        if !is_allowed(P::PURPOSE, state.config().registration) {
            return Err(Error::NotFound);
        }
        let cookies = Cookies::of(&req, P::PURPOSE);
        let no_cookie = || P::PURPOSE.ended(LinkEnding::NoCookie);
        let token = cookies.token(&req).ok_or_else(no_cookie)?;
        let is_form = req.method() == Method::POST;
        let shown = is_form.then(|| link_of_form(&req));
        match find::<P>(state.db(), &token, shown, &state).await {
            Ok(link) => Ok(Self { link, token, state, cookies, purpose: PhantomData }),
            Err(error) if is_form => Err(P::PURPOSE.refused(error)),
            Err(error) => Err(error),
        }
    }
}

async fn find<P: For>(db: &Db, token: &str, shown: Option<String>, state: &State) -> Result<Link> {
    let (token, now) = (token.to_owned(), state.accounts().now());
    let find =
        move |conn: &mut Connection| Link::find(conn, (P::PURPOSE, &token), shown.as_deref(), now);
    db.snapshot(find).await
}

impl<P: For> FromRequest for Opened<P> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(Self::open(req.clone()))
    }
}

fn is_allowed(purpose: Purpose, registration: Registration) -> bool {
    match purpose {
        Purpose::Register => registration == Registration::Open,
        Purpose::Invite => registration != Registration::Closed,
        Purpose::Confirm | Purpose::ChangeEmail | Purpose::Reset => true,
    }
}

/// The link that the form was drawn for, by the [`Link::mark`] in its field `link`. The browser may
/// have opened another one since, in another tab or because somebody made it: a form must do what it
/// says, for the address that it shows.
fn link_of_form(req: &HttpRequest) -> String {
    let fields = Fields::of(req);
    fields.and_then(|fields| fields.get("link").map(str::to_owned)).unwrap_or_default()
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// The token in the address, if there is one that can be ours.
pub(super) fn token_in_address(req: &HttpRequest) -> Option<Result<String, ()>> {
    let Query(Token { token }) = Query::from_query(req.query_string()).ok()?;
    let is_token =
        token.len() == 43 && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    Some(if is_token { Ok(token) } else { Err(()) })
}

/// The middleware that takes a link's token out of the address: from there it would go into the
/// browser's history, and with `Referer` to wherever the page leads.
async fn hide_token<P: For>(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let token = token_in_address(req.request()).filter(|_| req.method() == Method::GET);
    let Some(token) = token else { return Ok(next.call(req).await?.map_into_left_body()) };
    // Whatever else stands there is no token of ours, and has no place in a cookie.
    let token = token.unwrap_or_else(|()| NO_TOKEN.to_owned());
    let mut response = redirect(req.path(), None);
    let cookie = Cookies::of(req.request(), P::PURPOSE).opened.with(token, Some(KEPT_FOR));
    response.add_cookie(&cookie)?;
    Ok(req.into_response(response).map_into_right_body())
}
