//! How long an answer may take, and what that means for what it writes. A request is given up, or
//! something of it is written, but never both: whichever comes first decides.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

tokio::task_local! {
    static REQUEST: Progress;
}

/// What becomes of a request. Decided once.
#[derive(PartialEq, Eq)]
enum Fate {
    Written,
    GivenUp,
}

/// How far a request is. Cheap to clone.
#[derive(Clone, Default)]
pub struct Progress(Arc<Inner>);

#[derive(Default)]
struct Inner {
    fate: OnceLock<Fate>,
    doing: Mutex<&'static str>,
    only_looks: AtomicBool,
    waited: Mutex<Duration>,
}

/// Answers a request within `limit`. One that takes longer is given up, and nothing of it is
/// written; unless something was written already, whose true answer is waited for.
pub async fn within<T>(limit: Duration, answer: impl Future<Output = T>) -> Result<T> {
    let progress = Progress::default();
    let mut answer = pin!(REQUEST.scope(progress.clone(), answer));
    if let Ok(answered) = tokio::time::timeout(limit, answer.as_mut()).await {
        return Ok(answered);
    }
    if progress.give_up() {
        return Err(Error::Overdue(progress.describe(limit)));
    }
    Ok(answer.await)
}

/// Waits for a part of the answer, such as the database: for at most `limit`, in all such parts of a
/// request together. Then the request is given up; unless something of it was written, or is being,
/// whose true answer gets `grace` more. Outside of a request it takes as long as it takes.
pub async fn wait_for<T>(
    limit: Duration, grace: Duration, part: impl Future<Output = T>,
) -> Result<T> {
    let Ok(progress) = REQUEST.try_with(Clone::clone) else { return Ok(part.await) };
    let (started, mut part) = (Instant::now(), pin!(part));
    let waited = *progress.0.waited.lock().unwrap_or_else(PoisonError::into_inner);
    let mut done = tokio::time::timeout(limit.saturating_sub(waited), part.as_mut()).await;
    let mut known = "";
    if done.is_err() && !progress.give_up() {
        done = tokio::time::timeout(grace, part).await;
        known = "; whether it was written is not known";
    }
    *progress.0.waited.lock().unwrap_or_else(PoisonError::into_inner) += started.elapsed();
    done.map_err(|_| Error::Overdue(format!("{}{known}", progress.describe(limit))))
}

/// Does something beside the request, such as counting it: what is written by that is no reason to wait for
/// the request's own answer.
pub async fn aside<T>(work: impl Future<Output = T>) -> T {
    REQUEST.scope(Progress::default(), work).await
}

/// From here on, nobody's rights are used to write anything for this request: it brings a form back
/// that its visitor has not looked at yet.
pub fn only_look() {
    current().0.only_looks.store(true, Ordering::Relaxed);
}

/// Whether rights may be used to write; otherwise [`Error::BroughtBack`].
pub fn may_write() -> Result<()> {
    if current().0.only_looks.load(Ordering::Relaxed) { Err(Error::BroughtBack) } else { Ok(()) }
}

/// The request that is being answered; outside of one, something that is never given up.
pub fn current() -> Progress {
    REQUEST.try_with(Clone::clone).unwrap_or_default()
}

impl Progress {
    /// Notes what it is waiting for, for the log.
    pub fn is_now(&self, doing: &'static str) {
        *self.0.doing.lock().unwrap_or_else(PoisonError::into_inner) = doing;
    }

    /// Whether anybody still waits for it.
    pub fn is_wanted(&self) -> Result<()> {
        if self.0.fate.get() == Some(&Fate::GivenUp) { Err(Self::too_late()) } else { Ok(()) }
    }

    /// Asked immediately before a commit. From then on the request is not given up.
    pub fn may_commit(&self) -> Result<()> {
        let fate = self.0.fate.get_or_init(|| Fate::Written);
        if *fate == Fate::Written { Ok(()) } else { Err(Self::too_late()) }
    }

    /// Whether it was still time.
    fn give_up(&self) -> bool {
        *self.0.fate.get_or_init(|| Fate::GivenUp) == Fate::GivenUp
    }

    fn describe(&self, limit: Duration) -> String {
        let doing = *self.0.doing.lock().unwrap_or_else(PoisonError::into_inner);
        let doing = if doing.is_empty() { "still at work" } else { doing };
        format!("after {} s it was {doing}", limit.as_secs_f32())
    }

    /// For the thread that comes too late; the answer was given.
    fn too_late() -> Error {
        Error::Overdue("nothing was written".to_owned())
    }
}
