//! [[ m.title_plural() ]]: a model with its pages.

[% if m.api %]mod api;
[% endif %]mod model;

use database::old_rows;
use diesel::prelude::*;
use kit::{Clock, Time};

use self::model::{[[ m.model_imports() ]]};
use crate::people::[[ m.guards() ]];
use crate::schema::[[ m.plural ]];
use crate::web::{[[ m.pages_imports() ]]};
[%- if !m.references().is_empty() %]
use crate::db::{Named, named_by};
[%- endif %]

const PLACE: Place = Place { path: "[[ m.path ]]", name: "[[ m.title_plural() ]]", icon: "[[ m.icon ]]", shelf: Shelf::[[ m.shelf() ]] };

pub const FEATURE: Feature = Feature {
    [%- if m.api %]
    api_routes: api::routes,
    describe: Some(<api::Described as utoipa::OpenApi>::openapi),
    scopes: api::SCOPES,
    [%- endif %]
    exports: &[("[[ m.plural ]]", model::EXPORT)],
    purges: &[old_rows!([[ m.plural ]].id: i64, deleted_at, UNDO)],
    [%- if !m.references().is_empty() %]
    references: &[
        [%- for reference in m.references() %]
        Reference { from: "[[ m.words_plural ]]", to: "[[ reference.table() ]]", name: named_by!([[ m.plural ]].[[ reference.name ]], UNDO) },
        [%- endfor %]
    ],
    [%- endif %]
    places: &[PLACE],
    samples: Some(model::samples),
    [%- if !m.is_admin() %]
    figures: &[Figure {
        name: PLACE.name,
        path: PLACE.path,
        count: |conn, user_id| [[ m.plural ]]_of(user_id).count().get_result(conn),
        first_step: Some(("Add [[ m.a() ]]", "The list and the form are ready.")),
    }],
    newest: Some(Newest {
        title: "Newest [[ m.words_plural ]]",
        place: PLACE,
        rows: model::newest,
        none: ("No [[ m.words_plural ]] yet", "[[ m.who_sees() ]]"),
        new: ("[[ m.path ]]/new", "Add the first one"),
    }),
    [%- endif %]
    ..Feature::pages(routes)
};

fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("[[ m.path ]]").get(index).post(create))
        .service(resource("[[ m.path ]]/new").get(new))
        .service(resource("[[ m.path ]]/{id}").get(show).post(update))
        .service(resource("[[ m.path ]]/{id}/edit").get(edit))
        .service(resource("[[ m.path ]]/{id}/delete").get(confirm_delete).post(delete))
        .service(resource("[[ m.path ]]/{id}/restore").post(restore));
}

#[derive(Template)]
#[template(path = "[[ m.plural ]]/index.html")]
struct Index {
    page: Page,
    [[ m.rows ]]: List<[[ m.type_name ]]>,
    [%- for reference in m.listed_references() %]
    [[ reference.list ]]: Named,
    [%- endfor %]
    /// The one that was deleted a moment ago, and can be brought back.
    deleted: Option<i64>,
    now: Time,
}

#[derive(Template)]
#[template(path = "[[ m.plural ]]/show.html")]
struct Show {
    page: Page,
    [[ m.row ]]: [[ m.type_name ]],
    [%- for reference in m.references() %]
    [[ reference.list ]]: Named,
    [%- endfor %]
    [%- if m.is_public() %]
    is_own: bool,
    [%- endif %]
}

#[derive(Template)]
#[template(path = "[[ m.plural ]]/edit.html")]
struct Edit {
    page: Page,
    form: Submitted<Draft>,
    id: Option<i64>,
    [%- for reference in m.references() %]
    [[ reference.list ]]: Named,
    [%- endfor %]
}

#[derive(Template)]
#[template(path = "[[ m.plural ]]/delete.html")]
struct ConfirmDelete {
    page: Page,
    [[ m.row ]]: [[ m.type_name ]],
}

#[derive(Deserialize)]
struct Deleted {
    deleted: Option<i64>,
}

async fn index(
    user: [[ m.reader() ]], page: Page, (db, clock): (Db, Clock), paging: Paging, asked: Query<Deleted>,
) -> Response {
    [%- if m.is_public() %]
    let now = clock.now();
    let [[ m.rows ]] = list(&db, paging).await?;
    let deleted = match (asked.deleted, &user.0) {
        (Some(id), Some(user)) => {
            let there = deleted_[[ m.name ]]_of(user.id, id, now).select([[ m.plural ]]::id);
            db.look_up(move |conn| there.first(conn).optional()).await?
        }
        _ => None,
    };
    [%- else %]
    let (user_id, now) = (user.id, clock.now());
    let [[ m.rows ]] = list(&db, user_id, paging).await?;
    let deleted = match asked.deleted {
        None => None,
        Some(id) => {
            let there = deleted_[[ m.name ]]_of(user_id, id, now).select([[ m.plural ]]::id);
            db.look_up(move |conn| there.first(conn).optional()).await?
        }
    };
    [%- endif %]
    [%- for reference in m.listed_references() %]
    let named: Vec<_> = [[ m.rows ]].items.iter().[% if reference.is_optional %]filter_map[% else %]map[% endif %](|[[ m.row ]]| [[ m.row ]].[[ reference.name ]]).collect();
    let [[ reference.list ]] = db.look_up(move |conn| [[ reference.type_name ]]::named(conn, &named)).await?;
    [%- endfor %]
    render(&Index { page, [[ m.rows ]], [% for reference in m.listed_references() %][[ reference.list ]], [% endfor %]deleted, now })
}
[% if m.references().is_empty() %]
async fn new(_: [[ m.guard() ]], page: Page) -> Response {
    draw(page, Submitted::default(), None)
}
[%- else %]
async fn new(user: [[ m.guard() ]], page: Page, db: Db) -> Response {
    draw(page, &db, user.id, Submitted::default(), None).await
}
[%- endif %]

