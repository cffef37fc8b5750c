//! The program as it runs in production, several times over.

use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl as _};
use tempfile::TempDir;

use crate::client::Client;
use crate::database::TestDatabase;
use crate::nginx::Nginx;
use crate::post::Post;
use crate::server::{Server, free_port, program};

pub const PASSWORD: &str = "correct horse battery";
pub const OTHER_PASSWORD: &str = "violet kettle marching north";
pub const ADA: [(&str, &str); 2] = [("email", "ada@example.com"), ("password", PASSWORD)];

static KEY: LazyLock<String> = LazyLock::new(actix_login::generate_key);

/// What every instance is told, and so is every command.
fn settings<'a>(database: &'a str, smtp: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("APP_ENV", "production"),
        ("PUBLIC_URL", "https://app.example.com"),
        ("SECRET_KEY", &KEY),
        ("SMTP_URL", smtp),
        ("DATABASE_URL", database),
        ("TRUSTED_PROXIES", "127.0.0.1"),
        // All come from there.
        ("LIMIT_LOG_INS", "off"),
        ("LIMIT_MAILS", "off"),
        ("LIMIT_LINKS", "off"),
        ("LIMIT_REQUESTS", "off"),
        ("LIMIT_OWN_REQUESTS", "off"),
        ("STATIC_DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/static")),
        ("RUST_LOG", "info,access=debug"),
    ]
}

/// Starts an instance on this database.
pub fn start(dir: &Path, database: &str, smtp: &str, further: &[(&str, &str)]) -> Server {
    start_at(free_port(), dir, database, smtp, further)
}

/// The same, where it was before.
pub fn start_at(
    port: u16, dir: &Path, database: &str, smtp: &str, further: &[(&str, &str)],
) -> Server {
    Server::start_with(dir, port, &[&settings(database, smtp), further].concat())
}

/// Somebody at the instance, or at the proxy, with this address.
pub fn visitor(url: &str) -> Client {
    let mut client = Client::new(url);
    // Nobody keeps a connection that a proxy which is told anew closes.
    client.set_header("host", "app.example.com").set_header("connection", "close");
    client
}

/// The same person with the same browser, elsewhere.
pub fn same(person: &Client, url: &str) -> Client {
    let mut client = Client::with_cookies(url, person.cookies());
    client.set_header("host", "app.example.com").set_header("connection", "close");
    client
}

/// Ada, logged in there.
pub fn ada_at(url: &str) -> Client {
    let mut ada = visitor(url);
    assert_eq!(ada.submit("/login", &ADA).status, 303);
    ada
}

/// Waits for what comes sooner or later: the time is for a machine that is very slow.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(300);
    while Instant::now() < deadline {
        if let Some(found) = look() {
            return found;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not come: {what}");
}

/// Runs a command of the program to its end.
pub fn command(dir: &Path, database: &str, arguments: &[&str]) -> Output {
    let settings = settings(database, "smtp://127.0.0.1");
    let mut command = program(dir, &settings, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // Whoever asks for no password may be gone already.
    let _ = std::io::Write::write_all(
        &mut child.stdin.take().unwrap(),
        format!("{PASSWORD}\n").as_bytes(),
    );
    child.wait_with_output().unwrap()
}

/// What a command printed that must succeed.
pub fn said(dir: &Path, database: &str, arguments: &[&str]) -> String {
    let output = command(dir, database, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Two instances on one database.
pub struct Pair {
    pub dir: TempDir,
    pub database: TestDatabase,
    pub instances: [Server; 2],
    pub posts: [Post; 2],
}

impl Pair {
    /// Started, and nobody has an account.
    pub fn empty(further: &[(&str, &str)]) -> Self {
        let (dir, database) = (tempfile::tempdir().unwrap(), TestDatabase::create());
        let posts = [Post::start(), Post::start()];
        let start = |post: &Post| start(dir.path(), &database.url, &post.url, further);
        let instances = [start(&posts[0]), start(&posts[1])];
        Self { dir, database, instances, posts }
    }

    /// The same, with an administrator, and Ada's account.
    pub fn start(further: &[(&str, &str)]) -> Self {
        let pair = Self::empty(further);
        pair.run(&["user", "add", "root@example.com", "--admin"]);
        pair.run(&["user", "add", "ada@example.com"]);
        pair
    }

    /// Runs a command beside them; what it printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        said(self.dir.path(), &self.database.url, arguments)
    }

    /// The address of one of them, by turns.
    pub fn url(&self, number: usize) -> &str {
        &self.instances[number % 2].url
    }

    /// nginx in front of both.
    pub fn nginx(&self) -> Nginx {
        Nginx::start([0, 1].map(|number| self.url(number).replace("http://localhost", "127.0.0.1")))
    }

    /// Changes rows behind their backs.
    pub fn sql(&self, sql: &str) {
        drop(self.database.other_program(sql));
    }

    /// How many rows a query counts.
    pub fn count(&self, sql: &str) -> i64 {
        count(&self.database.url, sql)
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The same, in the database at this address.
pub fn count(database: &str, sql: &str) -> i64 {
    let mut connection = <app::db::Connection as diesel::Connection>::establish(database).unwrap();
    diesel::sql_query(sql).get_result::<Count>(&mut connection).unwrap().count
}

/// Lets so many do the same at the same moment; what came of it.
pub fn at_once<T: Send>(many: usize, act: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (barrier, act) = (std::sync::Barrier::new(many), &act);
    thread::scope(|scope| {
        let all: Vec<_> = (0..many)
            .map(|number| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    act(number)
                })
            })
            .collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    })
}
