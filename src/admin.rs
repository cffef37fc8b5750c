//! The administrators' pages: people, what happened, mails that were not sent, and how the place is.

mod health;
mod log;
mod outbox;
mod people;
mod words;

use crate::feature::{Place, Shelf};
use crate::web::Feature;

const HOME: &str = "/admin";

pub const FEATURE: Feature = Feature {
    places: &[
        Place { path: HOME, name: "Administration", icon: "shield", shelf: Shelf::Admins },
        within("/admin/people", "People", "people"),
        within("/admin/log", "Audit log", "clock"),
        within("/admin/outbox", "Outbox", "mailed"),
    ],
    ..Feature::pages(|config| {
        health::routes(config);
        people::routes(config);
        log::routes(config);
        outbox::routes(config);
    })
};

const fn within(path: &'static str, name: &'static str, icon: &'static str) -> Place {
    Place { path, name, icon, shelf: Shelf::Within(HOME) }
}
