//! A field's types: in Rust, in Diesel's tables and in SQL.

use super::Field;
use crate::kind::Kind;

impl Field {
    /// The kind of field, in Rust.
    pub fn rust(&self) -> String {
        let least = i32::from(!self.is_optional);
        let kind = match &self.kind {
            Kind::Line => return format!("Line<{least}, 100>"),
            Kind::Text => return format!("Text<{least}, 5000>"),
            Kind::Integer(None) => "i64".to_owned(),
            Kind::Integer(Some((min, max))) => format!("Integer<{min}, {max}>"),
            Kind::Decimal(places) => format!("Decimal<{places}>"),
            Kind::Bool => "bool".to_owned(),
            Kind::Date => "Date".to_owned(),
            Kind::DateTime => "Time".to_owned(),
            Kind::Email => "EmailAddress".to_owned(),
            Kind::Url => "WebAddress".to_owned(),
            Kind::Choice(_) => self.type_name.clone(),
            Kind::Reference(_) => format!("Reference<{}>", self.type_name),
        };
        if self.is_optional { format!("Option<{kind}>") } else { kind }
    }

    /// Whether the column can be NULL. A text that is left empty is an empty one.
    pub(super) fn is_nullable(&self) -> bool {
        self.is_optional && !self.is_searched()
    }

    /// The column, in `src/schema.rs`.
    pub fn diesel(&self) -> String {
        let column = match self.kind {
            Kind::Line | Kind::Text | Kind::Email | Kind::Url | Kind::Choice(_) => "Text",
            Kind::Integer(_) | Kind::Decimal(_) | Kind::Reference(_) => "BigInt",
            Kind::Bool => "Bool",
            Kind::Date => "Date",
            Kind::DateTime => "Timestamp",
        };
        if self.is_nullable() { format!("Nullable<{column}>") } else { column.to_owned() }
    }

    /// The column, in SQL.
    pub fn sql(&self, is_postgres: bool) -> String {
        let column = match self.kind {
            Kind::Line | Kind::Text | Kind::Email | Kind::Url | Kind::Choice(_) => "TEXT",
            Kind::Integer(_) | Kind::Decimal(_) | Kind::Reference(_) if is_postgres => "BIGINT",
            Kind::Integer(_) | Kind::Decimal(_) | Kind::Reference(_) => "INTEGER",
            Kind::Bool => "BOOLEAN",
            Kind::Date => "DATE",
            Kind::DateTime => "TIMESTAMP",
        };
        format!("{column}{}", if self.is_nullable() { "" } else { " NOT NULL" })
    }
}
