//! Ways from a server that does not block to PostgreSQL and back: each route finds a session and its user by
//! the token's hash, as every page does for somebody who is logged in. No other part of a page is here.

use std::env;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::time::Duration;

use actix_web::middleware::Logger;
use actix_web::{App, HttpServer, ResponseError, web};
use benches::{KEEP_ALIVE, port};
use database::Db;
use diesel::prelude::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::pooled_connection::deadpool::{Hook, HookError, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError, RecyclingMethod,
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use tokio::sync::OnceCell;

mod rows;
#[path = "../../../../src/schema.rs"]
mod schema;
use rows::{Found, Session, User, by_token, find};
use schema::{sessions, users};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// To read, for all workers together: the app's 8 less those to write.
const CONNECTIONS: u32 = 4;
/// Threads that serve requests, each with its share of the connections where they are not for all.
const WORKERS: usize = 2;
/// What a request waits for the database in all, as in `database`.
const PATIENCE: Duration = Duration::from_millis(4500);
/// What `database` tells a connection that reads.
const READER: &str = "SET TIME ZONE 'UTC'; SET statement_timeout = '4s'; SET lock_timeout = '4s'; \
    SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;";

#[derive(Debug)]
struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ResponseError for Failure {}

/// Any error of a library; so this is none itself.
impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

type Answer = Result<String, Failure>;

fn answer((session, user): &Found) -> String {
    format!("{} since {}", user.name, session.created_at)
}

async fn in_time<T>(way: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::time::timeout(PATIENCE, way).await?
}

/// No look-up at all: what the rest of a request costs.
async fn nothing(hash: web::Path<String>) -> String {
    hash.into_inner()
}

/// What the app does: a connection of r2d2's pool and a thread of its own, which go on as long as somebody
/// waits.
async fn blocking(db: web::Data<Db<Failure>>, hash: web::Path<String>) -> Answer {
    let found = db.look_up(move |connection| find(connection, &hash)).await?;
    Ok(answer(&found))
}

/// diesel-async's pool of deadpool. A connection is not asked whether it lives: that is another round trip.
fn pool(connections: usize) -> Result<Pool<AsyncPgConnection>, Failure> {
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    let manager = AsyncDieselConnectionManager::new_with_config(url(), config);
    let set_up = Hook::async_fn(|connection: &mut AsyncPgConnection, _| {
        Box::pin(async move {
            let told = connection.batch_execute(READER).await;
            told.map_err(|error| HookError::Backend(PoolError::QueryError(error)))
        })
    });
    Ok(Pool::builder(manager).max_size(connections).post_create(set_up).build()?)
}

/// A pool for each thread that serves: nothing goes from one to another.
struct ForOne(Pool<AsyncPgConnection>);
/// A connection for each of them, and as many questions at a time as there are requests.
struct Pipelined(OnceCell<AsyncPgConnection>);

async fn pooled(pool: &Pool<AsyncPgConnection>, hash: &str) -> Answer {
    let found: Found = in_time(async {
        let mut connection = pool.get().await?;
        Ok(diesel_async::RunQueryDsl::get_result(by_token!(hash), &mut connection).await?)
    })
    .await?;
    Ok(answer(&found))
}

async fn for_one(pool: web::Data<ForOne>, hash: web::Path<String>) -> Answer {
    pooled(&pool.0, &hash).await
}

async fn pipelined(own: web::Data<Pipelined>, hash: web::Path<String>) -> Answer {
    let found: Found = in_time(async {
        let connection = own.0.get_or_try_init(|| async {
            let mut connection = AsyncPgConnection::establish(&url()).await?;
            connection.batch_execute(READER).await?;
            Ok::<_, Failure>(connection)
        });
        let mut connection = connection.await?;
        Ok(diesel_async::RunQueryDsl::get_result(by_token!(&*hash), &mut connection).await?)
    })
    .await?;
    Ok(answer(&found))
}

fn url() -> String {
    env::var("DATABASE_URL").expect("DATABASE_URL is given")
}

#[actix_web::main]
async fn main() -> io::Result<()> {
    env_logger::init();
    let db = Db::<Failure>::connect(&url(), 2 * CONNECTIONS, || MIGRATIONS);
    let db = db.map_err(io::Error::other)?;
    db.migrate().map_err(io::Error::other)?;
    HttpServer::new(move || {
        let own = pool(CONNECTIONS as usize / WORKERS).expect("its settings are good");
        App::new()
            .wrap(Logger::default())
            .app_data(web::Data::new(db.clone()))
            .app_data(web::Data::new(ForOne(own)))
            .app_data(web::Data::new(Pipelined(OnceCell::new())))
            .route("/nothing/{hash}", web::get().to(nothing))
            .route("/blocking/{hash}", web::get().to(blocking))
            .route("/async/{hash}", web::get().to(for_one))
            .route("/pipelined/{hash}", web::get().to(pipelined))
    })
    .workers(WORKERS)
    .keep_alive(KEEP_ALIVE)
    .tcp_nodelay(true)
    .bind(("127.0.0.1", port()))?
    .run()
    .await
}
