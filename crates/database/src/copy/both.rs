//! The copy from its beginning to its end.

use std::path::Path;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_migrations::EmbeddedMigrations;
use kit::config::{IS_PRIVATE, PostgresAddress};

use super::Copied;
use super::table::{Table, tables};
use crate::migrations::{difference, versions};
use crate::{Db, Error, uri};

/// Why the copy stops: the rest of a sentence.
pub(super) struct Stop(pub(super) String);

impl From<diesel::result::Error> for Stop {
    fn from(error: diesel::result::Error) -> Self {
        let cause = error.to_string();
        // PostgreSQL does not say which of them it means.
        let is_null = cause.contains("unsupported Unicode escape sequence");
        Self(if is_null {
            "a text holds U+0000, which PostgreSQL cannot hold".to_owned()
        } else {
            cause
        })
    }
}

/// A name.
#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Copies every row of the `SQLite` file `source` into the empty `PostgreSQL` database `target`, whose tables
/// `migrations` make, and which never gives an id again that the source has given. Then reads both once more
/// and compares the number of rows and a SHA-256 over all of them. All of this is one transaction: either all
/// is there afterwards, or nothing. Nobody else uses the source meanwhile.
///
/// # Errors
/// A sentence that says what to do. Refused are: a target on another machine without `sslmode=verify-full`
/// ([`PostgresAddress::is_private`]), a source that is in use, one with other migrations than this program's,
/// one without a row (the file that nobody meant), a target in which any table holds a row, tables or columns
/// that differ, a type that is not known here, and rows that `PostgreSQL` cannot hold or gives back differently.
pub fn copy(
    source: &str, target: &str, migrations: fn() -> EmbeddedMigrations,
) -> Result<Vec<Copied>, String> {
    let address = PostgresAddress::read(target)
        .and_then(|address| address.is_private_here().then_some(()).ok_or(IS_PRIVATE));
    address.map_err(|rule| format!("The address of the new database {rule}."))?;
    let nothing = |cause: String| format!("Nothing was copied: {cause}.");
    let mut from = open(Path::new(source)).map_err(nothing)?;
    require_same(source, &mut from, &versions(&migrations())?).map_err(nothing)?;
    let db = Db::<Error>::connect(target, 2, migrations)?;
    let mut to = db.plain_connection()?;
    require_empty(&mut to).map_err(|Stop(cause)| nothing(cause))?;
    db.migrate()?;
    let copied = to.transaction(|to| match copy_all(&mut from, to)? {
        copied if copied.iter().all(|table| table.rows == 0) => Err(Stop(format!(
            "the database {source} holds no row; DATABASE_URL names the one to copy"
        ))),
        copied => Ok(copied),
    });
    copied.map_err(|Stop(cause)| nothing(cause))
}

/// Opens the source for us alone. A server that went on with it would write what nobody copies.
fn open(path: &Path) -> Result<SqliteConnection, String> {
    let mut source = SqliteConnection::establish(&uri::of(path))
        .map_err(|e| format!("the file {} cannot be opened: {e}", path.display()))?;
    // Beside a write-ahead log, no other lock keeps readers out (https://sqlite.org/wal.html, section 8).
    let alone = "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; PRAGMA query_only = ON";
    source.batch_execute(alone).map_err(|e| {
        format!(
            "the database {} cannot be had alone ({e}): stop the server that uses it",
            path.display()
        )
    })?;
    Ok(source)
}

fn require_same(path: &str, source: &mut SqliteConnection, known: &[String]) -> Result<(), String> {
    let applied = "SELECT version AS name FROM __diesel_schema_migrations";
    let applied = diesel::sql_query(applied).load::<Name>(source).map_err(|e| e.to_string())?;
    let applied: Vec<_> = applied.into_iter().map(|applied| applied.name).collect();
    let (lacks, more) = (difference(known, &applied).len(), difference(&applied, known).len());
    if lacks + more == 0 {
        return Ok(());
    }
    Err(format!(
        "{path} lacks {lacks} migrations of this program, and has {more} that it does not know: run `migrate` \
         of the SQLite build of this version first"
    ))
}

/// Refuses a database with a row in any table, of any schema.
fn require_empty(target: &mut PgConnection) -> Result<(), Stop> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Bool)]
        is_used: bool,
    }
    let all = "SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables \
               WHERE table_type = 'BASE TABLE' AND table_name <> '__diesel_schema_migrations' \
               AND table_schema NOT IN ('pg_catalog', 'information_schema')";
    for Name { name } in diesel::sql_query(all).load(target)? {
        let any = format!("SELECT EXISTS (SELECT FROM {name}) AS is_used");
        if diesel::sql_query(any).get_result::<Answer>(target)?.is_used {
            return Err(Stop(format!("the table {name} of the new database holds rows already")));
        }
    }
    Ok(())
}

fn copy_all(source: &mut SqliteConnection, target: &mut PgConnection) -> Result<Vec<Copied>, Stop> {
    let tables = tables(source, target)?;
    let names: Vec<_> = tables.iter().map(Table::quoted).collect();
    // What is compared is what was written: nobody else writes there until it is decided.
    target.batch_execute(&format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", names.join(", ")))?;
    require_empty(target)?;
    let copied = tables.into_iter().map(|table| {
        let rows = table.copy(source, target).and_then(|()| table.compare(source, target));
        match rows {
            Ok(rows) => Ok(Copied { table: table.name, rows }),
            Err(Stop(cause)) => Err(Stop(format!("in the table {}, {cause}", table.name))),
        }
    });
    copied.collect()
}
