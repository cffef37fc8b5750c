//! All of a `SQLite` database into an empty `PostgreSQL` database. It knows no table.

#[cfg(all(feature = "sqlite", feature = "postgres"))]
mod both;
#[cfg(all(feature = "sqlite", feature = "postgres"))]
mod compare;
#[cfg(all(feature = "sqlite", feature = "postgres"))]
mod table;

use std::fmt;

/// A table that was copied. As text, both on a line.
pub struct Copied {
    /// Its name.
    pub table: String,
    /// How many rows it has, in both databases.
    pub rows: u64,
}

impl fmt::Display for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:9} rows of {}", self.rows, self.table)
    }
}

#[cfg(all(feature = "sqlite", feature = "postgres"))]
pub use self::both::copy;

/// Only a build with the features `sqlite` and `postgres` knows both databases.
///
/// # Errors
/// Always: how to build the program that can.
#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
pub fn copy(
    _: &str, _: &str, _: fn() -> diesel_migrations::EmbeddedMigrations,
) -> crate::Result<Vec<Copied>, String> {
    Err("This program knows one kind of database: `cargo build --release --all-features` builds the one \
         that copies."
        .to_owned())
}
