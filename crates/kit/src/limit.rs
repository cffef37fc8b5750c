//! How often something may be done: quotas, and how much of them is used up.
//!
//! The arithmetic is our own: it is the same for the rows of a table and for memory, and takes a try back,
//! which the crates for it do not offer.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use sha2::{Digest, Sha256};
use time::Duration;

use crate::clock::Time;

/// How far the clocks of instances that count together may differ.
const CLOCKS_DIFFER: Duration = Duration::MINUTE;

/// So many at once; each is free again after its share of the time. (A leaky bucket, as GCRA in ITU-T I.371
/// annex A: all that is to be remembered is when the bucket is empty.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    count: u32,
    period: Duration,
}

impl Quota {
    /// `count` in a `period`, both more than nothing.
    pub const fn new(count: u32, period: Duration) -> Self {
        Self { count, period }
    }

    /// When the bucket that was to be empty at `empty_at` will be after one more, or how long that one has
    /// to wait.
    pub fn take(self, empty_at: Option<Time>, now: Time) -> Result<Time, Wait> {
        let full = now + self.period;
        let since = match empty_at {
            // The clock was set back: nobody waits for it to come to where it was.
            Some(at) if at > full + CLOCKS_DIFFER => now,
            // By the clock of another instance. It is full, but for one, which puts it right.
            Some(at) if at > full => full - self.share(),
            at => at.map_or(now, |at| at.max(now)),
        };
        let empty_at = since + self.share();
        if empty_at > full { Err(Wait(empty_at - full)) } else { Ok(empty_at) }
    }

    /// The same after one was taken back.
    pub fn give_back(self, empty_at: Time) -> Time {
        empty_at - self.share()
    }

    /// In milliseconds: databases round what is finer, each in its way.
    fn share(self) -> Duration {
        Duration::milliseconds(self.period.whole_seconds() * 1000 / i64::from(self.count))
    }

    /// How full a bucket is, from 0 to 1.
    fn filled(self, empty_at: Time, now: Time) -> f64 {
        (empty_at - now) / self.period
    }
}

impl fmt::Display for Quota {
    /// As settings have it: `20/15m`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.period.whole_seconds();
        let (number, unit) = match seconds {
            _ if seconds % 86_400 == 0 => (seconds / 86_400, 'd'),
            _ if seconds % 3600 == 0 => (seconds / 3600, 'h'),
            _ if seconds % 60 == 0 => (seconds / 60, 'm'),
            _ => (seconds, 's'),
        };
        write!(f, "{}/{number}{unit}", self.count)
    }
}

/// How long to wait until the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait(pub Duration);

impl Wait {
    /// In whole seconds, rounded up, as `Retry-After` has it (RFC 9110 section 10.2.3).
    pub fn seconds(self) -> u64 {
        let full = self.0.whole_seconds() + i64::from(self.0.subsec_nanoseconds() > 0);
        full.max(1).unsigned_abs()
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.seconds().div_ceil(60);
        match minutes {
            1 => write!(f, "Try again in a minute."),
            2..=90 => write!(f, "Try again in {minutes} minutes."),
            _ => write!(f, "Try again in {} hours.", minutes.div_ceil(60)),
        }
    }
}

/// What is counted, in so few bytes that they say nothing about it: whoever reads the table does not learn
/// who tried what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 16]);

impl Key {
    /// What `subject` does under this `name`.
    pub fn new(secret: &[u8; 32], name: &str, subject: &str) -> Self {
        let digest = Sha256::new().chain_update(secret);
        let digest = digest.chain_update(name).chain_update([0]).chain_update(subject).finalize();
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        Self(key)
    }

    /// For a table.
    pub fn text(self) -> String {
        BASE64.encode(self.0)
    }
}

/// Buckets in memory, not more than a number of them.
pub struct Buckets {
    all: Mutex<HashMap<Key, (Quota, Time)>>,
    max: usize,
}

impl Buckets {
    /// Room for `max`.
    pub fn new(max: usize) -> Self {
        Self { all: Mutex::default(), max }
    }

    /// Takes one out of each quota, or of none, if one of them is used up.
    pub fn take(&self, wanted: &[(Key, Quota)], now: Time) -> Result<(), Wait> {
        let mut all = self.lock();
        let taken = take_all(wanted, now, |key| all.get(&key).map(|(_, empty_at)| *empty_at))?;
        let quotas = wanted.iter().map(|(_, quota)| *quota);
        all.extend(taken.into_iter().zip(quotas).map(|((key, at), quota)| (key, (quota, at))));
        if all.len() > self.max {
            make_room(&mut all, self.max, now);
        }
        Ok(())
    }

    /// Takes these back.
    pub fn give_back(&self, taken: &[(Key, Quota)]) {
        let mut all = self.lock();
        for (key, quota) in taken {
            if let Some((_, empty_at)) = all.get_mut(key) {
                *empty_at = quota.give_back(*empty_at);
            }
        }
    }

    /// How many are remembered.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, (Quota, Time)>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When these buckets will be empty after one more in each; `find` says when they are now. If one of them
/// is full, nothing is to be taken from any: the longest wait.
pub fn take_all(
    wanted: &[(Key, Quota)], now: Time, find: impl Fn(Key) -> Option<Time>,
) -> Result<Vec<(Key, Time)>, Wait> {
    let mut taken = Vec::with_capacity(wanted.len());
    let mut wait = None;
    for (key, quota) in wanted {
        match quota.take(find(*key), now) {
            Ok(empty_at) => taken.push((*key, empty_at)),
            Err(longer) => wait = wait.max(Some(longer)),
        }
    }
    wait.map_or(Ok(taken), Err)
}

/// Forgets what is empty, and of the others a tenth: the emptiest. Whoever invents networks to make us forget
/// how often they tried has to try as often from each.
fn make_room(all: &mut HashMap<Key, (Quota, Time)>, max: usize, now: Time) {
    all.retain(|_, (_, empty_at)| *empty_at > now);
    let mut left = max / 10;
    if all.len() + left <= max {
        return;
    }
    let mut filled: Vec<f64> = all.values().map(|(quota, at)| quota.filled(*at, now)).collect();
    let (_, least, _) = filled.select_nth_unstable_by(left, f64::total_cmp);
    let least = *least;
    all.retain(|_, (quota, at)| {
        let goes = quota.filled(*at, now) <= least && left > 0;
        left -= usize::from(goes);
        !goes
    });
}
