//! The only way to the database: [`Db::run`] to read, [`Db::write`] to write. How it gets there is in
//! the library `database`.

use std::sync::Arc;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use crate::error::{Error, Result};

pub use database::{Backend, Connection, hold_name, hold_table, unless_duplicate};

#[cfg(feature = "postgres")]
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");
#[cfg(not(feature = "postgres"))]
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// The connections. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<database::Db>);

impl Db {
    /// Opens the database with up to `connections` at a time, at least one to read and one to write.
    /// The error is a sentence that names the database and says what to do.
    pub fn connect(url: &str, connections: u32) -> Result<Self, String> {
        Ok(Self(Arc::new(database::Db::connect(url, connections, || MIGRATIONS)?)))
    }

    /// Reads: runs `work` with a connection that cannot write.
    pub async fn run<T, E, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        E: Into<Error> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        self.0.run(|conn| work(conn).map_err(Into::into)).await
    }

    /// Reads several things as they were at one moment.
    pub async fn snapshot<T, E, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        E: Into<Error> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        self.0.snapshot(|conn| work(conn).map_err(Into::into)).await
    }

    /// Writes: runs `work` in one transaction; an error undoes all of it, and so does the end of the
    /// request's time.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        E: Into<Error> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        self.0.write(|conn| work(conn).map_err(Into::into)).await
    }

    /// Takes a note beside the reading, such as when a session was last used: only if that makes
    /// nobody wait.
    pub async fn note<F>(&self, what: &'static str, work: F)
    where
        F: FnOnce(&mut Connection) -> diesel::QueryResult<usize> + Send + 'static,
    {
        self.0.note(what, work).await;
    }

    /// Whether requests can be served: the database answers, and its tables are those of this program.
    pub async fn is_ready(&self) -> Result<()> {
        Ok(self.0.is_ready().await?)
    }

    /// Brings the tables up to date; returns how many migrations that took.
    pub fn migrate(&self) -> Result<usize, String> {
        self.0.migrate()
    }

    /// How many migrations are still to be run.
    pub fn pending_migrations(&self) -> Result<usize, String> {
        self.0.pending_migrations()
    }
}
