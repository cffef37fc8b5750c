//! When rows were last used: noted in memory and written together, so that reading pages does not write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use diesel::QueryResult;
use time::PrimitiveDateTime;

use super::{Connection, Db, Error, Failure, Work, backend, boxed};

/// How many rows are written at a time: so few that nobody waits long for it.
const BATCH: usize = 200;

/// Writes when the row with this id was last used.
pub type WriteUse = fn(&mut Connection, i64, PrimitiveDateTime) -> QueryResult<usize>;

/// When rows of one table were last used, as far as that is not written yet. Cheap to clone.
#[derive(Clone, Default)]
pub struct Uses(Arc<Mutex<HashMap<i64, PrimitiveDateTime>>>);

impl Uses {
    /// Notes that the row with this id is used.
    pub fn note(&self, id: i64, now: PrimitiveDateTime) {
        self.lock().insert(id, now);
    }

    /// When the row was last used: as noted, or else as stored.
    pub fn last(&self, id: i64, stored: PrimitiveDateTime) -> PrimitiveDateTime {
        self.lock().get(&id).copied().unwrap_or(stored)
    }

    /// Writes what is noted, as far as that makes nobody wait. What cannot be written now stays noted.
    pub async fn write<E: Failure>(&self, db: &Db<E>, what: &'static str, write: WriteUse) {
        let mut noted: Vec<_> = self.lock().iter().map(|(id, at)| (*id, *at)).collect();
        // In one order: two servers that write the same rows must not wait for each other's.
        noted.sort_unstable();
        for batch in noted.chunks(BATCH) {
            let rows = batch.to_vec();
            let work = move |conn: &mut Connection| {
                rows.iter().try_for_each(|(id, at)| write(conn, *id, *at).map(drop))
            };
            if !db.note(what, work).await {
                return;
            }
            self.lock().retain(|id, at| !batch.contains(&(*id, *at)));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, PrimitiveDateTime>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: Failure> Db<E> {
    /// Writes beside the reading what nobody has to wait for: only if nobody else writes. Whether it did; a
    /// later request finds the same to be written.
    pub async fn note<T, F>(&self, what: &'static str, work: F) -> bool
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> QueryResult<T> + Send + 'static,
    {
        let Some(turn) = self.writers.turn_now() else {
            log::debug!("{what} is not written yet: others are writing");
            return false;
        };
        let note: Work<Error> = boxed(|conn| backend::note(conn, work));
        match self.writers.run(turn, note).await {
            Ok(_) => return true,
            Err(error) if is_locked(&error) => log::debug!("{what} is not written yet: {error}"),
            // Nobody is turned away because of that.
            Err(error) => log::warn!("{what} is not written: {error}"),
        }
        false
    }
}

/// Whether somebody else holds what is to be written.
fn is_locked(error: &Error) -> bool {
    matches!(error, Error::Unusable(cause) if cause.contains("lock"))
}
