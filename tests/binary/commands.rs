//! The commands.

use std::path::Path;
use std::process::Stdio;

use crate::client::Client;
use crate::operation::production;
use crate::server::{Server, free_port, program, run};

/// A server where Ada has an account.
pub fn with_ada(dir: &Path) -> Server {
    assert!(run(dir, &["user", "add", "ada@example.com"], "correct horse battery\n").0);
    Server::start(dir, free_port())
}

fn log_in(server: &Server, password: &str) -> (Client, u16) {
    let mut client = Client::new(&server.url);
    let status =
        client.submit("/login", &[("email", "ada@example.com"), ("password", password)]).status;
    (client, status)
}

#[test]
fn an_operator_manages_people() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| run(dir.path(), arguments, input);
    let (done, said) = run(
        &["user", "add", "ada@example.com", "--name", "Ada", "--admin"],
        "correct horse battery\n",
    );
    assert!(done && said.contains("ada@example.com can log in now."), "{said}");
    let (_, said) = run(&["user", "list"], "");
    assert!(said.contains("admin  active    ada@example.com (Ada)"), "{said}");
    let server = Server::start(dir.path(), free_port());
    assert_eq!(server.setup_link(), None);
    let (mut ada, status) = log_in(&server, "correct horse battery");
    assert_eq!(status, 303);

    let root = ["user", "add", "root@example.com", "--admin"];
    assert!(run(&root, "correct horse battery\n").0);
    assert!(run(&["user", "disable", "ADA@example.com"], "").0);
    assert_eq!(ada.get("/dashboard").status, 303, "logged out at the next request");
    assert_eq!(log_in(&server, "correct horse battery").1, 422);
    assert!(run(&["user", "list"], "").1.contains("disabled"));

    assert!(run(&["user", "enable", "ada@example.com"], "").0);
    let (mut ada, status) = log_in(&server, "correct horse battery");
    assert_eq!(status, 303);
    assert!(run(&["user", "password", "ada@example.com"], "another horse battery\n").0);
    assert_eq!(ada.get("/dashboard").status, 303, "logged out at the next request");
    assert_eq!(log_in(&server, "correct horse battery").1, 422);
    assert_eq!(log_in(&server, "another horse battery").1, 303);
}

#[test]
fn mistakes_of_an_operator_are_explained() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| run(dir.path(), arguments, input);
    let good = "correct horse battery\n";
    for (arguments, input, sentence) in [
        (&["user", "add", "ada"][..], good, "like name@example.com"),
        (&["user", "add", "ada@example.com"], "short\n", "Use at least 12 characters"),
        (&["user", "add", "ada@example.com"], "", "Use at least 12 characters"),
        (
            &["user", "disable", "nobody@example.com"],
            "",
            "Nobody has the address nobody@example.com.",
        ),
        (&["user", "password", "nobody@example.com"], good, "Nobody has the address"),
        (&["user", "end-sessions", "nobody@example.com"], "", "Nobody has the address"),
        (&["user", "promote", "nobody"], "", "Nobody has the address nobody."),
        (&["user", "demote", "nobody@example.com"], "", "Nobody has the address"),
        (&["user", "add", "ada@-dash.example.com"], good, "like name@example.com"),
        (&["user", "add", "a..b@example.com"], good, "like name@example.com"),
        (&["user", "reset-link", "nobody@example.com"], "", "Nobody has the address"),
        (
            &["user", "add", "ada@example.com", "--name", "ada\u{202e}nimda"],
            good,
            "Leave out the invisible signs",
        ),
        (&["user", "dance"], "", "unrecognized subcommand"),
    ] {
        let (done, said) = run(arguments, input);
        assert!(!done && said.contains(sentence), "{arguments:?}: {said}");
    }
    assert!(run(&["user", "add", "ada@example.com"], good).0);
    let (done, said) = run(&["user", "add", "Ada@Example.com"], good);
    assert!(!done && said.contains("has an account already"), "{said}");
}

