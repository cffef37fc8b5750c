//! From `SQLite` to `PostgreSQL`. Both programs take part: `scripts/check` builds this one with both databases,
//! and names the one that people have been using in `SQLITE_BINARY`.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::client::Client;
use crate::operation::ADA;
use crate::postgres::Database;
use crate::server::{Server, free_port, program};

/// Texts that are hard to carry: a letter outside of Latin, a face of four bytes, quotes, a line break, a
/// backslash, what looks like JSON, and what looks like nothing.
pub const ODD: [(&str, &str); 4] = [
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
pub fn adas_folder() -> tempfile::TempDir {
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

/// What adds an event of Ada's, with this text: a row that is moved after hers.
fn add_event(text: &str) -> String {
    format!(
        "INSERT INTO events (user_id, kind, ip_address, user_agent, created_at)
         VALUES (1, 'thing', '', {text}, '2026-11-28 10:00:00')"
    )
}

pub fn copy(dir: &Path, target: &Database) -> Output {
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

/// A second factor that Ada sets up, and a log-in that waited for it.
const SECOND_FACTOR: &str = "
    INSERT INTO authenticators (user_id, seed, created_at, confirmed_at)
    VALUES (1, 'sealed', '2026-11-28 10:00:00', '2026-11-28 10:00:00');
    INSERT INTO recovery_codes (user_id, code_hash) VALUES (1, 'hash');
    INSERT INTO half_log_ins (user_id, token_hash, bound_to, remembered, next, kept, created_at)
    VALUES (1, 'hash', '', 0, '', '', '2099-01-01 10:00:00')";

/// A passkey of hers, and a question that nobody has answered.
const PASSKEY: &str = "
    INSERT INTO passkeys (user_id, name, handle, credential_id, credential, password_mark, created_at)
    VALUES (1, 'Laptop', 'handle', 'id', '{}', '', '2026-11-28 10:00:00');
    INSERT INTO ceremonies (challenge_hash, state, created_at)
    VALUES ('hash', '{}', '2099-01-01 10:00:00')";

/// An account of hers at another site, and a browser that was sent there.
const IDENTITY: &str = "
    INSERT INTO identities (user_id, issuer, subject, label, password_mark, created_at)
    VALUES (1, 'https://example.com', '7', 'ada@example.com', '', '2026-11-28 10:00:00');
    INSERT INTO authorization_requests (state_hash, provider, visit, created_at)
    VALUES ('hash', 'example', '{}', '2099-01-01 10:00:00')";

/// What fills the tables of features: each has a row when everything is moved.
const FEATURES: &[fn(&mut Client)] = &[
    // A line each.
    |ada| assert_eq!(ada.submit("/auth/token", &crate::api::PASSWORD_GRANT).status, 200),
    |ada| drop(crate::tokens::make_token(ada)),
    crate::notes::write_odd_notes,
];

/// Ada at a server that is given up, with a row in every table: a session, a link, mails, forms, and what is
/// hers by features.
pub fn ada_before_the_move(dir: &Path, port: u16) -> Client {
    edit(dir, SECOND_FACTOR);
    edit(dir, PASSKEY);
    edit(dir, IDENTITY);
    let mut command = sqlite_program(dir, &[]);
    command.env("PORT", port.to_string()).env("LIMITS_IN", "database");
    let mut server = Server::launch(command, &port.to_string());
    let mut ada = Client::new(&server.url);
    assert_eq!(ada.submit("/login", &ADA).status, 303);
    assert_eq!(ada.submit("/account", &[("name", "žluťoučký kůň 🦊")]).status, 303);
    let link = ["user", "reset-link", ADA[0].1];
    assert!(sqlite_program(dir, &link).output().unwrap().status.success());
    for address in [ADA[0].1, "bob@example.com", "eve@example.com"] {
        let form = [("email", address), ("form_id", "drawn once")];
        assert_eq!(Client::new(&server.url).submit("/forgot", &form).status, 303);
    }
    for fill in FEATURES {
        fill(&mut ada);
    }
    server.terminate();
    assert!(server.wait().success());
    ada
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn ada_stays_logged_in_over_the_move_which_takes_rows_of_every_table() {
    let (dir, port, target) = (adas_folder(), free_port(), Database::create());
    let ada = ada_before_the_move(dir.path(), port);
    let output = copy(dir.path(), &target);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    for line in ["1 rows of users", "3 rows of outbox", "3 rows of sent_forms"] {
        assert!(said.contains(&format!(" {line}\n")), "{said}");
    }
    assert!(!said.contains(" 0 rows of"), "{said}");
    let server = Server::start_with(dir.path(), port, &[("DATABASE_URL", &target.url)]);
    let mut same_cookie = Client::with_cookies(&server.url, ada.cookies());
    assert!(same_cookie.get("/dashboard").body.contains("Hello, žluťoučký kůň 🦊"));
    let mut ada = Client::new(&server.url);
    assert_eq!(ada.submit("/login", &ADA).location, "/dashboard");
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn texts_that_are_hard_to_carry_arrive_as_they_were() {
    let (dir, target) = (adas_folder(), Database::create());
    let mut source = edit(dir.path(), "SELECT 1");
    let long = "ü".repeat(300_000);
    let texts = ODD.iter().flat_map(|(one, other)| [*one, *other]).chain([long.as_str()]);
    let add = "INSERT INTO outbox (email, email_canonical, kind, message, created_at, due_at)
               VALUES ('', '', '', ?, '2026-11-28 10:00:00', '2026-11-28 10:00:00')";
    for text in texts.clone() {
        diesel::sql_query(add).bind::<Text, _>(text).execute(&mut source).unwrap();
    }
    drop(source);
    assert!(copy(dir.path(), &target).status.success());
    for (n, text) in (1..).zip(texts) {
        let message = format!("SELECT message AS text FROM outbox WHERE id = {n}");
        assert!(target.text(&message) == text, "{n}");
    }
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn the_id_of_somebody_who_is_gone_is_given_to_nobody_after_the_move() {
    let (dir, target) = (adas_folder(), Database::create());
    edit(
        dir.path(),
        "INSERT INTO users (id, email, email_canonical, name, password_hash, is_admin, created_at)
         SELECT id + 6, 'bob', 'bob', name, '', 0, created_at FROM users;
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
         INSERT INTO events (user_id, kind, ip_address, user_agent, created_at)
             SELECT 1, 'thing', n, n * n, '2026-11-28 10:00:00' FROM n",
    );
    let output = copy(dir.path(), &target);
    assert!(String::from_utf8(output.stdout).unwrap().contains("2500 rows of events"));
    let sum = "SELECT sum(user_agent::bigint)::text AS text FROM events";
    assert_eq!(target.text(sum), "5211458750");
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
    edit(dir.path(), &add_event("'a' || char(0) || 'b'"));
    let said = refusal(dir.path(), &target);
    let sentence = "Nothing was copied: in the table events, a text holds U+0000, which PostgreSQL cannot hold.\n";
    assert_eq!(said, sentence);
    assert_eq!(target.text("SELECT count(*)::text AS text FROM users"), "0");
}

#[test]
#[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
fn rows_that_change_on_their_way_are_noticed_and_undo_everything() {
    let (dir, target) = (adas_folder(), Database::create());
    edit(dir.path(), &[add_event("' '"), add_event("'Milk'")].join(";"));
    bring_up_to_date(dir.path(), &target);
    for change in [
        "NEW.user_agent = trim(NEW.user_agent); RETURN NEW",
        "IF NEW.user_agent = '' '' THEN RETURN NEW; END IF; RETURN NULL",
    ] {
        target.run(&format!(
            "CREATE OR REPLACE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {change}; END';
             CREATE OR REPLACE TRIGGER change BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION change()"
        ));
        let said = refusal(dir.path(), &target);
        assert!(
            said.contains("in the table events, 2 rows became ") && said.contains("not the same"),
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
            "ALTER TABLE outbox ADD COLUMN colour TEXT",
            "the source has no column colour in the table outbox",
        ),
        (
            "ALTER TABLE outbox DROP COLUMN message",
            "the new database has no column message in the table outbox",
        ),
        (
            "ALTER TABLE outbox ALTER COLUMN message TYPE xml USING NULL",
            "outbox.message is of the type xml, which",
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
