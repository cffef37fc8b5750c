//! The notes for programs: the same model, the same rules, JSON instead of pages.

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, resource};
use diesel::prelude::*;

use super::{Draft, Note, notes_of};
use crate::auth::Scoped;
use crate::auth::scope::{NotesRead, NotesWrite};
use crate::db::Db;
use crate::error::{Response, Result};
use crate::schema::notes;
use crate::web::{List, Own, Paging, Valid};

/// The routes of this face.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/api/notes").get(index).post(create))
        .service(resource("/api/notes/{id}").get(show).put(update).delete(delete));
}

/// The newest first, a page at a time; for people and programs.
pub(super) async fn list(db: &Db, user_id: i64, paging: Paging) -> Result<List<Note>> {
    let rows = notes_of(user_id).order(notes::id.desc()).select(Note::as_select());
    let rows = rows.limit(paging.limit()).offset(paging.offset());
    Ok(paging.list(db.run(move |conn| rows.load(conn)).await?))
}

async fn index(user: Scoped<NotesRead>, db: Data<Db>, paging: Paging) -> Response {
    Ok(HttpResponse::Ok().json(list(&db, user.id, paging).await?))
}

async fn create(user: Scoped<NotesWrite>, db: Data<Db>, draft: Valid<Draft>) -> Response {
    let values = (draft.0, notes::user_id.eq(user.id));
    let new = values.insert_into(notes::table).returning(Note::as_returning());
    let note: Note = db.write(move |conn| new.get_result(conn)).await?;
    Ok(HttpResponse::Created().json(note))
}

async fn show(note: Own<Note, Scoped<NotesRead>>) -> Response {
    Ok(HttpResponse::Ok().json(note.0))
}

async fn update(
    note: Own<Note, Scoped<NotesWrite>>,
    db: Data<Db>,
    draft: Valid<Draft>,
) -> Response {
    let change = diesel::update(notes::table.find(note.id)).set(draft.0);
    let changed = change.returning(Note::as_returning());
    let note: Note = db.write(move |conn| changed.get_result(conn)).await?;
    Ok(HttpResponse::Ok().json(note))
}

async fn delete(note: Own<Note, Scoped<NotesWrite>>, db: Data<Db>) -> Response {
    db.write(move |conn| diesel::delete(notes::table.find(note.id)).execute(conn)).await?;
    Ok(HttpResponse::NoContent().finish())
}
