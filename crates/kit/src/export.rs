//! A copy of what is stored, for the person that it is about: rows as JSON.

use serde_json::{Value, json};
use time::PrimitiveDateTime;

use crate::clock::to_rfc3339;

/// A column as JSON.
pub trait Exported {
    /// Its value.
    fn exported(&self) -> Value;
}

impl Exported for String {
    fn exported(&self) -> Value {
        json!(self)
    }
}

impl Exported for i64 {
    fn exported(&self) -> Value {
        json!(self)
    }
}

impl Exported for bool {
    fn exported(&self) -> Value {
        json!(self)
    }
}

impl Exported for PrimitiveDateTime {
    fn exported(&self) -> Value {
        json!(to_rfc3339(self))
    }
}

impl<T: Exported> Exported for Option<T> {
    fn exported(&self) -> Value {
        self.as_ref().map_or(Value::Null, Exported::exported)
    }
}

/// A function that copies what a table holds of one user: the rows of type `$row` whose `$owner` they are,
/// with these columns, the newest first. `copy_of!(notes.user_id, Note; title, body)`. (Diesel is the application's.)
#[macro_export]
macro_rules! copy_of {
    ($table:ident . $owner:ident, $row:ty; $($field:ident),+ $(,)?) => {
        |conn, user_id| {
            let own = $table::table.filter($table::$owner.eq(user_id));
            let own = own.order($table::id.desc()).select(<$row>::as_select());
            let rows: Vec<$row> = own.load(conn)?;
            Ok(rows.iter().map(|row| $crate::export!(row; $($field),+)).collect())
        }
    };
}

/// A row as an object with these of its fields, and no others: what is added to a table later is secret
/// until it is named. `export!(user; id, email)`.
#[macro_export]
macro_rules! export {
    ($row:expr; $($field:ident),+ $(,)?) => {
        serde_json::Value::Object(serde_json::Map::from_iter([
            $((stringify!($field).to_owned(), $crate::export::Exported::exported(&$row.$field))),+
        ]))
    };
}
