//! Times on pages: the kit's elements, in which nothing has to be escaped.

use askama::filters::Safe;
use kit::clock;
use time::PrimitiveDateTime;

/// A time for people, with the exact one for who points at it.
pub fn when(time: &PrimitiveDateTime) -> Safe<String> {
    Safe(clock::when(time))
}

/// The same for a time not long ago: "5 minutes ago".
pub fn ago(time: &PrimitiveDateTime, now: &PrimitiveDateTime) -> Safe<String> {
    Safe(clock::ago(time, now))
}
