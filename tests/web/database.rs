//! A database for each test: a copy of one that was migrated once.

use std::sync::LazyLock;

use latchkey::db::Db;

#[cfg(not(feature = "postgres"))]
static TEMPLATE: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("template.db");
    let db = Db::connect(path.to_str().unwrap(), 1).unwrap();
    db.migrate().unwrap();
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
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("test.db");
        // The last connection to the template is closed: all of it is in the one file.
        std::fs::copy(TEMPLATE.path().join("template.db"), &path).unwrap();
        Self { url: path.to_str().unwrap().to_owned(), _dir: dir }
    }
}

/// The server for the tests: a superuser's URL.
#[cfg(feature = "postgres")]
fn server() -> String {
    std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL names a PostgreSQL server; scripts/check starts one")
}

#[cfg(feature = "postgres")]
fn on_server(sql: &str) {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};
    let mut connection = PgConnection::establish(&format!("{}/postgres", server())).unwrap();
    connection.batch_execute(sql).unwrap();
}

#[cfg(feature = "postgres")]
static TEMPLATE: LazyLock<String> = LazyLock::new(|| {
    let name = format!("template_{}", std::process::id());
    on_server(&format!("CREATE DATABASE {name}"));
    Db::connect(&format!("{}/{name}", server()), 1).unwrap().migrate().unwrap();
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
        use std::sync::Mutex;
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // PostgreSQL copies a template for one at a time.
        static TURN: Mutex<()> = Mutex::new(());
        let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let _turn = TURN.lock();
        on_server(&format!("CREATE DATABASE {name} TEMPLATE {}", *TEMPLATE));
        Self { url: format!("{}/{name}", server()), name }
    }
}

#[cfg(feature = "postgres")]
impl Drop for TestDatabase {
    fn drop(&mut self) {
        on_server(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}
