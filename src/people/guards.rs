//! Guards: a handler asks for one as an argument, and runs only for those it lets in. Each reads who is
//! calling, which the [`LoginManager`](actix_login::LoginManager) has found out, or refuses.

use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest};
use derive_more::Deref;
use kit::from_request;
use kit::http::site::Site;

use crate::error::{Error, Result};
use crate::people::{Login, Session};

/// Guard: a person is logged in, by the cookie. Otherwise [`Error::NotAuthenticated`]. A token in the
/// header does not pass: it may be good for less than all that a person may do.
pub type CurrentUser = actix_login::CurrentUser<Login>;

/// The user, or nobody, for pages that are open to all.
pub type OptionalUser = actix_login::OptionalUser<Login>;

/// Guard: a program calls with a token that holds the scope. Otherwise [`Error::OutOfScope`].
pub type Scoped<S> = actix_login::Scoped<Login, S>;

/// Guard: a person at a browser, and their session.
#[derive(Deref)]
pub struct CurrentSession {
    user: CurrentUser,
    #[deref]
    session: Session,
}

/// Guard: a person who typed their password within [`FRESH_FOR`](super::session::FRESH_FOR).
/// Others are asked for it and come back. For what a stolen cookie must not do.
#[derive(Deref)]
pub struct Sudo(#[deref(forward)] CurrentUser);

/// Guard: a person at a browser, be they all the way in, or on it: whoever must have a second factor and has none is
/// let in nowhere else than where one is set up.
#[derive(Deref)]
pub struct Entrant(CurrentSession);

/// Guard: such a one who may set one up: they typed their password a moment ago, and their address is proved.
#[derive(Deref)]
pub struct Enrolling(Entrant);

/// Who is on the way in, as the middleware has found out.
pub(super) struct OnTheWay(pub Arc<Login>);

/// Guard: a person whose address is proved to be theirs. Others are sent to where they can do that.
#[derive(Deref)]
pub struct Verified(#[deref(forward)] CurrentUser);

/// Guard: an administrator, whose address is proved.
#[derive(Deref)]
pub struct Admin(#[deref(forward)] CurrentUser);

from_request!(CurrentSession, Error, CurrentSession::admit);
from_request!(Sudo, Error, Sudo::admit);
from_request!(Entrant, Error, Entrant::admit);
from_request!(Enrolling, Error, |req| match Entrant::admit(req)? {
    entrant if !entrant.is_fresh(Site::of(req).clock().now()) => Err(Error::NotFresh),
    entrant if !entrant.user().is_verified() => Err(Error::NotVerified),
    entrant => Ok(Enrolling(entrant)),
});
from_request!(Verified, Error, |req| match CurrentUser::admit(req)? {
    user if user.is_verified() => Ok(Verified(user)),
    _ => Err(Error::NotVerified),
});
from_request!(Admin, Error, Admin::admit);

impl CurrentSession {
    pub fn user(&self) -> &CurrentUser {
        &self.user
    }

    fn admit(req: &HttpRequest) -> Result<Self> {
        let user = CurrentUser::admit(req)?;
        let session = user.session.clone().ok_or(Error::NotAuthenticated)?;
        Ok(Self { user, session })
    }
}

impl Entrant {
    /// Whether whoever sent a request is on the way in.
    pub fn is_on_the_way(req: &HttpRequest) -> bool {
        req.extensions().get::<OnTheWay>().is_some()
    }

    fn admit(req: &HttpRequest) -> Result<Self> {
        let on_the_way = req.extensions().get().map(|OnTheWay(login)| Login::clone(login));
        let Some(login) = on_the_way else { return CurrentSession::admit(req).map(Self) };
        let session = login.session.clone().ok_or(Error::NotAuthenticated)?;
        Ok(Self(CurrentSession { user: CurrentUser::just_logged_in(login), session }))
    }
}

impl Sudo {
    fn admit(req: &HttpRequest) -> Result<Self> {
        let CurrentSession { user, session } = CurrentSession::admit(req)?;
        let is_fresh = session.is_fresh(Site::of(req).clock().now());
        if is_fresh { Ok(Self(user)) } else { Err(Error::NotFresh) }
    }
}

impl Admin {
    /// Whether somebody is let in, for guards that ask for more.
    pub fn admit(req: &HttpRequest) -> Result<Self> {
        match CurrentUser::admit(req)? {
            user if user.is_verified_admin() => Ok(Self(user)),
            user if user.is_admin => Err(Error::NotVerified),
            _ => Err(Error::Forbidden),
        }
    }
}
