//! Connections for one kind of work, and the queue before them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::r2d2::{self, ConnectionManager, CustomizeConnection, Pool, R2D2Connection as _};
use kit::metrics::Reading;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::backend::{self, Connection, Place};
use super::{Failure, Made, Work, cannot_open};
use crate::error::{Error, Result};

/// How long the program waits at its start for a slow disk, or for a server that starts as well.
const START_WAIT: Duration = Duration::from_secs(30);
/// The pause between two attempts.
const START_PAUSE: Duration = Duration::from_millis(250);

/// How long whoever waits for a turn does so before they are told that we are busy.
const TURN_WAIT: Duration = Duration::from_secs(4);

/// How long they then wait for a connection to be opened, if there is none. (A request does not wait
/// for both in full: see `PATIENCE`.)
const OPEN_WAIT: Duration = Duration::from_secs(3);

type Connections = Pool<ConnectionManager<Connection>>;

/// Some connections, each for one at a time. Cheap to clone.
#[derive(Clone)]
pub(super) struct Lane {
    pool: Connections,
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicU32>,
    place: Arc<Place>,
    /// Those of the other lane too.
    all: Arc<[Connections; 2]>,
}

/// What allows to use a connection.
pub(super) type Turn = OwnedSemaphorePermit;

impl Lane {
    /// Opens a lane for readers and one for writers.
    pub(super) fn open(place: &Arc<Place>, connections: u32) -> Result<[Self; 2], String> {
        let (readers, writers) = backend::share(connections);
        let reading = open(place, readers, backend::READER)?;
        let writing = open(place, writers, backend::WRITER)?;
        let all = Arc::new([reading.clone(), writing.clone()]);
        let lane = |pool: Connections| {
            let turns = usize::try_from(pool.max_size()).unwrap_or(usize::MAX);
            let (turns, place) = (Arc::new(Semaphore::new(turns)), Arc::clone(place));
            Self { pool, turns, waiting: Arc::default(), place, all: Arc::clone(&all) }
        };
        Ok([lane(reading), lane(writing)])
    }

    /// Waits for a turn: first come, first served. Whoever is given up meanwhile leaves the queue.
    pub(super) async fn turn(&self) -> Result<Turn> {
        let _waits = Waits::begin(&self.waiting);
        let turn = timeout(TURN_WAIT, Arc::clone(&self.turns).acquire_owned()).await;
        turn.map_err(|_| kit::Error::Busy)?.map_err(|e| internal(&e))
    }

    /// A turn, if nobody else has it or waits for it.
    pub(super) fn turn_now(&self) -> Option<Turn> {
        Arc::clone(&self.turns).try_acquire_owned().ok()
    }

    /// How many connections are open, are in use and may be open, and how many wait for one.
    fn load(&self) -> [u32; 4] {
        let (open, most) = (self.pool.state().connections, self.pool.max_size());
        let free = u32::try_from(self.turns.available_permits()).unwrap_or(most);
        [open, most.saturating_sub(free), most, self.waiting.load(Ordering::Relaxed)]
    }

