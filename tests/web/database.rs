//! A database for each test: a copy of one that was migrated once.

use std::sync::LazyLock;

use app::db::Connection;
use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;

#[cfg(not(feature = "postgres"))]
static TEMPLATE: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("template.db");
    let db = app::db::connect(path.to_str().unwrap(), 1).unwrap();
    db.migrate().unwrap();
    let mut other = Connection::establish(path.to_str().unwrap()).unwrap();
    other.batch_execute(&papers()).unwrap();
    // All of it into the one file, now: the connections are closed on another thread, and nobody waits for that.
    other.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    dir
});

/// Gone when dropped.
#[cfg(not(feature = "postgres"))]
pub struct TestDatabase {
    pub url: String,
    _dir: tempfile::TempDir,
}

#[cfg(not(feature = "postgres"))]
impl TestDatabase {
    /// A file of its own: an in-memory database would hide what locking does.
    pub fn create() -> Self {
        let empty = Self::empty();
        std::fs::copy(TEMPLATE.path().join("template.db"), &empty.url).unwrap();
        empty
    }

    /// One without tables.
    pub fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = dir.path().join("100% #1 ü.db").to_str().unwrap().to_owned();
        Self { url, _dir: dir }
    }
}

impl TestDatabase {
    /// Another program that has run this SQL and is still connected.
    pub fn other_program(&self, sql: &str) -> Connection {
        let mut connection = Connection::establish(&self.url).unwrap();
        connection.batch_execute(sql).unwrap();
        connection
    }
}

/// Begins a transaction that nobody else can write beside. In the order in which everybody takes them:
/// otherwise this and a writer could wait for each other.
pub const HOLD_EVERYTHING: &str = if cfg!(feature = "postgres") {
    "BEGIN; LOCK TABLE users, sessions, papers IN EXCLUSIVE MODE"
} else {
    "BEGIN IMMEDIATE"
};

/// What makes the table of the papers, in place of a migration.
fn papers() -> String {
    let id = if cfg!(feature = "postgres") {
        "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    } else {
        "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"
    };
    format!(
        "CREATE TABLE papers (
             id         {id},
             user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
             title      TEXT NOT NULL,
             body       TEXT NOT NULL,
             created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
         );
         CREATE INDEX papers_by_user ON papers (user_id, id)"
    )
}

/// The server for the tests: a superuser's URL.
#[cfg(feature = "postgres")]
fn server() -> String {
    std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL names a PostgreSQL server; scripts/check starts one")
}

#[cfg(feature = "postgres")]
fn on_server(sql: &str) {
    let mut connection = Connection::establish(&format!("{}/postgres", server())).unwrap();
    connection.batch_execute(sql).unwrap();
}

#[cfg(feature = "postgres")]
static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let name = format!("template_{}", std::process::id());
    on_server(&format!("CREATE DATABASE {name}"));
    let url = format!("{}/{name}", server());
    app::db::connect(&url, 1).unwrap().migrate().unwrap();
    Connection::establish(&url).unwrap().batch_execute(&papers()).unwrap();
    name
});

/// Gone when dropped.
#[cfg(feature = "postgres")]
pub struct TestDatabase {
    pub url: String,
    name: String,
}

#[cfg(feature = "postgres")]
impl TestDatabase {
    /// A database of its own on the server.
    pub fn create() -> Self {
        Self::like(&TEMPLATE)
    }

    /// One without tables.
    pub fn empty() -> Self {
        Self::like("template1")
    }

    fn like(template: &str) -> Self {
        use std::sync::Mutex;
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // PostgreSQL copies a template for one at a time.
        static TURN: Mutex<()> = Mutex::new(());
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let _turn = TURN.lock();
        on_server(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Self { url: format!("{}/{name}", server()), name }
    }
}

#[cfg(feature = "postgres")]
impl Drop for TestDatabase {
    fn drop(&mut self) {
        on_server(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
