//! Guards: a handler asks for one as an argument, and runs only for those it lets in.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, http::header};

use crate::auth::login::Login;
use crate::auth::manager::{Caller, LoginManager};
use crate::auth::session::Session;
use crate::auth::sessions::Sessions;
use crate::error::{Error, Result};

/// The middleware that asks once for each request who is calling. Guards only read its answer:
/// a handler's arguments are made at the same time, and each would ask on its own.
pub async fn identify<U: 'static>(
    logins: Data<LoginManager<U>>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let caller = match logins.identify(req.request()).await {
        Ok(caller) => caller,
        Err(error) => return Ok(req.error_response(error).map_into_right_body()),
    };
    req.extensions_mut().insert(Rc::new(caller));
    let mut res = next.call(req).await?;
    // A cookie that logs nobody in is ended, but not one that the handler has just set.
    let stale = matches!(
        Caller::<U>::of(res.request()).as_deref(),
        Some(Caller::Anonymous { stale: true })
    );
    if stale && !res.headers().contains_key(header::SET_COOKIE) {
        logins.clear_cookie(res.response_mut())?;
    }
    Ok(res.map_into_left_body())
}

/// A person is logged in, by the cookie: the handler gets the user. Otherwise
/// [`Error::NotAuthenticated`]. A token in the header does not pass: it may be good for less than
/// all that a person may do. See [`crate::auth::scope`] for those.
pub struct CurrentUser<U = Login>(Rc<U>);

/// The user, or nobody, for pages that are open to all.
pub struct OptionalUser<U = Login>(pub Option<CurrentUser<U>>);

impl<U> Clone for CurrentUser<U> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<U> Deref for CurrentUser<U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.0
    }
}

impl<U: 'static> CurrentUser<U> {
    /// Whoever has just proved who they are, for the page that is drawn with the answer to that.
    pub fn just_logged_in(user: U) -> Self {
        Self(Rc::new(user))
    }

    /// Whoever is logged in, for code that has the request and is not a handler.
    pub fn of(req: &HttpRequest) -> Option<Self> {
        match &*Caller::of(req)? {
            Caller::Session { user, .. } => Some(Self(Rc::clone(user))),
            Caller::Token { .. } | Caller::Anonymous { .. } => None,
        }
    }
}

impl<U: 'static> FromRequest for CurrentUser<U> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(req).ok_or(Error::NotAuthenticated))
    }
}

impl<U: 'static> FromRequest for OptionalUser<U> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(CurrentUser::of(req))))
    }
}

/// Guard: a person at a browser, and their session.
pub struct CurrentSession(CurrentUser, Session);

/// Guard: a person who typed their password within [`FRESH_FOR`](crate::auth::session::FRESH_FOR).
/// Others are asked for it and come back. For what a stolen cookie must not do.
pub struct Sudo(CurrentUser);

impl CurrentSession {
    /// Who.
    pub fn user(&self) -> &Login {
        &self.0
    }
}

impl Deref for CurrentSession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.1
    }
}

impl Deref for Sudo {
    type Target = Login;

    fn deref(&self) -> &Login {
        &self.0
    }
}

impl FromRequest for CurrentSession {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let user = CurrentUser::<Login>::of(req).ok_or(Error::NotAuthenticated);
        ready(user.and_then(|user| {
            let session = user.session.clone().ok_or(Error::NotAuthenticated)?;
            Ok(Self(user, session))
        }))
    }
}

impl FromRequest for Sudo {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let sessions = req.app_data::<Data<Sessions>>().cloned();
        let session = CurrentSession::from_request(req, payload).into_inner();
        ready(session.and_then(|session| {
            let now = sessions.ok_or_else(|| Error::Internal("no Sessions".to_owned()))?.now();
            if session.is_fresh(now) { Ok(Self(session.0)) } else { Err(Error::NotFresh) }
        }))
    }
}

/// Guard: a person whose address is proved to be theirs. Others are sent to where they can do that.
pub struct Verified(CurrentUser);

/// Guard: an administrator, whose address is proved.
pub struct Admin(Verified);

impl Deref for Verified {
    type Target = Login;

    fn deref(&self) -> &Login {
        &self.0
    }
}

impl Deref for Admin {
    type Target = Login;

    fn deref(&self) -> &Login {
        &self.0
    }
}

impl FromRequest for Verified {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let user = CurrentUser::<Login>::of(req).ok_or(Error::NotAuthenticated);
        ready(user.and_then(|user| match user.verified_at {
            Some(_) => Ok(Self(user)),
            None => Err(Error::NotVerified),
        }))
    }
}

impl FromRequest for Admin {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_admin = CurrentUser::<Login>::of(req).is_some_and(|user| user.is_admin);
        let verified = Verified::from_request(req, payload).into_inner();
        ready(match verified {
            Err(Error::NotVerified) | Ok(_) if !is_admin => Err(Error::Forbidden),
            verified => verified.map(Self),
        })
    }
}