    /// Runs `work` with a connection, away from the threads that serve requests.
    pub(super) async fn run<E: Failure>(&self, turn: Turn, work: Work<E>) -> Result<Made, E> {
        let lane = self.clone();
        let run = move || {
            lane.place.check()?;
            let opened = lane.pool.get();
            let mut connection = opened.map_err(|e| Error::Unusable(e.to_string()))?;
            let done = work(&mut connection);
            let is_broken = connection.is_broken();
            drop(connection);
            if is_broken {
                lane.weed_out();
            }
            // Whoever gets the answer finds the turn free.
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(run).await.map_err(|e| internal(&e))?
    }

    /// Asks all idle connections whether they are alive, after one was found dead: a server that was
    /// started again has ended the others too. The pool drops those that are.
    fn weed_out(&self) {
        let idle = self.all.iter().flat_map(|pool| std::iter::from_fn(|| pool.try_get()));
        let mut idle: Vec<_> = idle.collect();
        let dead = idle.iter_mut().filter_map(|connection| connection.ping().err()).count();
        log::warn!("a connection to the database is lost, and {dead} others that were idle");
    }
}

/// What [`Lane::load`] says of both lanes, as the metrics name it.
pub(super) fn readings(readers: &Lane, writers: &Lane) -> Vec<Reading> {
    let names = [
        ("database_connections", "Connections that are open"),
        ("database_connections_in_use", "Connections that somebody uses or is about to"),
        ("database_connections_max", "Connections that may be open"),
        ("database_connections_waiting", "Requests and the like that wait for a connection"),
    ];
    let lanes = readers.load().into_iter().zip(writers.load());
    let reading = |((name, about), (readers, writers))| {
        let values: [(&[_], f64); 2] =
            [(&[("lane", "read")], f64::from(readers)), (&[("lane", "write")], f64::from(writers))];
        Reading { name, about, values: values.into() }
    };
    names.into_iter().zip(lanes).map(reading).collect()
}

/// Somebody who waits for a turn, for as long as this is kept.
struct Waits(Arc<AtomicU32>);

impl Waits {
    fn begin(count: &Arc<AtomicU32>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(count))
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn internal(cause: &dyn std::fmt::Display) -> Error {
    kit::Error::Internal(cause.to_string()).into()
}

/// Opens one connection, and more when they are needed.
fn open(
    place: &Arc<Place>, connections: u32, settings: &'static str,
) -> Result<Connections, String> {
    let pool = backend::keep(Pool::builder())
        .max_size(connections)
        .min_idle(Some(1))
        .connection_timeout(OPEN_WAIT)
        // One that broke while it was used is not put back; see also `weed_out`.
        .test_on_check_out(false)
        .connection_customizer(Box::new(Setup { place: Arc::clone(place), settings }))
        .build_unchecked(ConnectionManager::new(place.url()));
    // The first one may take as long as the start may.
    pool.get_timeout(START_WAIT).map_err(|e| cannot_open(&place.shown(), &e.to_string()))?;
    Ok(pool)
}

/// What each new connection is told.
#[derive(Debug)]
struct Setup {
    place: Arc<Place>,
    settings: &'static str,
}

impl CustomizeConnection<Connection, r2d2::Error> for Setup {
    fn on_acquire(&self, connection: &mut Connection) -> Result<(), r2d2::Error> {
        // Never a connection to another file that has come into this one's place.
        self.place.check().map_err(|e| {
            r2d2::Error::ConnectionError(diesel::ConnectionError::BadConnection(e.to_string()))
        })?;
        connection.batch_execute(self.settings).map_err(r2d2::Error::QueryError)
    }
}

/// Opens one plain connection, to know whether the database can be used and why not: the pool would
/// try again and hide the reason. Waits for what only needs time.
pub(super) fn wait_for_database(place: &Place) -> Result<(), String> {
    let (sender, attempts) = mpsc::channel();
    let tried = place.clone();
    thread::spawn(move || {
        while let Err(cause) = try_open(&tried) {
            let needs_time = backend::needs_time(&cause);
            if sender.send(Err((cause, needs_time))).is_err() || !needs_time {
                return;
            }
            thread::sleep(START_PAUSE);
        }
        // Nobody listens any more when the start was given up.
        let _ = sender.send(Ok(()));
    });
    let database = place.shown();
    let deadline = Instant::now() + START_WAIT;
    let mut last: Option<String> = None;
    loop {
        match attempts.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err((cause, false))) => return Err(cannot_open(&database, &cause)),
            Ok(Err((cause, true))) => {
                if last.is_none() {
                    log::warn!("waiting for the database {database}: {}", cause.trim_end());
                }
                last = Some(cause);
            }
            Err(_) => {
                let cause = last.unwrap_or_else(|| "it is still being opened".to_owned());
                let cause = cannot_open(&database, &cause);
                return Err(format!("{cause} (It was waited for {} s.)", START_WAIT.as_secs()));
            }
        }
    }
}

fn try_open(place: &Place) -> Result<(), String> {
    let mut first = Connection::establish(&place.url()).map_err(|e| e.to_string())?;
    let _turn = place.turn_to_begin(&mut first)?;
    first.batch_execute(backend::WRITER).map_err(|e| e.to_string())
}