#[test]
fn an_operator_makes_administrators_and_one_always_stays() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run(dir.path(), arguments, "correct horse battery\n");
    assert!(run(&["user", "add", "ada@example.com", "--admin"]).0);
    assert!(run(&["user", "add", "\u{feff}bob@example.com\u{200b}"]).0);
    for command in ["disable", "demote"] {
        let (done, said) = run(&["user", command, "ada@example.com"]);
        assert!(!done && said.contains(named!("`" @ " user promote ADDRESS`")), "{said}");
    }
    assert!(run(&["user", "promote", "\u{a0}Bob@example.com\t"]).0);
    let list = run(&["user", "list"]).1;
    assert!(list.contains("admin  active    bob@example.com"), "{list}");
    assert!(list.contains("admin  active    ada@example.com"), "nothing was changed: {list}");
    assert!(run(&["user", "demote", "ada@example.com"]).0);
    assert!(run(&["user", "list"]).1.contains("user   active    ada@example.com"));
    assert!(!run(&["user", "disable", "bob@example.com"]).0);
}

#[test]
fn a_reader_who_has_read_enough_is_no_mistake() {
    let dir = tempfile::tempdir().unwrap();
    drop(with_ada(dir.path()));
    for arguments in [
        &["secret"][..],
        &["secret", "rotate"],
        &["migrate"],
        &["purge"],
        &["routes"],
        &["user", "list"],
        &["user", "promote", "ada@example.com"],
        &["user", "reset-link", "ada@example.com"],
        &["--help"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = program(dir.path(), &[("RUST_LOG", "off")], arguments);
        let output = command.stdout(writer).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_a_failure_with_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = program(dir.path(), &[], &["secret"]).stdout(full).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains("cannot be written"), "{said}");
}

#[test]
fn a_link_from_an_operator_replaces_a_forgotten_password() {
    let dir = tempfile::tempdir().unwrap();
    let server = with_ada(dir.path());
    let port = server.url.rsplit(':').next().unwrap();
    let mut command =
        program(dir.path(), &[("PORT", port)], &["user", "reset-link", "ADA@example.com"]);
    let link = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(link.starts_with(&format!("{}/reset?token=", server.url)), "{link}");
    let mut ada = Client::new(&server.url);
    assert_eq!(ada.get(link.trim()).location, "/reset");
    assert!(ada.get("/reset").body.contains("ada@example.com"));
    let new = "violet kettle marching north";
    assert_eq!(ada.submit("/reset", &[("password", new)]).location, "/login");
    assert_eq!(log_in(&server, "correct horse battery").1, 422);
    assert_eq!(log_in(&server, new).1, 303);
    ada.get(link.trim());
    assert_eq!(ada.get("/reset").status, 410, "it worked once");
}

#[test]
fn a_disabled_person_gets_no_link_and_the_operator_reads_why() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run(dir.path(), arguments, "correct horse battery\n");
    assert!(run(&["user", "add", "ada@example.com"]).0);
    assert!(run(&["user", "disable", "ada@example.com"]).0);
    let (done, said) = run(&["user", "reset-link", "ada@example.com"]);
    assert!(!done && said.contains("is disabled: `user enable` first"), "{said}");
    assert!(!said.contains("token="), "{said}");
}

#[test]
fn an_operator_logs_somebody_out_everywhere() {
    let dir = tempfile::tempdir().unwrap();
    let server = with_ada(dir.path());
    let (mut at_home, _) = log_in(&server, "correct horse battery");
    let (mut at_work, _) = log_in(&server, "correct horse battery");
    assert_eq!((at_home.get("/dashboard").status, at_work.get("/dashboard").status), (200, 200));
    let (done, said) = run(dir.path(), &["user", "end-sessions", "ada@example.com"], "");
    assert!(done && said.contains("is logged out everywhere"), "{said}");
    assert_eq!((at_home.get("/dashboard").status, at_work.get("/dashboard").status), (303, 303));
    assert_eq!(log_in(&server, "correct horse battery").1, 303, "the password still works");
}

#[cfg(not(feature = "postgres"))]
#[test]
fn purging_deletes_what_has_expired_and_says_how_much() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run(dir.path(), arguments, "correct horse battery\n");
    assert!(run(&["user", "add", "ada@example.com"]).0);
    for _ in 0..2 {
        assert!(run(&["user", "reset-link", "ada@example.com"]).0);
    }
    assert!(run(&["purge"]).1.contains("0 rows were deleted."));
    let past = "UPDATE links SET expires_at = '2020-01-01 00:00:00'";
    crate::edit_rows(dir.path(), &format!("{past} WHERE id = (SELECT min(id) FROM links)"));
    assert!(run(&["purge"]).1.contains("1 rows were deleted."));
    crate::edit_rows(dir.path(), past);
    assert!(run(&["purge"]).1.contains("1 rows were deleted."));
    assert!(run(&["purge"]).1.contains("0 rows were deleted."));
}

