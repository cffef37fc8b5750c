//! From `SQLite` to `PostgreSQL`. Both programs take part: `scripts/check` builds this one with both databases,
//! and names the one that people have been using in `SQLITE_BINARY`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use crate::client::Client;
use crate::operation::ADA;
use crate::postgres::Database;
use crate::server::{Server, free_port, program};

/// Notes that are hard to carry: a letter outside of Latin, a face of four bytes, quotes, a line break, a
/// backslash, what looks like JSON, and what looks like nothing.
const ODD: [(&str, &str); 4] = [
    ("Größe & “Maß”", "žluťoučký kůň 🦊\r\n\\n \\ 'single' \"double\" \\u0000"),
    ("{\"title\": null}", "[1, 2]\n\n\tend  "),
    ("NULL", ""),
    ("🏳️‍🌈", "e\u{301} is not é, and \u{feff} is not nothing"),
];

/// A table of neither program, with what those of the program do not hold.
const THINGS: [&str; 2] = [
    "CREATE TABLE things (number DOUBLE, bytes BLOB, at TIMESTAMP, is_good BOOLEAN, id INTEGER PRIMARY KEY);
     INSERT INTO things (number, bytes, at, is_good) VALUES
         (0.1, x'00ff5c27', '2026-11-28 10:00:00.120000', 1), (-0.0, x'', '2026-11-28 10:00:00.000', 0),
         (1e308 * 10, NULL, '1969-12-31 23:59:59', NULL), (5e-324, x'2c', NULL, 1), (NULL, NULL, NULL, 0),
         (123456789.123456789, zeroblob(3), '2026-11-28 10:00:00', 1), (2.0 / 3.0, NULL, NULL, NULL)",
    "CREATE TABLE things (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at TIMESTAMP,
                          number DOUBLE PRECISION, bytes BYTEA, is_good BOOLEAN)",
];

/// The program that people have been using, in its folder.
fn sqlite_program(dir: &Path, arguments: &[&str]) -> Command {
    let built = std::env::var("SQLITE_BINARY").expect("SQLITE_BINARY names a build for SQLite");
    let mut command = Command::new(built);
    command.args(arguments).current_dir(dir).env_clear();
    command
}

/// A folder where Ada has an account.
fn adas_folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut add = sqlite_program(dir.path(), &["user", "add", ADA[0].1]);
    let mut add = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    writeln!(add.stdin.take().unwrap(), "{}", ADA[1].1).unwrap();
    assert!(add.wait().unwrap().success());
    dir
}

/// Changes rows of the `SQLite` database behind everybody's back.
fn edit(dir: &Path, sql: &str) -> SqliteConnection {
    let path = dir.join(named!("data/" @ ".db"));
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    connection.batch_execute(sql).unwrap();
    connection
}

fn copy(dir: &Path, target: &Database) -> Output {
    program(dir, &[], &["copy-to", &target.url]).output().unwrap()
}

/// Copies, which must fail; what it says.
fn refusal(dir: &Path, target: &Database) -> String {
    let output = copy(dir, target);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && output.stdout.is_empty(), "{said}");
    said
}

fn bring_up_to_date(dir: &Path, target: &Database) {
    let settings = [("DATABASE_URL", target.url.as_str())];
    assert!(program(dir, &settings, &["migrate"]).output().unwrap().status.success());
}

