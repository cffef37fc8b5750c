//! The pages of the servers that the app is compared with: of the same structure and size as the app's.

use std::env;
use std::time::Duration;

use askama::Template;
use askama::filters::Safe;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

/// How long a connection waits for the next request, as with the app behind a proxy.
pub const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The account that the servers make for the bench.
pub const EMAIL: &str = "ada@example.com";
/// Its password.
pub const PASSWORD: &str = "correct horse battery";

/// The port to listen on: `PORT`.
///
/// # Panics
/// Without one.
pub fn port() -> u16 {
    env::var("PORT").ok().and_then(|port| port.parse().ok()).expect("PORT is a number")
}

/// Somebody with an account.
#[derive(Clone)]
pub struct User {
    pub email: String,
    pub name: String,
    pub is_verified: bool,
}

/// A message of the page before.
pub struct Flash {
    pub category: &'static str,
    pub text: String,
}

/// What the layout needs.
pub struct Page {
    pub user: Option<User>,
    pub flash: Option<Flash>,
    pub path: String,
    pub has_mailbox: bool,
    /// What the addresses of static files end with.
    version: &'static str,
}

impl Page {
    /// The page at `path`, seen by `user`.
    pub fn new(path: &str, user: User) -> Self {
        let (path, version) = (path.to_owned(), "0123456789ab");
        Self { user: Some(user), flash: None, path, has_mailbox: false, version }
    }

    fn asset(&self, name: &str) -> String {
        format!("/static/{name}?v={}", self.version)
    }

    fn is_under(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// A log-in, as the dashboard shows it.
pub struct LogIn {
    pub created_at: PrimitiveDateTime,
    pub device: String,
    pub ip_address: String,
    pub expires_at: PrimitiveDateTime,
}

/// The dashboard.
#[derive(Template)]
#[template(path = "dashboard.html")]
pub struct Dashboard {
    pub page: Page,
    pub user: User,
    pub session: LogIn,
}

/// A note in the list.
pub struct Note {
    pub id: i64,
    pub title: String,
    pub created_at: PrimitiveDateTime,
}

/// A page of notes.
#[derive(Template)]
#[template(path = "notes.html")]
pub struct Notes {
    pub page: Page,
    pub notes: Vec<Note>,
}

fn when(time: &PrimitiveDateTime) -> Safe<String> {
    let readable =
        format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");
    let exact = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    let machine = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
    let [text, title, machine] = [time.format(readable), time.format(exact), time.format(machine)]
        .map(Result::unwrap_or_default);
    Safe(format!(r#"<time datetime="{machine}Z" title="{title} UTC">{text}</time>"#))
}

/// The browser and the system that a user agent names.
pub fn device(user_agent: &str) -> String {
    let named =
        |names: &[&'static str]| names.iter().copied().find(|name| user_agent.contains(name));
    let browser = named(&["Firefox", "Chrome", "Safari"]).unwrap_or("A program");
    named(&["Android", "Windows", "Mac OS", "Linux"])
        .map_or_else(|| browser.to_owned(), |system| format!("{browser} on {system}"))
}

/// The time, in UTC, to the second.
pub fn now() -> PrimitiveDateTime {
    let now = OffsetDateTime::now_utc();
    PrimitiveDateTime::new(now.date(), now.time().truncate_to_second())
}
