//! How often mails that anybody can ask for go to one address.

use time::Duration;

use super::PLACES;
use crate::clock::Time;
use crate::error::{Error, Result};
use crate::limit::Wait;

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
    LeftOut(Wait),
}

impl Posted {
    /// For those who must not learn it, because others asked for mails to that address too; and where
    /// no mail was promised.
    pub fn tell_nobody(self) {}

    /// For those who may: [`Error::TooOften`] undoes all of the transaction, and says when to ask again.
    pub fn or_refuse(self) -> Result<()> {
        match self {
            Self::Waits => Ok(()),
            Self::LeftOut(wait) => Err(Error::TooOften(wait)),
        }
    }
}

/// How long to wait until the limits let more go to an address to which mails of the same kind went at these
/// times, the last one first; `None` when they do now. The times of a day, and at most [`PER_DAY`] of them,
/// are enough.
pub fn wait_after(times: &[Time], now: Time) -> Option<Wait> {
    let after = |count: usize, time| times.get(count - 1).map(|oldest| *oldest + time);
    let until = after(PER_HOUR, Duration::HOUR).max(after(PER_DAY, Duration::DAY));
    until.filter(|until| *until > now).map(|until| Wait(until - now))
}
