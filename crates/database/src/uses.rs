//! When rows were last used: noted in memory and written together, so that reading pages does not write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::QueryResult;
use time::PrimitiveDateTime;

use super::{Connection, Db, Error, Failure, Work, backend, boxed};

/// How many rows are written at a time: so few that nobody waits long for it.
const BATCH: usize = 200;

/// How often [`Db::write_uses_for_ever`] writes. Whoever reads the row meanwhile, at another server, sees what
/// is as much older.
const WRITTEN_EVERY: Duration = Duration::from_secs(10);

/// A column that says when a row was last used, and how to write it: see [`use_of!`](crate::use_of).
#[derive(Clone, Copy)]
pub struct Use {
    /// The table and the column.
    pub column: &'static str,
    /// Writes it for the row with this id.
    pub write: fn(&mut Connection, i64, PrimitiveDateTime) -> QueryResult<usize>,
}

/// A [`Use`]: `use_of!(sessions.last_seen_at)`. It is written by an update, which cannot bring back a row that
/// was deleted meanwhile.
#[macro_export]
macro_rules! use_of {
    ($table:ident . $column:ident) => {
        $crate::Use {
            column: concat!(stringify!($table), ".", stringify!($column)),
            write: |conn, id, at| {
                diesel::update($table::table.find(id)).set($table::$column.eq(at)).execute(conn)
            },
        }
    };
}

/// What is noted and not written yet, by column and row.
pub(super) type Uses = Arc<Mutex<HashMap<(&'static str, i64), Noted>>>;

#[derive(Clone, Copy)]
pub(super) struct Noted {
    at: PrimitiveDateTime,
    of: Use,
}

impl<E: Failure> Db<E> {
    /// Notes that a row is used.
    pub fn note_use(&self, of: Use, id: i64, at: PrimitiveDateTime) {
        self.noted().insert((of.column, id), Noted { at, of });
    }

    /// When a row was last used, if that is noted here and not written yet.
    pub fn noted_use(&self, of: Use, id: i64) -> Option<PrimitiveDateTime> {
        self.noted().get(&(of.column, id)).map(|noted| noted.at)
    }

    /// Writes what is noted, as far as that makes nobody wait. What cannot be written now stays noted.
    pub async fn write_uses(&self) {
        let mut noted: Vec<_> = self.noted().iter().map(|(key, noted)| (*key, *noted)).collect();
        // In one order: two servers that write the same rows must not wait for each other's.
        noted.sort_unstable_by_key(|(key, _)| *key);
        for batch in noted.chunks(BATCH) {
            let rows = batch.to_vec();
            let work = move |conn: &mut Connection| {
                rows.iter().try_for_each(|((_, id), noted)| {
                    (noted.of.write)(conn, *id, noted.at).map(drop)
                })
            };
            if !self.note("what was used", work).await {
                return;
            }
            let mut noted = self.noted();
            for (key, written) in batch {
                if noted.get(key).is_some_and(|now| now.at == written.at) {
                    noted.remove(key);
                }
            }
        }
    }

    /// Writes it now and then.
    pub async fn write_uses_for_ever(self) {
        loop {
            tokio::time::sleep(WRITTEN_EVERY).await;
            self.write_uses().await;
        }
    }

    /// Writes beside the reading what nobody has to wait for: only if nobody else writes. Whether it did; a
    /// later request finds the same to be written.
    pub async fn note<T, F>(&self, what: &'static str, work: F) -> bool
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> QueryResult<T> + Send + 'static,
    {
        let note: Work<Error> = boxed(|conn| backend::note(conn, work));
        let Some(noted) = self.writers.run_now(note).await else {
            log::debug!("{what} is not written yet: others are writing");
            return false;
        };
        match noted {
            Ok(_) => return true,
            Err(error) if is_locked(&error) => log::debug!("{what} is not written yet: {error}"),
            // Nobody is turned away because of that.
            Err(error) => log::warn!("{what} is not written: {error}"),
        }
        false
    }

    fn noted(&self) -> MutexGuard<'_, HashMap<(&'static str, i64), Noted>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether somebody else holds what is to be written.
fn is_locked(error: &Error) -> bool {
    matches!(error, Error::Unusable(cause) if cause.contains("lock"))
}
