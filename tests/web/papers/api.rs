//! The papers for programs.

use app::people::Scoped;
use app::web::{Db, HttpResponse, List, Own, Paging, Response, ServiceConfig, Valid, resource};
use diesel::prelude::*;

use super::model::{Draft, Paper, list, paper_of, papers};

actix_login::scopes! {
    PapersRead = "papers:read", "Read your papers";
    PapersWrite = "papers:write", "Write, change and delete your papers";
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(index, create, show, update, delete))]
pub struct Described;

pub fn routes(config: &mut ServiceConfig) {
    let one = resource("/api/papers/{id}").get(show).put(update).delete(delete);
    config.service(resource("/api/papers").get(index).post(create)).service(one);
}

#[utoipa::path(get, path = "/api/papers", operation_id = "list_papers",
    responses((status = 200, body = List<Paper>)), security(("password" = ["papers:read"])))]
async fn index(user: Scoped<PapersRead>, db: Db, paging: Paging) -> Response {
    Ok(HttpResponse::Ok().json(list(&db, user.id, paging).await?))
}

#[utoipa::path(post, path = "/api/papers", operation_id = "create_paper", request_body = Draft,
    responses((status = 201, body = Paper)), security(("password" = ["papers:write"])))]
async fn create(user: Scoped<PapersWrite>, db: Db, draft: Valid<Draft>) -> Response {
    let values = (draft.0, papers::user_id.eq(user.id));
    let new = values.insert_into(papers::table).returning(Paper::as_returning());
    let paper: Paper = user.write(&db, move |conn| new.get_result(conn)).await?;
    Ok(HttpResponse::Created().json(paper))
}

#[utoipa::path(get, path = "/api/papers/{id}", operation_id = "show_paper",
    params(("id" = i64, Path, description = "The paper's number")),
    responses((status = 200, body = Paper), (status = 404)),
    security(("password" = ["papers:read"])))]
async fn show(paper: Own<Paper, Scoped<PapersRead>>) -> Response {
    Ok(HttpResponse::Ok().json(paper.into_inner()))
}

#[utoipa::path(put, path = "/api/papers/{id}", operation_id = "update_paper", request_body = Draft,
    params(("id" = i64, Path, description = "The paper's number")),
    responses((status = 200, body = Paper), (status = 404)),
    security(("password" = ["papers:write"])))]
async fn update(paper: Own<Paper, Scoped<PapersWrite>>, db: Db, draft: Valid<Draft>) -> Response {
    let change = diesel::update(paper_of(paper.owner().id, paper.id)).set(draft.0);
    let change = change.returning(Paper::as_returning());
    let paper: Paper = paper.owner().write(&db, move |conn| change.get_result(conn)).await?;
    Ok(HttpResponse::Ok().json(paper))
}

#[utoipa::path(delete, path = "/api/papers/{id}", operation_id = "delete_paper",
    params(("id" = i64, Path, description = "The paper's number")),
    responses((status = 204), (status = 404)), security(("password" = ["papers:write"])))]
async fn delete(paper: Own<Paper, Scoped<PapersWrite>>, db: Db) -> Response {
    let end = diesel::delete(paper_of(paper.owner().id, paper.id));
    paper.owner().write(&db, move |conn| end.execute(conn)).await?;
    Ok(HttpResponse::NoContent().finish())
}