#[test]
fn a_secret_is_new_each_time_and_good_enough() {
    let dir = tempfile::tempdir().unwrap();
    let (_, one) = run(dir.path(), &["secret"], "");
    let (_, two) = run(dir.path(), &["secret"], "");
    assert_ne!(one, two);
    assert!(actix_login::SigningKey::parse(one.trim()).is_ok());
    assert!(!dir.path().join("data").exists(), "it needs no database");
}

#[test]
fn migrating_twice_does_nothing_the_second_time() {
    let dir = tempfile::tempdir().unwrap();
    let all = std::fs::read_dir("migrations/sqlite").unwrap().count();
    let said = run(dir.path(), &["migrate"], "").1;
    assert!(said.starts_with(&format!("{all} migrations were run")), "{said}");
    assert!(run(dir.path(), &["migrate"], "").1.starts_with("0 migrations were run"));
}

#[test]
fn whoever_writes_a_migration_takes_it_back_and_in_production_nobody_does_so_by_accident() {
    let dir = tempfile::tempdir().unwrap();
    assert!(run(dir.path(), &["migrate"], "").0);
    let (done, said) = run(dir.path(), &["revert"], "");
    assert!(done && said.ends_with("is taken back.\n"), "{said}");
    assert!(run(dir.path(), &["migrate"], "").1.starts_with("1 migrations were run"));
    let output = program(dir.path(), &production(), &["revert"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("taken back by hand"), "{said}");
    assert!(run(dir.path(), &["migrate"], "").1.starts_with("0 migrations were run"));
}

#[test]
fn of_many_who_migrate_at_once_one_does_and_the_others_find_nothing_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let migrate = || program(dir.path(), &[], &["migrate"]).stdout(Stdio::piped()).spawn();
    let children: Vec<_> = (0..6).map(|_| migrate().unwrap()).collect();
    let said = children.into_iter().map(|child| {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    });
    let said: Vec<_> = said.collect();
    let done = said.iter().filter(|line| !line.starts_with("0 migrations")).count();
    assert_eq!(done, 1, "{said:?}");
}

#[cfg(not(feature = "postgres"))]
#[test]
fn a_program_for_one_database_says_how_to_build_the_one_that_copies() {
    let dir = tempfile::tempdir().unwrap();
    let (done, said) = run(dir.path(), &["copy-to", "postgres://localhost/app"], "");
    assert!(!done && said.contains("`cargo build --release --all-features`"), "{said}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn routes_lists_what_the_router_knows() {
    let dir = tempfile::tempdir().unwrap();
    let (_, said) = run(dir.path(), &["routes"], "");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let told =
        ["GET,POST /login", "POST /logout", "GET /dashboard", "POST /account/sessions/{id}/end"];
    for line in told {
        assert!(said.contains(line), "{line} in {said}");
    }
}

#[test]
fn help_explains_every_command() {
    let dir = tempfile::tempdir().unwrap();
    let (done, said) = run(dir.path(), &["--help"], "");
    for command in [
        "serve", "health", "migrate", "revert", "backup", "copy-to", "purge", "user", "secret",
        "routes",
    ] {
        assert!(done && said.contains(command), "{said}");
    }
}

#[test]
fn a_rotated_key_signs_and_the_old_one_keeps_people_logged_in() {
    let dir = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], input: &str| run(dir.path(), arguments, input);
    assert!(run(&["user", "add", "ada@example.com"], "correct horse battery\n").0);
    let port = free_port();
    let server = Server::start(dir.path(), port);
    let (mut ada, _) = log_in(&server, "correct horse battery");
    drop(server);
    let file = dir.path().join("data/secret_key");
    let old = std::fs::read_to_string(&file).unwrap();
    // What a crash in the middle of such a change left behind.
    std::fs::write(dir.path().join("data/secret_key.new"), "x".repeat(500)).unwrap();
    let (done, said) = run(&["secret", "rotate"], "");
    assert!(done && said.contains("1 older ones still verify"), "{said}");
    let both = std::fs::read_to_string(&file).unwrap();
    assert!(both.trim().ends_with(old.trim()) && both.contains(','));
    let server = Server::start(dir.path(), port);
    assert_eq!(ada.get("/dashboard").status, 200);
    drop(server);
    std::fs::write(&file, both.split(',').next().unwrap()).unwrap();
    let _server = Server::start(dir.path(), port);
    assert_eq!(ada.get("/dashboard").status, 303, "the old key is gone");
}
