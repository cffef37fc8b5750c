//! What a release build leaves out: `scripts/check --all` makes one and names it in `RELEASE_BINARY`.

use std::path::Path;
use std::process::Command;

use crate::client::Client;
use crate::operation::ADA;
use crate::server::{Server, free_port};

/// The release build, serving in `dir`.
fn release(dir: &Path) -> Server {
    let program = std::env::var("RELEASE_BINARY")
        .expect("RELEASE_BINARY names the program that `cargo build --release` makes");
    let port = free_port().to_string();
    let mut command = Command::new(program);
    command.current_dir(dir).env_clear().env("PORT", &port);
    command.env("STATIC_DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/static"));
    Server::launch(command, &port)
}

#[test]
#[ignore = "needs a release build: scripts/check --all"]
fn a_release_build_shows_nobody_the_pages_for_developers() {
    let dir = tempfile::tempdir().unwrap();
    let server = release(dir.path());
    let mut ada = Client::new(&server.url);
    assert_eq!(ada.submit(server.setup_link().unwrap(), &ADA).status, 303);
    for path in ["/dev", "/dev/me", "/dev/routes", "/dev/settings", "/dev/mail", "/dev/mail/1"] {
        assert_eq!(ada.get(path).status, 404, "{path}");
    }
    for path in ["/", "/dashboard", "/account", "/forgot/sent"] {
        let page = ada.get(path);
        assert!(page.status == 200 && !page.body.contains("/dev"), "{path}: {}", page.body);
    }
    let log = server.log();
    assert!(log.contains("nobody can read the mailbox here: mail is lost"), "{log}");
}
