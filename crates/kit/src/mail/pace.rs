//! How long the mail server takes.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// Measures deliveries, and keeps to their pace where nothing is delivered.
#[derive(Default)]
pub(super) struct Pace(watch::Sender<State>);

#[derive(Default)]
struct State {
    under_way: usize,
    last: Option<Last>,
}

/// The delivery that ended last.
#[derive(Clone, Copy)]
struct Last {
    took: Duration,
    worked: bool,
}

impl Pace {
    /// Notes how long a delivery takes.
    pub(super) async fn measure<T, E>(
        &self, delivery: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let started = Instant::now();
        let _under_way = UnderWay::begin(self);
        let result = delivery.await;
        let last = Last { took: started.elapsed(), worked: result.is_ok() };
        self.0.send_modify(|state| state.last = Some(last));
        result
    }

    /// Takes as long as the last delivery did, or as the first one does that is under way. When that
    /// failed, or when there was none yet, `stand_in` tells how a delivery would end now.
    pub(super) async fn keep<T, E>(
        &self, stand_in: impl Future<Output = Result<T, E>>,
    ) -> Result<(), E> {
        let started = Instant::now();
        let mut state = self.0.subscribe();
        let known = state.wait_for(|state| state.last.is_some() || state.under_way == 0).await;
        // Fails when there is no sender, but that is `self.0`.
        let last = known.ok().and_then(|state| state.last);
        let worked = last.is_some_and(|last| last.worked);
        let result = if worked { Ok(()) } else { stand_in.await.map(drop) };
        if let Some(last) = last {
            tokio::time::sleep_until(started + last.took).await;
        }
        result
    }
}

/// A delivery is under way for as long as this lives, however it ends.
struct UnderWay<'a>(&'a Pace);

impl<'a> UnderWay<'a> {
    fn begin(pace: &'a Pace) -> Self {
        pace.0.send_modify(|state| state.under_way += 1);
        Self(pace)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.0.send_modify(|state| state.under_way -= 1);
    }
}
