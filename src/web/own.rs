//! Guard: the row in the address belongs to whoever is logged in.

use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::web::Path;
use actix_web::{FromRequest, HttpRequest};
use derive_more::Deref;
use diesel::QueryResult;
use kit::http::Later;

use crate::db::Connection;
use crate::error::Error;
use crate::people::{CurrentUser, Login};
use crate::state::State;

/// A model whose rows have an owner.
pub trait Owned: Send + Sized + 'static {
    /// The row with this id, if it is this user's.
    fn find(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self>;
}

/// The row whose id the route's `{id}` names, for whoever the guard `G` lets in: a person, a program
/// with a scope (`Own<Note, Scoped<NotesRead>>`), or only who has just typed their password (`Sudo`).
/// Another's row, no such row, no number: [`Error::NotFound`], the same for all three, so that nobody
/// learns which ids exist.
#[derive(Deref)]
pub struct Own<T, G = CurrentUser> {
    #[deref]
    row: T,
    owner: G,
}

impl<T, G> Own<T, G> {
    pub fn into_inner(self) -> T {
        self.row
    }

    /// Whose it is, to write with their rights: see [`Login::write`].
    pub fn owner(&self) -> &G {
        &self.owner
    }
}

impl<T: Owned, G: FromRequest + Deref<Target = Login> + 'static> FromRequest for Own<T, G> {
    type Error = actix_web::Error;
    type Future = Later<Self, Self::Error>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (owner, id) = (G::from_request(req, payload), Path::<i64>::extract(req));
        let db = State::of(req).db().clone();
        Box::pin(async move {
            let owner = owner.await.map_err(Into::into)?;
            let user_id = owner.id;
            let id = id.await.map_err(|_| Error::NotFound)?.into_inner();
            let row = db.look_up(move |conn| T::find(conn, user_id, id)).await?;
            Ok(Self { row, owner })
        })
    }
}
