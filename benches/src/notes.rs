//! A page of notes, of the same structure and size as the app's.

use askama::Template;
use askama::filters::Safe;
use time::PrimitiveDateTime;
use time::macros::format_description;

use crate::{Page, User, now};

/// A note in the list.
pub struct Note {
    pub id: i64,
    pub title: String,
    pub body: String,
    pub created_at: PrimitiveDateTime,
}

impl Note {
    fn excerpt(&self) -> &str {
        self.body.lines().next().unwrap_or_default()
    }
}

/// A page of notes.
#[derive(Template)]
#[template(path = "notes.html")]
pub struct Notes {
    page: Page,
    list: Vec<Note>,
    now: PrimitiveDateTime,
}

impl Notes {
    /// The page, seen by `user`.
    pub fn new(user: User, list: Vec<Note>) -> Self {
        Self { page: Page::new("/notes", user), list, now: now() }
    }
}

/// A time not long ago, as the app shows it: "5 minutes ago".
fn ago(time: &PrimitiveDateTime, now: &PrimitiveDateTime) -> Safe<String> {
    let passed = *now - *time;
    let text = match (passed.whole_days(), passed.whole_hours(), passed.whole_minutes()) {
        (0, 0, 0) => "just now".to_owned(),
        (0, 0, minutes) => counted(minutes, "minute"),
        (0, hours, _) => counted(hours, "hour"),
        (days, ..) => counted(days, "day"),
    };
    let machine = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    let machine = time.format(machine).unwrap_or_default();
    Safe(format!(r#"<time datetime="{machine}">{text}</time>"#))
}

fn counted(count: i64, unit: &str) -> String {
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}
