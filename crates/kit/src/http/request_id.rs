//! The id of a request.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::{HttpMessage as _, HttpRequest};

/// Links what the visitor sees to what the log says.
#[derive(Clone, Debug)]
pub struct RequestId(pub(crate) String);

/// What this process counts, and how it scatters that: whoever sees two ids does not read how many requests
/// came between.
static COUNT: AtomicU64 = AtomicU64::new(0);
static SCATTER: LazyLock<RandomState> = LazyLock::new(RandomState::new);

impl RequestId {
    /// Another one at each call, at the cost of counting: nothing depends on nobody guessing it.
    pub(crate) fn new() -> Self {
        Self(format!("{:016x}", SCATTER.hash_one(COUNT.fetch_add(1, Ordering::Relaxed))))
    }

    /// The id of a request; it got one when it came.
    pub fn of(req: &HttpRequest) -> String {
        req.extensions().get::<Self>().map_or_else(String::new, |id| id.0.clone())
    }
}
