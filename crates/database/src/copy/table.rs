//! What both databases say of a table, and how its rows get from one into the other.

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::both::Stop;
use super::compare::Kind;

/// How many rows are written at once, and how many bytes of JSON at the most but for the last row: neither
/// many small statements, nor one that takes the memory of all.
const BATCH: (usize, usize) = (1000, 1 << 20);

/// A table of both databases.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
}

/// A column, with the same name in both databases.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether it is part of the primary key.
    pub(super) is_key: bool,
    /// What counts its numbers in the target.
    sequence: Option<String>,
}

/// A line of text, which `SQLite` does not promise to be UTF-8.
#[derive(QueryableByName)]
pub(super) struct Line {
    #[diesel(sql_type = Binary)]
    pub(super) line: Vec<u8>,
}

#[derive(QueryableByName)]
struct SourceColumn {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    pk: i64,
}

#[derive(QueryableByName)]
struct TargetColumn {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = Nullable<Text>)]
    sequence: Option<String>,
}

#[derive(QueryableByName)]
struct Reference {
    #[diesel(sql_type = Text)]
    name: String,
    /// The table that it refers to, unless it refers to none.
    #[diesel(sql_type = Nullable<Text>)]
    parent: Option<String>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// All tables, each behind those that it refers to.
pub(super) fn tables(
    source: &mut SqliteConnection, target: &mut PgConnection,
) -> Result<Vec<Table>, Stop> {
    let columns = "SELECT c.table_name, c.column_name, c.data_type, \
                   pg_get_serial_sequence(format('%I.%I', c.table_schema, c.table_name), c.column_name) AS sequence \
                   FROM information_schema.columns c JOIN information_schema.tables USING (table_schema, table_name) \
                   WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' \
                   AND table_name <> '__diesel_schema_migrations'";
    let mut there: BTreeMap<String, Vec<TargetColumn>> = BTreeMap::new();
    for column in diesel::sql_query(columns).load::<TargetColumn>(target)? {
        there.entry(column.table_name.clone()).or_default().push(column);
    }
    let names = in_order(source)?;
    let only_there: Vec<_> = there.keys().filter(|name| !names.contains(name)).cloned().collect();
    if !only_there.is_empty() {
        return Err(Stop(format!("the source has no table {}", only_there.join(", "))));
    }
    names.into_iter().map(|name| Table::of(source, there.remove(&name), name)).collect()
}

/// The names of the source's tables, each behind those that it refers to.
fn in_order(source: &mut SqliteConnection) -> Result<Vec<String>, Stop> {
    let references = "SELECT t.name AS name, f.\"table\" AS parent FROM sqlite_master t \
                      LEFT JOIN pragma_foreign_key_list(t.name) f ON f.\"table\" <> t.name COLLATE NOCASE \
                      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
                      AND t.name <> '__diesel_schema_migrations' ORDER BY t.name";
    let references: Vec<Reference> = diesel::sql_query(references).load(source)?;
    let mut waiting: BTreeSet<_> = references.iter().map(|row| row.name.clone()).collect();
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let waits = |name: &String| {
            let mut parents = references.iter().filter(|row| row.name == *name);
            parents.any(|row| {
                row.parent
                    .as_ref()
                    .is_some_and(|parent| waiting.iter().any(|w| w.eq_ignore_ascii_case(parent)))
            })
        };
        let (behind, next): (Vec<_>, Vec<_>) = waiting.iter().cloned().partition(waits);
        if next.is_empty() {
            return Err(Stop(format!("these tables refer to each other in a circle: {behind:?}")));
        }
        ordered.extend(next);
        waiting = behind.into_iter().collect();
    }
    Ok(ordered)
}

