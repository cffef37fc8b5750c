//! The pages of the servers that the app is compared with: of the same structure and size as the app's.

mod notes;

use std::env;
use std::time::Duration;

use askama::Template;
use askama::filters::Safe;
use time::{OffsetDateTime, PrimitiveDateTime};

pub use self::notes::{Note, Notes};

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

/// Where the page is that is only for who is logged in.
pub const PROTECTED: &str = "/account/appearance";

const NAME: &str = "Example";

/// What the page offers, and its words for it.
const THEMES: &[(&str, &str)] = &[("system", "System"), ("light", "Light"), ("dark", "Dark")];

/// A page with a name.
struct Place {
    shelf: Shelf,
    path: &'static str,
    name: &'static str,
    icon: &'static str,
}

/// Where a place is offered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shelf {
    /// In the side bar.
    Main,
    /// There, for administrators.
    Admins,
    /// In the person's menu, and among the account's pages.
    Person,
    /// Among the account's pages.
    Account,
    /// The same, for whoever may invite.
    Invitations,
}

const PLACES: &[Place] = &[
    place(Shelf::Main, "/dashboard", "Dashboard", "home"),
    place(Shelf::Main, "/notes", "Notes", "note"),
    place(Shelf::Admins, "/admin", "Administration", "shield"),
    place(Shelf::Person, "/account", "Profile", "person"),
    place(Shelf::Person, "/account/security", "Security", "shield"),
    place(Shelf::Person, PROTECTED, "Appearance", "contrast"),
    place(Shelf::Person, "/account/tokens", "API tokens", "key"),
    place(Shelf::Invitations, "/account/invitations", "Invitations", "people"),
    place(Shelf::Account, "/account/data", "Your data", "data"),
];

const fn place(shelf: Shelf, path: &'static str, name: &'static str, icon: &'static str) -> Place {
    Place { shelf, path, name, icon }
}

fn places(shelf: Shelf) -> impl Iterator<Item = &'static Place> {
    PLACES.iter().filter(move |place| place.shelf == shelf)
}

/// Somebody with an account.
pub struct User {
    pub email: String,
    pub name: String,
    /// Whether they run the place, and can be reached.
    pub is_admin: bool,
}

impl User {
    fn initials(&self) -> String {
        let mut words = self.name.split_whitespace().filter_map(|word| word.chars().next());
        let (first, last) = (words.next(), words.next_back());
        first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
    }

    fn color(&self) -> u32 {
        self.name.chars().map(u32::from).fold(0, u32::wrapping_add) % 8
    }
}

/// What the layout needs.
struct Page {
    user: User,
    path: &'static str,
    theme: &'static str,
    /// What the addresses of static files end with.
    version: &'static str,
}

impl Page {
    /// The page at `path`, seen by `user`.
    fn new(path: &'static str, user: User) -> Self {
        Self { user, path, theme: "system", version: "0123456789ab" }
    }

    fn asset(&self, name: &str) -> String {
        format!("/static/{name}?v={}", self.version)
    }

    fn icon(&self, name: &str) -> Safe<String> {
        let sprite = self.asset("icons.svg");
        Safe(format!(
            r#"<svg class="icon" width="20" viewBox="0 0 24 24" aria-hidden="true"><use href="{sprite}#{name}"/></svg>"#
        ))
    }

    fn is_under(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The side bar.
    fn side(&self) -> impl Iterator<Item = &'static Place> {
        PLACES.iter().filter(|place| {
            place.shelf == Shelf::Main || (place.shelf == Shelf::Admins && self.user.is_admin)
        })
    }

    /// The account's pages.
    fn tabs(&self) -> impl Iterator<Item = &'static Place> {
        PLACES.iter().filter(|place| match place.shelf {
            Shelf::Person | Shelf::Account => true,
            Shelf::Invitations => self.user.is_admin,
            Shelf::Main | Shelf::Admins => false,
        })
    }

    fn here(&self) -> Option<&'static Place> {
        PLACES.iter().find(|place| place.path == self.path)
    }
}

/// The page that is only for who is logged in: it shows nothing but the layout and a form.
#[derive(Template)]
#[template(path = "protected.html")]
pub struct Protected {
    page: Page,
}

impl Protected {
    /// The page, seen by `user`.
    pub fn new(user: User) -> Self {
        Self { page: Page::new(PROTECTED, user) }
    }
}

/// The time, in UTC, to the second.
pub fn now() -> PrimitiveDateTime {
    let now = OffsetDateTime::now_utc();
    PrimitiveDateTime::new(now.date(), now.time().truncate_to_second())
}
