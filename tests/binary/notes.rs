//! Notes that are moved from `SQLite` to `PostgreSQL`.

use crate::client::Client;
use crate::server::{Server, free_port};

/// Writes notes whose texts are hard to carry.
pub fn write_odd_notes(ada: &mut Client) {
    for (title, body) in crate::copy::ODD {
        assert_eq!(ada.submit("/notes", &[("title", title), ("body", body)]).status, 303);
    }
}

/// For `scripts/check`, which runs what is about copying by this name.
mod copy {
    use super::*;
    use crate::copy::{ada_before_the_move, adas_folder, copy};
    use crate::postgres::Database;

    #[test]
    #[ignore = "needs PostgreSQL and a build for each database: scripts/check"]
    fn ada_finds_her_notes_after_the_move() {
        let (dir, port, target) = (adas_folder(), free_port(), Database::create());
        let mut ada = ada_before_the_move(dir.path(), port);
        let output = copy(dir.path(), &target);
        assert!(String::from_utf8(output.stdout).unwrap().contains(" 4 rows of notes\n"));
        let _server = Server::start_with(dir.path(), port, &[("DATABASE_URL", &target.url)]);
        assert!(ada.get("/notes/1").body.contains("žluťoučký kůň 🦊"));
        assert!(ada.get("/notes/4").body.contains("is not é"));
    }
}
