//! Rows and their owners: the guard that lets in nobody else, and the way from a form into a row.

use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::web::Path;
use actix_web::{FromRequest, HttpRequest};
use derive_more::Deref;
use diesel::QueryResult;
use kit::http::Later;
use kit::http::form::Submitted;

use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::once::once;
use crate::people::{CurrentUser, Login};
use crate::state::State;

/// A model whose rows have an owner.
pub trait Owned: Send + Sized + 'static {
    /// The row with this id, if it is this user's.
    fn find(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self>;
}

/// The row whose id the route's `{id}` names, for whoever the guard `G` lets in: a person, only who
/// has just typed their password (`Sudo`), or a program whose token holds a scope (`Scoped<ThingsRead>`).
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

/// Stores what a form holds, once, with the rights of who sent it. `false`: something is wrong with it, which
/// its page says then; `store` may find out, too ([`kit::Error::Invalid`]).
pub async fn save<F: Clone + Send + 'static, T: Send + 'static>(
    form: &mut Submitted<F>, user: &Login, db: &Db,
    store: impl FnOnce(&mut Connection, F) -> Result<T> + Send + 'static,
) -> Result<bool> {
    if !form.is_valid() {
        return Ok(false);
    }
    let fields = form.fields.clone();
    match user.write(db, once(form.sent.clone(), move |conn| store(conn, fields))).await {
        Err(Error::Request(kit::Error::Invalid(sentences))) => {
            form.errors.extend(sentences);
            Ok(false)
        }
        stored => stored.map(|_| true),
    }
}
