//! Tokio's blocking threads and r2d2's pool, as in `database`, but with the queue behind the way to the thread
//! and not before it: whoever has a connection goes on with it as long as somebody waits.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use diesel::r2d2::{self, ConnectionManager, CustomizeConnection, Pool};

use crate::{CONNECTIONS, Failure, READER, url};

type Work = Box<dyn FnOnce(&mut PgConnection) + Send>;

pub struct Drained {
    pool: Pool<ConnectionManager<PgConnection>>,
    line: Mutex<Line>,
}

struct Line {
    work: VecDeque<Work>,
    /// How many connections nobody has.
    free: usize,
}

#[derive(Debug)]
struct Setup;

impl CustomizeConnection<PgConnection, r2d2::Error> for Setup {
    fn on_acquire(&self, connection: &mut PgConnection) -> Result<(), r2d2::Error> {
        connection.batch_execute(READER).map_err(r2d2::Error::QueryError)
    }
}

impl Drained {
    pub fn open() -> Result<Arc<Self>, Failure> {
        let pool = Pool::builder()
            .max_size(CONNECTIONS.into())
            .min_idle(Some(1))
            .test_on_check_out(false)
            .connection_customizer(Box::new(Setup))
            .build(ConnectionManager::new(url()))?;
        let line = Mutex::new(Line { work: VecDeque::new(), free: CONNECTIONS.into() });
        Ok(Arc::new(Self { pool, line }))
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn put(self: &Arc<Self>, work: Work) {
        let mut line = self.lock();
        line.work.push_back(work);
        if line.free > 0 {
            line.free -= 1;
            drop(line);
            let lane = Arc::clone(self);
            tokio::task::spawn_blocking(move || lane.drain());
        }
    }

    fn drain(&self) {
        let mut own = None;
        while let Some(work) = self.next() {
            if own.is_none() {
                own = self.pool.get().ok();
            }
            // Whoever waits for work that is dropped gets an error.
            if let Some(connection) = &mut own {
                work(connection);
            }
        }
    }

    fn next(&self) -> Option<Work> {
        let mut line = self.lock();
        let next = line.work.pop_front();
        line.free += usize::from(next.is_none());
        next
    }
}
