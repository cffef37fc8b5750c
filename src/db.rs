//! The only way to the database: [`Db::run`] to read, [`Db::write`] to write.

use std::time::Duration;

use actix_web::web;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use diesel::{Connection as _, QueryResult};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::error::{Error, Result};

/// The database of this build: `SQLite`, or `PostgreSQL` with the feature `postgres`.
#[cfg(not(feature = "postgres"))]
pub type Connection = diesel::SqliteConnection;
/// The database of this build: `PostgreSQL`.
#[cfg(feature = "postgres")]
pub type Connection = diesel::PgConnection;

/// The SQL dialect of this build, for a model's `#[diesel(check_for_backend(Backend))]`.
pub type Backend = <Connection as diesel::Connection>::Backend;

#[cfg(not(feature = "postgres"))]
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres")]
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// How long a request waits for a free connection before it is answered with 503.
const POOL_WAIT: Duration = Duration::from_secs(3);

/// A pool of connections. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: Pool<ConnectionManager<Connection>>,
    url: String,
}

impl Db {
    /// Opens the database with up to `connections` at a time. The error is a sentence that names
    /// the database and says what to do.
    pub fn connect(url: &str, connections: u32) -> Result<Self, String> {
        #[cfg(not(feature = "postgres"))]
        sqlite::prepare_file(url)?;
        // One plain connection first: the pool would retry and hide the reason.
        let mut first = Connection::establish(url).map_err(|e| cannot_open(url, &e.to_string()))?;
        Setup.on_acquire(&mut first).map_err(|e| cannot_open(url, &e.to_string()))?;
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .connection_timeout(POOL_WAIT)
            .connection_customizer(Box::new(Setup))
            .build(ConnectionManager::new(url))
            .map_err(|e| cannot_open(url, &e.to_string()))?;
        Ok(Self { pool, url: url.to_owned() })
    }

    /// Reads: runs `work` with a connection, away from the threads that serve requests.
    pub async fn run<T, E, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        E: Into<Error> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        let pool = self.pool.clone();
        web::block(move || {
            let mut connection = pool.get().map_err(|e| Error::Database(e.to_string()))?;
            work(&mut connection).map_err(Into::into)
        })
        .await
        .map_err(|e| Error::Internal(e.to_string()))?
    }

    /// Writes: runs `work` in one transaction; an error undoes all of it.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        E: Into<Error> + From<diesel::result::Error> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        self.run(move |connection| transaction(connection, work)).await
    }

    /// Brings the tables up to date; returns how many migrations that took.
    pub fn migrate(&self) -> Result<usize, String> {
        self.with_migrations(|connection| {
            connection.run_pending_migrations(MIGRATIONS).map(|done| done.len())
        })
    }

    /// How many migrations are still to be run.
    pub fn pending_migrations(&self) -> Result<usize, String> {
        self.with_migrations(|connection| {
            connection.pending_migrations(MIGRATIONS).map(|waiting| waiting.len())
        })
    }

    fn with_migrations<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> diesel::migration::Result<T>,
    ) -> Result<T, String> {
        use diesel::migration::MigrationSource;
        let fail = |cause: &str| cannot_open(&self.url, cause);
        // A connection of its own: a migration of a large table may take longer than a request may.
        let mut connection = Connection::establish(&self.url).map_err(|e| fail(&e.to_string()))?;
        #[cfg(not(feature = "postgres"))]
        Setup.on_acquire(&mut connection).map_err(|e| fail(&e.to_string()))?;
        let known = MigrationSource::<Backend>::migrations(&MIGRATIONS)
            .map_err(|e| fail(&e.to_string()))?;
        let applied = connection.applied_migrations().map_err(|e| fail(&e.to_string()))?;
        let foreign = applied
            .iter()
            .find(|applied| !known.iter().any(|known| known.name().version() == **applied));
        if let Some(version) = foreign {
            return Err(format!(
                "The database {} is from a newer version of this program: it has the migration \
                 {version}, which this one does not know. Start the newer program, or restore a \
                 backup made before it.",
                shown(&self.url)
            ));
        }
        work(&mut connection).map_err(|e| fail(&e.to_string()))
    }
}

/// Runs `work` in a transaction that takes the write lock at its start. A deferred one that reads
/// first and writes later fails at once when another writer came between, whatever the time-out.
fn transaction<T, E: From<diesel::result::Error>>(
    connection: &mut Connection,
    work: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    #[cfg(not(feature = "postgres"))]
    return connection.immediate_transaction(work);
    #[cfg(feature = "postgres")]
    return connection.transaction(work);
}

/// Whether a statement failed because the row exists already. (`SQLite` does not name the
/// constraint, so neither does this.)
pub fn is_duplicate<T>(result: &QueryResult<T>) -> bool {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    matches!(result, Err(DatabaseError(UniqueViolation, _)))
}

fn cannot_open(url: &str, cause: &str) -> String {
    let database = shown(url);
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

/// The database without what is secret about it. A password can stand in more places of a URL than
/// one, so only what surely holds none is shown.
fn shown(url: &str) -> String {
    if !url.contains("://") {
        return url.to_owned();
    }
    url::Url::parse(url)
        .ok()
        .and_then(|url| Some(format!("{}{}", url.host_str()?, url.path())))
        .unwrap_or_else(|| "(its address cannot be read)".to_owned())
}

/// What each new connection is told.
#[derive(Debug)]
struct Setup;

impl CustomizeConnection<Connection, diesel::r2d2::Error> for Setup {
    fn on_acquire(&self, connection: &mut Connection) -> Result<(), diesel::r2d2::Error> {
        use diesel::connection::SimpleConnection;
        // WAL: readers and one writer at a time. NORMAL: a crash loses at most the last
        // transactions, never the file. The time-out: writers queue for five seconds.
        #[cfg(not(feature = "postgres"))]
        let settings = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; \
                        PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;";
        #[cfg(feature = "postgres")]
        let settings =
            "SET TIME ZONE 'UTC'; SET statement_timeout = '5s'; SET lock_timeout = '5s';";
        connection.batch_execute(settings).map_err(diesel::r2d2::Error::QueryError)
    }
}

#[cfg(not(feature = "postgres"))]
mod sqlite {
    use std::path::Path;

    use crate::files;

    /// Makes the file and its folder, both for this user alone: it holds e-mail addresses.
    pub(super) fn prepare_file(url: &str) -> Result<(), String> {
        let path = Path::new(url);
        let fail = |error: std::io::Error| {
            format!(
                "The database file {url} cannot be opened: {error}. Check DATABASE_URL and the \
                 rights of its folder."
            )
        };
        files::create_private_dir(path.parent().unwrap_or(Path::new(""))).map_err(fail)?;
        files::open_private(path).map(drop).map_err(fail)
    }
}
