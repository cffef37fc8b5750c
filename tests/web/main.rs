//! The whole app in process, as people use it. [`browser`] is the kit.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

#[macro_use]
#[path = "../kit/named.rs"]
mod named;
// The layout in `templates/` asks its own crate for them.
use app::{brand, web};

mod browser;
mod database;
mod operator;
#[cfg(feature = "passkeys")]
mod device;
#[cfg(feature = "oidc")]
mod other_site;
#[path = "../kit/otp.rs"]
mod otp;
mod phone;
mod program;
#[expect(dead_code, reason = "the tests of the binary use the rest")]
#[path = "../kit/server.rs"]
mod server;
mod models;
mod described;
mod tables;
mod statements;
mod slow_post;

mod account;
mod activity;
mod admin;
mod addresses;
mod administrators;
mod api;
mod api_tokens;
mod appearance;
mod cookie_octets;
mod at_once;
mod cookies;
mod data;
mod deception;
mod dev;
mod docs;
mod doors;
mod email;
mod enumeration;
mod errors;
mod events;
mod faults;
mod every_event;
mod flash;
#[path = "../../crates/actix-login/tests/login/forger.rs"]
mod forger;
mod forgeries;
mod forms;
mod guards;
mod drawn;
mod kept;
mod health;
mod invalidation;
mod invitations;
mod links;
mod lifetimes;
mod limits;
mod locked;
mod login;
mod login_link;
mod refusals;
mod lookups;
mod mail;
mod migrations;
mod negotiation;
mod next;
mod origins;
mod outbox;
mod papers;
#[cfg(feature = "passkeys")]
mod passkeys;
mod passwords;
#[cfg(feature = "oidc")]
mod providers;
mod peers;
mod programs;
mod public;
mod purge;
mod queries;
mod refused_forms;
mod register;
mod reset;
mod rights;
mod second_factor;
mod sessions;
mod settings;
mod setup;
mod slashes;
mod static_files;
mod sudo;
mod token_endpoint;
mod tokens;
mod twice;
mod typed_address;
mod turns;
mod well_known;

// Of your features.
mod notes;
// Of ours.
