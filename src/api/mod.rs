//! What programs may ask about people. Each feature's own API stands beside its pages.

pub mod token;

use actix_web::HttpResponse;
use actix_web::web::{Data, ServiceConfig, resource};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::auth::Scoped;
use crate::auth::scope::{ProfileRead, ProfileWrite, UsersRead};
use crate::db::Db;
use crate::error::Response;
use crate::schema::users;
use crate::user::{NAME_MAX, User};
use crate::web::{Errors, Form, List, Paging, Valid};

#[derive(utoipa::OpenApi)]
#[openapi(paths(me, rename, index))]
struct Described;

/// This feature, for the API's description.
pub fn describe() -> utoipa::openapi::OpenApi {
    <Described as utoipa::OpenApi>::openapi()
}

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/api/me").get(me).patch(rename))
        .service(resource("/api/users").get(index))
        .configure(token::routes);
}

/// What a program learns about a user: nothing else ever gets out.
#[derive(Serialize, utoipa::ToSchema)]
struct Profile<'a> {
    id: i64,
    email: &'a str,
    name: &'a str,
    is_admin: bool,
}

impl<'a> From<&'a User> for Profile<'a> {
    fn from(user: &'a User) -> Self {
        Self { id: user.id, email: &user.email, name: &user.name, is_admin: user.is_admin }
    }
}

#[derive(Default, Deserialize, utoipa::ToSchema)]
struct Rename {
    name: String,
}

impl Form for Rename {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("name", &mut self.name, "your name", NAME_MAX);
    }
}

/// Who the token belongs to.
#[utoipa::path(
    get, path = "/api/me", tag = "profile", responses((status = 200, body = Profile)),
    security(("password" = ["profile:read"]), ("token" = []))
)]
async fn me(user: Scoped<ProfileRead>) -> Response {
    Ok(HttpResponse::Ok().json(Profile::from(&user.user)))
}

/// Change the name.
#[utoipa::path(
    patch, path = "/api/me", tag = "profile", request_body = Rename,
    responses((status = 200, body = Profile), (status = 422)),
    security(("password" = ["profile:write"]), ("token" = []))
)]
async fn rename(user: Scoped<ProfileWrite>, db: Data<Db>, form: Valid<Rename>) -> Response {
    let change = diesel::update(users::table.find(user.id)).set(users::name.eq(form.0.name));
    let changed = change.returning(User::as_returning());
    let user = user.write(&db, move |conn| changed.get_result(conn)).await?;
    Ok(HttpResponse::Ok().json(Profile::from(&user)))
}

/// Everybody with an account.
#[utoipa::path(
    get, path = "/api/users", operation_id = "list_users", tag = "users",
    params(("page" = Option<u32>, Query), ("per_page" = Option<u32>, Query)),
    responses((status = 200, body = List<Profile>)),
    security(("password" = ["users:read"]), ("token" = []))
)]
async fn index(_: Scoped<UsersRead>, db: Data<Db>, paging: Paging) -> Response {
    let page = users::table.order(users::id).limit(paging.limit()).offset(paging.offset());
    let page = page.select(User::as_select());
    let users = db.run(move |conn| page.load(conn)).await?;
    Ok(HttpResponse::Ok().json(paging.list(users.iter().map(Profile::from).collect())))
}
