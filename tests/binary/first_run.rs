//! The main job: an empty folder, one command, a logged-in page.

use std::fs;

use crate::client::Client;
use crate::server::{Server, free_port};

const ADA: [(&str, &str); 3] =
    [("name", "Ada"), ("email", "ada@example.com"), ("password", "correct horse battery")];

#[test]
fn from_an_empty_folder_to_a_logged_in_page_and_over_a_restart() {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let mut server = Server::start(dir.path(), port);
    assert!(server.announcement.contains(&server.url));
    let mut ada = Client::new(&server.url);
    let link = server.setup_link().expect("a set-up link").to_owned();
    assert!(ada.get(&link).body.contains("Make the first account"));
    let answer = ada.submit(&link, &ADA);
    assert_eq!((answer.status, answer.location.as_str()), (303, "/dashboard"));
    assert!(ada.get("/dashboard").body.contains("Hello, Ada"));
    assert_eq!(ada.submit("/logout", &[]).status, 303);
    assert_eq!(ada.get("/dashboard").location, "/login?next=%2Fdashboard");
    assert_eq!(ada.submit("/login", &ADA).location, "/dashboard");
    server.terminate();
    assert!(server.wait().success());
    let server = Server::start(dir.path(), port);
    assert_eq!(server.setup_link(), None, "{}", server.announcement);
    let page = ada.get(&link);
    assert_eq!(page.status, 410);
    assert!(page.body.contains("It was used already"), "{}", page.body);
    assert!(ada.get("/dashboard").body.contains("Hello, Ada"));
}

#[test]
fn a_restart_makes_a_new_link_while_nobody_has_an_account() {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let old = Server::start(dir.path(), port).setup_link().unwrap().to_owned();
    let server = Server::start(dir.path(), port);
    let new = server.setup_link().unwrap();
    assert_ne!(new, old);
    let mut client = Client::new(&server.url);
    assert_eq!(client.get(new).status, 200);
    assert_eq!(client.get(&old).status, 200, "it may be that of a server beside this one");
}

#[cfg(unix)]
#[test]
fn what_the_first_run_makes_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let _server = Server::start(dir.path(), free_port());
    let mode =
        |name: &str| fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode("data"), mode(named!("data/" @ ".db")), mode("data/secret_key")),
        (0o700, 0o600, 0o600)
    );
    assert_eq!(mode(named!("data/" @ ".db-wal")), 0o600);
    let entries: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(entries.len(), 1, "only data/: {entries:?}");
}

#[test]
fn two_folders_have_two_keys() {
    let key = || {
        let dir = tempfile::tempdir().unwrap();
        drop(Server::start(dir.path(), free_port()));
        fs::read_to_string(dir.path().join("data/secret_key")).unwrap()
    };
    assert_ne!(key(), key());
}
