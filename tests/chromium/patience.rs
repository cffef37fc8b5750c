//! Waiting for what comes in a moment.

use std::time::Duration;

/// How often it is looked for before it is missed: for a minute at least, which a slow machine may take.
pub const LOOKS: usize = 1200;

/// Between two looks.
pub const PAUSE: Duration = Duration::from_millis(50);

/// Looks until it is there.
pub async fn comes<T>(mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    for _ in 0..LOOKS {
        if let Some(found) = look().await {
            return Some(found);
        }
        tokio::time::sleep(PAUSE).await;
    }
    None
}
