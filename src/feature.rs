//! What a feature is: its routes, and what else the rest of the program has to know of it. One value
//! each, which `app.rs` lists.

use actix_login::{ScopeInfo, Scopes};
use actix_web::web::ServiceConfig;
use database::Purge;
use diesel::QueryResult;
use kit::Time;
use time::Duration;
use utoipa::openapi::OpenApi;

use crate::db::{Connection, Export};
use crate::error::{Error, Result};

/// How long what was deleted can be brought back: a page offers it for ten seconds where a script takes the
/// offer away, and for a minute where none does.
pub const UNDO: Duration = Duration::MINUTE;

#[derive(Clone, Copy)]
pub struct Feature {
    pub routes: fn(&mut ServiceConfig),
    /// The same for programs.
    pub api_routes: fn(&mut ServiceConfig),
    pub describe: Option<fn() -> OpenApi>,
    /// What tokens can be good for here.
    pub scopes: &'static [ScopeInfo],
    /// Its tables with a `user_id`, for a copy of somebody's data. `tests/web/data.rs` fails for one
    /// that is missing.
    pub exports: &'static [(&'static str, Export)],
    /// What of its tables is deleted for good, and when.
    pub purges: &'static [Purge],
    /// Its rows that name one of another feature, which stays as long as they do.
    pub references: &'static [Reference],
    /// Its pages that have a name of their own.
    pub places: &'static [Place],
    /// What the dashboard counts.
    pub figures: &'static [Figure],
    /// What the dashboard lists.
    pub newest: Option<Newest>,
    /// Makes a few rows for somebody to look at.
    pub samples: Option<Samples>,
}

/// Makes rows of this user; how many. None, if there is nothing yet that they could name.
pub type Samples = fn(&mut Connection, i64) -> Result<usize>;

/// Rows of a feature that name one of another.
#[derive(Clone, Copy)]
pub struct Reference {
    /// As people call them: "invoices".
    pub from: &'static str,
    /// The table of the other feature.
    pub to: &'static str,
    /// Whether one of them names this row, or will when it is brought back. [`database::named_by!`] makes it.
    pub name: fn(&mut Connection, i64, Time) -> QueryResult<bool>,
}

/// A page with a name: the same one in the navigation, in the person's menu and above the page.
#[derive(Clone, Copy)]
pub struct Place {
    pub path: &'static str,
    pub name: &'static str,
    /// One of `static/icons.svg`.
    pub icon: &'static str,
    pub shelf: Shelf,
}

/// Where a place is offered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
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
    /// On the page of the place with this path.
    Within(&'static str),
}

/// A number on the dashboard.
#[derive(Clone, Copy)]
pub struct Figure {
    pub name: &'static str,
    pub path: &'static str,
    pub count: fn(&mut Connection, i64) -> QueryResult<i64>,
    /// The first step of somebody new, done when there is one: what to do, and what for.
    pub first_step: Option<(&'static str, &'static str)>,
}

/// The newest of something, on the dashboard.
#[derive(Clone, Copy)]
pub struct Newest {
    pub title: &'static str,
    pub place: Place,
    pub rows: fn(&mut Connection, i64) -> QueryResult<Vec<Row>>,
    /// What is said while there is none.
    pub none: (&'static str, &'static str),
    /// Where one is made.
    pub new: (&'static str, &'static str),
}

/// One of them.
pub struct Row {
    pub path: String,
    pub title: String,
    pub created_at: Time,
}

impl Feature {
    /// Pages, and nothing else.
    pub const fn pages(routes: fn(&mut ServiceConfig)) -> Self {
        Self {
            routes,
            api_routes: |_| (),
            describe: None,
            scopes: &[],
            exports: &[],
            purges: &[],
            references: &[],
            places: &[],
            figures: &[],
            newest: None,
            samples: None,
        }
    }
}

#[derive(Clone, Copy)]
pub struct Features(pub &'static [Feature]);

impl Features {
    /// Adds the routes of all of them, for people and for programs.
    pub fn configure(self, config: &mut ServiceConfig) {
        for feature in self.0 {
            config.configure(feature.routes).configure(feature.api_routes);
        }
    }

    /// Every scope, of which `default` is what a token holds that was asked for without naming any.
    pub fn scopes(self, default: &'static str) -> Scopes {
        Scopes::new(self.0.iter().flat_map(|feature| feature.scopes).copied(), default)
    }

    /// Every table that holds something of users.
    pub fn exports(self) -> impl Iterator<Item = (&'static str, Export)> {
        self.0.iter().flat_map(|feature| feature.exports).copied()
    }

    /// The descriptions of their APIs.
    pub fn descriptions(self) -> impl Iterator<Item = OpenApi> {
        self.0.iter().filter_map(|feature| feature.describe).map(|describe| describe())
    }

    /// What is deleted for good of their tables, and when.
    pub fn purges(self) -> impl Iterator<Item = Purge> {
        self.0.iter().flat_map(|feature| feature.purges).copied()
    }

    /// Lets a row go, if no other one names it: [`Error::InUse`].
    pub fn let_go(self, table: &str, id: i64, now: Time, conn: &mut Connection) -> Result<()> {
        let references = self.0.iter().flat_map(|feature| feature.references);
        for reference in references.filter(|reference| reference.to == table) {
            if (reference.name)(conn, id, now)? {
                return Err(Error::InUse(reference.from));
            }
        }
        Ok(())
    }

    pub fn places(self) -> impl Iterator<Item = &'static Place> {
        self.0.iter().flat_map(|feature| feature.places)
    }

    pub fn figures(self) -> impl Iterator<Item = &'static Figure> {
        self.0.iter().flat_map(|feature| feature.figures)
    }

    pub fn samples(self) -> impl Iterator<Item = Samples> {
        self.0.iter().filter_map(|feature| feature.samples)
    }

    pub fn newest(self) -> impl Iterator<Item = &'static Newest> {
        self.0.iter().filter_map(|feature| feature.newest.as_ref())
    }
}
