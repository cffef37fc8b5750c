//! Looking after the session of a person at a browser.

use actix_login::{Caller, Claims};
use actix_web::HttpMessage as _;
use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use kit::config::SessionProtection;
use kit::http::client::{Change, Client};

use crate::error::Result;
use crate::people::guards::OnTheWay;
use crate::people::{Event, Events, Factors, Login, Session, Sessions};

/// The middleware that looks after the session of a person at a browser: it marks or ends one that
/// has moved, lets nobody in without a second factor who must have one, and renews the cookie of one in use.
pub async fn keep(
    sessions: Sessions, (events, factors): (Events, Factors), req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if let Some(Caller::Person { user: login, claims, .. }) =
        Caller::<Login>::of(req.request()).as_deref()
        && let Some(session) = &login.session
        && sessions.protection != SessionProtection::Off
        && let client = Client::of(req.request())
        && let Some(change) = client.change_since(&session.client())
    {
        match sessions.protect(&events, &client, (login, session), change).await {
            Ok(None) => Caller::<Login>::nobody(true).replace(req.request()),
            Ok(Some(login)) => Caller::person(login, claims.clone()).replace(req.request()),
            Err(error) => return Ok(req.error_response(error).map_into_right_body()),
        }
    }
    hold_back(&factors, &req);
    let mut res = next.call(req).await?;
    // The handler may just have ended this session or begun another.
    if res.headers().contains_key(header::SET_COOKIE) {
        return Ok(res.map_into_left_body());
    }
    if let Some(Caller::Person { user: login, claims: Some(claims), .. }) =
        Caller::<Login>::of(res.request()).as_deref()
        && let Some(session) = &login.session
    {
        // What was carried out stays so, whatever becomes of the cookie.
        match sessions.freshen(session, claims) {
            Ok(cookie) => cookie.iter().try_for_each(|new| res.response_mut().add_cookie(new))?,
            Err(error) => log::warn!("a session's cookie was not renewed: {error}"),
        }
    }
    Ok(res.map_into_left_body())
}

/// Whoever must have a second factor and has none is nobody, but to the guards of the pages where one is set up.
fn hold_back(factors: &Factors, req: &ServiceRequest) {
    let caller = Caller::<Login>::of(req.request());
    let Some(login) = caller.as_deref().and_then(Caller::user) else { return };
    if factors.are_missing(login) {
        req.extensions_mut().insert(OnTheWay(login.clone()));
        Caller::<Login>::nobody(false).replace(req.request());
    }
}

impl Sessions {
    /// A new cookie for a session whose token is past half of its life. The row, and with it the
    /// end of the session, stays as it is.
    fn freshen(&self, session: &Session, claims: &Claims) -> Result<Option<Cookie<'static>>> {
        let ends = session.expires_at.assume_utc().unix_timestamp();
        if self.clock.timestamp() < claims.iat.midpoint(claims.exp) || claims.exp >= ends {
            return Ok(None);
        }
        self.cookie_of(session, claims.jti.clone()).map(Some)
    }

    /// What becomes of a session that is used from elsewhere: who is calling from now on, if anybody.
    async fn protect(
        &self, events: &Events, client: &Client, (login, session): (&Login, &Session),
        change: Change,
    ) -> Result<Option<Login>> {
        let moved = Event::SessionMoved.of(session.user_id);
        let both = change == Change::Both;
        if both && self.protection == SessionProtection::Strong {
            events.tell(client, moved).await;
            // Whatever becomes of the row: here, its cookie opens nothing and is ended.
            if let Err(error) = self.end(session.user_id, session.id).await {
                log::error!("a session that has moved was not ended: {error}");
            }
            return Ok(None);
        }
        // One alone happens in good faith, and is all that a thief with the same kind of browser shows:
        // here and now, the password counts as not typed. Both look like a stolen cookie: nowhere any more.
        if both && session.authenticated_at.is_some() {
            events.tell(client, moved).await;
            self.make_stale(session.id).await?;
        }
        let session = Session { authenticated_at: None, ..session.clone() };
        Ok(Some(Login { session: Some(session), ..login.clone() }))
    }
}
