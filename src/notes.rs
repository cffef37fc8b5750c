//! Notes: the worked example of a model with its pages. Copy it and rename.

use actix_web::web::{Data, ServiceConfig, resource};
use askama::Template;
use diesel::prelude::*;

use crate::auth::CurrentUser;
use crate::db::{Backend, Connection, Db};
use crate::error::Response;
use crate::schema::notes;
use crate::web::{Errors, Flash, Form, Own, Owned, Page, Submitted, redirect, render, render_with};

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
    created_at: time::PrimitiveDateTime,
}

/// One person's notes. Every query begins here, so that another's note is one that is not there.
#[diesel::dsl::auto_type]
fn notes_of(user_id: i64) -> _ {
    notes::table.filter(notes::user_id.eq(user_id))
}

impl Owned for Note {
    fn find(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self> {
        notes_of(user_id).filter(notes::id.eq(id)).select(Self::as_select()).first(conn)
    }
}

#[derive(Default, serde::Deserialize, Insertable, AsChangeset)]
#[diesel(table_name = notes)]
#[serde(default)]
struct Draft {
    title: String,
    body: String,
}

impl Form for Draft {
    fn check(&mut self, errors: &mut Errors) {
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
    form: Submitted<Draft>,
    id: Option<i64>,
}

#[derive(Template)]
#[template(path = "notes/delete.html")]
struct ConfirmDelete {
    page: Page,
    note: Note,
}

async fn index(user: CurrentUser, page: Page, db: Data<Db>) -> Response {
    let newest_first = notes_of(user.id).order(notes::id.desc()).select(Note::as_select());
    let notes = db.run(move |conn| newest_first.load(conn)).await?;
    render(&Index { page, notes })
}

async fn new(_: CurrentUser, page: Page) -> Response {
    render(&Edit { page, form: Submitted::default(), id: None })
}

async fn create(user: CurrentUser, page: Page, db: Data<Db>, form: Submitted<Draft>) -> Response {
    if !form.is_valid() {
        return render_with(form.status(), &Edit { page, form, id: None });
    }
    let note = (form.fields, notes::user_id.eq(user.id));
    db.write(move |conn| note.insert_into(notes::table).execute(conn)).await?;
    Ok(redirect("/notes", Flash::success("Your note is saved.")))
}

async fn edit(Own(note): Own<Note>, page: Page) -> Response {
    let form = Submitted::with(Draft { title: note.title, body: note.body });
    render(&Edit { page, form, id: Some(note.id) })
}

async fn update(note: Own<Note>, page: Page, db: Data<Db>, form: Submitted<Draft>) -> Response {
    if !form.is_valid() {
        return render_with(form.status(), &Edit { page, form, id: Some(note.id) });
    }
    let change = diesel::update(notes::table.find(note.id)).set(form.fields);
    db.write(move |conn| change.execute(conn)).await?;
    Ok(redirect("/notes", Flash::success("Your changes are saved.")))
}

async fn confirm_delete(Own(note): Own<Note>, page: Page) -> Response {
    render(&ConfirmDelete { page, note })
}

async fn delete(note: Own<Note>, db: Data<Db>) -> Response {
    db.write(move |conn| diesel::delete(notes::table.find(note.id)).execute(conn)).await?;
    Ok(redirect("/notes", Flash::success("Your note is deleted.")))
}
