//! Notes: the worked example of a model with its pages. Copy it and rename.

use actix_web::web::{Data, Path, ServiceConfig, resource};
use askama::Template;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use serde::Deserialize;
use time::PrimitiveDateTime;

use crate::auth::CurrentUser;
use crate::clock::Clock;
use crate::db::{Backend, Db};
use crate::error::{Response, Result};
use crate::schema::notes;
use crate::web::{Flash, Form, FormErrors, Page, Submitted, redirect, render, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/notes").get(index).post(create))
        .service(resource("/notes/new").get(new))
        .service(resource("/notes/{id}").get(edit).post(update))
        .service(resource("/notes/{id}/delete").get(confirm_delete).post(delete));
}

#[derive(Queryable, Selectable)]
#[diesel(check_for_backend(Backend))]
struct Note {
    id: i64,
    title: String,
    body: String,
    updated_at: PrimitiveDateTime,
}

/// One person's notes. Every query begins here, so that another's note is one that is not there.
#[auto_type]
fn notes_of(user_id: i64) -> _ {
    notes::table.filter(notes::user_id.eq(user_id))
}

#[derive(Default, Deserialize, Insertable, AsChangeset)]
#[diesel(table_name = notes)]
#[serde(default)]
struct NoteForm {
    title: String,
    body: String,
}

impl Form for NoteForm {
    fn check(&mut self, errors: &mut FormErrors) {
        errors.require("title", &mut self.title, "a title", 100);
        errors.limit("body", &self.body, 5000);
    }
}

#[derive(Template)]
#[template(path = "notes/index.html")]
struct Index {
    page: Page,
    notes: Vec<Note>,
}

#[derive(Template)]
#[template(path = "notes/edit.html")]
struct Edit {
    page: Page,
    form: Submitted<NoteForm>,
    id: Option<i64>,
}

#[derive(Template)]
#[template(path = "notes/delete.html")]
struct ConfirmDelete {
    page: Page,
    note: Note,
}

async fn index(user: CurrentUser, page: Page, db: Data<Db>) -> Response {
    let newest_first = notes_of(user.id).order(notes::updated_at.desc()).select(Note::as_select());
    let notes = db.run(move |conn| newest_first.load(conn)).await?;
    render(&Index { page, notes })
}

async fn new(_: CurrentUser, page: Page) -> Response {
    render(&Edit { page, form: Submitted::default(), id: None })
}

async fn create(
    user: CurrentUser,
    page: Page,
    db: Data<Db>,
    clock: Data<Clock>,
    form: Submitted<NoteForm>,
) -> Response {
    if !form.is_valid() {
        return render_with(form.status(), &Edit { page, form, id: None });
    }
    let values = (form.fields, notes::user_id.eq(user.id), notes::updated_at.eq(clock.now()));
    db.write(move |conn| values.insert_into(notes::table).execute(conn)).await?;
    Ok(redirect("/notes", Flash::success("Your note is saved.")))
}

async fn edit(user: CurrentUser, page: Page, db: Data<Db>, id: Path<i64>) -> Response {
    let Note { id, title, body, .. } = find(&db, user.id, *id).await?;
    render(&Edit { page, form: Submitted::with(NoteForm { title, body }), id: Some(id) })
}

async fn update(
    user: CurrentUser,
    page: Page,
    db: Data<Db>,
    clock: Data<Clock>,
    id: Path<i64>,
    form: Submitted<NoteForm>,
) -> Response {
    let id = find(&db, user.id, *id).await?.id;
    if !form.is_valid() {
        return render_with(form.status(), &Edit { page, form, id: Some(id) });
    }
    let note = notes_of(user.id).filter(notes::id.eq(id));
    let values = (form.fields, notes::updated_at.eq(clock.now()));
    db.write(move |conn| diesel::update(note).set(values).execute(conn)).await?;
    Ok(redirect("/notes", Flash::success("Your changes are saved.")))
}

async fn confirm_delete(user: CurrentUser, page: Page, db: Data<Db>, id: Path<i64>) -> Response {
    let note = find(&db, user.id, *id).await?;
    render(&ConfirmDelete { page, note })
}

async fn delete(user: CurrentUser, db: Data<Db>, id: Path<i64>) -> Response {
    let note = notes_of(user.id).filter(notes::id.eq(find(&db, user.id, *id).await?.id));
    db.write(move |conn| diesel::delete(note).execute(conn)).await?;
    Ok(redirect("/notes", Flash::success("Your note is deleted.")))
}

async fn find(db: &Db, user_id: i64, id: i64) -> Result<Note> {
    let note = notes_of(user_id).filter(notes::id.eq(id)).select(Note::as_select());
    db.run(move |conn| note.first(conn)).await
}
