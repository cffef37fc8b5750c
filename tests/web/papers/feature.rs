//! Papers: somebody's own, for people and for programs. As small as something protected can be.

use app::people::{Admin, CurrentUser};
use app::web::{
    Db, Feature, Figure, Flash, HttpResponse, List, Newest, Own, Page, Paging, Path, Place,
    Response, Sent, ServiceConfig, Shelf, Submitted, Template, once, redirect, render, render_with,
    resource,
};
use diesel::prelude::*;

use super::api;
use super::model::{Draft, EXPORT, Paper, list, newest, paper_of, papers, papers_of};

const PLACE: Place = Place { path: "/papers", name: "Papers", icon: "note", shelf: Shelf::Main };

pub const FEATURE: Feature = Feature {
    api_routes: api::routes,
    describe: Some(<api::Described as utoipa::OpenApi>::openapi),
    scopes: api::SCOPES,
    exports: &[("papers", EXPORT)],
    places: &[PLACE],
    figures: &[Figure {
        name: PLACE.name,
        path: PLACE.path,
        count: |conn, user_id| papers_of(user_id).count().get_result(conn),
        first_step: Some(("Write a paper", "It is there for the tests.")),
    }],
    newest: Some(Newest {
        title: "Newest papers",
        place: PLACE,
        rows: newest,
        none: ("No papers yet", "What you write is seen by nobody else."),
        new: ("/papers/new", "Write the first one"),
    }),
    ..Feature::pages(routes)
};

fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/papers").get(index).post(create))
        .service(resource("/papers/new").get(new))
        .service(resource("/papers/{id}").get(show).post(update))
        .service(resource("/papers/{id}/delete").get(confirm_delete).post(delete))
        .service(resource("/administration").get(administration));
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "base.html" %}{% import "list.html" as list_ %}
{% block title %}Papers{% endblock %}
{% block main %}<h1>Papers</h1> <a href="/papers/new">New paper</a>
{%- if papers.is_unused() %} No papers yet{% else %}{{ list_::search(papers, page) }}
{%- if papers.items.is_empty() %}{{ list_::nothing(papers, page) }}{% else %}
<table><tr>{{ list_::head(papers, page, "title", "Paper") }}{{ list_::head(papers, page, "created", "Written") }}</tr>
{%- for paper in papers.items %}
<tr><td><a href="/papers/{{ paper.id }}">{{ paper.title }}</a></td></tr>
{%- endfor %}</table>
{{ list_::pages(papers, page) }}{% endif %}{% endif %}{% endblock %}"#
)]
struct Index {
    page: Page,
    papers: List<Paper>,
}

/// A paper's own page is the form to change it.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "base.html" %}{% import "form.html" as form_ %}
{% block title %}Paper{% endblock %}
{% block main %}<h1>Paper</h1>
<form method="post" action="/papers{% if let Some(id) = id %}/{{ id }}{% endif %}">
{{ form_::summary(page, form) }}
{{ form_::field("Title", "title", form.fields.title, form.errors, limit = 100) }}
<textarea name="body">
{{ form.fields.body }}</textarea>
<button>Save</button></form>{% endblock %}"#
)]
struct Edit {
    page: Page,
    form: Submitted<Draft>,
    id: Option<i64>,
}

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "base.html" %}{% import "form.html" as form_ %}
{% block title %}Delete paper{% endblock %}
{% block main %}<h1>Delete “{{ paper.title }}”?</h1>
<form method="post" action="/papers/{{ paper.id }}/delete">{{ form_::once() }}<button>Delete</button></form>{% endblock %}"#
)]
struct ConfirmDelete {
    page: Page,
    paper: Paper,
}

async fn index(user: CurrentUser, page: Page, db: Db, paging: Paging) -> Response {
    render(&Index { page, papers: list(&db, user.id, paging).await? })
}

async fn new(_: CurrentUser, page: Page) -> Response {
    render(&Edit { page, form: Submitted::default(), id: None })
}

async fn create(user: CurrentUser, page: Page, db: Db, form: Submitted<Draft>) -> Response {
    if !form.is_valid() {
        return render_with(form.status(), &Edit { page, form, id: None });
    }
    let paper = (form.fields, papers::user_id.eq(user.id));
    let make = once(form.sent, move |conn| paper.insert_into(papers::table).execute(conn));
    user.write(&db, make).await?;
    Ok(redirect("/papers", Flash::success("Your paper is saved.")))
}

async fn show(paper: Own<Paper>, page: Page) -> Response {
    let Paper { id, title, body, .. } = paper.into_inner();
    render(&Edit { page, form: Submitted::with(Draft { title, body }), id: Some(id) })
}

async fn update(paper: Own<Paper>, page: Page, db: Db, form: Submitted<Draft>) -> Response {
    if !form.is_valid() {
        return render_with(form.status(), &Edit { page, form, id: Some(paper.id) });
    }
    let change = diesel::update(paper_of(paper.owner().id, paper.id)).set(form.fields);
    let change = change.returning(papers::id);
    paper.owner().write(&db, move |conn| change.get_result::<i64>(conn)).await?;
    let done = Flash::success("Your changes are saved.");
    Ok(redirect(&format!("/papers/{}", paper.id), done))
}

async fn confirm_delete(paper: Own<Paper>, page: Page) -> Response {
    render(&ConfirmDelete { page, paper: paper.into_inner() })
}

/// For administrators.
async fn administration(_: Admin) -> HttpResponse {
    HttpResponse::Ok().body("Everything is in order.")
}

async fn delete(user: CurrentUser, id: Path<i64>, db: Db, sent: Sent) -> Response {
    let end = diesel::delete(paper_of(user.id, *id)).returning(papers::id);
    user.write(&db, once(sent, move |conn| end.get_result::<i64>(conn))).await?;
    Ok(redirect("/papers", Flash::success("Your paper is deleted.")))
}
