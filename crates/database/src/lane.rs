//! Connections for one kind of work, and the queue before them.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::r2d2::{
    self, ConnectionManager, CustomizeConnection, Pool, PooledConnection, R2D2Connection as _,
};
use kit::metrics::Reading;
use tokio::sync::oneshot::error::RecvError;
use tokio::time::timeout;

use super::backend::{self, Connection, Place};
use super::line::{Job, Line, Tell};
use super::{Failure, Made, Work, cannot_open};
use crate::error::{Error, Result};

/// How long the program waits at its start for a slow disk, or for a server that starts as well.
const START_WAIT: Duration = Duration::from_secs(30);
/// The pause between two attempts.
const START_PAUSE: Duration = Duration::from_millis(250);

/// How long whoever waits for a turn does so before they are told that we are busy.
const TURN_WAIT: Duration = Duration::from_secs(4);

/// After how long one more thread is called for them, if they still wait: the least that Tokio's timers measure.
const HELP_AFTER: Duration = Duration::from_millis(1);

/// How long they then wait for a connection to be opened, if there is none. (A request does not wait
/// for both in full: see `PATIENCE`.)
const OPEN_WAIT: Duration = Duration::from_secs(3);

/// How many in a row work with one connection, before the pool may look how old it is.
const WORK_IN_A_ROW: u32 = 1000;

type Connections = Pool<ConnectionManager<Connection>>;
type Pooled = PooledConnection<ConnectionManager<Connection>>;

/// Some connections, each for one at a time, and a thread for each: whoever comes for another reason finds
/// other threads free. Cheap to clone.
#[derive(Clone)]
pub(super) struct Lane(Arc<Threads>);

/// The threads of a lane. They end with the last who could ask them.
struct Threads {
    desk: Arc<Desk>,
    all: Vec<JoinHandle<()>>,
}

/// What the threads of a lane share.
struct Desk {
    pool: Connections,
    line: Line,
    place: Arc<Place>,
    /// Those of the other lane too.
    all: [Connections; 2],
}

impl Lane {
    /// Opens a lane for readers and one for writers.
    pub(super) fn open(place: &Arc<Place>, connections: u32) -> Result<[Self; 2], String> {
        let (readers, writers) = backend::share(connections);
        let reading = open(place, readers, backend::READER)?;
        let writing = open(place, writers, backend::WRITER)?;
        let all = [reading.clone(), writing.clone()];
        let lane = |name, pool: Connections| {
            let (line, place) = (Line::new(pool.max_size()), Arc::clone(place));
            Self::start(name, Desk { pool, line, place, all: all.clone() })
                .map_err(|e| format!("No thread can be started for the database: {e}."))
        };
        Ok([lane("read", reading)?, lane("write", writing)?])
    }

    fn start(name: &str, desk: Desk) -> io::Result<Self> {
        let mut threads = Threads { desk: Arc::new(desk), all: Vec::new() };
        for _ in 0..threads.desk.pool.max_size() {
            let desk = Arc::clone(&threads.desk);
            let thread = thread::Builder::new().name(name.to_owned());
            threads.all.push(thread.spawn(move || desk.work())?);
        }
        Ok(Self(Arc::new(threads)))
    }

    /// Runs `work` with a connection, away from the threads that serve requests: first come, first served.
    /// Whoever is given up meanwhile leaves the line.
    pub(super) async fn run<E: Failure>(&self, work: Work<E>) -> Result<Made, E> {
        let (job, mut answer) = Job::new(work);
        let turn = job.turn();
        let line = &self.0.desk.line;
        line.join(job);
        if let Ok(answered) = timeout(HELP_AFTER, &mut answer).await {
            return told(answered);
        }
        line.call();
        match timeout(TURN_WAIT, &mut answer).await {
            Ok(answered) => told(answered),
            Err(_) if turn.give_up() => Err(Error::from(kit::Error::Busy).into()),
            Err(_) => told(answer.await),
        }
    }

    /// The same, if a connection is free. `None` if somebody would have to wait.
    pub(super) async fn run_now<E: Failure>(&self, work: Work<E>) -> Option<Result<Made, E>> {
        let (job, answer) = Job::new(work);
        if !self.0.desk.line.join_if_free(job) {
            return None;
        }
        Some(told(answer.await))
    }

    /// How many connections are open, are in use and may be open, and how many wait for one.
    fn load(&self) -> [u32; 4] {
        let Desk { pool, line, .. } = &*self.0.desk;
        let (open, most) = (pool.state().connections, pool.max_size());
        let (free, waiting) = line.length();
        [open, most.saturating_sub(free), most, waiting]
    }
}

impl Drop for Threads {
    /// Waits for them, because a program that ends must not take libpq away from under them.
    fn drop(&mut self) {
        self.desk.line.close();
        for thread in self.all.drain(..) {
            // What a thread works on may have been the last who could ask.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join(); // a panic was told to who waited for it
            }
        }
    }
}

impl Desk {
    /// What each thread does: at a call it works until nobody waits, because to wake a thread for each who
    /// comes takes longer than most of what they come for.
    fn work(&self) {
        while self.line.wait_for_call() {
            let (mut own, mut done) = (None::<Pooled>, 0_u32);
            let mut next = self.line.next(None, &mut own);
            while let Some(job) = next {
                let begun = Instant::now();
                done += 1;
                let connection = own.take().filter(|_| done % WORK_IN_A_ROW > 0);
                // Whoever waits for what panics is told so, and the connection is not used again.
                let worked = catch_unwind(AssertUnwindSafe(|| self.carry_out(job, connection)));
                let (kept, tell) = worked.unwrap_or_default();
                own = kept;
                next = self.line.next(Some(begun.elapsed()), &mut own);
                // Whoever gets the answer finds the connection free.
                if let Some(tell) = tell {
                    tell();
                }
            }
        }
    }

    /// Does one piece of work, with this connection or another. What comes back is the connection, if it is
    /// good, and how to tell what came out.
    fn carry_out(&self, job: Job, own: Option<Pooled>) -> (Option<Pooled>, Option<Tell>) {
        let Some(work) = job.begin() else { return (own, None) };
        let open = || own.map_or_else(|| self.pool.get(), Ok);
        let opened =
            self.place.check().and_then(|()| open().map_err(|e| Error::Unusable(e.to_string())));
        let mut connection = match opened {
            Ok(connection) => connection,
            Err(error) => return (None, Some(work(Err(error)))),
        };
        let tell = work(Ok(&mut connection));
        if connection.is_broken() {
            drop(connection);
            self.weed_out();
            return (None, Some(tell));
        }
        (Some(connection), Some(tell))
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

/// What came out; work that panicked tells nothing.
fn told<E: Failure>(answer: Result<Result<Made, E>, RecvError>) -> Result<Made, E> {
    let panicked = |_| Error::from(kit::Error::Internal("a panic at the database".to_owned()));
    answer.map_err(panicked)?
}

/// Opens one connection, and each other one when it is needed.
fn open(
    place: &Arc<Place>, connections: u32, settings: &'static str,
) -> Result<Connections, String> {
    let pool = backend::keep(Pool::builder())
        .max_size(connections)
        // Opened when somebody waits for it, and never in reserve: a command that ends while a thread still
        // opens one would tear OpenSSL down under its feet, and end by a signal.
        .min_idle(Some(0))
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
        let told = connection.batch_execute(self.settings);
        told.and_then(|()| backend::teach(connection)).map_err(r2d2::Error::QueryError)
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
