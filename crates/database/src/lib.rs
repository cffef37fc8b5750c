//! The way to a database with Diesel: [`Db::look_up`] for what is found by its key, [`Db::run`] to read all
//! else, [`Db::write`] to write. It knows no table.
//!
//! Readers and writers have connections of their own, and wait for them in the program, not in the
//! database: whoever holds up the writers (another program, a long change) holds up no page.

#[cfg(feature = "postgres")]
#[path = "postgres.rs"]
mod backend;
#[cfg(not(feature = "postgres"))]
#[path = "sqlite.rs"]
mod backend;
mod backup;
mod copy;
mod decimal;
mod error;
mod export;
mod here;
mod lane;
mod line;
mod migrations;
mod model;
mod purge;
mod reference;
#[cfg(feature = "sqlite")]
mod uri;
mod uses;

use std::any::Any;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use diesel::{Connection as _, QueryResult, RunQueryDsl};
use diesel_migrations::EmbeddedMigrations;
use kit::http::deadline;
use kit::http::list::{List, Paging};
use kit::metrics::Reading;
use tokio::sync::Semaphore;

pub use self::copy::{Copied, copy};
pub use self::decimal::Decimal;
pub use self::error::{Error, Result};
use self::here::Here;
use self::lane::Lane;
pub use self::migrations::Migrations;
pub use self::purge::{BATCH, Purge, purge_hourly};
pub use self::reference::{CHOICES_MAX, Choices, NOT_YOURS, Named, Reference, Stored};
pub use self::uses::Use;
use self::uses::Uses;

/// How long a request waits for the database in all: for its turns, for new connections, and for every
/// statement. So it is answered within 5 seconds, whatever the database does.
const PATIENCE: Duration = Duration::from_millis(4500);

/// The database of this build: `SQLite`, or `PostgreSQL` with the feature `postgres`.
pub type Connection = backend::Connection;

/// The SQL dialect of this build, for a model's `#[diesel(check_for_backend(Backend))]`.
pub type Backend = <Connection as diesel::Connection>::Backend;

