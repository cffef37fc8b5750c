//! What developers have of the program.

use crate::client::Client;
use crate::server::{Server, free_port};

#[test]
fn a_developer_sees_which_setting_was_set_where() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(".env"), "SESSION_PROTECTION=strong\nRUST_LOG=warn\n").unwrap();
    let server = Server::start_with(dir.path(), free_port(), &[("RUST_LOG", "info")]);
    let page = Client::new(&server.url).get("/dev/settings").body;
    for (name, value, origin) in [
        ("SESSION_PROTECTION", "strong", ".env"),
        ("RUST_LOG", "info", "environment"),
        ("PASSWORD_MIN_LENGTH", "12", "default"),
    ] {
        let row = page.split("<tr>").find(|row| row.contains(&format!(">{name}<"))).unwrap();
        assert!(row.contains(&format!(">{value}<")) && row.contains(origin), "{row}");
    }
}
