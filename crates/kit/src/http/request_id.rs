//! The id of a request.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::{HttpMessage as _, HttpRequest};

/// Links what the visitor sees to what the log says.
#[derive(Clone, Debug)]
pub struct RequestId(pub(crate) String);

/// Where this process begins to count, and how it scatters what it counts: whoever sees two ids should not
/// read how many requests came between.
static BEGIN: LazyLock<(AtomicU64, u64)> = LazyLock::new(|| {
    let random = RandomState::new();
    // Odd, so that no two counts become one.
    (AtomicU64::new(random.hash_one("begin")), random.hash_one("scatter") | 1)
});

impl RequestId {
    /// Another one at each call, at the cost of counting: nothing depends on nobody guessing it.
    pub(crate) fn new() -> Self {
        let (next, scatter) = &*BEGIN;
        Self(format!("{:016x}", next.fetch_add(1, Ordering::Relaxed).wrapping_mul(*scatter)))
    }

    /// The id of a request; it got one when it came.
    pub fn of(req: &HttpRequest) -> String {
        req.extensions().get::<Self>().map_or_else(String::new, |id| id.0.clone())
    }
}
