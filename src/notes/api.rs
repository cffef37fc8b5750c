//! The notes for programs: the same model, the same rules, JSON instead of pages.

use kit::Clock;

use super::model::{self, Draft, Note, insert, list, remove};
use crate::people::Scoped;
use crate::web::{
    Db, Features, HttpResponse, List, Own, Paging, Response, ServiceConfig, Valid, resource,
};

actix_login::scopes! {
    NotesRead = "notes:read", "Read your notes";
    NotesWrite = "notes:write", "Write, change and delete your notes";
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(index, create, show, update, delete), tags((name = "notes")))]
pub struct Described;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/api/notes").get(index).post(create))
        .service(resource("/api/notes/{id}").get(show).put(update).delete(delete));
}

/// Your notes, newest first.
#[utoipa::path(
    get, path = "/api/notes", operation_id = "list_notes", tag = "notes",
    params(
        ("page" = Option<u32>, Query), ("per_page" = Option<u32>, Query),
        ("q" = Option<String>, Query, description = "What `title` or `body` holds"),
        ("sort" = Option<String>, Query, description = "`title` or `created`; with `-`, the other way round"),
    ),
    responses((status = 200, body = List<Note>)),
    security(("password" = ["notes:read"]), ("token" = []))
)]
async fn index(user: Scoped<NotesRead>, db: Db, paging: Paging) -> Response {
    Ok(HttpResponse::Ok().json(list(&db, user.id, paging).await?))
}

/// Add a note.
#[utoipa::path(
    post, path = "/api/notes", operation_id = "create_note", tag = "notes", request_body = Draft,
    responses((status = 201, body = Note), (status = 422, description = "What is wrong, for each field")),
    security(("password" = ["notes:write"]), ("token" = []))
)]
async fn create(user: Scoped<NotesWrite>, db: Db, draft: Valid<Draft>) -> Response {
    let user_id = user.id;
    let note = user.write(&db, move |conn| insert(conn, user_id, draft.0)).await?;
    Ok(HttpResponse::Created().json(note))
}

/// Read a note.
#[utoipa::path(
    get, path = "/api/notes/{id}", operation_id = "show_note", tag = "notes",
    params(("id" = i64, Path, description = "The number of the note")),
    responses((status = 200, body = Note), (status = 404, description = "No such note of yours")),
    security(("password" = ["notes:read"]), ("token" = []))
)]
async fn show(note: Own<Note, Scoped<NotesRead>>) -> Response {
    Ok(HttpResponse::Ok().json(note.into_inner()))
}

/// Change a note.
#[utoipa::path(
    put, path = "/api/notes/{id}", operation_id = "update_note", tag = "notes",
    params(("id" = i64, Path, description = "The number of the note")), request_body = Draft,
    responses((status = 200, body = Note), (status = 404), (status = 422)),
    security(("password" = ["notes:write"]), ("token" = []))
)]
async fn update(note: Own<Note, Scoped<NotesWrite>>, db: Db, draft: Valid<Draft>) -> Response {
    let (user_id, id) = (note.owner().id, note.id);
    let change = move |conn: &mut _| model::update(conn, user_id, id, draft.0);
    let note = note.owner().write(&db, change).await?;
    Ok(HttpResponse::Ok().json(note))
}

/// Delete a note.
#[utoipa::path(
    delete, path = "/api/notes/{id}", operation_id = "delete_note", tag = "notes",
    params(("id" = i64, Path, description = "The number of the note")),
    responses((status = 204), (status = 404), (status = 409, description = "Something else names it")),
    security(("password" = ["notes:write"]), ("token" = []))
)]
async fn delete(
    note: Own<Note, Scoped<NotesWrite>>, db: Db, clock: Clock, features: Features,
) -> Response {
    let (user_id, id, now) = (note.owner().id, note.id, clock.now());
    note.owner().write(&db, move |conn| remove(conn, user_id, id, features, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
