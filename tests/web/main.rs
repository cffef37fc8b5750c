//! The whole app in process, as people use it. [`browser`] is the kit.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod browser;
mod database;

mod account;
mod cookies;
mod errors;
mod guards;
mod login;
mod next;
mod notes;
mod origins;
mod passwords;
mod public;
mod sessions;
mod settings;
mod setup;
mod static_files;
mod tokens;
