//! The line before the connections of a lane.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use diesel::r2d2::R2D2Connection as _;
use tokio::sync::oneshot;

use super::{Connection, Failure, Made, Work};
use crate::error::Result;

/// Who will not wait for longer, as far as one can tell, is left to the threads that work: to wake another one for
/// each costs more than most of what they come for.
const SOON: Duration = Duration::from_micros(300);

/// Who waits, and how many connections nobody has.
pub(super) struct Line {
    state: Mutex<State>,
    called: Condvar,
}

struct State {
    waiting: VecDeque<Job>,
    most: u32,
    free: u32,
    /// How long work takes, on an average of the last.
    pace: Duration,
    /// How many were taken whose threads have not come yet.
    calls: u32,
    is_closed: bool,
}

/// Tells whoever waits for it what came out.
pub(super) type Tell = Box<dyn FnOnce() + Send>;

/// What is done with a connection, or without one, if there is none to be had.
type Deed = Box<dyn FnOnce(Result<&mut Connection>) -> Tell + Send>;

/// Somebody who waits for a connection.
pub(super) struct Job {
    deed: Deed,
    turn: Turn,
}

/// Whether it is their turn: they wait, it has begun, or they were given up. Decided once.
#[derive(Clone, Default)]
pub(super) struct Turn(Arc<AtomicU8>);

const WAITS: u8 = 0;
const BEGUN: u8 = 1;
const GIVEN_UP: u8 = 2;

impl Turn {
    /// Whether they still waited; nothing is done for them now.
    pub(super) fn give_up(&self) -> bool {
        self.becomes(GIVEN_UP)
    }

    fn becomes(&self, state: u8) -> bool {
        let waited = Ordering::Relaxed;
        self.0.compare_exchange(WAITS, state, waited, waited).is_ok()
    }
}

impl Job {
    pub(super) fn new<E: Failure>(work: Work<E>) -> (Self, oneshot::Receiver<Result<Made, E>>) {
        let (answer, answered) = oneshot::channel();
        let deed: Deed = Box::new(move |connection| {
            // Of whoever has gone meanwhile, nothing is done any more.
            let done = (!answer.is_closed()).then(|| {
                let connection = connection.map_err(E::from)?;
                let made = work(connection);
                if made.is_err() {
                    // Diesel does not notice that a connection is lost while a statement is prepared.
                    let _ = connection.ping();
                }
                made
            });
            Box::new(|| drop(done.map(|done| answer.send(done))))
        });
        (Self { deed, turn: Turn::default() }, answered)
    }

    pub(super) fn turn(&self) -> Turn {
        self.turn.clone()
    }

    /// What is to be done, unless they were given up.
    pub(super) fn begin(self) -> Option<Deed> {
        self.turn.becomes(BEGUN).then_some(self.deed)
    }
}

impl Line {
    pub(super) fn new(connections: u32) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            most: connections,
            free: connections,
            pace: Duration::ZERO,
            calls: 0,
            is_closed: false,
        };
        Self { state: Mutex::new(state), called: Condvar::new() }
    }

    /// Joins the line. If a connection is free, it is taken and its thread called, unless those who work are
    /// about to come to this one anyway.
    pub(super) fn join(&self, job: Job) {
        let mut line = self.lock();
        line.waiting.push_back(job);
        if line.wait() > SOON && line.take_free() {
            self.called.notify_one();
        }
    }

    /// Calls one more thread, for somebody who still waits: those who work take longer than was thought.
    pub(super) fn call(&self) {
        let mut line = self.lock();
        if !line.waiting.is_empty() && line.take_free() {
            self.called.notify_one();
        }
    }

    /// The same, and only if one is.
    pub(super) fn join_if_free(&self, job: Job) -> bool {
        let mut line = self.lock();
        let is_free = line.take_free();
        if is_free {
            line.waiting.push_back(job);
            self.called.notify_one();
        }
        is_free
    }

    /// Waits until somebody comes for whom a connection is free; not any more once the line is closed.
    pub(super) fn wait_for_call(&self) -> bool {
        let waits = |line: &mut State| line.calls == 0 && !line.is_closed;
        let called = self.called.wait_while(self.lock(), waits);
        let mut line = called.unwrap_or_else(PoisonError::into_inner);
        let is_called = line.calls > 0;
        line.calls -= u32::from(is_called);
        is_called
    }

    /// Whoever is first, for a thread whose last work took so long. When nobody waits, the connection that was
    /// taken is put back and is free.
    pub(super) fn next<T>(&self, took: Option<Duration>, taken: &mut Option<T>) -> Option<Job> {
        let mut line = self.lock();
        line.pace = took.map_or(line.pace, |took| (line.pace * 7 + took) / 8);
        let next = line.waiting.pop_front();
        if next.is_none() {
            *taken = None;
            line.free += 1;
        }
        next
    }

    /// Nobody joins any more; who waits is still served.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.called.notify_all();
    }

    /// How many connections are free, and how many wait for one.
    pub(super) fn length(&self) -> (u32, u32) {
        let line = self.lock();
        (line.free, u32::try_from(line.waiting.len()).unwrap_or(u32::MAX))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// How long the last in line will wait for those who work; for ever, if nobody does.
    fn wait(&self) -> Duration {
        let waiting = u32::try_from(self.waiting.len()).unwrap_or(u32::MAX);
        let wait = self.pace.saturating_mul(waiting);
        wait.checked_div(self.most - self.free).unwrap_or(Duration::MAX)
    }

    fn take_free(&mut self) -> bool {
        let is_free = self.free > 0;
        self.free -= u32::from(is_free);
        self.calls += u32::from(is_free);
        is_free
    }
}
