//! A backup that is made while people write.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::Ordering::Relaxed;

use crate::client::Client;
use crate::mail_server::wait_for;
use crate::operation::{ADA, with_ada};
use crate::server::{Server, free_port, program};
use crate::writing::{UNLIMITED, texts, while_she_writes, written};

fn back_up(dir: &Path, file: &Path) -> Output {
    program(dir, &[], &["backup", file.to_str().unwrap()]).output().unwrap()
}

#[test]
fn a_backup_made_while_ada_writes_is_a_whole_database_that_she_logs_in_to() {
    let (dir, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (server, mut ada) = with_ada(dir.path(), &UNLIMITED);
    assert_eq!(ada.submit("/account", &[("name", "Countess")]).status, 303);
    fs::create_dir(new.path().join("data")).unwrap();
    let file = new.path().join(named!("data/" @ ".db"));
    let (output, answered) = while_she_writes(&server.url, &ada, 0.., |count| {
        wait_for("20 answers", || (count.load(Relaxed) >= 20).then_some(()));
        back_up(dir.path(), &file)
    });
    assert!(output.status.success(), "{output:?}");
    let size = fs::metadata(&file).unwrap().len();
    assert!(String::from_utf8(output.stdout).unwrap().contains(&format!("in {size} bytes")));
    assert_eq!(texts(&file, "SELECT integrity_check AS text FROM pragma_integrity_check"), ["ok"]);
    // All that was answered before it began, and of what came meanwhile nothing without what came before.
    let kept = written(&file);
    assert!(kept.len() >= 20 && answered.starts_with(&kept), "{kept:?} of {answered:?}");
    let server = Server::start(new.path(), free_port());
    let mut ada = Client::new(&server.url);
    assert_eq!(ada.submit("/login", &ADA).location, "/dashboard");
    assert!(ada.get("/dashboard").body.contains("Hello, Countess"));
}

#[cfg(unix)]
#[test]
fn a_backup_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    drop(with_ada(dir.path(), &[]));
    let file = dir.path().join("it's a 100% #1 ü.db");
    assert!(back_up(dir.path(), &file).status.success());
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_backup_takes_the_place_of_no_file() {
    let dir = tempfile::tempdir().unwrap();
    drop(with_ada(dir.path(), &[]));
    for content in ["yesterday's backup", ""] {
        let file = dir.path().join("copy.db");
        fs::write(&file, content).unwrap();
        let output = back_up(dir.path(), &file);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.contains("File exists"), "{said}");
        assert_eq!(fs::read_to_string(file).unwrap(), content);
    }
}

#[cfg(unix)]
#[test]
fn a_backup_that_is_ended_in_the_middle_does_not_look_like_one() {
    use std::os::unix::process::ExitStatusExt;
    let dir = tempfile::tempdir().unwrap();
    let (mut server, _ada) = with_ada(dir.path(), &[]);
    server.terminate();
    assert!(server.wait().success());
    // The kernel ends it at the 64th KiB that it writes into a file.
    let mut limited = Command::new("bash");
    limited.args([
        "-c",
        "ulimit -f 64; exec \"$0\" backup copy.db",
        env!(named!("CARGO_BIN_EXE_" @)),
    ]);
    let output = limited.current_dir(dir.path()).env_clear().output().unwrap();
    assert!(output.status.signal().is_some(), "{output:?}");
    assert!(dir.path().join("copy.db.part").exists() && !dir.path().join("copy.db").exists());
}

#[test]
fn of_a_database_that_is_not_there_no_backup_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("copy.db");
    let output = back_up(dir.path(), &file);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && said.contains(".db is empty"), "{said}");
    assert!(!file.exists(), "an empty file would be taken for a backup");
}
