//! What is in the database, to be compared with what was.

use std::path::Path;
use std::thread;

use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection};

use crate::patience::{LOOKS, PAUSE};

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    text: String,
}

/// Every row of every table, but for when somebody was seen last. Mails that wait are sent first.
pub fn rows(dir: &Path) -> Vec<String> {
    let path = dir.join(named!("data/" @ ".db"));
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let mut texts = |sql: &str| -> Vec<String> {
        let rows: Vec<Row> = diesel::sql_query(sql).load(&mut conn).unwrap();
        rows.into_iter().map(|row| row.text).collect()
    };
    for _ in 0..LOOKS {
        if texts("SELECT email AS text FROM outbox WHERE sent_at IS NULL").is_empty() {
            break;
        }
        thread::sleep(PAUSE);
    }
    let tables = texts("SELECT name AS text FROM sqlite_schema WHERE type = 'table' ORDER BY name");
    let rows = tables.iter().flat_map(|table| {
        let columns = texts(&format!(
            "SELECT 'quote(' || name || ')' AS text FROM pragma_table_info('{table}') WHERE name NOT LIKE 'last_%at'"
        ));
        texts(&format!("SELECT '{table} ' || {} AS text FROM {table}", columns.join(" || ' ' || ")))
    });
    rows.collect()
}
