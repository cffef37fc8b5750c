//! A thread for each connection.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use diesel::PgConnection;

use crate::CONNECTIONS;

pub type Work = Box<dyn FnOnce(&mut Option<PgConnection>) + Send>;

/// A thread for each connection; all take their work from one queue.
#[derive(Default)]
pub struct Threads {
    line: Mutex<Line>,
    more: Condvar,
}

#[derive(Default)]
struct Line {
    work: VecDeque<Work>,
    /// Threads that wait for work.
    idle: usize,
}

impl Threads {
    pub fn start() -> Arc<Self> {
        let threads = Arc::new(Self::default());
        for _ in 0..CONNECTIONS {
            let threads = Arc::clone(&threads);
            thread::spawn(move || {
                let mut own = None;
                loop {
                    threads.take()(&mut own);
                }
            });
        }
        threads
    }

    fn lock(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn put(&self, work: Work) {
        let mut line = self.lock();
        line.work.push_back(work);
        // Waking a thread is most of what the way costs: one that is at work looks here by itself.
        if line.idle > 0 {
            drop(line);
            self.more.notify_one();
        }
    }

    fn take(&self) -> Work {
        let mut line = self.lock();
        loop {
            if let Some(work) = line.work.pop_front() {
                return work;
            }
            line.idle += 1;
            line = self.more.wait(line).unwrap_or_else(PoisonError::into_inner);
            line.idle -= 1;
        }
    }
}
