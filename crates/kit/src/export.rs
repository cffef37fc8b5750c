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
