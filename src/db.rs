//! The only way to the database: `Db::look_up` for what is found by its key, on the thread that serves the
//! request; `Db::run` for all else that reads, away from it; `Db::write` to write. How they get there is in
//! the library `database`.

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use serde_json::Value;

use crate::error::Error;
pub use database::{
    Backend, Connection, Decimal, Named, Reference, choice, choices, copy_of, hold_name,
    hold_table, in_order, lower, model, named_by, unless_duplicate,
};

#[cfg(feature = "postgres")]
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");
#[cfg(not(feature = "postgres"))]
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// The connections. Cheap to clone; an argument of handlers.
pub type Db = database::Db<Error>;

/// Copies what a table holds of one user, for them.
pub type Export = fn(&mut Connection, i64) -> Result<Value, Error>;

/// Opens the database with up to `connections` at a time. The error is a sentence that says what to do.
pub fn connect(url: &str, connections: u32) -> Result<Db, String> {
    Db::connect(url, connections, || MIGRATIONS)
}
