//! Every migration can be taken back, and leaves nothing.

use app::db::{Backend, Connection};
use diesel::migration::MigrationSource as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};

use crate::database::TestDatabase;

/// What a database is made of, whatever the order of the columns in a table: a column that comes back comes
/// back at the end.
#[cfg(not(feature = "postgres"))]
const SCHEMA: &str = r#"
    SELECT concat_ws(' ', t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, t.sql LIKE '%autoincrement%') AS line
    FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'
    UNION ALL SELECT concat_ws(' ', t.name, f."from", f."table", f."to", f.on_update, f.on_delete)
    FROM sqlite_master t, pragma_foreign_key_list(t.name) f
    UNION ALL SELECT concat_ws(' ', t.name, i.origin, i."unique", c.name)
    FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
    UNION ALL SELECT sql FROM sqlite_master WHERE type <> 'table' AND sql IS NOT NULL ORDER BY 1"#;
#[cfg(feature = "postgres")]
const SCHEMA: &str = r"
    SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default, identity_generation) AS line
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', relkind, relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1";

/// The lines of [`SCHEMA`], but for those of the list of migrations.
fn schema(connection: &mut Connection) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let rows: Vec<Row> = diesel::sql_query(SCHEMA).load(connection).unwrap();
    rows.into_iter()
        .map(|row| row.line)
        .filter(|line| !line.contains("__diesel_schema_migrations"))
        .collect()
}

#[test]
fn each_migration_is_taken_back_without_a_trace_and_can_be_made_again() {
    let folder =
        if cfg!(feature = "postgres") { "migrations/postgres" } else { "migrations/sqlite" };
    let database = TestDatabase::empty();
    // SQLite's address makes the file.
    app::db::connect(&database.url, 1).unwrap();
    let mut connection = database.other_program("SELECT 1");
    let migrations = || FileBasedMigrations::from_path(folder).unwrap();
    let count = migrations()
        .migrations()
        .map(|all: Vec<Box<dyn diesel::migration::Migration<Backend>>>| all.len());
    let mut before = Vec::new();
    for _ in 0..count.unwrap() {
        before.push(schema(&mut connection));
        connection.run_next_migration(migrations()).unwrap();
    }
    let after = schema(&mut connection);
    assert!(before.len() > 4 && before[0].is_empty() && after.len() > 30, "{before:?} {after:?}");
    while let Some(before) = before.pop() {
        let version = connection.revert_last_migration(migrations()).unwrap();
        assert_eq!(schema(&mut connection), before, "after {version} was taken back");
    }
    connection.run_pending_migrations(migrations()).unwrap();
    assert_eq!(schema(&mut connection), after);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |folder: &str| {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = entries.collect();
        names.sort();
        names
    };
    assert_eq!(names("migrations/sqlite"), names("migrations/postgres"));
}
