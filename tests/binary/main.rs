//! The real binary, from outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

#[macro_use]
#[path = "../kit/named.rs"]
mod named;
#[cfg_attr(feature = "postgres", expect(dead_code, reason = "the tests of SQLite use the rest"))]
#[path = "../kit/client.rs"]
mod client;
#[path = "../kit/otp.rs"]
mod otp;
#[path = "../kit/server.rs"]
mod server;

mod api;
#[cfg(not(feature = "postgres"))]
mod backup;
mod clients;
#[cfg(target_os = "linux")]
mod clock;
mod commands;
mod dev;
mod doctor;
#[cfg(all(feature = "sqlite", feature = "postgres"))]
mod copy;
mod dotenv;
#[cfg(not(feature = "postgres"))]
mod ended;
mod examples;
mod first_run;
mod health;
mod invitations;
#[cfg(unix)]
mod log_file;
mod mail;
mod mail_server;
mod metrics;
#[cfg(all(feature = "sqlite", feature = "postgres"))]
mod notes;
mod operation;
mod oversize;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(unix)]
mod process;
mod strangers;
mod release;
mod second_factor;
mod secrets;
mod seed;
mod serving;
mod slow;
mod smuggling;
mod terminal;
mod tokens;
#[cfg(not(feature = "postgres"))]
mod writing;

/// Changes rows behind the program's back.
#[cfg(not(feature = "postgres"))]
fn edit_rows(dir: &std::path::Path, sql: &str) {
    use diesel::Connection as _;
    use diesel::connection::SimpleConnection as _;
    let path = dir.join(named!("data/" @ ".db"));
    let mut conn = diesel::SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
    conn.batch_execute(sql).unwrap();
}
