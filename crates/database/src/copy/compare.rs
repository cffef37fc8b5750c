//! Whether both databases hold the same, as each of them tells by itself: not by the way of the copy, which
//! could be wrong in both directions.

use diesel::connection::DefaultLoadingMode;
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::Text;
use sha2::{Digest, Sha256};

use super::both::Stop;
use super::table::{Line, Table, quoted};

/// What a column holds, as the target's `information_schema` names it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Boolean,
    Integer,
    Float,
    Text,
    Timestamp,
    Bytes,
}

/// A line of text.
#[derive(QueryableByName)]
struct TextLine {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Kind {
    pub(super) fn of(data_type: &str) -> Option<Self> {
        Some(match data_type {
            "boolean" => Self::Boolean,
            "smallint" | "integer" | "bigint" => Self::Integer,
            "double precision" => Self::Float,
            "text" | "character varying" => Self::Text,
            "timestamp without time zone" => Self::Timestamp,
            "bytea" => Self::Bytes,
            _ => return None,
        })
    }

    /// A column of the source as JSON that the target's type can be read from.
    pub(super) fn for_json(self, column: &str) -> String {
        match self {
            Self::Bytes => {
                format!("CASE WHEN {column} IS NOT NULL THEN '\\x' || hex({column}) END")
            }
            // 17 digits tell any two numbers apart (IEEE 754-2019, section 5.12.2).
            Self::Float => {
                format!("CASE WHEN {column} IS NOT NULL THEN printf('%!.17g', {column}) END")
            }
            _ => column.to_owned(),
        }
    }

    /// A column of the source as text without a comma; `-` is NULL.
    fn in_sqlite(self, column: &str) -> String {
        let text = match self {
            Self::Boolean | Self::Integer => format!("CAST({column} AS TEXT)"),
            Self::Float => format!("quote({column})"),
            Self::Text | Self::Bytes => format!("hex({column})"),
            // PostgreSQL writes no zeros at the end of a fraction.
            Self::Timestamp => {
                format!(
                    "CASE WHEN instr({column}, '.') THEN rtrim(rtrim({column}, '0'), '.') ELSE {column} END"
                )
            }
        };
        format!("CASE WHEN {column} IS NULL THEN '-' ELSE {text} END")
    }

    /// The same of a column of the target.
    fn in_postgres(self, column: &str) -> String {
        let text = match self {
            Self::Boolean => format!("{column}::int::text"),
            Self::Integer | Self::Float | Self::Timestamp => format!("{column}::text"),
            Self::Text => format!("upper(encode(convert_to({column}, 'UTF8'), 'hex'))"),
            Self::Bytes => format!("upper(encode({column}, 'hex'))"),
        };
        format!("coalesce({text}, '-')")
    }
}

impl Table {
    /// Compares the rows of both databases, in the order of their keys; how many there are.
    pub(super) fn compare(
        &self, source: &mut SqliteConnection, target: &mut PgConnection,
    ) -> Result<u64, Stop> {
        let here = format!(
            "SELECT CAST({} AS BLOB) AS line {}",
            self.line(Kind::in_sqlite),
            self.rows(Kind::in_sqlite, "")
        );
        let here = diesel::sql_query(here).load_iter::<Line, DefaultLoadingMode>(source)?;
        let here = self.digest(here.map(|row| row.map(|row| row.line)))?;
        let there = format!(
            "SELECT {} AS line {}",
            self.line(Kind::in_postgres),
            self.rows(Kind::in_postgres, "COLLATE \"C\"")
        );
        let there =
            diesel::sql_query(there).load_iter::<TextLine, PgRowByRowLoadingMode>(target)?;
        let there = self.digest(there.map(|row| row.map(|row| row.line.into_bytes())))?;
        if here == there {
            return Ok(here.0);
        }
        Err(Stop(format!("{} rows became {} that are not the same", here.0, there.0)))
    }

    /// All columns of a row, with commas between them.
    fn line(&self, text: fn(Kind, &str) -> String) -> String {
        let columns = self.columns.iter().map(|column| text(column.kind, &quoted(&column.name)));
        columns.collect::<Vec<_>>().join(" || ',' || ")
    }

    /// Where the rows come from, in the order of their keys: numbers as numbers, texts byte by byte. Without a
    /// key, by all that is in them.
    fn rows(&self, text: fn(Kind, &str) -> String, collation: &str) -> String {
        let has_key = self.columns.iter().any(|column| column.is_key);
        let keys = self.columns.iter().filter(|column| column.is_key || !has_key);
        let keys = keys.map(|column| match column.kind {
            Kind::Integer => quoted(&column.name),
            kind => format!("{} {collation}", text(kind, &quoted(&column.name))),
        });
        format!("FROM {} ORDER BY {}", self.quoted(), keys.collect::<Vec<_>>().join(", "))
    }

    /// The number of the lines, and the SHA-256 over all of them.
    fn digest(
        &self, lines: impl Iterator<Item = QueryResult<Vec<u8>>>,
    ) -> Result<(u64, Vec<u8>), Stop> {
        let (mut count, mut hash) = (0, Sha256::new());
        for line in lines {
            for (field, column) in line?.split(|byte| *byte == b',').zip(&self.columns) {
                match column.kind {
                    Kind::Float => hash.update(bits(field)?),
                    _ => hash.update(field),
                }
                hash.update(b",");
            }
            hash.update(b"\n");
            count += 1;
        }
        Ok((count, hash.finalize().to_vec()))
    }
}

/// The number that a text means: each database has digits of its own for it.
fn bits(field: &[u8]) -> Result<Vec<u8>, Stop> {
    let text = str::from_utf8(field).map_err(|e| Stop(e.to_string()))?;
    if text == "-" {
        return Ok(field.to_vec());
    }
    let number: f64 = text.parse().map_err(|_| Stop(format!("{text} is no number")))?;
    Ok(number.to_bits().to_be_bytes().to_vec())
}
