//! What is particular to `PostgreSQL`.

use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::r2d2::{Builder, ManageConnection};
use diesel::{Connection as _, PgConnection, QueryResult};
use kit::config::PostgresAddress;

use crate::Failure;
use crate::error::Result;

pub(super) type Connection = PgConnection;

/// How long a request that is over its time waits for the answer to a COMMIT. It may never come.
pub(super) const COMMIT_WAIT: Duration = Duration::from_millis(300);

/// What libpq is told, unless `DATABASE_URL` says it: when to give up a server that says nothing. It
/// would do that after minutes or hours, and a connection is held meanwhile. (Seconds, milliseconds,
/// and three times seconds; `TCP_USER_TIMEOUT` is of RFC 5482.)
const GIVE_UP: [(&str, u32); 5] = [
    ("connect_timeout", 10),
    ("tcp_user_timeout", 5000),
    ("keepalives_idle", 10),
    ("keepalives_interval", 3),
    ("keepalives_count", 3),
];

// A little less than `PATIENCE`: the server's own words go to the log.
macro_rules! settings {
    () => {
        "SET TIME ZONE 'UTC'; SET statement_timeout = '4s'; SET lock_timeout = '4s';"
    };
}
pub(super) const WRITER: &str = settings!();
/// A migration may take as long as it takes.
pub(super) const MIGRATOR: &str = "SET TIME ZONE 'UTC'";
/// A write in the wrong place fails at once, and what is read in one transaction is as it was at one
/// moment: both as with `SQLite`.
pub(super) const READER: &str = concat!(
    settings!(),
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"
);

/// A server is asked away from the threads that serve requests.
pub(super) const READS_HERE: bool = false;
pub(super) const HERE: &str = READER;

/// A server tells no number that every commit changes.
pub(super) fn version(_: &mut Connection) -> QueryResult<i64> {
    Err(diesel::result::Error::NotFound)
}

/// Names the lock of [`Place::turn_to_migrate`]; any number that nobody else uses.
const MIGRATION_LOCK: i64 = 0x6461_7461_6261_7365;

/// Writers that wait for each other leave connections to the readers.
pub(super) fn share(connections: u32) -> (u32, u32) {
    let writers = (connections / 2).max(1);
    (connections.saturating_sub(writers).max(1), writers)
}

/// As the pool's authors think best: a server's connections are worth renewing.
pub(super) fn keep<M: ManageConnection>(pool: Builder<M>) -> Builder<M> {
    pool
}

/// Whether trying again may help: the server is about to start, as it may be when the whole machine
/// is.
pub(super) fn needs_time(cause: &str) -> bool {
    ["starting up", "shutting down", "refused", "No such file or directory", "timeout expired"]
        .iter()
        .any(|sign| cause.contains(sign))
}

/// The database on its server.
#[derive(Clone, Debug)]
pub(super) struct Place(PostgresAddress);

/// The turn to migrate.
pub(super) struct UntilTheConnectionEnds;

impl Place {
    pub(super) fn prepare(url: &str) -> Result<Self, String> {
        let address = PostgresAddress::read(url);
        address.map(Self).map_err(|rule| format!("The address of the database {rule}."))
    }

    /// For a connection.
    pub(super) fn url(&self) -> String {
        self.0.for_libpq(&GIVE_UP)
    }

    /// For people.
    pub(super) fn shown(&self) -> String {
        self.0.shown()
    }

    /// A server says by itself what is wrong.
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "SQLite has a file to check")]
    pub(super) fn check(&self) -> Result<()> {
        Ok(())
    }

    /// A server's own program does this better.
    #[expect(clippy::unused_self, reason = "SQLite has a file to copy")]
    pub(super) fn backup(&self, _: &Path) -> Result<u64, String> {
        Err("PostgreSQL is backed up by its own program: use pg_dump.".to_owned())
    }

    /// A server lets everybody begin at once.
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "SQLite has a file to begin")]
    pub(super) fn turn_to_begin(
        &self, _: &mut Connection,
    ) -> Result<Option<UntilTheConnectionEnds>, String> {
        Ok(None)
    }

    /// Waits until no other process migrates. The lock ends with the connection.
    #[expect(clippy::unused_self, reason = "SQLite has a folder to lock")]
    pub(super) fn turn_to_migrate(
        &self, connection: &mut Connection,
    ) -> Result<UntilTheConnectionEnds, String> {
        let lock = format!("SELECT pg_advisory_lock({MIGRATION_LOCK})");
        connection.batch_execute(&lock).map_err(|e| e.to_string())?;
        Ok(UntilTheConnectionEnds)
    }
}

/// It knows all letters.
#[expect(clippy::unnecessary_wraps, reason = "SQLite has something to learn")]
pub(super) fn teach(_connection: &mut Connection) -> QueryResult<()> {
    Ok(())
}

pub(super) fn transaction<T, E: Failure>(
    connection: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    connection.transaction(work)
}

/// Writes only if nobody holds the row, and does not wait for the disk.
pub(super) fn note<T>(
    connection: &mut Connection, work: impl FnOnce(&mut Connection) -> QueryResult<T>,
) -> QueryResult<T> {
    connection.transaction(|connection| {
        connection
            .batch_execute("SET LOCAL lock_timeout = '1ms'; SET LOCAL synchronous_commit = off")?;
        work(connection)
    })
}
