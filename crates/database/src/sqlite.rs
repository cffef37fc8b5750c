//! What is particular to `SQLite`.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::r2d2::{Builder, ManageConnection};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;
use diesel::{Connection as _, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection};
use kit::files;

use crate::error::{Error, Result};
use crate::{Failure, uri};

pub(super) type Connection = SqliteConnection;

/// How long a request that is over its time waits for the answer to a COMMIT. It always comes.
pub(super) const COMMIT_WAIT: Duration = Duration::MAX;

// For other programs: our own writers wait in the lane. A little less than `PATIENCE`, so that the log
// has SQLite's own words.
macro_rules! patience {
    () => {
        "PRAGMA busy_timeout = 4000;"
    };
}
// WAL: readers and one writer at a time. NORMAL: a crash loses at most the last transactions, never
// the file.
macro_rules! settings {
    () => {
        concat!(
            patience!(),
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;"
        )
    };
}
pub(super) const WRITER: &str = settings!();
pub(super) const MIGRATOR: &str = settings!();
/// A write in the wrong place fails at once, and not only when there is a crowd. A gigabyte of the file is read
/// in place, from the memory in which the system keeps it anyway.
macro_rules! reader {
    () => {
        concat!(settings!(), "PRAGMA query_only = ON; PRAGMA mmap_size = 1073741824;")
    };
}
pub(super) const READER: &str = reader!();

/// Rows are found by their key on the threads that serve requests, too.
pub(super) const READS_HERE: bool = true;
/// Such a thread waits for nobody.
pub(super) const HERE: &str = concat!(reader!(), "PRAGMA busy_timeout = 0;");

/// `PRAGMA data_version`: another number after each commit of any other connection, of this process or
/// another. The connection that is asked must not write itself: its own commits do not count.
#[derive(QueryId)]
struct DataVersion;

impl Query for DataVersion {
    type SqlType = BigInt;
}

impl QueryFragment<Sqlite> for DataVersion {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("PRAGMA data_version");
        Ok(())
    }
}

impl RunQueryDsl<SqliteConnection> for DataVersion {}

/// See [`Db::version`](crate::Db::version).
pub(super) fn version(connection: &mut Connection) -> QueryResult<i64> {
    DataVersion.get_result(connection)
}

/// `SQLite`'s own `lower` knows the letters of ASCII.
pub(super) fn teach(connection: &mut Connection) -> QueryResult<()> {
    crate::lower_utils::register_impl(connection, |text: String| text.to_lowercase())
}

/// `SQLite` has one writer at a time.
pub(super) fn share(connections: u32) -> (u32, u32) {
    (connections.saturating_sub(1).max(1), 1)
}

/// Connections to a file do not age.
pub(super) fn keep<M: ManageConnection>(pool: Builder<M>) -> Builder<M> {
    pool.max_lifetime(None).idle_timeout(None)
}

/// Whether trying again may help: nothing of a file does.
pub(super) fn needs_time(_cause: &str) -> bool {
    false
}

/// The database file.
#[derive(Clone, Debug)]
pub(super) struct Place {
    path: PathBuf,
    identity: Identity,
}

/// Device and number of the file. (As long as we have it open, no other gets its number.)
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = ();

impl Place {
    /// Makes the file and its folder, both for this user alone: it holds e-mail addresses. This is
    /// the only place that makes one.
    pub(super) fn prepare(url: &str) -> Result<Self, String> {
        let path = PathBuf::from(url);
        let fail = |error: io::Error| {
            format!(
                "The database file {url} cannot be opened: {error}. Check DATABASE_URL and the \
                 rights of its folder."
            )
        };
        files::create_private_dir(path.parent().unwrap_or(Path::new(""))).map_err(fail)?;
        files::open_private(&path).map(drop).map_err(fail)?;
        let identity = identity(&path).map_err(fail)?;
        Ok(Self { path, identity })
    }

    /// For a connection: it never makes a file.
    pub(super) fn url(&self) -> String {
        uri::of(&self.path)
    }

