//! Threads for work that keeps a core busy, and the queue before them.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::error::{Error, Result};
use crate::http::client::Network;
use crate::password::fair_queue::FairQueue;

/// How many may wait for each thread, of all networks together.
const ROOM_PER_THREAD: usize = 8;

/// How long somebody may wait for their turn.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// How long a thread without work keeps what it works in.
const KEPT_FOR: Duration = Duration::from_secs(10);

/// Threads that work off a [`FairQueue`]; each keeps an `S` to work in as long as there is work. They end
/// with this.
pub struct Workers<S>(Arc<Shared<S>>);

struct Shared<S> {
    state: Mutex<State<S>>,
    changed: Condvar,
}

struct State<S> {
    queue: FairQueue<Job<S>>,
    running: usize,
    is_over: bool,
}

struct Job<S> {
    /// The operator has none.
    deadline: Option<Instant>,
    work: Box<dyn FnOnce(&mut S) + Send>,
}

impl<S: Default + 'static> Workers<S> {
    /// Starts the threads.
    pub fn start(name: &str, count: usize) -> io::Result<Self> {
        let queue = FairQueue::new(count * ROOM_PER_THREAD);
        let state = Mutex::new(State { queue, running: 0, is_over: false });
        let workers = Self(Arc::new(Shared { state, changed: Condvar::new() }));
        for _ in 0..count {
            let shared = Arc::clone(&workers.0);
            thread::Builder::new().name(name.to_owned()).spawn(move || shared.work_off())?;
        }
        Ok(workers)
    }

    /// Runs `work` when it is its network's turn. Who finds no room, or waits for too long, gets
    /// [`Error::Busy`]; the operator waits for as long as it takes. The work goes on when the visitor
    /// has gone: their leaving must not make room for the next before this one is done.
    pub async fn run<T, F>(&self, network: Network, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut S) -> T + Send + 'static,
    {
        let (answer, result) = oneshot::channel();
        let work = Box::new(move |state: &mut S| {
            // A panic is that visitor's, and in the log; the next one finds the thread alive.
            let done = catch_unwind(AssertUnwindSafe(|| work(state)));
            // Fails only when nobody waits for the answer any more.
            let _ = answer.send(done.map_err(|_| Error::Internal("a panic at work".to_owned())));
        });
        let deadline = (network != Network::Operator).then(|| Instant::now() + MAX_WAIT);
        let no_room = self.0.lock().queue.add(network, Job { deadline, work });
        drop(no_room); // answers 503
        self.0.changed.notify_one();
        result.await.map_err(|_| Error::Busy)?
    }
}

impl<S> Workers<S> {
    /// How many wait for their turn, and how many have it.
    pub fn load(&self) -> (usize, usize) {
        let state = self.0.lock();
        (state.queue.waiting(), state.running)
    }
}

impl<S> Drop for Workers<S> {
    fn drop(&mut self) {
        self.0.lock().is_over = true;
        self.0.changed.notify_all();
    }
}

impl<S: Default> Shared<S> {
    fn work_off(&self) {
        let mut own = S::default();
        while let Some(job) = self.next(&mut own) {
            (job.work)(&mut own);
            self.lock().running -= 1;
        }
    }

    /// Waits for the next job; `None` when there will be none.
    fn next(&self, own: &mut S) -> Option<Job<S>> {
        let mut state = self.lock();
        let mut rests = false;
        loop {
            let now = Instant::now();
            let is_late = |job: &Job<S>| job.deadline.is_some_and(|deadline| deadline < now);
            match state.queue.take(is_late) {
                None if state.is_over => return None,
                None if rests => {
                    state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                }
                None => {
                    let waited = self.changed.wait_timeout(state, KEPT_FOR);
                    let (again, time_out) = waited.unwrap_or_else(PoisonError::into_inner);
                    state = again;
                    if time_out.timed_out() {
                        *own = S::default();
                        rests = true;
                    }
                }
                job => {
                    state.running += 1;
                    return job;
                }
            }
        }
    }
}

impl<S> Shared<S> {
    fn lock(&self) -> MutexGuard<'_, State<S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
