//! A real Chromium, driven through chromedriver. `scripts/check` installs both and runs these.

// The program is the same with PostgreSQL, and what a browser shows of it.
#![cfg(not(feature = "postgres"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

#[macro_use]
#[path = "../kit/named.rs"]
mod named;
mod driver;
#[path = "../kit/otp.rs"]
mod otp;
#[expect(dead_code, reason = "the tests of the binary use the rest")]
#[path = "../kit/server.rs"]
mod server;

mod api;
mod attacks;
mod forms;
mod invitations;
mod journey;
mod notes;
mod patience;
#[cfg(feature = "passkeys")]
mod passkeys;
#[cfg(feature = "oidc")]
mod providers;
mod registration;
mod rows;
mod second_factor;
mod tokens;
