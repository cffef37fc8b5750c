//! What programs may ask about people. Each feature's own API stands beside its pages.

mod token;

use diesel::prelude::*;
use serde::Serialize;

use crate::db::Connection;
use crate::people::{Rename, Scoped, User};
use crate::schema::users;
use crate::web::{
    Db, Feature, HttpResponse, List, Paging, Response, ServiceConfig, Valid, resource,
};

pub const FEATURE: Feature = Feature {
    api_routes: routes,
    describe: Some(<Described as utoipa::OpenApi>::openapi),
    scopes: SCOPES,
    ..Feature::pages(|_| ())
};

/// What a token holds that was asked for without naming scopes: the least there is.
pub const DEFAULT_SCOPE: &str = <ProfileRead as actix_login::Scope>::NAME;

actix_login::scopes! {
    ProfileRead = "profile:read", "See your name and address";
    ProfileWrite = "profile:write", "Change your name";
    UsersRead = "users:read", "List the people with accounts (administrators)", admins;
}

#[derive(utoipa::OpenApi)]
#[openapi(paths(me, rename, index))]
struct Described;

fn routes(config: &mut ServiceConfig) {
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
async fn rename(user: Scoped<ProfileWrite>, db: Db, form: Valid<Rename>) -> Response {
    let (id, name) = (user.id, form.0.name.into_value()?);
    let user = user.write(&db, move |conn| User::set_name(conn, id, &name)).await?;
    Ok(HttpResponse::Ok().json(Profile::from(&user)))
}

/// Everybody with an account.
#[utoipa::path(
    get, path = "/api/users", operation_id = "list_users", tag = "users",
    params(("page" = Option<u32>, Query), ("per_page" = Option<u32>, Query)),
    responses((status = 200, body = List<Profile>)),
    security(("password" = ["users:read"]), ("token" = []))
)]
async fn index(_: Scoped<UsersRead>, db: Db, paging: Paging) -> Response {
    let load = |conn: &mut Connection, paging: &Paging| {
        let page = users::table.order(users::id).limit(paging.limit()).offset(paging.offset());
        page.select(User::as_select()).load(conn)
    };
    let users = db.list(paging, load, |conn| users::table.count().get_result(conn)).await?;
    Ok(HttpResponse::Ok().json(users.each(Profile::from)))
}
