//! How often mails that anybody can ask for go to one address.

use std::fmt;

use time::Duration;

use super::PLACES;
use crate::clock::Time;
use crate::error::{Error, Result};

/// How many mails of a kind that anybody can ask for go to one address in an hour, and in a day:
/// enough for somebody who lost one, too few to bury a mailbox.
pub const PER_HOUR: usize = 3;
const _: () = assert!(PER_HOUR < PLACES);
/// See [`PER_HOUR`].
pub const PER_DAY: usize = 10;

/// What became of a mail that somebody asked for.
#[must_use = "whoever asked for it is told, or `tell_nobody` says why not"]
pub enum Posted {
    /// It waits to be sent.
    Waits,
    /// It was asked for too often, and will not be sent.
    LeftOut(Again),
}

impl Posted {
    /// For those who must not learn it, because others asked for mails to that address too; and where
    /// no mail was promised.
    pub fn tell_nobody(self) {}

    /// For those who may: [`Error::TooOften`] undoes all of the transaction, and says when to ask again.
    pub fn or_refuse(self) -> Result<()> {
        match self {
            Self::Waits => Ok(()),
            Self::LeftOut(again) => Err(Error::TooOften(again.to_string())),
        }
    }
}

/// When to ask again, as a sentence.
pub struct Again(Duration);

impl Again {
    /// When the limits let more go to an address to which mails of the same kind went at these times, the
    /// last one first; `None` when they do now. The times of a day, and at most [`PER_DAY`] of them, are
    /// enough.
    pub fn after(times: &[Time], now: Time) -> Option<Self> {
        let after = |count: usize, time| times.get(count - 1).map(|oldest| *oldest + time);
        let until = after(PER_HOUR, Duration::HOUR).max(after(PER_DAY, Duration::DAY));
        until.filter(|until| *until > now).map(|until| Self(until - now))
    }
}

impl fmt::Display for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.0.whole_seconds().max(1).unsigned_abs().div_ceil(60);
        match minutes {
            1 => write!(f, "Try again in a minute."),
            2..=90 => write!(f, "Try again in {minutes} minutes."),
            _ => write!(f, "Try again in {} hours.", minutes.div_ceil(60)),
        }
    }
}
