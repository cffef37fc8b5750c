//! Guard: the row in the address belongs to whoever is logged in.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::{Data, Path};
use actix_web::{FromRequest, HttpRequest};
use diesel::QueryResult;

use crate::auth::CurrentUser;
use crate::db::{Connection, Db};
use crate::error::{Error, Result};

/// A model whose rows have an owner.
pub trait Owned: Send + Sized + 'static {
    /// The row with this id, if it is this user's.
    fn find(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self>;
}

/// The row whose id the route's `{id}` names. Nobody logged in: [`Error::NotAuthenticated`].
/// Another's row, no such row, no number: [`Error::NotFound`], the same for all three, so that
/// nobody learns which ids exist.
pub struct Own<T>(pub T);

impl<T> Deref for Own<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Owned> FromRequest for Own<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let user = CurrentUser::of(req).map(|user: CurrentUser| user.id);
        let db = req.app_data::<Data<Db>>().cloned();
        let id = Path::<i64>::extract(req);
        Box::pin(async move {
            let user_id = user.ok_or(Error::NotAuthenticated)?;
            let id = id.await.map_err(|_| Error::NotFound)?.into_inner();
            let db = db.ok_or_else(|| Error::Internal("no Db in the app".to_owned()))?;
            db.run(move |conn| T::find(conn, user_id, id)).await.map(Self)
        })
    }
}
