//! Bringing the tables up to date.

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _};

use super::{Backend, Connection, Db, Failure, backend, cannot_open};
use crate::error::{Error, Result};

diesel::table! { __diesel_schema_migrations (version) { version -> Text, } }

/// The versions of migrations, each beginning with a day: `20261129000001`.
pub struct Migrations {
    /// Those of this program.
    pub known: Vec<String>,
    /// Those of them that the database lacks.
    pub missing: Vec<String>,
    /// Those that the database has beside them.
    pub unknown: Vec<String>,
}

impl<E: Failure> Db<E> {
    /// How far the tables are. Only reads.
    pub fn migrations(&self) -> Result<Migrations, String> {
        let applied = self.applied(&mut self.plain_connection()?)?;
        let known = versions(&(self.migrations)())?;
        let [missing, unknown] = [difference(&known, &applied), difference(&applied, &known)];
        let [missing, unknown] = [missing, unknown].map(|some| some.into_iter().cloned().collect());
        Ok(Migrations { known, missing, unknown })
    }

    /// Brings the tables up to date; returns how many migrations that took. Refuses a database with
    /// a migration that this program does not know. Where none is missing, it only reads.
    pub fn migrate(&self) -> Result<usize, String> {
        let (database, fail) = (self.place.shown(), |cause: &str| self.fail(cause));
        let mut connection = self.plain_connection()?;
        // Of two programs that start at once, the second finds nothing left to do.
        let _turn = self.place.turn_to_migrate(&mut connection).map_err(|e| fail(&e))?;
        let (applied, known) = (self.applied(&mut connection)?, versions(&(self.migrations)())?);
        if let Some(version) = difference(&applied, &known).first() {
            return Err(format!(
                "The database {database} is from a newer version of this program: it has the \
                 migration {version}, which this one does not know. Start the newer program, or \
                 restore a backup made before it."
            ));
        }
        let missing = difference(&known, &applied).len();
        if missing == 0 {
            return Ok(0);
        }
        let done = connection.run_pending_migrations((self.migrations)());
        done.map(|done| done.len()).map_err(|error| match error.to_string() {
            cause if cause.contains("permission denied") => format!(
                "The database {database} lacks {missing} migrations, and the account in DATABASE_URL may not \
                 make tables ({}). Run `migrate` as the one that owns them.",
                cause.trim_end()
            ),
            cause => fail(&cause),
        })
    }

    /// Takes the newest migration back, by its `down.sql`; its version. For whoever writes one: what the
    /// table held is gone.
    pub fn revert(&self) -> Result<String, String> {
        let mut connection = self.plain_connection()?;
        let _turn = self.place.turn_to_migrate(&mut connection).map_err(|e| self.fail(&e))?;
        let taken = connection.revert_last_migration((self.migrations)());
        taken.map(|version| version.to_string()).map_err(|error| self.fail(&error.to_string()))
    }

    /// Refuses a database that lacks a migration. With several servers, bringing it up to date is a step
    /// of its own. One that has more is taken, with a warning in the log: while an update rolls, a server
    /// of the old version may have to start once more beside the new ones. Only reads.
    pub fn require_migrated(&self) -> Result<(), String> {
        let Migrations { missing, unknown, .. } = self.migrations()?;
        match missing.len() {
            0 => {}
            n => return Err(format!("The database lacks {n} migrations. Run `migrate` first.")),
        }
        if let Some(version) = unknown.first() {
            let database = self.place.shown();
            log::warn!(
                "a newer version of this program has changed the database {database}: it has the \
                 migration {version}. This one is good for the time of an update"
            );
        }
        Ok(())
    }

    /// Whether requests can be served: the database answers, and has every migration of this program.
    /// Only reads.
    pub async fn is_ready(&self) -> Result<(), E> {
        let known = versions(&(self.migrations)()).map_err(Error::Unusable)?;
        self.run(move |connection| -> Result<()> {
            match difference(&known, &applied(connection)?).len() {
                0 => Ok(()),
                n => Err(Error::Unusable(format!("{n} migrations are missing: run `migrate`"))),
            }
        })
        .await
    }

    /// A connection of its own: a migration of a large table may take longer than a request may.
    pub(super) fn plain_connection(&self) -> Result<Connection, String> {
        let mut connection =
            Connection::establish(&self.place.url()).map_err(|e| self.fail(&e.to_string()))?;
        let told = connection.batch_execute(backend::MIGRATOR);
        told.map(|()| connection).map_err(|e| self.fail(&e.to_string()))
    }

    /// The versions of the migrations that the database has: none, if it has no table.
    fn applied(&self, connection: &mut Connection) -> Result<Vec<String>, String> {
        match applied(connection) {
            Err(error) if is_missing(&error.to_string()) => Ok(Vec::new()),
            applied => applied.map_err(|e| self.fail(&e.to_string())),
        }
    }

    fn fail(&self, cause: &str) -> String {
        cannot_open(&self.place.shown(), cause)
    }
}

/// The versions of the migrations that a program knows.
pub(super) fn versions(migrations: &EmbeddedMigrations) -> Result<Vec<String>, String> {
    let known = MigrationSource::<Backend>::migrations(migrations).map_err(|e| e.to_string())?;
    Ok(known.iter().map(|known| known.name().version().to_string()).collect())
}

/// The versions of the migrations that a database has. (Asked by the harness, it would make a table,
/// which an account that may only use the tables is not allowed to.)
fn applied(connection: &mut Connection) -> QueryResult<Vec<String>> {
    __diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load(connection)
}

/// Those of `some` that are not among the `others`.
pub(super) fn difference<'a>(some: &'a [String], others: &[String]) -> Vec<&'a String> {
    some.iter().filter(|version| !others.contains(version)).collect()
}

/// Whether the cause is that there is no such table, in the words of either database.
fn is_missing(cause: &str) -> bool {
    ["no such table", "does not exist"].iter().any(|words| cause.contains(words))
}
