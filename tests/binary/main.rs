//! The real binary, from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

#[path = "../kit/client.rs"]
mod client;
#[path = "../kit/server.rs"]
mod server;

mod commands;
mod first_run;
mod operation;
mod quickstart;
