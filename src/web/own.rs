//! Guard: the row in the address belongs to whoever is logged in.

use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest};
use diesel::QueryResult;

use crate::auth::{CurrentUser, Scope, Scoped};
use crate::db::{Connection, Db};
use crate::error::{Error, Result};

/// A model whose rows have an owner.
pub trait Owned: Send + Sized + 'static {
    /// The row with this id, if it is this user's.
    fn find(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self>;
}

/// The row whose id the route's `{id}` names, for whoever the guard `G` lets in: a person, or a
/// program with a scope (`Own<Note, Scoped<NotesRead>>`). Another's row, no such row, no number:
/// [`Error::NotFound`], the same for all three, so that nobody learns which ids exist.
pub struct Own<T, G = CurrentUser>(pub T, PhantomData<fn() -> G>);

impl<T, G> Own<T, G> {
    /// The row.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// A guard that knows the id of whom it lets in.
pub trait UserGuard: 'static {
    /// The user's id, or why they are not let in.
    fn user_id(req: &HttpRequest) -> Result<i64>;
}

impl UserGuard for CurrentUser {
    fn user_id(req: &HttpRequest) -> Result<i64> {
        Self::of(req).map(|user| user.id).ok_or(Error::NotAuthenticated)
    }
}

impl<S: Scope> UserGuard for Scoped<S> {
    fn user_id(req: &HttpRequest) -> Result<i64> {
        Self::of(req).map(|user| user.id)
    }
}

impl<T, G> Deref for Own<T, G> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Owned, G: UserGuard> FromRequest for Own<T, G> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let user_id = G::user_id(req);
        let db = req.app_data::<Data<Db>>().cloned();
        let id = Path::<i64>::extract(req);
        Box::pin(async move {
            let user_id = user_id?;
            let id = id.await.map_err(|_| Error::NotFound)?.into_inner();
            let db = db.ok_or_else(|| Error::Internal("no Db in the app".to_owned()))?;
            let row = db.run(move |conn| T::find(conn, user_id, id)).await?;
            Ok(Self(row, PhantomData))
        })
    }
}
