//! actix-identity and actix-session, as their documentation puts them together, with Diesel as the Actix
//! documentation does: the log-in is in an encrypted cookie, the user's row in a database.

mod notes;

use std::env;
use std::error::Error;

use actix_identity::{Identity, IdentityMiddleware};
use actix_session::SessionMiddleware;
use actix_session::storage::CookieSessionStore;
use actix_web::cookie::Key;
use actix_web::http::header::{ContentType, LOCATION};
use actix_web::middleware::Logger;
use actix_web::{App, HttpMessage, HttpRequest, HttpResponse, HttpServer, error, web};
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use askama::Template;
use benches::{EMAIL, KEEP_ALIVE, PASSWORD, PROTECTED, Protected, now, port};
use diesel::prelude::*;
use diesel::r2d2::ConnectionManager;
use serde::Deserialize;
use time::PrimitiveDateTime;

#[cfg(not(feature = "postgres"))]
type Connection = SqliteConnection;
#[cfg(feature = "postgres")]
type Connection = PgConnection;
type Pool = diesel::r2d2::Pool<ConnectionManager<Connection>>;
type Answer = actix_web::Result<HttpResponse>;

diesel::table! {
    users {
        id -> BigInt,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        is_admin -> Bool,
        disabled_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        verified_at -> Nullable<Timestamp>,
    }
}

#[derive(Queryable, Selectable)]
struct User {
    id: i64,
    email: String,
    name: String,
    password_hash: String,
    is_admin: bool,
    verified_at: Option<PrimitiveDateTime>,
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    env_logger::init();
    let pool = Pool::builder().build(ConnectionManager::new(env::var("DATABASE_URL")?))?;
    fill(&mut *pool.get()?)?;
    let key = Key::generate();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(pool.clone()))
            .wrap(IdentityMiddleware::default())
            .wrap(SessionMiddleware::new(CookieSessionStore::default(), key.clone()))
            .wrap(Logger::default())
            .route("/login", web::post().to(log_in))
            .route(PROTECTED, web::get().to(protected))
            .route("/notes", web::get().to(notes::list))
    });
    server.keep_alive(KEEP_ALIVE).tcp_nodelay(true).bind(("127.0.0.1", port()))?.run().await?;
    Ok(())
}

/// Makes the tables, and Ada with what is hers.
fn fill(connection: &mut Connection) -> Result<(), Box<dyn Error>> {
    use diesel::connection::SimpleConnection as _;

    // SQLite finds a row by its number only where the column says so.
    let key = if cfg!(feature = "postgres") { "BIGINT" } else { "INTEGER" };
    connection.batch_execute(&include_str!("../../../tables.sql").replace("{id}", key))?;
    let hash = Argon2::default().hash_password(PASSWORD.as_bytes())?.to_string();
    let ada = (
        users::id.eq(1),
        users::email.eq(EMAIL),
        users::name.eq("ada"),
        users::password_hash.eq(hash),
        users::is_admin.eq(true),
        users::created_at.eq(now()),
        users::verified_at.eq(now()),
    );
    diesel::insert_into(users::table).values(ada).execute(connection)?;
    notes::fill(connection)?;
    Ok(())
}

async fn log_in(
    request: HttpRequest, pool: web::Data<Pool>, form: web::Form<Credentials>,
) -> Answer {
    let Credentials { email, password } = form.into_inner();
    let user = ask(&pool, move |connection| {
        let user: User = users::table
            .filter(users::email.eq(email))
            .select(User::as_select())
            .first(connection)?;
        let hash = PasswordHash::new(&user.password_hash)?;
        Argon2::default().verify_password(password.as_bytes(), &hash)?;
        Ok(user.id)
    })
    .await?;
    Identity::login(&request.extensions(), user.to_string())
        .map_err(error::ErrorInternalServerError)?;
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, PROTECTED)).finish())
}

async fn protected(identity: Identity, pool: web::Data<Pool>) -> Answer {
    draw(&Protected::new(user_of(&identity, &pool).await?))
}

fn id_of(identity: &Identity) -> actix_web::Result<i64> {
    identity
        .id()
        .ok()
        .and_then(|id| id.parse().ok())
        .ok_or_else(|| error::ErrorUnauthorized("no id"))
}

async fn user_of(identity: &Identity, pool: &Pool) -> actix_web::Result<benches::User> {
    let id = id_of(identity)?;
    let find = users::table.find(id).filter(users::disabled_at.is_null());
    let user: User =
        ask(pool, move |connection| Ok(find.select(User::as_select()).first(connection)?)).await?;
    Ok(benches::User {
        email: user.email,
        name: user.name,
        is_admin: user.is_admin && user.verified_at.is_some(),
    })
}

/// Runs `work` with a connection, away from the threads that serve requests.
async fn ask<T: Send + 'static>(
    pool: &Pool,
    work: impl FnOnce(&mut Connection) -> Result<T, Box<dyn Error + Send + Sync>> + Send + 'static,
) -> actix_web::Result<T> {
    let pool = pool.clone();
    let done = web::block(move || work(&mut *pool.get()?)).await?;
    done.map_err(error::ErrorInternalServerError)
}

fn draw(template: &impl Template) -> Answer {
    let body = template.render().map_err(error::ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().content_type(ContentType::html()).body(body))
}
