//! Pages behind a link from a mail.

use std::marker::PhantomData;

use actix_web::FromRequest;
use actix_web::dev::Payload;
use kit::http::Later;
use kit::http::link::{LinkCookies, mark, mark_of_form};

use crate::config::{Config, CookieUse};
use crate::db::Connection;
use crate::error::LinkEnding;
use crate::people::{Link, Purpose};
use crate::state::State;
use crate::web::{Error, HttpRequest, HttpResponse, Result};

/// A purpose as a type, for the guard [`Opened`].
pub(super) trait For: 'static {
    const PURPOSE: Purpose;

    /// Whether it may be used here at all.
    fn is_open(_: &Config) -> bool {
        true
    }

    /// The token of the link as this browser knows it, from that in the address; `None` in another browser than the
    /// one that the link is for.
    fn whole(_: &HttpRequest, token: &str) -> Option<String> {
        Some(token.to_owned())
    }

    /// Why a link opens nothing.
    fn ended(ending: LinkEnding) -> Error {
        Self::PURPOSE.ended(ending)
    }
}

macro_rules! purposes {
    ($($name:ident),*) => {$(
        pub(super) struct $name;

        impl For for $name {
            const PURPOSE: Purpose = Purpose::$name;
        }
    )*};
}
purposes!(Confirm, ChangeEmail, Reset);

/// The route of a purpose's page: one handler for its link, and one for the form on it.
macro_rules! page {
    ($config:expr, $purpose:ident, $show:expr, $submit:expr) => {{
        use $crate::accounts::opened::{For as _, cookies};
        let hide = actix_web::middleware::from_fn(|req, next| {
            kit::http::link::hide_token(cookies::<$purpose>, req, next)
        });
        let page = $crate::web::resource($purpose::PURPOSE.about().path);
        $config.service(page.get($show).post($submit).into_inner().wrap(hide));
    }};
}
pub(super) use page;

pub(super) fn cookies<P: For>(req: &HttpRequest) -> LinkCookies {
    let kind = State::of(req).config().cookie(CookieUse::Link);
    LinkCookies::new(&kind, P::PURPOSE.name())
}

/// Guard: the browser has opened a link for this page, and it works still; a form was drawn for this
/// very link. Otherwise [`Error::LinkEnded`], [`Error::DoneAlready`] for a form that was sent twice,
/// or [`Error::NotFound`] where the settings do not allow what the link is for ([`For::is_open`]).
pub(super) struct Opened<P> {
    pub(super) link: Link,
    /// As it stood in the address.
    raw: String,
    token: String,
    state: State,
    cookies: LinkCookies,
    purpose: PhantomData<P>,
}

impl<P: For> Opened<P> {
    pub(super) fn mark(&self) -> String {
        mark(&self.token)
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
        let looked = find::<P>(&self.state, &self.token, None).await;
        match looked.map_err(|error| P::PURPOSE.refused(error)) {
            Err(done @ Error::DoneAlready { .. }) => Err(done),
            _ => outcome,
        }
    }

    /// Takes the token out of the browser, as far as it opens anything.
    pub(super) fn close(&self, response: &mut HttpResponse) -> Result<()> {
        Ok(self.cookies.close(response, &self.raw)?)
    }

    async fn open(req: HttpRequest) -> Result<Self> {
        let state = State::of(&req).clone();
        if !P::is_open(state.config()) {
            return Err(Error::NotFound);
        }
        let cookies = cookies::<P>(&req);
        let no_cookie = || P::ended(LinkEnding::NoCookie);
        let raw = cookies.token(&req).ok_or_else(no_cookie)?;
        let elsewhere = || P::ended(LinkEnding::OtherBrowser);
        let token = P::whole(&req, &raw).ok_or_else(elsewhere)?;
        let shown = mark_of_form(&req);
        let is_form = shown.is_some();
        match find::<P>(&state, &token, shown).await {
            Ok(link) => Ok(Self { link, raw, token, state, cookies, purpose: PhantomData }),
            Err(error) if is_form => Err(P::PURPOSE.refused(error)),
            Err(error) => Err(error),
        }
    }
}

impl<P: For> FromRequest for Opened<P> {
    type Error = Error;
    type Future = Later<Self, Self::Error>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(Self::open(req.clone()))
    }
}

async fn find<P: For>(state: &State, token: &str, shown: Option<String>) -> Result<Link> {
    let (token, now) = (token.to_owned(), state.accounts().now());
    let find =
        move |conn: &mut Connection| Link::find(conn, (P::PURPOSE, &token), shown.as_deref(), now);
    state.db().snapshot(find).await
}