/// Ada at a server that is given up after she has written what is hard to carry, with a row in every table
/// that she can fill: a session, a link, a mail, tokens of each kind, forms.
fn ada_before_the_move(dir: &Path, port: u16) -> Client {
    let mut command = sqlite_program(dir, &[]);
    command.env("PORT", port.to_string());
    let mut server = Server::launch(command, &port.to_string());
    let mut ada = Client::new(&server.url);
    assert_eq!(ada.submit("/login", &ADA).status, 303);
    for (title, body) in ODD {
        let note = [("title", title), ("body", body), ("form_id", "drawn once")];
        assert_eq!(ada.submit("/notes", &note).status, 303);
    }
    let link = ["user", "reset-link", ADA[0].1];
    assert!(sqlite_program(dir, &link).output().unwrap().status.success());
    let token = [("name", "backup"), ("days", "30"), ("notes:read", "yes")];
    assert_eq!(ada.submit("/account/tokens", &token).status, 200);
    assert_eq!(Client::new(&server.url).submit("/forgot", &ADA[..1]).status, 303);
    let grant = [("grant_type", "password"), ("username", ADA[0].1), ADA[1]];
    assert_eq!(Client::new(&server.url).submit("/auth/token", &grant).status, 200);
    server.terminate();
    assert!(server.wait().success());
    ada
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn ada_stays_logged_in_over_the_move_and_finds_her_notes() {
    let (dir, port, target) = (adas_folder(), free_port(), Database::create());
    let ada = ada_before_the_move(dir.path(), port);
    edit(
        dir.path(),
        "UPDATE notes SET body = replace(hex(zeroblob(300000)), '00', 'ü') WHERE id = 3",
    );
    let output = copy(dir.path(), &target);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    for line in ["1 rows of users", "4 rows of notes", "4 rows of sent_forms"] {
        assert!(said.contains(&format!(" {line}\n")), "{said}");
    }
    assert!(!said.contains(" 0 rows of"), "{said}");
    let server = Server::start_with(dir.path(), port, &[("DATABASE_URL", &target.url)]);
    let mut same_cookie = Client::with_cookies(&server.url, ada.cookies());
    assert!(same_cookie.get("/dashboard").body.contains("Hello, ada"));
    assert!(same_cookie.get("/notes/3").body.contains(&"ü".repeat(300_000)));
    let mut ada = Client::new(&server.url);
    assert_eq!(ada.submit("/login", &ADA).location, "/dashboard");
    assert!(ada.get("/notes/1").body.contains("žluťoučký kůň 🦊"));
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn the_id_of_somebody_who_is_gone_is_given_to_nobody_after_the_move() {
    let (dir, target) = (adas_folder(), Database::create());
    edit(
        dir.path(),
        "INSERT INTO users SELECT id + 6, 'bob', 'bob', name, '', 0, NULL, created_at, NULL FROM users;
         DELETE FROM users WHERE id = 7",
    );
    assert!(copy(dir.path(), &target).status.success());
    let added = "INSERT INTO users (email, email_canonical, name, password_hash, created_at)
                 VALUES ('eve', 'eve', 'eve', '', now())";
    target.run(added);
    assert_eq!(
        target.text("SELECT string_agg(id::text, ',' ORDER BY id) AS text FROM users"),
        "1,8"
    );
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn fractions_bytes_and_moments_arrive_as_they_were() {
    let (dir, target) = (adas_folder(), Database::create());
    edit(dir.path(), THINGS[0]);
    bring_up_to_date(dir.path(), &target);
    target.run(THINGS[1]);
    let output = copy(dir.path(), &target);
    assert!(output.status.success(), "{output:?}");
    let row = "SELECT concat_ws(' ', number, bytes, at, is_good) AS text FROM things WHERE id = ";
    assert_eq!(target.text(&format!("{row}1")), r"0.1 \x00ff5c27 2026-11-28 10:00:00.12 t");
    assert_eq!(target.text(&format!("{row}3")), "Infinity 1969-12-31 23:59:59");
    assert_eq!(
        target.text(&format!("{row}6")),
        r"123456789.12345679 \x000000 2026-11-28 10:00:00 t"
    );
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn thousands_of_rows_arrive_in_the_order_of_their_tables() {
    let (dir, target) = (adas_folder(), Database::create());
    edit(
        dir.path(),
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 2500)
         INSERT INTO notes (user_id, title, body) SELECT 1, n, n * n FROM n",
    );
    let output = copy(dir.path(), &target);
    assert!(String::from_utf8(output.stdout).unwrap().contains("2500 rows of notes"));
    assert_eq!(target.text("SELECT sum(body::bigint)::text AS text FROM notes"), "5211458750");
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn a_database_that_holds_a_row_is_refused_and_left_alone() {
    let (dir, target) = (adas_folder(), Database::create());
    target.run("CREATE SCHEMA theirs; CREATE TABLE theirs.\"Rows\" (id INT); INSERT INTO theirs.\"Rows\" VALUES (1)");
    let said = refusal(dir.path(), &target);
    assert!(said.contains("theirs.\"Rows\" of the new database holds rows already"), "{said}");
    let tables = "SELECT count(*)::text AS text FROM information_schema.tables WHERE table_schema = 'public'";
    assert_eq!(target.text(tables), "0", "not even a table was made");
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn a_text_that_postgresql_cannot_hold_undoes_everything_and_its_table_is_named() {
    let (dir, target) = (adas_folder(), Database::create());
    edit(
        dir.path(),
        "INSERT INTO notes (user_id, title, body) VALUES (1, 'a' || char(0) || 'b', '')",
    );
    let said = refusal(dir.path(), &target);
    let sentence = "Nothing was copied: in the table notes, a text holds U+0000, which PostgreSQL cannot hold.\n";
    assert_eq!(said, sentence);
    assert_eq!(target.text("SELECT count(*)::text AS text FROM users"), "0");
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn rows_that_change_on_their_way_are_noticed_and_undo_everything() {
    let (dir, target) = (adas_folder(), Database::create());
    edit(
        dir.path(),
        "INSERT INTO notes (user_id, title, body) VALUES (1, 'Milk', ' '), (1, 'Bread', '')",
    );
    bring_up_to_date(dir.path(), &target);
    for change in [
        "NEW.body = trim(NEW.body); RETURN NEW",
        "IF NEW.id = 1 THEN RETURN NEW; END IF; RETURN NULL",
    ] {
        target.run(&format!(
            "CREATE OR REPLACE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {change}; END';
             CREATE OR REPLACE TRIGGER change BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION change()"
        ));
        let said = refusal(dir.path(), &target);
        assert!(
            said.contains("in the table notes, 2 rows became ") && said.contains("not the same"),
            "{said}"
        );
        assert_eq!(target.text("SELECT count(*)::text AS text FROM users"), "0");
    }
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn a_database_that_somebody_uses_is_not_copied() {
    let (dir, target) = (adas_folder(), Database::create());
    let user = edit(dir.path(), "SELECT count(*) FROM users");
    let said = refusal(dir.path(), &target);
    assert!(said.contains("stop the server that uses it"), "{said}");
    drop(user);
    assert!(copy(dir.path(), &target).status.success());
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn a_file_that_nobody_meant_is_not_taken_for_a_copy() {
    let (dir, target) = (adas_folder(), Database::create());
    edit(dir.path(), "DELETE FROM events; DELETE FROM outbox; DELETE FROM users");
    let said = refusal(dir.path(), &target);
    assert!(said.contains("holds no row; DATABASE_URL names the one to copy"), "{said}");
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn tables_of_another_version_are_not_copied() {
    let (dir, target) = (adas_folder(), Database::create());
    edit(
        dir.path(),
        "UPDATE __diesel_schema_migrations SET version = '29990101' WHERE version LIKE '20261125000002'",
    );
    let said = refusal(dir.path(), &target);
    assert!(
        said.contains("lacks 1 migrations of this program, and has 1 that it does not know"),
        "{said}"
    );
    assert!(said.contains("run `migrate` of the SQLite build of this version first"), "{said}");
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn columns_and_tables_that_are_not_on_both_sides_are_named() {
    for (sql, sentence) in [
        ("CREATE TABLE things (id BIGINT)", "the source has no table things"),
        (
            "ALTER TABLE notes ADD COLUMN colour TEXT",
            "the source has no column colour in the table notes",
        ),
        (
            "ALTER TABLE notes DROP COLUMN body",
            "the new database has no column body in the table notes",
        ),
        (
            "ALTER TABLE notes ALTER COLUMN body TYPE xml USING NULL",
            "notes.body is of the type xml, which",
        ),
    ] {
        let (dir, target) = (adas_folder(), Database::create());
        bring_up_to_date(dir.path(), &target);
        target.run(sql);
        let said = refusal(dir.path(), &target);
        assert!(said.contains(sentence), "{said}");
    }
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn nothing_is_sent_to_a_server_that_need_not_prove_who_it_is() {
    let dir = adas_folder();
    for weaker in ["", "?sslmode=require"] {
        // For documents alone (RFC 5737): no machine has it.
        let url = format!("postgres://ada:hunter2@192.0.2.1/app{weaker}");
        let output = program(dir.path(), &[], &["copy-to", &url]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(1) && said.contains("must have sslmode=verify-full"),
            "{said}"
        );
        assert!(!said.contains("hunter2"), "{said}");
    }
}
