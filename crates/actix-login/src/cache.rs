//! Callers as they were recognised, kept for as long as nothing has changed; and what good tokens say.

use std::cell::{RefCell, RefMut};
use std::num::NonZeroUsize;
use std::sync::Arc;

use lru::LruCache;
use thread_local::ThreadLocal;

use crate::caller::Caller;
use crate::token::Claims;

/// How much each thread keeps of one kind: what came last. A caller takes about 1.5 KiB.
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

/// Values by their tokens, a list for each thread: nobody waits for another, and none is longer than
/// [`KEPT_MAX`], whoever comes. Only tokens that were found good are in it.
struct ByToken<V: Send>(ThreadLocal<RefCell<LruCache<String, V>>>);

impl<V: Send> ByToken<V> {
    fn here(&self) -> RefMut<'_, LruCache<String, V>> {
        self.0.get_or(|| RefCell::new(LruCache::new(KEPT_MAX))).borrow_mut()
    }
}

pub(crate) struct Cache<U: Send + Sync> {
    version: Version,
    is_valid: IsValid<U>,
    /// The version in which a caller was found, and the caller.
    kept: ByToken<(i64, Arc<Caller<U>>)>,
}

impl<U: Send + Sync + 'static> Cache<U> {
    pub(crate) fn new(version: Version, is_valid: IsValid<U>) -> Self {
        Self { version, is_valid, kept: ByToken(ThreadLocal::new()) }
    }
}

impl<U: Send + Sync + 'static> Keep<U> for Cache<U> {
    fn version(&self) -> Option<i64> {
        (self.version)()
    }

    fn get(&self, token: &str, version: i64) -> Option<Arc<Caller<U>>> {
        let mut kept = self.kept.here();
        let (then, caller) = kept.get(token)?;
        let is_valid = *then == version && (self.is_valid)(caller.user()?);
        is_valid.then(|| Arc::clone(caller))
    }

    fn put(&self, token: &str, version: i64, caller: &Arc<Caller<U>>) {
        self.kept.here().put(token.to_owned(), (version, Arc::clone(caller)));
    }
}

/// What the tokens say whose signatures were found good: a good one stays so. Everything else about a token is
/// checked each time.
pub(crate) struct Opened(ByToken<Claims>);

impl Opened {
    pub(crate) fn new() -> Self {
        Self(ByToken(ThreadLocal::new()))
    }

    /// What `open` finds in the token, now or the last time. What it refuses is not kept.
    pub(crate) fn or<E>(
        &self, token: &str, open: impl FnOnce(&str) -> Result<Claims, E>,
    ) -> Result<Claims, E> {
        self.0.here().try_get_or_insert_ref(token, || open(token)).cloned()
    }
}
