//! What `PostgreSQL` itself has to do: two roles, and a server that proves who it is.

use std::path::PathBuf;
use std::process::Command;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
#[cfg(feature = "sqlite")]
use diesel::sql_types::Text;

use crate::client::Client;
use crate::operation::{ADA, production};
use crate::server::{Server, free_port, program};

/// A database of its own on the server for the tests. Gone when dropped.
pub struct Database {
    pub url: String,
    name: String,
}

/// A superuser's address of a database on the server for the tests.
fn on_server(name: &str) -> String {
    let server = std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL names a PostgreSQL server; scripts/check starts one");
    format!("{server}/{name}")
}

fn run(url: &str, sql: &str) {
    PgConnection::establish(url).unwrap().batch_execute(sql).unwrap();
}

/// A name that no other test uses.
fn new_name() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("binary_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Database {
    /// An empty one.
    pub fn create() -> Self {
        let name = new_name();
        run(&on_server("postgres"), &format!("CREATE DATABASE {name} TEMPLATE template0"));
        Self { url: on_server(&name), name }
    }

    /// Runs some SQL.
    pub fn run(&self, sql: &str) {
        run(&self.url, sql);
    }

    /// The answer to a query for one text, called `text`.
    #[cfg(feature = "sqlite")]
    pub fn text(&self, sql: &str) -> String {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            text: String,
        }
        let mut connection = PgConnection::establish(&self.url).unwrap();
        diesel::sql_query(sql).get_result::<Row>(&mut connection).unwrap().text
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        run(&on_server("postgres"), &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// Two roles and a database, made by the very lines of docs/postgres.md, under another name.
struct Roles(Database);

impl Roles {
    fn create() -> Self {
        let name = new_name();
        let manual = include_str!("../../docs/postgres.md").replace(named!(= @), &name);
        let sql = manual.split("```sql\n").nth(1).unwrap().split("```").next().unwrap();
        let (before, inside) = sql.split_once(&format!("\\connect {name}\n")).unwrap();
        // A database is not made in a transaction, which several statements at once would be.
        let statements = before.split(';').filter(|statement| !statement.trim().is_empty());
        statements.for_each(|statement| run(&on_server("postgres"), statement));
        let database = Database { url: on_server(&name), name };
        database.run(inside);
        Self(database)
    }

    /// The address for one of the roles.
    fn url(&self, role: &str) -> String {
        self.0.url.replace("//app@", &format!("//{}_{role}@", self.0.name))
    }
}

impl Drop for Roles {
    fn drop(&mut self) {
        // The rights of the roles go with their objects.
        let (name, url) = (&self.0.name, &self.0.url);
        let owned =
            format!("DROP OWNED BY {name}_app, {name}_owner; ALTER DATABASE {name} OWNER TO app");
        run(url, &format!("{owned}; DROP ROLE {name}_app, {name}_owner"));
    }
}

#[test]
#[ignore = "needs PostgreSQL: scripts/check"]
fn the_program_serves_with_a_role_that_can_change_no_table() {
    let (dir, roles) = (tempfile::tempdir().unwrap(), Roles::create());
    let (owner, app) = (roles.url("owner"), roles.url("app"));
    let migrate = |url: &str| {
        let output = program(dir.path(), &[("DATABASE_URL", url)], &["migrate"]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = migrate(&app);
    assert!(code == Some(1) && said.contains("Run `migrate` as the one that owns them"), "{said}");
    assert_eq!(migrate(&owner).0, Some(0));
    assert_eq!(migrate(&app).0, Some(0), "it is done at each start, and there is nothing to do");
    let settings = [&production()[..], &[("DATABASE_URL", app.as_str())]].concat();
    let server = Server::start_with(dir.path(), free_port(), &settings);
    let mut ada = Client::new(&server.url);
    ada.set_header("host", "app.example.com");
    let link = server.setup_link().unwrap();
    assert_eq!(ada.submit(link, &ADA).status, 303);
    assert_eq!(ada.submit("/login", &ADA).status, 303);
    assert_eq!(ada.submit("/account", &[("name", "Countess Ada")]).status, 303);
    assert!(ada.get("/dashboard").body.contains("Hello, Countess Ada"));
    for forbidden in [
        "CREATE TABLE x (id INT)",
        "DROP TABLE users",
        "ALTER TABLE users ADD x INT",
        "TRUNCATE users",
    ] {
        let refused = PgConnection::establish(&app).unwrap().batch_execute(forbidden).unwrap_err();
        let refused = refused.to_string();
        assert!(
            refused.contains("permission denied") || refused.contains("must be owner"),
            "{refused}"
        );
    }
}

#[test]
#[ignore = "needs PostgreSQL: scripts/check"]
fn a_backup_of_postgresql_is_left_to_its_own_program() {
    let (dir, database) = (tempfile::tempdir().unwrap(), Database::create());
    let settings = [("DATABASE_URL", database.url.as_str())];
    let output = program(dir.path(), &settings, &["backup", "copy.db"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("use pg_dump"), "{said}");
    assert!(!dir.path().join("copy.db").exists());
}

/// Makes a server that speaks TLS alone, at a port, in a folder; with the certificates `right.pem`, which
/// signed the server's for the name `localhost`, and `wrong.pem`, which did not.
const TLS_SERVER: &str = r#"
set -eu
cd "$1"
for name in right wrong; do
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$name" -keyout $name.key -out $name.pem
done
openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
echo subjectAltName=DNS:localhost > names
openssl x509 -req -in server.csr -CA right.pem -CAkey right.key -CAcreateserial -days 2 -extfile names -out server.pem
if [ "$(id -u)" = 0 ]; then chown -R postgres .; as() { runuser -u postgres -- "$@"; }; else as() { "$@"; }; fi
chmod 600 server.key
chmod 755 .
bin=$(find /usr/lib/postgresql -name initdb -printf '%h\n' | sort -V | tail -n 1)
as "$bin/initdb" -D data -U app --auth trust
echo 'hostssl all all all trust' > data/pg_hba.conf
options="-p $2 -k $PWD -c listen_addresses=localhost -c fsync=off -c ssl=on"
as "$bin/pg_ctl" -D data -w -l log -o "$options -c ssl_cert_file=$PWD/server.pem -c ssl_key_file=$PWD/server.key" start
"#;

const STOP: &str = r#"
cd "$1"
bin=$(find /usr/lib/postgresql -name pg_ctl -printf '%h\n' | sort -V | tail -n 1)
if [ "$(id -u)" = 0 ]; then set -- runuser -u postgres --; else set --; fi
"$@" "$bin/pg_ctl" -D data -m immediate stop
"#;

/// A running server of its own. Stopped when dropped.
struct TlsServer {
    dir: tempfile::TempDir,
    port: u16,
}

impl TlsServer {
    fn start() -> Self {
        let server = Self { dir: tempfile::tempdir().unwrap(), port: free_port() };
        let log = server.bash(TLS_SERVER);
        assert!(log.0, "{}", log.1);
        server
    }

    fn bash(&self, script: &str) -> (bool, String) {
        let mut command = Command::new("bash");
        command.args(["-c", script, "bash"]).arg(self.dir.path()).arg(self.port.to_string());
        // A server that stays must not keep a pipe of ours open.
        let log = std::fs::File::create(self.dir.path().join("said")).unwrap();
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let done = command.status().unwrap().success();
        (done, std::fs::read_to_string(self.dir.path().join("said")).unwrap())
    }

    /// Whether `migrate` was done at this host with this authority, and what it said.
    fn migrate(&self, host: &str, authority: &str) -> (bool, String) {
        let authority: PathBuf = self.dir.path().join(authority);
        let url = format!(
            "postgres://app@{host}:{}/postgres?sslmode=verify-full&sslrootcert={}",
            self.port,
            authority.display()
        );
        let output =
            program(self.dir.path(), &[("DATABASE_URL", &url)], &["migrate"]).output().unwrap();
        (
            output.status.success(),
            String::from_utf8([output.stdout, output.stderr].concat()).unwrap(),
        )
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.bash(STOP);
    }
}

#[test]
#[ignore = "needs PostgreSQL: scripts/check"]
fn a_server_has_to_prove_the_name_that_it_is_called_by() {
    let server = TlsServer::start();
    let (done, said) = server.migrate("localhost", "wrong.pem");
    assert!(!done && said.contains("certificate verify failed"), "{said}");
    let (done, said) = server.migrate("127.0.0.1", "right.pem");
    assert!(!done && said.contains("does not match host name"), "{said}");
    let (done, said) = server.migrate("localhost", "right.pem");
    assert!(done && said.contains("migrations were run"), "{said}");
}
