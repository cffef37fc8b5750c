//! A copy of the whole database.

use std::path::Path;

use super::{Db, Failure};

impl<E: Failure> Db<E> {
    /// Copies a `SQLite` database as it is at one moment into a new file, which this user alone may read
    /// (0600); returns a sentence with the number of its bytes. Others read and write meanwhile. Refuses a
    /// file that exists, a database without tables, and `PostgreSQL`, which has a program for this. The error
    /// is a sentence.
    pub fn backup(&self, file: &Path) -> Result<String, String> {
        let bytes = self.place.backup(file)?;
        Ok(format!("{} holds the whole database in {bytes} bytes.", file.display()))
    }
}
