//! Notes: a model with its pages.

mod api;
mod model;

use database::old_rows;
use diesel::prelude::*;
use kit::{Clock, Time};

use self::model::{Draft, Note, bring_back, deleted_note_of, insert, list, notes_of, remove};
use crate::people::CurrentUser;
use crate::schema::notes;
use crate::web::{
    Db, Deserialize, Feature, Features, Figure, Flash, List, Newest, Own, Page, Paging, Path,
    Place, Query, Response, Sent, ServiceConfig, Shelf, Submitted, Template, UNDO, once, redirect,
    render, render_with, resource, save,
};

const PLACE: Place = Place { path: "/notes", name: "Notes", icon: "note", shelf: Shelf::Main };

pub const FEATURE: Feature = Feature {
    api_routes: api::routes,
    describe: Some(<api::Described as utoipa::OpenApi>::openapi),
    scopes: api::SCOPES,
    exports: &[("notes", model::EXPORT)],
    purges: &[old_rows!(notes.id: i64, deleted_at, UNDO)],
    places: &[PLACE],
    samples: Some(model::samples),
    figures: &[Figure {
        name: PLACE.name,
        path: PLACE.path,
        count: |conn, user_id| notes_of(user_id).count().get_result(conn),
        first_step: Some(("Add a note", "The list and the form are ready.")),
    }],
    newest: Some(Newest {
        title: "Newest notes",
        place: PLACE,
        rows: model::newest,
        none: ("No notes yet", "What you add is seen by nobody else."),
        new: ("/notes/new", "Add the first one"),
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
    /// The one that was deleted a moment ago, and can be brought back.
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
            let there = deleted_note_of(user_id, id, now).select(notes::id);
            db.look_up(move |conn| there.first(conn).optional()).await?
        }
    };
    render(&Index { page, notes, deleted, now })
}

async fn new(_: CurrentUser, page: Page) -> Response {
    draw(page, Submitted::default(), None)
}

async fn create(user: CurrentUser, page: Page, db: Db, mut form: Submitted<Draft>) -> Response {
    let user_id = user.id;
    let make = move |conn: &mut _, draft| insert(conn, user_id, draft);
    if !save(&mut form, &user, &db, make).await? {
        return draw(page, form, None);
    }
    Ok(redirect("/notes", Flash::success("Your note is saved.")))
}

async fn show(note: Own<Note>, page: Page) -> Response {
    render(&Show { page, note: note.into_inner() })
}

async fn edit(note: Own<Note>, page: Page) -> Response {
    let id = note.id;
    draw(page, Submitted::with(note.into_inner().into()), Some(id))
}

async fn update(note: Own<Note>, page: Page, db: Db, mut form: Submitted<Draft>) -> Response {
    let (user_id, id) = (note.owner().id, note.id);
    let change = move |conn: &mut _, draft| model::update(conn, user_id, id, draft);
    if !save(&mut form, note.owner(), &db, change).await? {
        return draw(page, form, Some(id));
    }
    Ok(redirect(&format!("/notes/{id}"), Flash::success("Your changes are saved.")))
}

fn draw(page: Page, form: Submitted<Draft>, id: Option<i64>) -> Response {
    render_with(form.status(), &Edit { page, form, id })
}

async fn confirm_delete(note: Own<Note>, page: Page) -> Response {
    render(&ConfirmDelete { page, note: note.into_inner() })
}

/// Not by `Own`: on a second click the note is gone, and that is what was wanted.
async fn delete(
    user: CurrentUser, id: Path<i64>, (db, clock): (Db, Clock), features: Features, sent: Sent,
) -> Response {
    let (user_id, id, now) = (user.id, *id, clock.now());
    user.write(&db, once(sent, move |conn| remove(conn, user_id, id, features, now))).await?;
    Ok(redirect(&format!("/notes?deleted={id}"), None))
}

/// A moment later it is gone for good.
async fn restore(user: CurrentUser, id: Path<i64>, db: Db, clock: Clock) -> Response {
    let (user_id, id, now) = (user.id, *id, clock.now());
    user.write(&db, move |conn| bring_back(conn, user_id, id, now)).await?;
    Ok(redirect(&format!("/notes/{id}"), Flash::success("Your note is back.")))
}