diesel::define_sql_function! {
    /// A text in small letters, those of all languages; for [`Db::run`] and [`Db::write`].
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// How many rows of a list are so near its beginning that a thread that serves requests reads them itself.
const NEAR: i64 = 101;

/// The connections. Cheap to clone. `E` is the error of the application, which all work with them fails
/// with. As an argument of handlers it is what the application put beside its routes with `app_data`.
pub struct Db<E> {
    here: Arc<Here>,
    readers: Lane,
    writers: Lane,
    /// How many may search at a time: half of the readers. It looks at every row of somebody who may have many,
    /// and whoever does that in a loop holds up other searches then, and no page.
    searches: Arc<Semaphore>,
    uses: Uses,
    place: Arc<backend::Place>,
    migrations: fn() -> EmbeddedMigrations,
    failure: PhantomData<fn() -> E>,
}

impl<E> Clone for Db<E> {
    fn clone(&self) -> Self {
        let (readers, writers) = (self.readers.clone(), self.writers.clone());
        let (here, uses, place) = (self.here.clone(), self.uses.clone(), self.place.clone());
        let (searches, migrations) = (self.searches.clone(), self.migrations);
        Self { here, readers, writers, searches, uses, place, migrations, failure: PhantomData }
    }
}

/// What an application's error has to know.
pub trait Failure: From<Error> + From<diesel::result::Error> + Send + 'static {}

impl<E: From<Error> + From<diesel::result::Error> + Send + 'static> Failure for E {}

impl<E: Failure> Db<E> {
    /// Opens the database with up to `connections` at a time, at least one to read and one to write.
    /// Its tables are those that `migrations` make. The error is a sentence that names the database and says
    /// what to do.
    pub fn connect(
        url: &str, connections: u32, migrations: fn() -> EmbeddedMigrations,
    ) -> Result<Self, String> {
        let place = backend::Place::prepare(url)?;
        lane::wait_for_database(&place)?;
        let place = Arc::new(place);
        let [readers, writers] = Lane::open(&place, connections)?;
        let here = Arc::new(Here::new(Arc::clone(&place)));
        let searches = Semaphore::new((backend::share(connections).0 as usize / 2).max(1));
        let (searches, uses, failure) = (Arc::new(searches), Uses::default(), PhantomData);
        Ok(Self { here, readers, writers, searches, uses, place, migrations, failure })
    }

    /// Reads one or a few rows by a key with an index, whatever the size of the table: with `SQLite` on
    /// the thread that serves the request, which stands still meanwhile, but for less time than the way to
    /// another thread and back takes. So nothing here that could read many rows: that is [`Db::run`].
    pub async fn look_up<T, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        F: Fn(&mut Connection) -> QueryResult<T> + Send + 'static,
    {
        match self.here.read(&work) {
            Some(found) => Ok(found?),
            // Locked, or gone: whoever waits for it, or is told so, waits elsewhere.
            None => self.run(move |conn| work(conn)).await,
        }
    }

    /// One page of a list whose order is that of an index: near its beginning, [`Db::look_up`]; what is looked
    /// for, or in another order, may be anywhere, and takes its turn among the searches.
    /// What it takes to `count` is asked for only where the page is not the whole list.
    pub async fn list<T, F, C>(&self, paging: Paging, load: F, count: C) -> Result<List<T>, E>
    where
        T: Send + 'static,
        F: Fn(&mut Connection, &Paging) -> QueryResult<Vec<T>> + Send + 'static,
        C: Fn(&mut Connection) -> QueryResult<i64> + Send + 'static,
    {
        let is_near = paging.offset() + paging.limit() <= NEAR && paging.is_plain();
        let asked = paging.clone();
        let load = move |conn: &mut Connection| load(conn, &asked);
        let rows = if is_near { self.look_up(load).await? } else { self.search(load).await? };
        let total =
            if paging.needs_count(rows.len()) { Some(self.search(count).await?) } else { None };
        Ok(paging.list(rows, total))
    }

    async fn search<T, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> QueryResult<T> + Send + 'static,
    {
        deadline::current().is_now("waiting for its turn to search");
        let turn = Arc::clone(&self.searches).acquire_owned();
        let turn = deadline::wait_for(PATIENCE, Duration::ZERO, turn).await.map_err(Error::from)?;
        // Given back when the work ends, which may be long after whoever asked was told that it takes too long.
        self.run(move |conn| {
            let _held = turn;
            work(conn)
        })
        .await
    }

    /// A number that another commit makes another one, by whichever program: as long as it is the same, every
    /// row is as it was. `None` where that is not known: with `PostgreSQL`, and when the file is gone.
    pub fn version(&self) -> Option<i64> {
        self.here.version()
    }

    /// How busy the connections are, for the metrics: those to read and those to write by themselves.
    pub fn readings(&self) -> Vec<Reading> {
        lane::readings(&self.readers, &self.writers)
    }

    /// Reads: runs `work` with a connection that cannot write, away from the threads that serve
    /// requests. It may take its time.
    pub async fn run<T, W, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        W: Into<E> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, W> + Send + 'static,
    {
        let doing = ["waiting for a connection to read", "reading the database"];
        Ok(taken_out(perform(&self.readers, doing, boxed(work)).await?))
    }

    /// Reads several things as they were at one moment, where one that was read before a change and
    /// one that was read after it would tell a lie together.
    pub async fn snapshot<T, W, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        W: Into<E> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, W> + Send + 'static,
    {
        self.run(|conn| conn.transaction(|conn| work(conn).map_err(Into::into))).await
    }

    /// Writes: runs `work` in one transaction; an error undoes all of it. So does the end of the
    /// request's time: what was answered with [`kit::Error::Overdue`] is not there.
    pub async fn write<T, W, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        W: Into<E> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, W> + Send + 'static,
    {
        Ok(taken_out(self.write_boxed(boxed(work)).await?))
    }

    async fn write_boxed(&self, work: Work<E>) -> Result<Made, E> {
        let (place, request) = (Arc::clone(&self.place), deadline::current());
        let write: Work<E> = Box::new(move |conn| {
            backend::transaction(conn, |conn| {
                let made = work(conn)?;
                place.check()?;
                request.may_commit().map_err(Error::from)?;
                Ok(made)
            })
        });
        let doing = ["waiting for its turn to write", "writing to the database"];
        perform(&self.writers, doing, write).await
    }
}

/// Work in a box, and what it makes too: the way to a thread and back is compiled once, and not once
/// for each query of an application.
type Work<E> = Box<dyn FnOnce(&mut Connection) -> Result<Made, E> + Send>;
type Made = Box<dyn Any + Send>;

fn boxed<T, W, E, F>(work: F) -> Work<E>
where
    T: Send + 'static,
    W: Into<E>,
    F: FnOnce(&mut Connection) -> Result<T, W> + Send + 'static,
{
    Box::new(|conn| work(conn).map(|made| Box::new(made) as Made).map_err(Into::into))
}

/// Waits for a turn in the lane and works there, if the request is still wanted then; what it is `doing`
/// meanwhile, before and after, is for the log.
async fn perform<E: Failure>(
    lane: &Lane, doing: [&'static str; 2], work: Work<E>,
) -> Result<Made, E> {
    let progress = deadline::current();
    progress.is_now(doing[0]);
    let request = progress.clone();
    let wanted: Work<E> = Box::new(move |conn| {
        request.is_wanted().map_err(Error::from)?;
        request.is_now(doing[1]);
        work(conn)
    });
    let made = deadline::wait_for(PATIENCE, backend::COMMIT_WAIT, lane.run(wanted)).await;
    progress.is_now("");
    made.map_err(Error::from)?
}

fn taken_out<T: 'static>(made: Made) -> T {
    *made.downcast().expect("it is what the work made")
}

impl<E: 'static> FromRequest for Db<E> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let db: &Self = req.app_data().expect("the application puts it beside its routes");
        ready(Ok(db.clone()))
    }
}

