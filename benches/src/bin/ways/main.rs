//! Ways from a server that does not block to PostgreSQL and back: each route finds a session and its user by
//! the token's hash, as every page does for somebody who is logged in. No other part of a page is here.

use std::cell::RefCell;
use std::env;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::Logger;
use actix_web::{App, HttpServer, ResponseError, web};
use benches::{KEEP_ALIVE, port};
use database::Db;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::{
    Connection as _, ExpressionMethods as _, PgConnection, QueryDsl as _, QueryResult,
    SelectableHelper as _,
};
use diesel::r2d2::R2D2Connection as _;
use diesel_async::pooled_connection::deadpool::{Hook, HookError, Pool};
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, PoolError, RecyclingMethod,
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use tokio::sync::{OnceCell, oneshot};

mod drained;
mod rows;
#[path = "../../../../src/schema.rs"]
mod schema;
mod threads;
use drained::Drained;
use rows::{Found, Session, User, by_token, find};
use schema::{sessions, users};
use threads::Threads;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../migrations/postgres");

/// To read, for all workers together: the app's 8 less those to write.
const CONNECTIONS: u8 = 4;
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

/// What the app does: the thread that serves hands it to another of Tokio's, which takes a connection of
/// r2d2's pool.
async fn blocking(db: web::Data<Db<Failure>>, hash: web::Path<String>) -> Answer {
    let found = db.look_up(move |connection| find(connection, &hash)).await?;
    Ok(answer(&found))
}

/// Works with this thread's connection, which is opened when there is none, and closed when it is lost.
fn with<T>(
    own: &mut Option<PgConnection>, work: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
) -> Result<T, Failure> {
    let connection = match &mut *own {
        Some(connection) => connection,
        none => none.insert(connect()?),
    };
    let done = work(connection);
    if connection.is_broken() {
        *own = None;
    }
    Ok(done?)
}

fn connect() -> Result<PgConnection, Failure> {
    let mut connection = PgConnection::establish(&url())?;
    connection.batch_execute(READER)?;
    Ok(connection)
}

/// The thread that serves stands still until the answer is there: no way for a server, but the least that
/// libpq and Diesel cost.
async fn standing_still(hash: web::Path<String>) -> Answer {
    thread_local! {
        static OWN: RefCell<Option<PgConnection>> = const { RefCell::new(None) };
    }
    let found = OWN.with_borrow_mut(|own| with(own, |connection| find(connection, &hash)));
    Ok(answer(&found?))
}

async fn own_threads(threads: web::Data<Arc<Threads>>, hash: web::Path<String>) -> Answer {
    let found = in_time(async {
        let (give, get) = oneshot::channel();
        threads.put(Box::new(move |own| {
            // Nobody asks for what was given up in the queue.
            if !give.is_closed() {
                drop(give.send(with(own, |connection| find(connection, &hash))));
            }
        }));
        get.await?
    });
    Ok(answer(&found.await?))
}

async fn drained(lane: web::Data<Arc<Drained>>, hash: web::Path<String>) -> Answer {
    let found = in_time(async {
        let (give, get) = oneshot::channel();
        lane.put(Box::new(move |connection| {
            if !give.is_closed() {
                drop(give.send(find(connection, &hash)));
            }
        }));
        Ok(get.await??)
    });
    Ok(answer(&found.await?))
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

/// One pool for all threads that serve: the thread that opened a connection reads and writes for it.
struct ForAll(Pool<AsyncPgConnection>);
/// A pool for each of them: nothing goes from one to another.
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

async fn for_all(pool: web::Data<ForAll>, hash: web::Path<String>) -> Answer {
    pooled(&pool.0, &hash).await
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
    let db = Db::<Failure>::connect(&url(), 2 * u32::from(CONNECTIONS), || MIGRATIONS);
    let db = db.map_err(io::Error::other)?;
    db.migrate().map_err(io::Error::other)?;
    let threads = Threads::start();
    let lane = Drained::open().map_err(|e| io::Error::other(e.0))?;
    let shared =
        web::Data::new(ForAll(pool(CONNECTIONS.into()).map_err(|e| io::Error::other(e.0))?));
    HttpServer::new(move || {
        let own = pool(usize::from(CONNECTIONS) / WORKERS).expect("the first one could be made");
        App::new()
            .wrap(Logger::default())
            .app_data(web::Data::new(db.clone()))
            .app_data(web::Data::new(threads.clone()))
            .app_data(web::Data::new(lane.clone()))
            .app_data(shared.clone())
            .app_data(web::Data::new(ForOne(own)))
            .app_data(web::Data::new(Pipelined(OnceCell::new())))
            .route("/nothing/{hash}", web::get().to(nothing))
            .route("/blocking/{hash}", web::get().to(blocking))
            .route("/still/{hash}", web::get().to(standing_still))
            .route("/own/{hash}", web::get().to(own_threads))
            .route("/drained/{hash}", web::get().to(drained))
            .route("/async/{hash}", web::get().to(for_one))
            .route("/async-shared/{hash}", web::get().to(for_all))
            .route("/pipelined/{hash}", web::get().to(pipelined))
    })
    .workers(WORKERS)
    .keep_alive(KEEP_ALIVE)
    .tcp_nodelay(true)
    .bind(("127.0.0.1", port()))?
    .run()
    .await
}
