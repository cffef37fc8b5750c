//! What a note holds, and whose notes are found how.
//!
//! `cargo xtask model note title:string body:text?` makes this model.

use diesel::prelude::*;
use kit::Time;

use crate::db::{Backend, Connection, Export, copy_of, in_order, lower, model};
use crate::schema::notes;
use crate::web::{
    Db, Errors, Features, Form, Line, List, Owned, Paging, Result, Row, Text, Typed, UNDO,
};

model! {
    /// A note.
    pub(super) struct Note, Draft, Values in notes {
        title: Line<1, 100>,
        body: Text<0, 5000>,
    }
}

impl Form for Draft {
    fn check(&mut self, errors: &mut Errors) {
        self.check_fields(errors);
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

/// One that was deleted and can be brought back.
#[diesel::dsl::auto_type]
pub(super) fn deleted_note_of(user_id: i64, id: i64, now: Time) -> _ {
    let since: Time = now - UNDO;
    notes::table
        .filter(notes::user_id.eq(user_id))
        .filter(notes::id.eq(id))
        .filter(notes::deleted_at.gt(since))
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
        let rows = in_order!(found(), paging, notes::id;
            "title" => lower(notes::title),
            "created" => notes::created_at,
        );
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

pub(super) fn insert(conn: &mut Connection, user_id: i64, draft: Draft) -> Result<Note> {
    let values = (draft.values(conn, user_id)?, notes::user_id.eq(user_id));
    let new = values.insert_into(notes::table).returning(Note::as_returning());
    Ok(new.get_result(conn)?)
}

pub(super) fn update(conn: &mut Connection, user_id: i64, id: i64, draft: Draft) -> Result<Note> {
    let values = draft.values(conn, user_id)?;
    let change = diesel::update(note_of(user_id, id)).set(values);
    Ok(change.returning(Note::as_returning()).get_result(conn)?)
}

/// Takes it out of sight; for [`UNDO`] it can be brought back.
pub(super) fn remove(
    conn: &mut Connection, user_id: i64, id: i64, features: Features, now: Time,
) -> Result<()> {
    let end = diesel::update(note_of(user_id, id)).set(notes::deleted_at.eq(now));
    end.returning(notes::id).get_result::<i64>(conn)?;
    features.let_go("notes", id, now, conn)
}

pub(super) fn bring_back(conn: &mut Connection, user_id: i64, id: i64, now: Time) -> Result<()> {
    let back = diesel::update(deleted_note_of(user_id, id, now));
    let back = back.set(notes::deleted_at.eq(None::<Time>)).returning(notes::id);
    back.get_result::<i64>(conn)?;
    Ok(())
}

/// Five of them, to look at.
pub(super) fn samples(conn: &mut Connection, user_id: i64) -> Result<usize> {
    for number in 1..=5 {
        let draft = Draft {
            title: Typed::new(format!("Note {number}")),
            body: Typed::new(format!("What there is to say of Note {number}.")),
        };
        insert(conn, user_id, draft)?;
    }
    Ok(5)
}

pub(super) const EXPORT: Export = copy_of!(notes.user_id, Note where notes::deleted_at.is_null());
