//! A note, and the form that it is written with.

use diesel::prelude::*;
use serde::Serialize;

use crate::db::{Connection, Export, copy_of};
use crate::schema::notes;
use crate::web::{Db, Deserialize, Errors, Form, List, Owned, Paging, Result};

#[derive(Queryable, Selectable, Serialize, utoipa::ToSchema)]
pub(super) struct Note {
    pub(super) id: i64,
    pub(super) title: String,
    pub(super) body: String,
    #[serde(serialize_with = "crate::web::rfc3339")]
    pub(super) created_at: time::PrimitiveDateTime,
}

#[derive(Default, Deserialize, Insertable, AsChangeset, utoipa::ToSchema)]
#[diesel(table_name = notes)]
#[schema(as = NoteDraft)]
#[serde(default)]
pub(super) struct Draft {
    pub(super) title: String,
    pub(super) body: String,
}

impl Form for Draft {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("title", &mut self.title, "a title", 100);
        errors.text("body", &mut self.body, 5000);
    }
}

/// One person's notes. Reading begins here, so that another's note is one that is not there.
#[diesel::dsl::auto_type]
pub(super) fn notes_of(user_id: i64) -> _ {
    notes::table.filter(notes::user_id.eq(user_id))
}

impl Owned for Note {
    fn find(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self> {
        notes_of(user_id).filter(notes::id.eq(id)).select(Self::as_select()).first(conn)
    }
}

/// The newest first, a page at a time.
pub(super) async fn list(db: &Db, user_id: i64, paging: Paging) -> Result<List<Note>> {
    let rows = notes_of(user_id).order(notes::id.desc()).select(Note::as_select());
    let rows = rows.limit(paging.limit()).offset(paging.offset());
    db.list(paging, move |conn| rows.load(conn)).await
}

pub(super) const EXPORT: Export = copy_of!(notes.user_id, Note; id, title, body, created_at);
