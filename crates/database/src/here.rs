//! Reading on the thread that serves the request.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection as _;
use diesel::result::Error::NotFound;
use diesel::{Connection as _, QueryResult};
use thread_local::ThreadLocal;

use super::backend::{self, Connection, Place};

/// A connection for each thread, which never writes.
pub(super) struct Here {
    place: Arc<Place>,
    connections: ThreadLocal<RefCell<Option<Own>>>,
    opened: AtomicU32,
}

/// A thread's connection, and its number among all that were opened.
struct Own {
    connection: Connection,
    number: u32,
}

impl Here {
    pub(super) fn new(place: Arc<Place>) -> Self {
        Self { place, connections: ThreadLocal::new(), opened: AtomicU32::new(0) }
    }

    /// See [`Db::version`](crate::Db::version). Every connection counts from the same number on: what was kept
    /// with the count of one must not pass for kept with that of the next.
    pub(super) fn version(&self) -> Option<i64> {
        let ask = |own: &mut Own| {
            let count = backend::version(&mut own.connection)?;
            Ok(i64::from(own.number) << 32 | count & i64::from(u32::MAX))
        };
        self.with_own(ask)?.ok()
    }

    /// `None` when it cannot be read here and now.
    pub(super) fn read<T>(
        &self, work: impl FnOnce(&mut Connection) -> QueryResult<T>,
    ) -> Option<QueryResult<T>> {
        self.with_own(|own| work(&mut own.connection))
    }

    fn with_own<T>(&self, work: impl FnOnce(&mut Own) -> QueryResult<T>) -> Option<QueryResult<T>> {
        if !backend::READS_HERE || self.place.check().is_err() {
            return None;
        }
        let mut own = self.connections.get_or_default().borrow_mut();
        let one = match &mut *own {
            Some(one) => one,
            none => none.insert(self.open().ok()?),
        };
        let found = work(one);
        if let Ok(_) | Err(NotFound) = found {
            return Some(found);
        }
        // Whatever is wrong with it, the next connection may be better.
        *own = None;
        None
    }

    fn open(&self) -> diesel::result::ConnectionResult<Own> {
        let mut connection = Connection::establish(&self.place.url())?;
        let settings = connection.batch_execute(backend::HERE);
        settings.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
        Ok(Own { connection, number: self.opened.fetch_add(1, Ordering::Relaxed) })
    }
}
