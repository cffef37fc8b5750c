//! Guard: the row in the address belongs to whoever is logged in.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest};
use diesel::QueryResult;

use crate::auth::{CurrentUser, Login, Scope, Scoped};
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
pub struct Own<T, G = CurrentUser> {
    row: T,
    owner: G,
}

impl<T, G> Own<T, G> {
    /// The row.
    pub fn into_inner(self) -> T {
        self.row
    }
}

impl<T, G: UserGuard> Own<T, G> {
    /// Writes with its owner's rights: see [`Login::write`].
    pub async fn write<R, E, F>(&self, db: &Db, work: F) -> Result<R>
    where
        R: Send + 'static,
        E: Into<Error> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<R, E> + Send + 'static,
    {
        self.owner.write(db, work).await
    }
}

/// A guard that knows whom it lets in.
pub trait UserGuard: Deref<Target = Login> + Sized + 'static {
    /// Whoever is let in, or why they are not.
    fn admit(req: &HttpRequest) -> Result<Self>;
}

impl UserGuard for CurrentUser {
    fn admit(req: &HttpRequest) -> Result<Self> {
        Self::of(req).ok_or(Error::NotAuthenticated)
    }
}

impl<S: Scope> UserGuard for Scoped<S> {
    fn admit(req: &HttpRequest) -> Result<Self> {
        Self::of(req)
    }
}

impl<T, G> Deref for Own<T, G> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.row
    }
}

impl<T: Owned, G: UserGuard> FromRequest for Own<T, G> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let owner = G::admit(req);
        let db = req.app_data::<Data<Db>>().cloned();
        let id = Path::<i64>::extract(req);
        Box::pin(async move {
            let owner = owner?;
            let user_id = owner.id;
            let id = id.await.map_err(|_| Error::NotFound)?.into_inner();
            let db = db.ok_or_else(|| Error::Internal("no Db in the app".to_owned()))?;
            let row = db.run(move |conn| T::find(conn, user_id, id)).await?;
            Ok(Self { row, owner })
        })
    }
}
