//! `doctor`: what is wrong around the program, and what to do about it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use crate::server::{free_port, program};

/// What it says with these settings, and its exit code.
pub fn doctor(dir: &Path, settings: &[(&str, &str)]) -> (i32, String) {
    let output = program(dir, settings, &["doctor"]).output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

/// Whether a line begins with these words and has that text in it.
#[track_caller]
pub fn assert_line(said: &str, words: &str, text: &str) {
    let is_it = |line: &str| {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        line.starts_with(words) && line.contains(text)
    };
    assert!(said.lines().any(is_it), "no `{words} … {text}` in:\n{said}");
}

#[test]
fn all_that_is_wrong_with_the_settings_is_told_as_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = doctor(dir.path(), &[("PORT", "http"), ("SESSION_IDLE", "an hour")]);
    assert_line(&said, "problem settings", "The settings need attention:");
    assert!(code == 1 && said.contains("PORT=http") && said.contains("SESSION_IDLE=an"), "{said}");
}

/// A mail server that says yes to everything; what it was told.
fn listen(listener: &TcpListener) -> Vec<String> {
    let mut stream = listener.accept().unwrap().0;
    stream.write_all(b"220 mail.example.com\r\n").unwrap();
    let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    lines.inspect(|_| drop(stream.write_all(b"250 mail.example.com\r\n"))).collect()
}

#[test]
fn a_mail_server_is_greeted_and_gets_no_mail() {
    let listener = TcpListener::bind(("127.0.0.1", free_port())).unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || listen(&listener));
    let dir = tempfile::tempdir().unwrap();
    assert_line(&doctor(dir.path(), &[("SMTP_URL", &url)]).1, "ok mail", "nothing was sent");
    let said = server.join().unwrap();
    assert!(said[0].starts_with("EHLO") && !said.iter().any(|line| line.contains("MAIL")));
}

/// Where the database is a file.
#[cfg(not(feature = "postgres"))]
mod sqlite {
    use super::{assert_line, doctor};
    use crate::operation::production;
    use crate::server::run;

    /// A site whose mail nobody takes.
    fn site() -> Vec<(&'static str, &'static str)> {
        let files = concat!(env!("CARGO_MANIFEST_DIR"), "/static");
        let other = [("SMTP_URL", "smtp://127.0.0.1:1"), ("STATIC_DIR", files)];
        [&production()[..], &other].concat()
    }

    #[test]
    fn before_the_first_start_all_is_well_and_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let (code, said) = doctor(dir.path(), &[]);
        assert_line(&said, "ok database", named!("The first start makes the file data/" @ ".db."));
        assert_line(&said, "ok mail", "/dev/mail");
        assert_eq!(
            (code, said.contains("problem") || said.contains("warning")),
            (0, false),
            "{said}"
        );
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_program_that_has_run_is_healthy_in_every_line() {
        let dir = tempfile::tempdir().unwrap();
        assert!(run(dir.path(), &["routes"], "").0);
        let (code, said) = doctor(dir.path(), &[("SESSION_PROTECTION", "strong")]);
        assert_eq!(code, 0, "{said}");
        assert_line(&said, "ok settings", "1 of ");
        assert_line(&said, "ok database", "It answers, in ");
        assert_line(&said, "ok migrations", "were run.");
        assert_line(&said, "ok clock", "UTC.");
        assert_line(&said, "", "A hash takes "); // on whatever machine
        assert_line(&said, "ok files", "The folder data can be written to.");
        assert_line(&said, "ok static", "can be read.");
        assert_line(&said, "ok proxy", "None is needed.");
    }

    #[test]
    fn a_server_that_is_not_set_up_yet_reads_what_is_missing() {
        let dir = tempfile::tempdir().unwrap();
        let (code, said) = doctor(dir.path(), &site());
        assert_line(&said, "problem database", named!("run `" @ " migrate`"));
        assert_line(&said, "problem mail", "The server 127.0.0.1:1 does not take it");
        assert_line(&said, "warning proxy", "TRUSTED_PROXIES names none");
        assert_eq!(code, 1);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        let all = [&site()[..], &[("TRUSTED_PROXIES", "0.0.0.0/0")]].concat();
        assert_line(&doctor(dir.path(), &all).1, "problem proxy", "believes everybody");
    }

    #[test]
    fn a_database_of_a_newer_program_or_an_older_one_is_told() {
        let dir = tempfile::tempdir().unwrap();
        assert!(run(dir.path(), &["migrate"], "").0);
        let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000001')";
        crate::edit_rows(dir.path(), newer);
        let (code, said) = doctor(dir.path(), &[]);
        assert_line(&said, "problem migrations", "1 are from a newer version of this program");
        assert_eq!(code, 1);
        let older = "DELETE FROM __diesel_schema_migrations WHERE version > '20261101'";
        crate::edit_rows(dir.path(), older);
        assert_line(&doctor(dir.path(), &[]).1, "ok migrations", "are run at the next start.");
        assert_line(&doctor(dir.path(), &site()).1, "problem migrations", "are missing");
    }

    #[cfg(unix)]
    #[test]
    fn a_clock_that_was_set_back_and_a_key_that_others_can_read_are_told() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        assert!(run(dir.path(), &["routes"], "").0);
        let file = |name: &str| dir.path().join("data").join(name);
        let database = std::fs::File::options().append(true).open(file(named!(@ ".db"))).unwrap();
        let later = database.metadata().unwrap().modified().unwrap();
        database.set_modified(later + std::time::Duration::from_secs(3600)).unwrap();
        let readable = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(file("secret_key"), readable).unwrap();
        let (code, said) = doctor(dir.path(), &[]);
        assert_line(&said, "warning clock", "timedatectl set-ntp true");
        assert_line(&said, "warning files", "chmod 600 data/secret_key");
        assert_eq!(code, 0, "it works: {said}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_cannot_be_written_to_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let (code, said) = doctor(dir.path(), &[("DATABASE_URL", "/proc/app.db")]);
        assert_line(&said, "problem files", "The folder /proc cannot be written to");
        assert_eq!(code, 1);
    }
}
