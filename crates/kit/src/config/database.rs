//! Which database.

use std::path::Path;

use super::{Reader, Secret};

impl Reader<'_> {
    /// `DATABASE_URL`: a file for `SQLite`, an address for `PostgreSQL`. Other tools have other
    /// forms; taken for the name of a file, they would open an empty database without a word.
    pub fn database_url(&mut self, for_postgres: bool, default: &str) -> Secret {
        let name = "DATABASE_URL";
        let value = self.text(name).unwrap_or_else(|| default.to_owned());
        let refusal = if for_postgres {
            let rule = "must begin with postgres:// or postgresql://: this program was built for \
                        PostgreSQL";
            let is_right = ["postgres://", "postgresql://"].iter().any(|s| value.starts_with(s));
            (!is_right).then(|| (rule, default.to_owned()))
        } else {
            let rule = "must be a file: this program was built for SQLite (see the README for \
                        PostgreSQL)";
            (!is_file(&value))
                .then(|| (rule, file_meant_by(&value).unwrap_or_else(|| default.to_owned())))
        };
        if let Some((rule, example)) = refusal {
            // It may hold a password.
            self.problem(name, "(hidden)", rule, &example);
        }
        Secret(value)
    }
}

/// Whether this is the name of a file, and nothing that means more to `SQLite` or to another tool:
/// an address (`sqlite:`, `file:`, `jdbc:`, `:memory:`) or keywords (`host=`, `Data Source=`).
fn is_file(value: &str) -> bool {
    let first = value.split(['/', '\\']).next().unwrap_or_default();
    // One letter is a drive of Windows.
    let is_address = first.find(':').is_some_and(|colon| colon != 1);
    !is_address && !first.contains('=') && !value.contains('?') && !Path::new(value).is_dir()
}

/// The file that another tool's address of an `SQLite` database names, to be shown. Other addresses
/// may hold a password.
fn file_meant_by(value: &str) -> Option<String> {
    let path = value.strip_prefix("jdbc:").unwrap_or(value);
    let path = path.split_once(':').filter(|(scheme, _)| {
        ["sqlite", "sqlite3", "file"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    });
    let path = path.map_or("", |(_, path)| path.split(['?', '#']).next().unwrap_or_default());
    let path = path.strip_prefix("//").unwrap_or(path);
    // To some tools three slashes begin a relative path and four an absolute one; nobody keeps a
    // database in the root.
    let rest = path.strip_prefix('/');
    let path = rest.filter(|rest| rest.starts_with('/') || !rest.contains('/')).unwrap_or(path);
    let is_shown = !path.is_empty() && !path.contains('@') && is_file(path);
    is_shown.then(|| path.to_owned())
}