    /// For people.
    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Whether the file is still the one that was opened. Of one that was deleted we would go on
    /// reading and writing what nobody ever sees again.
    pub(super) fn check(&self) -> Result<()> {
        let what = match identity(&self.path) {
            Ok(identity) if identity == self.identity => return Ok(()),
            Ok(_) => "another file was put in its place; start again to use that one".to_owned(),
            Err(error) => format!("it was deleted or moved ({error}); put it back"),
        };
        Err(Error::Unusable(format!("the file {} is gone: {what}", self.path.display())))
    }

    /// See [`Db::backup`](crate::Db::backup).
    pub(super) fn backup(&self, copy: &Path) -> Result<u64, String> {
        let fail = |e: String| format!("No backup was made into {}: {e}.", copy.display());
        // Whoever is ended meanwhile leaves half a copy, which must not be taken for one.
        let mut half = copy.as_os_str().to_owned();
        half.push(".part");
        let half = PathBuf::from(half);
        let file = files::create_private(&half)
            .map_err(|e| fail(format!("{} cannot be made: {e}", half.display())))?;
        let named = || {
            file.sync_all()?;
            // Unlike a rename, a link never takes the place of another file.
            fs::hard_link(&half, copy)?;
            files::sync_dir_of(copy)?;
            Ok(file.metadata()?.len())
        };
        let made =
            self.copy_into(&half).and_then(|()| named().map_err(|e: io::Error| e.to_string()));
        let _ = fs::remove_file(&half);
        made.map_err(fail)
    }

    /// `VACUUM INTO` is one long read: with a write-ahead log, others write meanwhile. It fills a file
    /// that is empty, and so the file has our rights before anything is in it.
    fn copy_into(&self, copy: &Path) -> Result<(), String> {
        self.check().map_err(|e| e.to_string())?;
        let mut source = Connection::establish(&self.url()).map_err(|e| e.to_string())?;
        source.batch_execute(patience!()).map_err(|e| e.to_string())?;
        let tables = sql::<BigInt>("(SELECT count(*) FROM sqlite_master)");
        if diesel::select(tables).get_result(&mut source) == Ok(0_i64) {
            return Err(format!("the database {} is empty", self.shown()));
        }
        let copied = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(uri::of(copy));
        copied.execute(&mut source).map(drop).map_err(|e| e.to_string())
    }

    /// Waits until no other process turns the write-ahead log on, if that is to be done: it is once
    /// for a file, and `SQLite` refuses the second of two at once, without the patience of
    /// `busy_timeout`.
    pub(super) fn turn_to_begin(
        &self, connection: &mut Connection,
    ) -> Result<Option<File>, String> {
        #[derive(QueryableByName)]
        struct Mode {
            #[diesel(sql_type = Text)]
            journal_mode: String,
        }
        let mode = connection
            .batch_execute(patience!())
            .and_then(|()| diesel::sql_query("PRAGMA journal_mode").get_result::<Mode>(connection))
            .map_err(|e| e.to_string())?;
        if mode.journal_mode == "wal" {
            return Ok(None);
        }
        self.turn_to_migrate(connection).map(Some)
    }

    /// Waits until no other process migrates. The folder is locked, because a lock on the file itself
    /// is not kept apart from `SQLite`'s own everywhere.
    pub(super) fn turn_to_migrate(&self, _: &mut Connection) -> Result<File, String> {
        let locked = self.to_lock().and_then(|file| file.lock().map(|()| file));
        locked.map_err(|e| format!("its tables cannot be changed by one program alone ({e})"))
    }

    fn to_lock(&self) -> io::Result<File> {
        // Elsewhere than on Unix, a folder cannot be locked.
        if !cfg!(unix) {
            return files::open_private(&self.path.with_extension("lock"));
        }
        File::open(files::dir_of(&self.path))
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).map(|file| (file.dev(), file.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(drop)
}

/// Takes the write lock at its start. A deferred transaction that reads first and writes later fails
/// at once when another writer came between, whatever the time-out.
pub(super) fn transaction<T, E: Failure>(
    connection: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> Result<T, E> {
    connection.immediate_transaction(work)
}

/// Writes only if no other program does.
pub(super) fn note<T>(
    connection: &mut Connection, work: impl FnOnce(&mut Connection) -> QueryResult<T>,
) -> QueryResult<T> {
    connection.batch_execute("PRAGMA busy_timeout = 0")?;
    let noted = connection.immediate_transaction(work);
    connection.batch_execute(patience!())?;
    noted
}