async fn create(user: [[ m.guard() ]], page: Page, db: Db, mut form: Submitted<Draft>) -> Response {
    let user_id = user.id;
    let make = move |conn: &mut _, draft| insert(conn, user_id, draft);
    if !save(&mut form, &user, &db, make).await? {
        return [[ m.draw("user_id", "None") ]];
    }
    Ok(redirect("[[ m.path ]]", Flash::success("Your [[ m.words ]] is saved.")))
}
[% if m.is_public() %]
async fn show(user: OptionalUser, id: Path<i64>, page: Page, db: Db) -> Response {
    let (user_id, id) = (user.0.as_ref().map(|user| user.id), *id);
    let found = db.look_up(move |conn| {
        let found = all_[[ m.plural ]]().filter([[ m.plural ]]::id.eq(id));
        let found = found.select(([[ m.type_name ]]::as_select(), [[ m.plural ]]::user_id)).first(conn)?;
        Ok::<([[ m.type_name ]], i64), diesel::result::Error>(found)
    });
    let ([[ m.row ]], owner) = found.await?;
    [%- for reference in m.references() %]
    [[ m.named(reference) ]]
    let [[ reference.list ]] = db.look_up(move |conn| [[ reference.type_name ]]::named(conn, &named)).await?;
    [%- endfor %]
    render(&Show { page, [[ m.row ]], [% for reference in m.references() %][[ reference.list ]], [% endfor %]is_own: user_id == Some(owner) })
}
[%- else if m.references().is_empty() %]
async fn show([[ m.row ]]: [[ m.own() ]], page: Page) -> Response {
    render(&Show { page, [[ m.row ]]: [[ m.row ]].into_inner() })
}
[%- else %]
async fn show([[ m.row ]]: [[ m.own() ]], page: Page, db: Db) -> Response {
    [%- for reference in m.references() %]
    [[ m.named(reference) ]]
    let [[ reference.list ]] = db.look_up(move |conn| [[ reference.type_name ]]::named(conn, &named)).await?;
    [%- endfor %]
    render(&Show { page, [[ m.row ]]: [[ m.row ]].into_inner()[% for reference in m.references() %], [[ reference.list ]][% endfor %] })
}
[%- endif %]
[% if m.references().is_empty() %]
async fn edit([[ m.row ]]: [[ m.own() ]], page: Page) -> Response {
    let id = [[ m.row ]].id;
    draw(page, Submitted::with([[ m.row ]].into_inner().into()), Some(id))
}
[%- else %]
async fn edit([[ m.row ]]: [[ m.own() ]], page: Page, db: Db) -> Response {
    let (user_id, id) = ([[ m.row ]].owner().id, [[ m.row ]].id);
    draw(page, &db, user_id, Submitted::with([[ m.row ]].into_inner().into()), Some(id)).await
}
[%- endif %]

async fn update([[ m.row ]]: [[ m.own() ]], page: Page, db: Db, mut form: Submitted<Draft>) -> Response {
    let (user_id, id) = ([[ m.row ]].owner().id, [[ m.row ]].id);
    let change = move |conn: &mut _, draft| model::update(conn, user_id, id, draft);
    if !save(&mut form, [[ m.row ]].owner(), &db, change).await? {
        return [[ m.draw("user_id", "Some(id)") ]];
    }
    Ok(redirect(&format!("[[ m.path ]]/{id}"), Flash::success("Your changes are saved.")))
}
[% if m.references().is_empty() %]
fn draw(page: Page, form: Submitted<Draft>, id: Option<i64>) -> Response {
    render_with(form.status(), &Edit { page, form, id })
}
[%- else %]
async fn draw(
    page: Page, db: &Db, user_id: i64, form: Submitted<Draft>, id: Option<i64>,
) -> Response {
    [%- for reference in m.references() %]
    let chosen = form.fields.[[ reference.name ]].value().ok().copied()[% if reference.is_optional %].flatten()[% endif %];
    let [[ reference.list ]] = db.look_up(move |conn| [[ reference.type_name ]]::of(conn, user_id, chosen)).await?;
    [%- endfor %]
    render_with(form.status(), &Edit { page, form, id[% for reference in m.references() %], [[ reference.list ]][% endfor %] })
}
[%- endif %]

async fn confirm_delete([[ m.row ]]: [[ m.own() ]], page: Page) -> Response {
    render(&ConfirmDelete { page, [[ m.row ]]: [[ m.row ]].into_inner() })
}

/// Not by `Own`: on a second click the [[ m.words ]] is gone, and that is what was wanted.
async fn delete(
    user: [[ m.guard() ]], id: Path<i64>, (db, clock): (Db, Clock), features: Features, sent: Sent,
) -> Response {
    let (user_id, id, now) = (user.id, *id, clock.now());
    user.write(&db, once(sent, move |conn| remove(conn, user_id, id, features, now))).await?;
    Ok(redirect(&format!("[[ m.path ]]?deleted={id}"), None))
}

/// A moment later it is gone for good.
async fn restore(user: [[ m.guard() ]], id: Path<i64>, db: Db, clock: Clock) -> Response {
    let (user_id, id, now) = (user.id, *id, clock.now());
    user.write(&db, move |conn| bring_back(conn, user_id, id, now)).await?;
    Ok(redirect(&format!("[[ m.path ]]/{id}"), Flash::success("Your [[ m.words ]] is back.")))
}
