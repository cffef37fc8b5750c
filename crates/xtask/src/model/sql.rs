//! A model's table.

use super::Model;
use crate::field::Field;

impl Model {
    /// How wide the names of columns are, so that their types stand below each other.
    pub fn sql_pad(&self, name: &str) -> String {
        let widest =
            self.fields.iter().map(|field| field.name.len()).max().unwrap_or_default().max(10);
        format!("{name:widest$}")
    }

    pub fn sql_id(&self, postgres: bool) -> String {
        let kind = if postgres {
            "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
        } else {
            "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"
        };
        format!("{} {kind}", self.sql_pad("id"))
    }

    /// Whose it is, and goes with them. What administrators share stays when the one who made it leaves.
    pub fn sql_user(&self, postgres: bool) -> String {
        let kind = if postgres { "BIGINT" } else { "INTEGER" };
        let (is_there, at_the_end) =
            if self.is_admin() { ("", "SET NULL") } else { (" NOT NULL", "CASCADE") };
        format!(
            "{} {kind}{is_there} REFERENCES users (id) ON DELETE {at_the_end}",
            self.sql_pad("user_id")
        )
    }

    pub fn sql_column(&self, field: &Field, postgres: bool) -> String {
        let named = if field.is_reference() && self.is_admin() {
            format!(" REFERENCES {} (id) ON DELETE CASCADE", field.table())
        } else {
            String::new()
        };
        format!("{} {}{named}", self.sql_pad(&field.name), field.sql(postgres))
    }
}
