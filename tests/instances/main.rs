//! Two instances on one `PostgreSQL` behind nginx, and `PostgreSQL` in trouble. `scripts/check --all` installs
//! both and runs these.

#![cfg(feature = "postgres")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

#[macro_use]
#[path = "../kit/named.rs"]
mod named;
#[expect(dead_code, reason = "the tests of the binary use the rest")]
#[path = "../kit/client.rs"]
mod client;
#[expect(dead_code, reason = "the tests in process use the rest")]
#[path = "../web/database.rs"]
mod database;
#[expect(dead_code, reason = "the tests of the binary use the rest")]
#[path = "../kit/server.rs"]
mod server;

mod cluster;
mod instance;
mod nginx;
mod post;
mod wire;

mod api;
mod mails;
mod restarts;
mod round_trips;
mod together;
mod trouble;
