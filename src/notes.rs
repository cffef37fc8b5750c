//! Notes: the worked example of a model with its pages. Copy it and rename.

pub mod api;

use actix_web::web::{Data, Path, ServiceConfig, resource};
use diesel::prelude::*;

use crate::auth::CurrentUser;
use crate::db::{Connection, Db};
use crate::error::{Response, Result};
use crate::schema::notes;
use crate::web::{Errors, Flash, Form, List, Own, Owned, Page, Paging, Sent, Submitted};
use crate::web::{redirect, render, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/notes").get(index).post(create))
        .service(resource("/notes/new").get(new))
        .service(resource("/notes/{id}").get(edit).post(update))
        .service(resource("/notes/{id}/delete").get(confirm_delete).post(delete));
}

#[derive(Queryable, Selectable, serde::Serialize, utoipa::ToSchema)]
struct Note {
    id: i64,
    title: String,
    body: String,
    #[serde(serialize_with = "crate::web::rfc3339")]
    created_at: time::PrimitiveDateTime,
}

/// One person's notes. Reading begins here, so that another's note is one that is not there.
#[diesel::dsl::auto_type]
fn notes_of(user_id: i64) -> _ {
    notes::table.filter(notes::user_id.eq(user_id))
}

/// The newest first, a page at a time; for people and programs.
async fn list(db: &Db, user_id: i64, paging: Paging) -> Result<List<Note>> {
    let rows = notes_of(user_id).order(notes::id.desc()).select(Note::as_select());
    let rows = rows.limit(paging.limit()).offset(paging.offset());
    Ok(paging.list(db.run(move |conn| rows.load(conn)).await?))
}

/// A copy of somebody's notes, for them.
pub fn export(conn: &mut Connection, user_id: i64) -> Result<serde_json::Value> {
    let notes = notes_of(user_id).select(Note::as_select()).load(conn)?;
    Ok(notes.iter().map(|note: &Note| serde_json::json!(note)).collect())
}

impl Owned for Note {
    fn find(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self> {
        notes_of(user_id).filter(notes::id.eq(id)).select(Self::as_select()).first(conn)
    }
}

#[derive(Default, serde::Deserialize, Insertable, AsChangeset, utoipa::ToSchema)]
#[diesel(table_name = notes)]
#[schema(as = NoteDraft)]
#[serde(default)]
struct Draft {
    title: String,
    body: String,
}

impl Form for Draft {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("title", &mut self.title, "a title", 100);
        errors.text("body", &mut self.body, 5000);
    }
}

#[derive(askama::Template)]
#[template(path = "notes/index.html")]
struct Index {
    page: Page,
    notes: List<Note>,
}

#[derive(askama::Template)]
#[template(path = "notes/edit.html")]
struct Edit {
    page: Page,
    form: Submitted<Draft>,
    id: Option<i64>,
}

#[derive(askama::Template)]
#[template(path = "notes/delete.html")]
struct ConfirmDelete {
    page: Page,
    note: Note,
}

async fn index(user: CurrentUser, page: Page, db: Data<Db>, paging: Paging) -> Response {
    render(&Index { page, notes: list(&db, user.id, paging).await? })
}

async fn new(_: CurrentUser, page: Page) -> Response {
    render(&Edit { page, form: Submitted::default(), id: None })
}

async fn create(user: CurrentUser, page: Page, db: Data<Db>, form: Submitted<Draft>) -> Response {
    if !form.is_valid() {
        return render_with(form.status(), &Edit { page, form, id: None });
    }
    let note = (form.fields, notes::user_id.eq(user.id));
    let make = form.sent.once(move |conn| note.insert_into(notes::table).execute(conn));
    user.write(&db, make).await?;
    Ok(redirect("/notes", Flash::success("Your note is saved.")))
}

async fn edit(note: Own<Note>, page: Page) -> Response {
    let Note { id, title, body, .. } = note.into_inner();
    render(&Edit { page, form: Submitted::with(Draft { title, body }), id: Some(id) })
}

async fn update(note: Own<Note>, page: Page, db: Data<Db>, form: Submitted<Draft>) -> Response {
    if !form.is_valid() {
        return render_with(form.status(), &Edit { page, form, id: Some(note.id) });
    }
    let change = diesel::update(notes::table.find(note.id)).set(form.fields);
    note.write(&db, move |conn| change.execute(conn)).await?;
    Ok(redirect("/notes", Flash::success("Your changes are saved.")))
}

async fn confirm_delete(note: Own<Note>, page: Page) -> Response {
    render(&ConfirmDelete { page, note: note.into_inner() })
}

/// Not by `Own`: on a second click the note is gone, and that is what was wanted.
async fn delete(user: CurrentUser, id: Path<i64>, db: Data<Db>, sent: Sent) -> Response {
    let own = diesel::delete(notes_of(user.id).filter(notes::id.eq(*id))).returning(notes::id);
    user.write(&db, sent.once(move |conn| own.get_result::<i64>(conn))).await?;
    Ok(redirect("/notes", Flash::success("Your note is deleted.")))
}
