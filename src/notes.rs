//! Notes: the worked example of a model with its pages. Copy it and rename.

mod api;
mod model;

use diesel::prelude::*;

use self::model::{Draft, Note, list, notes_of};
use crate::people::CurrentUser;
use crate::schema::notes;
use crate::web::{
    Db, Feature, Flash, List, Own, Page, Paging, Path, Response, Sent, ServiceConfig, Submitted,
    Template, once, redirect, render, render_with, resource,
};

pub const FEATURE: Feature = Feature {
    routes,
    api_routes: api::routes,
    describe: Some(<api::Described as utoipa::OpenApi>::openapi),
    scopes: api::SCOPES,
    exports: &[("notes", model::EXPORT)],
};

fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/notes").get(index).post(create))
        .service(resource("/notes/new").get(new))
        .service(resource("/notes/{id}").get(edit).post(update))
        .service(resource("/notes/{id}/delete").get(confirm_delete).post(delete));
}

#[derive(Template)]
#[template(path = "notes/index.html")]
struct Index {
    page: Page,
    notes: List<Note>,
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

async fn index(user: CurrentUser, page: Page, db: Db, paging: Paging) -> Response {
    render(&Index { page, notes: list(&db, user.id, paging).await? })
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

async fn edit(note: Own<Note>, page: Page) -> Response {
    let Note { id, title, body, .. } = note.into_inner();
    render(&Edit { page, form: Submitted::with(Draft { title, body }), id: Some(id) })
}

async fn update(note: Own<Note>, page: Page, db: Db, form: Submitted<Draft>) -> Response {
    if !form.is_valid() {
        return render_with(form.status(), &Edit { page, form, id: Some(note.id) });
    }
    let change = diesel::update(notes::table.find(note.id)).set(form.fields);
    note.owner().write(&db, move |conn| change.execute(conn)).await?;
    Ok(redirect("/notes", Flash::success("Your changes are saved.")))
}

async fn confirm_delete(note: Own<Note>, page: Page) -> Response {
    render(&ConfirmDelete { page, note: note.into_inner() })
}

/// Not by `Own`: on a second click the note is gone, and that is what was wanted.
async fn delete(user: CurrentUser, id: Path<i64>, db: Db, sent: Sent) -> Response {
    let own = diesel::delete(notes_of(user.id).filter(notes::id.eq(*id))).returning(notes::id);
    user.write(&db, once(sent, move |conn| own.get_result::<i64>(conn))).await?;
    Ok(redirect("/notes", Flash::success("Your note is deleted.")))
}
