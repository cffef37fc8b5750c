//! What is being sent at the moment.

use std::collections::BTreeMap;

use actix_web::rt::task::JoinHandle;
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;

/// How many mails of each kind are sent at once. Let fewer go to one address in an hour: whoever asks
/// for all of those, and then for one to themselves, waits for none of them.
pub const PLACES: usize = 4;

/// Each kind of mail has places of its own: none waits for another kind, and no notice for a flood of
/// requests.
pub(super) struct Places {
    kinds: Vec<&'static str>,
    sendings: FuturesUnordered<LocalBoxFuture<'static, &'static str>>,
    taken: BTreeMap<&'static str, usize>,
}

impl Places {
    pub(super) fn of(kinds: Vec<&'static str>) -> Self {
        Self { kinds, sendings: FuturesUnordered::new(), taken: BTreeMap::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sendings.is_empty()
    }

    /// The kinds that have a free place.
    pub(super) fn free_kinds(&self) -> Vec<&'static str> {
        let is_free = |kind: &&&str| self.taken.get(**kind).is_none_or(|taken| *taken < PLACES);
        self.kinds.iter().filter(is_free).copied().collect()
    }

    /// Gives a place to a mail for as long as its sending takes.
    pub(super) fn add(&mut self, kind: &'static str, sending: JoinHandle<()>) {
        *self.taken.entry(kind).or_default() += 1;
        self.sendings.push(Box::pin(async move {
            // A panic is in the log, and nothing is lost by it: the mail goes again.
            let _ = sending.await;
            kind
        }));
    }

    /// Waits until a place is free again.
    pub(super) async fn next(&mut self) {
        if let Some(kind) = self.sendings.next().await
            && let Some(taken) = self.taken.get_mut(kind)
        {
            *taken -= 1;
        }
    }
}
