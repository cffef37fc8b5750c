//! The [[ m.words_plural ]] for programs: the same model, the same rules, JSON instead of pages.

[% if m.is_public() -%]
use actix_web::web::Path;
use diesel::prelude::*;
[% endif -%]
use kit::Clock;

use super::model::{self, [[ m.api_model_imports() ]]};
use crate::people::Scoped;
[%- if m.is_public() %]
use crate::schema::[[ m.plural ]];
[%- endif %]
use crate::web::{
    Db, Features, HttpResponse, List, Own, Paging, Response, ServiceConfig, Valid, resource,
};

actix_login::scopes! {
    [[ m.scope() ]]Read = "[[ m.slug() ]]:read", "Read [[ m.whose() ]] [[ m.words_plural ]]"[% if m.is_admin() %], admins[% endif %];
    [[ m.scope() ]]Write = "[[ m.slug() ]]:write", "Write, change and delete [[ m.whose_to_write() ]] [[ m.words_plural ]]"[% if m.is_admin() %], admins[% endif %];
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(index, create, show, update, delete), tags((name = "[[ m.words_plural ]]")))]
pub struct Described;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/api[[ m.path ]]").get(index).post(create))
        .service(resource("/api[[ m.path ]]/{id}").get(show).put(update).delete(delete));
}

/// [[ m.whose_title() ]] [[ m.words_plural ]], newest first.
#[utoipa::path(
    get, path = "/api[[ m.path ]]", operation_id = "list_[[ m.plural ]]", tag = "[[ m.words_plural ]]",
    params(
        ("page" = Option<u32>, Query), ("per_page" = Option<u32>, Query),
        ("q" = Option<String>, Query, description = "What [[ m.searched_words() ]] holds"),
        ("sort" = Option<String>, Query, description = "[[ m.sorted_words() ]]; with `-`, the other way round"),
    ),
    responses((status = 200, body = List<[[ m.type_name ]]>)),
    security(("password" = ["[[ m.slug() ]]:read"]), ("token" = []))
)]
[%- if m.is_public() %]
async fn index(_: Scoped<[[ m.scope() ]]Read>, db: Db, paging: Paging) -> Response {
    Ok(HttpResponse::Ok().json(list(&db, paging).await?))
}
[%- else %]
async fn index(user: Scoped<[[ m.scope() ]]Read>, db: Db, paging: Paging) -> Response {
    Ok(HttpResponse::Ok().json(list(&db, user.id, paging).await?))
}
[%- endif %]

/// Add [[ m.a() ]].
#[utoipa::path(
    post, path = "/api[[ m.path ]]", operation_id = "create_[[ m.name ]]", tag = "[[ m.words_plural ]]", request_body = Draft,
    responses((status = 201, body = [[ m.type_name ]]), (status = 422, description = "What is wrong, for each field")),
    security(("password" = ["[[ m.slug() ]]:write"]), ("token" = []))
)]
async fn create(user: Scoped<[[ m.scope() ]]Write>, db: Db, draft: Valid<Draft>) -> Response {
    let user_id = user.id;
    let [[ m.row ]] = user.write(&db, move |conn| insert(conn, user_id, draft.0)).await?;
    Ok(HttpResponse::Created().json([[ m.row ]]))
}

/// Read [[ m.a() ]].
#[utoipa::path(
    get, path = "/api[[ m.path ]]/{id}", operation_id = "show_[[ m.name ]]", tag = "[[ m.words_plural ]]",
    params(("id" = i64, Path, description = "The number of the [[ m.words ]]")),
    responses((status = 200, body = [[ m.type_name ]]), (status = 404, description = "No such [[ m.words ]][% if !m.is_public() && !m.is_admin() %] of yours[% endif %]")),
    security(("password" = ["[[ m.slug() ]]:read"]), ("token" = []))
)]
[%- if m.is_public() %]
async fn show(_: Scoped<[[ m.scope() ]]Read>, db: Db, id: Path<i64>) -> Response {
    let found = all_[[ m.plural ]]().filter([[ m.plural ]]::id.eq(*id)).select([[ m.type_name ]]::as_select());
    Ok(HttpResponse::Ok().json(db.look_up(move |conn| found.first(conn)).await?))
}
[%- else %]
async fn show([[ m.row ]]: Own<[[ m.type_name ]], Scoped<[[ m.scope() ]]Read>>) -> Response {
    Ok(HttpResponse::Ok().json([[ m.row ]].into_inner()))
}
[%- endif %]

/// Change [[ m.a() ]].
#[utoipa::path(
    put, path = "/api[[ m.path ]]/{id}", operation_id = "update_[[ m.name ]]", tag = "[[ m.words_plural ]]",
    params(("id" = i64, Path, description = "The number of the [[ m.words ]]")), request_body = Draft,
    responses((status = 200, body = [[ m.type_name ]]), (status = 404), (status = 422)),
    security(("password" = ["[[ m.slug() ]]:write"]), ("token" = []))
)]
async fn update([[ m.row ]]: Own<[[ m.type_name ]], Scoped<[[ m.scope() ]]Write>>, db: Db, draft: Valid<Draft>) -> Response {
    let (user_id, id) = ([[ m.row ]].owner().id, [[ m.row ]].id);
    let change = move |conn: &mut _| model::update(conn, user_id, id, draft.0);
    let [[ m.row ]] = [[ m.row ]].owner().write(&db, change).await?;
    Ok(HttpResponse::Ok().json([[ m.row ]]))
}

/// Delete [[ m.a() ]].
#[utoipa::path(
    delete, path = "/api[[ m.path ]]/{id}", operation_id = "delete_[[ m.name ]]", tag = "[[ m.words_plural ]]",
    params(("id" = i64, Path, description = "The number of the [[ m.words ]]")),
    responses((status = 204), (status = 404), (status = 409, description = "Something else names it")),
    security(("password" = ["[[ m.slug() ]]:write"]), ("token" = []))
)]
async fn delete(
    [[ m.row ]]: Own<[[ m.type_name ]], Scoped<[[ m.scope() ]]Write>>, db: Db, clock: Clock, features: Features,
) -> Response {
    let (user_id, id, now) = ([[ m.row ]].owner().id, [[ m.row ]].id, clock.now());
    [[ m.row ]].owner().write(&db, move |conn| remove(conn, user_id, id, features, now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
