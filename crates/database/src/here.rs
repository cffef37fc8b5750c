//! Reading on the thread that serves the request.

use std::cell::RefCell;
use std::sync::Arc;

use diesel::connection::SimpleConnection as _;
use diesel::result::Error::NotFound;
use diesel::{Connection as _, QueryResult};
use thread_local::ThreadLocal;

use super::backend::{self, Connection, Place};

/// A connection for each thread, which never writes.
pub(super) struct Here {
    place: Arc<Place>,
    connections: ThreadLocal<RefCell<Option<Connection>>>,
}

impl Here {
    pub(super) fn new(place: Arc<Place>) -> Self {
        Self { place, connections: ThreadLocal::new() }
    }

    /// See [`Db::version`](crate::Db::version).
    pub(super) fn version(&self) -> Option<i64> {
        self.read(backend::version)?.ok()
    }

    /// `None` when it cannot be read here and now.
    pub(super) fn read<T>(
        &self, work: impl FnOnce(&mut Connection) -> QueryResult<T>,
    ) -> Option<QueryResult<T>> {
        if !backend::READS_HERE || self.place.check().is_err() {
            return None;
        }
        let mut own = self.connections.get_or_default().borrow_mut();
        let connection = match &mut *own {
            Some(connection) => connection,
            none => none.insert(self.open().ok()?),
        };
        let found = work(connection);
        if let Ok(_) | Err(NotFound) = found {
            return Some(found);
        }
        // Whatever is wrong with it, the next connection may be better.
        *own = None;
        None
    }

    fn open(&self) -> diesel::result::ConnectionResult<Connection> {
        let mut connection = Connection::establish(&self.place.url())?;
        let settings = connection.batch_execute(backend::HERE);
        settings.map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }
}