/// Keeps all others from changing the table until the transaction is over, for what is decided by
/// rows that are not there. (`SQLite` lets one write at a time anyway.)
pub fn hold_table(connection: &mut Connection, table: &'static str) -> QueryResult<()> {
    if cfg!(feature = "postgres") {
        let lock = format!("LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE");
        diesel::sql_query(lock).execute(connection)?;
    }
    Ok(())
}

/// Waits until nobody else holds this name, and holds it until the transaction is over: for what is
/// decided by many rows, of which others hold some. (`SQLite` lets one write at a time anyway.)
#[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "SQLite has one writer"))]
pub fn hold_name(connection: &mut Connection, name: &'static str) -> QueryResult<()> {
    #[cfg(feature = "postgres")]
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext($1))")
        .bind::<diesel::sql_types::Text, _>(name)
        .execute(connection)?;
    Ok(())
}

/// `None` when `work` failed because a row exists already. (`SQLite` does not name the constraint, so
/// neither does this.) In a transaction of its own: `PostgreSQL` would undo the one around it, and
/// call that a success.
pub fn unless_duplicate<T>(
    connection: &mut Connection, work: impl FnOnce(&mut Connection) -> QueryResult<T>,
) -> QueryResult<Option<T>> {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    match connection.transaction(work) {
        Err(DatabaseError(UniqueViolation, _)) => Ok(None),
        done => done.map(Some),
    }
}

fn cannot_open(database: &str, cause: &str) -> String {
    if cause.contains("locked") {
        return format!(
            "The database {database} is locked: another program is writing to it. Stop that \
             program and start again."
        );
    }
    if cause.contains("readonly") {
        return format!("The database {database} cannot be written. Give this user the right to.");
    }
    let cause = cause.lines().next().unwrap_or_default().trim_end_matches('.');
    format!("The database {database} cannot be used: {cause}. Check DATABASE_URL.")
}