impl Table {
    fn of(
        source: &mut SqliteConnection, there: Option<Vec<TargetColumn>>, name: String,
    ) -> Result<Self, Stop> {
        let here = diesel::sql_query("SELECT name, pk FROM pragma_table_info(?)");
        let here: Vec<SourceColumn> = here.bind::<Text, _>(&name).load(source)?;
        let mut there =
            there.ok_or_else(|| Stop(format!("the new database has no table {name}")))?;
        let mut columns = Vec::new();
        for SourceColumn { name: column, pk } in here {
            let twin = there.iter().position(|twin| twin.column_name == column);
            let twin = twin.map(|at| there.swap_remove(at)).ok_or_else(|| {
                Stop(format!("the new database has no column {column} in the table {name}"))
            })?;
            let kind = Kind::of(&twin.data_type).ok_or_else(|| {
                Stop(format!(
                    "{name}.{column} is of the type {}, which is not known here",
                    twin.data_type
                ))
            })?;
            columns.push(Column { name: column, kind, is_key: pk > 0, sequence: twin.sequence });
        }
        match there.first() {
            Some(more) => Err(Stop(format!(
                "the source has no column {} in the table {name}",
                more.column_name
            ))),
            None => Ok(Self { name, columns }),
        }
    }

    /// Its name, for SQL.
    pub(super) fn quoted(&self) -> String {
        quoted(&self.name)
    }

    /// Copies all rows, and lets the numbers of new ones begin behind every number ever given.
    pub(super) fn copy(
        &self, source: &mut SqliteConnection, target: &mut PgConnection,
    ) -> Result<(), Stop> {
        let members = self.columns.iter().map(|column| {
            format!("{}, {}", literal(&column.name), column.kind.for_json(&quoted(&column.name)))
        });
        let members = members.collect::<Vec<_>>().join(", ");
        let rows =
            format!("SELECT CAST(json_object({members}) AS BLOB) AS line FROM {}", self.quoted());
        let (mut batch, mut count) = (String::new(), 0);
        for row in diesel::sql_query(rows).load_iter::<Line, DefaultLoadingMode>(source)? {
            let row =
                String::from_utf8(row?.line).map_err(|_| Stop("a text is no UTF-8".to_owned()))?;
            batch.push(if batch.is_empty() { '[' } else { ',' });
            batch.push_str(&row);
            count += 1;
            if count == BATCH.0 || batch.len() > BATCH.1 {
                self.write(target, &std::mem::take(&mut batch))?;
                count = 0;
            }
        }
        if !batch.is_empty() {
            self.write(target, &batch)?;
        }
        self.columns.iter().try_for_each(|column| self.count_on(column, source, target))
    }

    /// Writes some rows: a list in JSON without its end.
    fn write(&self, target: &mut PgConnection, rows: &str) -> Result<(), Stop> {
        let names = self.columns.iter().map(|column| quoted(&column.name));
        let (table, names) = (self.quoted(), names.collect::<Vec<_>>().join(", "));
        // The ids are given by us and not by the table's sequence.
        let insert = format!(
            "INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE \
             SELECT {names} FROM json_populate_recordset(NULL::{table}, $1::json)"
        );
        diesel::sql_query(insert).bind::<Text, _>(format!("{rows}]")).execute(target)?;
        Ok(())
    }

    /// Moves a column's sequence behind the highest number that the source has given, to a row that may be
    /// gone by now: an old token must not come to mean somebody new.
    fn count_on(
        &self, column: &Column, source: &mut SqliteConnection, target: &mut PgConnection,
    ) -> Result<(), Stop> {
        let Some(sequence) = &column.sequence else { return Ok(()) };
        let mut number =
            |sql: String| diesel::sql_query(sql).get_result::<Number>(source).map(|row| row.number);
        let table = self.quoted();
        let highest = number(format!(
            "SELECT coalesce(max({}), 0) AS number FROM {table}",
            quoted(&column.name)
        ))?;
        // The table is there as soon as one with AUTOINCREMENT is (https://sqlite.org/autoinc.html).
        let counts = "SELECT count(*) AS number FROM sqlite_master WHERE name = 'sqlite_sequence'";
        let given = if number(counts.to_owned())? == 0 {
            0
        } else {
            let name = literal(&self.name);
            number(format!(
                "SELECT coalesce(max(seq), 0) AS number FROM sqlite_sequence WHERE name = {name}"
            ))?
        };
        let next = highest
            .max(given)
            .checked_add(1)
            .ok_or_else(|| Stop("no number is left".to_owned()))?;
        // Not setval: what it does is not undone with the transaction.
        diesel::sql_query(format!("ALTER SEQUENCE {sequence} RESTART WITH {next}"))
            .execute(target)?;
        Ok(())
    }
}

/// A name in SQL, in both databases.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text in SQL, in both databases.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
