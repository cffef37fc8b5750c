//! The library by itself: users in memory, no database, no pages.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod any_input;
mod cache;
mod cookies;
mod features;
mod forger;
mod forgeries;
mod guards;
mod inputs;
mod keys;
mod misuse;
mod names;
mod next;
mod pairs;
mod parser;
mod parsers;
mod promises;
mod scopes;
mod site;
mod ways;
