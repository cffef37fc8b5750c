//! Times on pages.

use std::fmt;

use askama::filters::HtmlSafe;
use kit::clock::readable;
use time::macros::format_description;
use time::{Duration, PrimitiveDateTime};

/// A time for people, with the exact one for who points at it.
pub fn when(time: &PrimitiveDateTime) -> When {
    When { text: readable(time), time: *time }
}

/// The same for a time not long ago: "5 minutes ago".
pub fn ago(time: &PrimitiveDateTime, now: &PrimitiveDateTime) -> When {
    let passed = *now - *time;
    let some =
        |count: i64, unit: &str| format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" });
    let text = if passed < Duration::MINUTE {
        "just now".to_owned()
    } else if passed < Duration::HOUR {
        some(passed.whole_minutes(), "minute")
    } else if passed < Duration::DAY {
        some(passed.whole_hours(), "hour")
    } else if passed < Duration::WEEK {
        some(passed.whole_days(), "day")
    } else {
        readable(time)
    };
    When { text, time: *time }
}

/// A `<time>` element.
pub struct When {
    text: String,
    time: PrimitiveDateTime,
}

/// Digits and our own words: nothing to be escaped.
impl HtmlSafe for When {}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
        let exact = self.time.format(exact).map_err(|_| fmt::Error)?;
        let machine = exact.replace(' ', "T");
        write!(f, r#"<time datetime="{machine}Z" title="{exact} UTC">{}</time>"#, self.text)
    }
}
