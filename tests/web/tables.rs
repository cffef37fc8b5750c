//! The tables of models, as the database itself knows them: whatever has a `user_id`.

use app::db::Connection;
use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, RunQueryDsl as _};

use crate::database::TestDatabase;

/// Those that belong to no model. Each has its own rows where the tests need some.
const CORE: &[&str] = &[
    "sessions",
    "links",
    "events",
    "refresh_tokens",
    "api_tokens",
    "authenticators",
    "recovery_codes",
    "half_log_ins",
    "passkeys",
    "identities",
];

#[cfg(not(feature = "postgres"))]
const OWNED: &str = "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c \
                     WHERE m.type = 'table' AND c.name = 'user_id' ORDER BY m.name";
#[cfg(feature = "postgres")]
const OWNED: &str = "SELECT table_name::text AS name FROM information_schema.columns \
                     WHERE column_name = 'user_id' AND table_schema = 'public' ORDER BY table_name";

/// What a table is made of: `fills_itself` is what need not be named when a row is made. Of several tables
/// that a column refers to, the one that is not `users`: its owner comes along (`user_id, customer_id`).
#[cfg(not(feature = "postgres"))]
const COLUMNS: &str = r#"
    SELECT c.name, lower(c.type) AS kind, c.pk > 0 OR NOT c."notnull" OR c.dflt_value IS NOT NULL AS fills_itself,
        COALESCE((SELECT f."table" FROM pragma_foreign_key_list('TABLE') f WHERE f."from" = c.name
            ORDER BY f."table" = 'users' LIMIT 1), '') AS refers_to
    FROM pragma_table_info('TABLE') c ORDER BY c.cid"#;
#[cfg(feature = "postgres")]
const COLUMNS: &str = "
    SELECT c.column_name::text AS name, c.data_type::text AS kind,
        c.is_identity = 'YES' OR c.is_nullable = 'YES' OR c.column_default IS NOT NULL AS fills_itself,
        COALESCE((SELECT f.confrelid::regclass::text FROM pg_constraint f, pg_attribute a
            WHERE f.contype = 'f' AND f.conrelid = 'TABLE'::regclass AND a.attrelid = f.conrelid
            AND a.attnum = ANY (f.conkey) AND a.attname = c.column_name
            ORDER BY f.confrelid = 'users'::regclass LIMIT 1), '') AS refers_to
    FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name = 'TABLE'
    ORDER BY c.ordinal_position";

#[derive(Debug)]
pub struct Table {
    pub name: String,
    columns: Vec<Column>,
}

#[derive(Debug, QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    fills_itself: bool,
    #[diesel(sql_type = Text)]
    refers_to: String,
}

/// Every table with a `user_id`.
pub fn owned(conn: &mut Connection) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let rows: Vec<Row> = diesel::sql_query(OWNED).load(conn).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

/// Those of models, before those that refer to them.
pub fn of_models(conn: &mut Connection) -> Vec<Table> {
    let names = owned(conn).into_iter().filter(|name| !CORE.contains(&name.as_str()));
    let mut left: Vec<_> = names.map(|name| Table::read(conn, name)).collect();
    let mut sorted = Vec::new();
    while !left.is_empty() {
        let waiting: Vec<_> = left.iter().map(|table| table.name.clone()).collect();
        let (later, next): (Vec<_>, _) = left.into_iter().partition(|table| table.needs(&waiting));
        assert!(!next.is_empty(), "these refer to each other, and none can be filled: {later:?}");
        sorted.extend(next);
        left = later;
    }
    sorted
}

impl Table {
    fn read(conn: &mut Connection, name: String) -> Self {
        let columns = diesel::sql_query(COLUMNS.replace("TABLE", &name)).load(conn).unwrap();
        Self { name, columns }
    }

    /// Whether it refers to one of these, and not to itself alone.
    fn needs(&self, tables: &[String]) -> bool {
        let mut others = self.columns.iter().filter(|column| column.refers_to != self.name);
        others.any(|column| tables.contains(&column.refers_to))
    }

    /// All that is in it, a text for each row.
    pub fn texts(&self) -> String {
        let columns: Vec<_> = self.columns.iter().map(|column| column.name.as_str()).collect();
        format!("SELECT concat_ws(' ', {}) AS text FROM {}", columns.join(", "), self.name)
    }

    /// The columns to be filled, and what for the row with the number `n`. It refers to the rows with the
    /// same number, which belong to the same person then.
    pub fn nth_row(&self) -> (String, String) {
        let filled = self
            .columns
            .iter()
            .filter_map(|column| Some((column.name.as_str(), column.nth_value(&self.name)?)));
        let (columns, values): (Vec<_>, Vec<_>) = filled.unzip();
        (columns.join(", "), values.join(", "))
    }
}

impl Column {
    fn nth_value(&self, table: &str) -> Option<&'static str> {
        let is = |kinds: &[&str]| kinds.iter().any(|kind| self.kind.contains(kind));
        match self.name.as_str() {
            "user_id" => Some("n / 1000 + 1"),
            _ if !self.refers_to.is_empty() => Some("n"),
            _ if self.fills_itself => None,
            _ if is(&["text", "char"]) => Some("'t' || n"),
            _ if is(&["timestamp", "datetime"]) => Some("CURRENT_TIMESTAMP"),
            _ if is(&["date"]) => Some("CURRENT_DATE"),
            _ if is(&["time"]) => Some("'12:00'"),
            _ if is(&["bool"]) => Some("FALSE"),
            _ if is(&["int", "num", "dec", "real", "double", "float"]) => Some("n"),
            _ => panic!(
                "{table}.{}: say in tests/web/tables.rs what is good for a {}",
                self.name, self.kind
            ),
        }
    }
}

#[test]
fn a_table_is_filled_after_the_one_that_it_refers_to_and_with_rows_of_the_same_owners() {
    let id = if cfg!(feature = "postgres") {
        "id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    } else {
        "id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"
    };
    let owner = "user_id BIGINT NOT NULL REFERENCES users (id)";
    let database = TestDatabase::create();
    let mut conn = database.other_program(&format!(
        "CREATE TABLE zebras ({id}, {owner}, name TEXT NOT NULL, born DATE NOT NULL, UNIQUE (user_id, id));
         CREATE TABLE apples ({id}, {owner}, zebra_id BIGINT, weight NUMERIC NOT NULL, is_ripe BOOLEAN NOT NULL,
             rest TEXT, made_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
             FOREIGN KEY (user_id, zebra_id) REFERENCES zebras (user_id, id))"
    ));
    let tables: Vec<_> = of_models(&mut conn);
    let at = |name: &str| tables.iter().position(|table| table.name == name).unwrap();
    assert!(at("zebras") < at("apples"), "{tables:?}");
    let rows = ["zebras", "apples"].map(|name| tables[at(name)].nth_row());
    let zebra = ("user_id, name, born", "n / 1000 + 1, 't' || n, CURRENT_DATE");
    let apple = ("user_id, zebra_id, weight, is_ripe", "n / 1000 + 1, n, n, FALSE");
    assert_eq!(
        rows,
        [zebra, apple].map(|(columns, values)| (columns.to_owned(), values.to_owned()))
    );
}
