//! Looking after the session of a person at a browser.

use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, http::header};
use diesel::prelude::*;
use time::PrimitiveDateTime;

use crate::auth::event::SecurityEvent;
use crate::auth::login::Login;
use crate::auth::manager::{Caller, LoginManager};
use crate::auth::session::Session;
use crate::auth::sessions::Sessions;
use crate::auth::token::Claims;
use crate::config::SessionProtection;
use crate::error::Result;
use crate::peer::Origin;
use crate::schema::sessions;

/// The middleware that looks after the session of a person at a browser: it marks or ends one that
/// has moved, and renews the cookie of one in use.
pub async fn keep(
    sessions: Data<Sessions>,
    logins: Data<LoginManager<Login>>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    if let Some(Caller::Session { user: login, claims }) =
        Caller::<Login>::of(req.request()).as_deref()
        && let Some(session) = &login.session
        && sessions.protection != SessionProtection::Off
        && has_moved(&Origin::of(req.request()), &session.origin())
    {
        match sessions.protect(&Origin::of(req.request()), login, session, claims).await {
            Ok(caller) => req.extensions_mut().insert(Rc::new(caller)),
            Err(error) => return Ok(req.error_response(error).map_into_right_body()),
        };
    }
    let mut res = next.call(req).await?;
    // The handler may just have ended this session or begun another.
    if res.headers().contains_key(header::SET_COOKIE) {
        return Ok(res.map_into_left_body());
    }
    if let Some(Caller::Session { user: login, claims }) =
        Caller::<Login>::of(res.request()).as_deref()
        && let Some(session) = &login.session
        && let Some(cookie) = sessions.renewal(&logins, session, claims)?
    {
        res.response_mut().add_cookie(&cookie)?;
    }
    Ok(res.map_into_left_body())
}

impl Sessions {
    /// What becomes of a session that has moved: the caller from now on.
    async fn protect(
        &self,
        origin: &Origin,
        login: &Login,
        session: &Session,
        claims: &Claims,
    ) -> Result<Caller<Login>> {
        let id = session.id;
        if self.protection == SessionProtection::Strong {
            self.events
                .tell(origin, SecurityEvent::SessionMoved { user_id: session.user_id })
                .await;
            // Whatever becomes of the row: here, its cookie opens nothing and is ended.
            if let Err(error) = self.end(session.user_id, id).await {
                log::error!("a session that has moved was not ended: {error}");
            }
            return Ok(Caller::Anonymous { stale: true });
        }
        if session.authenticated_at.is_some() {
            self.events
                .tell(origin, SecurityEvent::SessionMoved { user_id: session.user_id })
                .await;
            self.db
                .write(move |connection| {
                    diesel::update(sessions::table.find(id))
                        .set(sessions::authenticated_at.eq(None::<PrimitiveDateTime>))
                        .execute(connection)
                })
                .await?;
        }
        let session = Session { authenticated_at: None, ..session.clone() };
        let user = Rc::new(Login { session: Some(session), ..login.clone() });
        Ok(Caller::Session { user, claims: claims.clone() })
    }
}

/// Whether a session is used from another kind of browser and another network than it was made in.
/// One of them changes in good faith; both at once looks like a stolen cookie.
fn has_moved(now: &Origin, then: &Origin) -> bool {
    now.device() != then.device() && !now.is_near(then)
}
