//! Notes: the worked example of a model with its pages. Copy it and rename.

mod api;
mod model;

use diesel::prelude::*;
use kit::{Clock, Time};

pub use self::model::UNDO;
use self::model::{Draft, Note, deleted_notes_of, list, note_of, notes_of};
use crate::people::CurrentUser;
use crate::schema::notes;
use crate::web::{
    Db, Deserialize, Feature, Figure, Flash, List, Newest, Own, Page, Paging, Path, Place, Query,
    Response, Sent, ServiceConfig, Shelf, Submitted, Template, once, redirect, render, render_with,
    resource,
};

const PLACE: Place = Place { path: "/notes", name: "Notes", icon: "note", shelf: Shelf::Main };

pub const FEATURE: Feature = Feature {
    api_routes: api::routes,
    describe: Some(<api::Described as utoipa::OpenApi>::openapi),
    scopes: api::SCOPES,
    exports: &[("notes", model::EXPORT)],
    places: &[PLACE],
    figures: &[Figure {
        name: PLACE.name,
        path: PLACE.path,
        count: |conn, user_id| notes_of(user_id).count().get_result(conn),
        first_step: Some(("Write a note", "It is the worked example: a model with its pages.")),
    }],
    newest: Some(Newest {
        title: "Newest notes",
        place: PLACE,
        rows: model::newest,
        none: ("No notes yet", "What you write is seen by nobody else."),
        new: ("/notes/new", "Write the first one"),
    }),
    ..Feature::pages(routes)
};

fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/notes").get(index).post(create))
        .service(resource("/notes/new").get(new))
        .service(resource("/notes/{id}").get(show).post(update))
        .service(resource("/notes/{id}/edit").get(edit))
        .service(resource("/notes/{id}/delete").get(confirm_delete).post(delete))
        .service(resource("/notes/{id}/restore").post(restore));
}

#[derive(Template)]
#[template(path = "notes/index.html")]
struct Index {
    page: Page,
    notes: List<Note>,
    /// The note that was deleted a moment ago, and can be brought back.
    deleted: Option<i64>,
    now: Time,
}

#[derive(Template)]
#[template(path = "notes/show.html")]
struct Show {
    page: Page,
    note: Note,
}

#[derive(Template)]
#[template(path = "notes/edit.html")]
struct Edit {
    page: Page,
    form: Submitted<Draft>,
    id: Option<i64>,
}

#[derive(Template)]
#[template(path = "notes/delete.html")]
struct ConfirmDelete {
    page: Page,
    note: Note,
}

#[derive(Deserialize)]
struct Deleted {
    deleted: Option<i64>,
}

async fn index(
    user: CurrentUser, page: Page, (db, clock): (Db, Clock), paging: Paging, asked: Query<Deleted>,
) -> Response {
    let (user_id, now) = (user.id, clock.now());
    let notes = list(&db, user_id, paging).await?;
    let deleted = match asked.deleted {
        None => None,
        Some(id) => {
            let there = deleted_notes_of(user_id, now).filter(notes::id.eq(id)).select(notes::id);
            db.look_up(move |conn| there.first(conn).optional()).await?
        }
    };
    render(&Index { page, notes, deleted, now })
}

async fn new(_: CurrentUser, page: Page) -> Response {
    render(&Edit { page, form: Submitted::default(), id: None })
}

async fn create(user: CurrentUser, page: Page, db: Db, form: Submitted<Draft>) -> Response {
    if !form.is_valid() {
        return render_with(form.status(), &Edit { page, form, id: None });
    }
    let note = (form.fields, notes::user_id.eq(user.id));
    let make = once(form.sent, move |conn| note.insert_into(notes::table).execute(conn));
    user.write(&db, make).await?;
    Ok(redirect("/notes", Flash::success("Your note is saved.")))
}

async fn show(note: Own<Note>, page: Page) -> Response {
    render(&Show { page, note: note.into_inner() })
}

async fn edit(note: Own<Note>, page: Page) -> Response {
    let Note { id, title, body, .. } = note.into_inner();
    render(&Edit { page, form: Submitted::with(Draft { title, body }), id: Some(id) })
}

async fn update(note: Own<Note>, page: Page, db: Db, form: Submitted<Draft>) -> Response {
    if !form.is_valid() {
        return render_with(form.status(), &Edit { page, form, id: Some(note.id) });
    }
    // Once more of the owner's: it may have been deleted since the page asked for it.
    let own = diesel::update(note_of(note.owner().id, note.id));
    let change = own.set(form.fields).returning(notes::id);
    note.owner().write(&db, move |conn| change.get_result::<i64>(conn)).await?;
    Ok(redirect(&format!("/notes/{}", note.id), Flash::success("Your changes are saved.")))
}

async fn confirm_delete(note: Own<Note>, page: Page) -> Response {
    render(&ConfirmDelete { page, note: note.into_inner() })
}

/// Not by `Own`: on a second click the note is gone, and that is what was wanted.
async fn delete(
    user: CurrentUser, id: Path<i64>, (db, clock): (Db, Clock), sent: Sent,
) -> Response {
    let own = diesel::update(note_of(user.id, *id));
    let end = own.set(notes::deleted_at.eq(clock.now())).returning(notes::id);
    user.write(&db, once(sent, move |conn| end.get_result::<i64>(conn))).await?;
    Ok(redirect(&format!("/notes?deleted={id}"), None))
}

/// A moment later it is gone for good.
async fn restore(user: CurrentUser, id: Path<i64>, db: Db, clock: Clock) -> Response {
    let own = diesel::update(deleted_notes_of(user.id, clock.now()).filter(notes::id.eq(*id)));
    let back = own.set(notes::deleted_at.eq(None::<Time>)).returning(notes::id);
    user.write(&db, move |conn| back.get_result::<i64>(conn)).await?;
    Ok(redirect(&format!("/notes/{id}"), Flash::success("Your note is back.")))
}
