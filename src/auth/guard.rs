//! Guards: a handler asks for one as an argument, and runs only for those it lets in.

use std::future::{Ready, ready};
use std::ops::Deref;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::auth::manager::{Caller, LoginManager};
use crate::auth::session::Login;
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
    let stale = matches!(caller, Caller::Anonymous { stale: true });
    req.extensions_mut().insert(Rc::new(caller));
    let mut res = next.call(req).await?;
    // Not over a cookie that the handler has just set.
    if stale && !res.headers().contains_key(actix_web::http::header::SET_COOKIE) {
        logins.clear_cookie(res.response_mut())?;
    }
    Ok(res.map_into_left_body())
}

/// Somebody is logged in: the handler gets the user. Otherwise [`Error::NotAuthenticated`].
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
    /// Whoever is logged in, for code that has the request and is not a handler.
    pub fn of(req: &HttpRequest) -> Option<Self> {
        match &*Caller::of(req)? {
            Caller::LoggedIn { user, .. } => Some(Self(Rc::clone(user))),
            Caller::Anonymous { .. } => None,
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
