//! The time. Everything that asks for it asks a [`Clock`], so that a test can move it.

use std::sync::{Arc, Mutex, PoisonError};

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime};

/// A time, in UTC, to the second: as tables of every database hold it.
pub type Time = PrimitiveDateTime;

/// Where the time comes from. Times are UTC, to the second.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that moves only when told to.
    Fixed(Arc<Mutex<PrimitiveDateTime>>),
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn fixed(now: PrimitiveDateTime) -> Self {
        Self::Fixed(Arc::new(Mutex::new(now)))
    }

    /// The time, in UTC, without fractions of a second.
    pub fn now(&self) -> PrimitiveDateTime {
        match self {
            Self::System => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "this is the one place that reads it"
                )]
                let now = OffsetDateTime::now_utc();
                PrimitiveDateTime::new(now.date(), now.time().truncate_to_second())
            }
            Self::Fixed(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Seconds since 1970, as JSON Web Tokens count them (RFC 7519 section 2, `NumericDate`).
    pub fn timestamp(&self) -> i64 {
        self.now().assume_utc().unix_timestamp()
    }

    /// Moves a fixed clock; the machine's clock stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Self::Fixed(now) = self {
            *now.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }
}

/// How far clocks may differ, or one may be set back, without any consequence. As far as for the times in
/// tokens (`actix-login`).
pub const LEEWAY: Duration = Duration::seconds(5);

/// Whether what lives for `lifetime` and ends then is over; also when it has longer to live than that: it
/// was made while the clock was ahead, and would outlive its time by as much as the clock was set back.
pub fn is_over(ends_at: Time, lifetime: Duration, now: Time) -> bool {
    now >= ends_at || ends_at - now > lifetime + LEEWAY
}

/// A time to live, for people: "30 minutes", "an hour", "7 days".
pub fn span(time: Duration) -> String {
    match time.whole_minutes() {
        60 => "an hour".to_owned(),
        minutes @ ..60 => format!("{minutes} minutes"),
        minutes @ 61..2880 => format!("{} hours", minutes / 60),
        minutes => format!("{} days", minutes / 1440),
    }
}

/// A time as people read it.
pub fn readable(time: &PrimitiveDateTime) -> String {
    time.format(format_description!(
        "[day padding:none] [month repr:long] [year], [hour]:[minute] UTC"
    ))
    .unwrap_or_else(|_| time.to_string())
}

/// A day as people read it.
pub fn day(date: Date) -> String {
    date.format(format_description!("[weekday], [day padding:none] [month repr:long] [year]"))
        .unwrap_or_else(|_| date.to_string())
}

/// A time as programs read it (RFC 3339).
pub fn rfc3339<S: serde::Serializer>(
    time: &PrimitiveDateTime, serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_rfc3339(time))
}

/// A time as programs read it, as a text.
pub fn to_rfc3339(time: &PrimitiveDateTime) -> String {
    time.assume_utc().format(&Rfc3339).unwrap_or_else(|_| time.to_string())
}

/// A time for people as an element of a page. Where a script runs it is told in the reader's zone, and the
/// exact one to who points at it. Digits and our own words: nothing in it has to be escaped.
pub fn when(time: &PrimitiveDateTime) -> String {
    element(time, &readable(time))
}

/// The same for a time not long ago: "5 minutes ago".
pub fn ago(time: &PrimitiveDateTime, now: &PrimitiveDateTime) -> String {
    let passed = *now - *time;
    let (count, unit) = if passed < Duration::MINUTE {
        return element(time, "just now");
    } else if passed < Duration::HOUR {
        (passed.whole_minutes(), "minute")
    } else if passed < Duration::DAY {
        (passed.whole_hours(), "hour")
    } else if passed < Duration::WEEK {
        (passed.whole_days(), "day")
    } else {
        return when(time);
    };
    element(time, &format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" }))
}

fn element(time: &PrimitiveDateTime, text: &str) -> String {
    let machine = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    let machine = time.format(machine).unwrap_or_else(|_| time.to_string());
    format!(r#"<time datetime="{machine}">{text}</time>"#)
}
