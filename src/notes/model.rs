//! A note, and the form that it is written with.

use diesel::prelude::*;
use kit::Time;
use serde::Serialize;
use time::Duration;

use crate::db::{Backend, Connection, Export, copy_of, lower};
use crate::schema::notes;
use crate::web::{Db, Deserialize, Errors, Form, List, Order, Owned, Paging, Result, Row};

/// How long a deleted note can be brought back: the page offers it for ten seconds where a script takes the
/// offer away, and for a minute where none does.
pub const UNDO: Duration = Duration::MINUTE;

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
    #[schema(required, min_length = 1, max_length = 100)]
    pub(super) title: String,
    #[schema(max_length = 5000)]
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
    notes::table.filter(notes::user_id.eq(user_id)).filter(notes::deleted_at.is_null())
}

/// One of them, if it is.
#[diesel::dsl::auto_type]
pub(super) fn note_of(user_id: i64, id: i64) -> _ {
    let own: notes_of = notes_of(user_id);
    own.filter(notes::id.eq(id))
}

/// Those that can be brought back.
#[diesel::dsl::auto_type]
pub(super) fn deleted_notes_of(user_id: i64, now: Time) -> _ {
    let since: Time = now - UNDO;
    notes::table.filter(notes::user_id.eq(user_id)).filter(notes::deleted_at.gt(since))
}

impl Owned for Note {
    fn find(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self> {
        note_of(user_id, id).select(Self::as_select()).first(conn)
    }
}

/// What was looked for, a page at a time, the newest first unless another order is asked for.
pub(super) async fn list(db: &Db, user_id: i64, paging: Paging) -> Result<List<Note>> {
    let pattern = paging.pattern();
    let found = move || {
        let all = notes_of(user_id).into_boxed::<Backend>();
        let Some(pattern) = pattern.clone() else { return all };
        let in_title = lower(notes::title).like(pattern.clone()).escape('\\');
        all.filter(in_title.or(lower(notes::body).like(pattern).escape('\\')))
    };
    let count = found.clone();
    let load = move |conn: &mut Connection, paging: &Paging| {
        let rows = match paging.order() {
            // Of one title, the newest first: otherwise a page might show again what the one before showed.
            ("title", Order::Ascending) => {
                found().order((lower(notes::title).asc(), notes::id.desc()))
            }
            ("title", Order::Descending) => {
                found().order((lower(notes::title).desc(), notes::id.desc()))
            }
            ("created", Order::Ascending) => found().order(notes::id.asc()),
            _ => found().order(notes::id.desc()),
        };
        rows.limit(paging.limit()).offset(paging.offset()).select(Note::as_select()).load(conn)
    };
    db.list(paging, load, move |conn| count().count().get_result(conn)).await
}

/// For the dashboard.
pub(super) fn newest(conn: &mut Connection, user_id: i64) -> QueryResult<Vec<Row>> {
    let newest = notes_of(user_id).order(notes::id.desc()).limit(5).select(Note::as_select());
    let row = |note: Note| Row {
        path: format!("/notes/{}", note.id),
        title: note.title,
        created_at: note.created_at,
    };
    Ok(newest.load(conn)?.into_iter().map(row).collect())
}

pub(super) const EXPORT: Export =
    copy_of!(notes.user_id, Note where notes::deleted_at.is_null(); id, title, body, created_at);
