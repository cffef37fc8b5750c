//! The example, as a reader would try it.

use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use crate::client::Client;
use crate::server::free_port;

struct Example(Child);

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_quickstart_redirects_logs_in_and_greets() {
    // `cargo test` builds the examples beside the tests; `--test binary` alone does not.
    let program = std::path::Path::new(env!(named!("CARGO_BIN_EXE_" @)))
        .with_file_name("examples/quickstart");
    let port = free_port();
    let example = Command::new(program).env("PORT", port.to_string()).spawn();
    let _example = Example(example.expect("first: cargo build --example quickstart"));
    for _ in 0..100 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    let mut ada = Client::new(&format!("http://localhost:{port}"));
    assert_eq!(ada.get("/").location, "/login");
    assert!(ada.get("/login").body.contains("<form"));
    assert_eq!(ada.submit("/login", &[("name", "ada")]).location, "/");
    assert_eq!(ada.get("/").body, "Hello, Ada Lovelace!");
    let mut eve = Client::new(&format!("http://localhost:{port}"));
    eve.submit("/login", &[("name", "eve")]);
    assert_eq!(eve.get("/").location, "/login");
}
