//! Bringing the tables up to date.

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::migration::{self, Migration, MigrationSource};
use diesel_migrations::MigrationHarness;

use super::{Backend, Connection, Db, Failure, backend, cannot_open};
use crate::error::{Error, Result};

impl<E: Failure> Db<E> {
    /// Brings the tables up to date; returns how many migrations that took.
    pub fn migrate(&self) -> Result<usize, String> {
        let migrations = (self.migrations)();
        self.with_migrations(|connection| {
            connection.run_pending_migrations(migrations).map(|done| done.len())
        })
    }

    /// Refuses a database that lacks a migration. With several servers, bringing it up to date is a step
    /// of its own.
    pub fn require_migrated(&self) -> Result<(), String> {
        let migrations = (self.migrations)();
        let waiting = self.with_migrations(|connection| {
            connection.pending_migrations(migrations).map(|waiting| waiting.len())
        });
        match waiting? {
            0 => Ok(()),
            n => Err(format!("The database lacks {n} migrations. Run `migrate` first.")),
        }
    }

    /// Whether requests can be served: the database answers, and has every migration of this program.
    /// Only reads.
    pub async fn is_ready(&self) -> Result<(), E> {
        use diesel::prelude::*;
        diesel::table! { __diesel_schema_migrations (version) { version -> Text, } }
        let migrations = (self.migrations)();
        self.run(move |connection| -> Result<()> {
            let versions =
                __diesel_schema_migrations::table.select(__diesel_schema_migrations::version);
            let applied: Vec<String> = versions.load(connection)?;
            let known = MigrationSource::<Backend>::migrations(&migrations)
                .map_err(|e| Error::Unusable(e.to_string()))?;
            let is_missing = |known: &dyn Migration<Backend>| {
                !applied.contains(&known.name().version().to_string())
            };
            match known.iter().filter(|known| is_missing(&***known)).count() {
                0 => Ok(()),
                n => Err(Error::Unusable(format!("{n} migrations are missing: run `migrate`"))),
            }
        })
        .await
    }

    fn with_migrations<T>(
        &self, work: impl FnOnce(&mut Connection) -> migration::Result<T>,
    ) -> Result<T, String> {
        let (database, migrations) = (self.place.shown(), (self.migrations)());
        let fail = |cause: &str| cannot_open(&database, cause);
        // A connection of its own: a migration of a large table may take longer than a request may.
        let mut connection =
            Connection::establish(&self.place.url()).map_err(|e| fail(&e.to_string()))?;
        connection.batch_execute(backend::MIGRATOR).map_err(|e| fail(&e.to_string()))?;
        // Of two programs that start at once, the second finds nothing left to do.
        let _turn = self.place.turn_to_migrate(&mut connection).map_err(|e| fail(&e))?;
        let known = MigrationSource::<Backend>::migrations(&migrations)
            .map_err(|e| fail(&e.to_string()))?;
        let applied = connection.applied_migrations().map_err(|e| fail(&e.to_string()))?;
        let foreign = applied
            .iter()
            .find(|applied| !known.iter().any(|known| known.name().version() == **applied));
        if let Some(version) = foreign {
            return Err(format!(
                "The database {database} is from a newer version of this program: it has the \
                 migration {version}, which this one does not know. Start the newer program, or \
                 restore a backup made before it."
            ));
        }
        work(&mut connection).map_err(|e| fail(&e.to_string()))
    }
}
