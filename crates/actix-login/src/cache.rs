//! Callers as they were recognised, kept for as long as nothing has changed.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;
use thread_local::ThreadLocal;

use crate::caller::Caller;
use crate::token::Claims;

/// How many callers each thread keeps, and how many tokens: those who came last. Both take about 1.5 KiB.
const KEPT_MAX: NonZeroUsize = NonZeroUsize::new(1024).expect("it is not zero");

pub(crate) type Version = Box<dyn Fn() -> Option<i64> + Send + Sync>;
pub(crate) type IsValid<U> = Box<dyn Fn(&U) -> bool + Send + Sync>;

/// What a manager asks of a [`Cache`]: one whose users cannot go to other threads has none.
pub(crate) trait Keep<U> {
    /// Asked before anything is loaded: what changes meanwhile makes it another one.
    fn version(&self) -> Option<i64>;
    /// Who came with this token, if nothing has changed since.
    fn get(&self, token: &str, version: i64) -> Option<Arc<Caller<U>>>;
    fn put(&self, token: &str, version: i64, caller: &Arc<Caller<U>>);
}

/// The version in which a caller was found, and the caller, by their token.
type Kept<U> = LruCache<String, (i64, Arc<Caller<U>>)>;

pub(crate) struct Cache<U: Send + Sync> {
    version: Version,
    is_valid: IsValid<U>,
    /// A list for each thread: nobody waits for another, and none is longer than [`KEPT_MAX`], whoever
    /// comes. Only tokens that were found good are in it.
    kept: ThreadLocal<RefCell<Kept<U>>>,
}

impl<U: Send + Sync + 'static> Cache<U> {
    pub(crate) fn new(version: Version, is_valid: IsValid<U>) -> Self {
        Self { version, is_valid, kept: ThreadLocal::new() }
    }

    fn here(&self) -> &RefCell<Kept<U>> {
        self.kept.get_or(|| RefCell::new(LruCache::new(KEPT_MAX)))
    }
}

impl<U: Send + Sync + 'static> Keep<U> for Cache<U> {
    fn version(&self) -> Option<i64> {
        (self.version)()
    }

    fn get(&self, token: &str, version: i64) -> Option<Arc<Caller<U>>> {
        let mut kept = self.here().borrow_mut();
        let (then, caller) = kept.get(token)?;
        let is_valid = *then == version && (self.is_valid)(caller.user()?);
        is_valid.then(|| Arc::clone(caller))
    }

    fn put(&self, token: &str, version: i64, caller: &Arc<Caller<U>>) {
        self.here().borrow_mut().put(token.to_owned(), (version, Arc::clone(caller)));
    }
}

/// What the tokens say whose signatures were found good: a good one stays so. Everything else about a token is
/// checked each time.
#[derive(Default)]
pub(crate) struct Opened(ThreadLocal<RefCell<LruCache<String, Claims>>>);

impl Opened {
    /// What `open` finds in the token, now or the last time. What it refuses is not kept.
    pub(crate) fn or<E>(
        &self, token: &str, open: impl FnOnce(&str) -> Result<Claims, E>,
    ) -> Result<Claims, E> {
        let opened = self.0.get_or(|| RefCell::new(LruCache::new(KEPT_MAX)));
        opened.borrow_mut().try_get_or_insert_ref(token, || open(token)).cloned()
    }
}
