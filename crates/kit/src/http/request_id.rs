//! The id of a request: it links what the visitor sees to what the log says.
//! [`Client`](crate::Client) carries it.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// What this process counts, and how it scatters that: whoever sees two ids does not read how many requests
/// came between.
static COUNT: AtomicU64 = AtomicU64::new(0);
static SCATTER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

/// Another one at each call, at the cost of counting: nothing depends on nobody guessing it.
pub(crate) fn next() -> String {
    format!("{:016x}", SCATTER.hash_one(COUNT.fetch_add(1, Ordering::Relaxed)))
}
