//! How often the program speaks to `PostgreSQL` for a page.

use crate::database::TestDatabase;
use crate::instance::{ada_at, said, start};
use crate::wire::Wire;

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn a_page_for_somebody_who_is_logged_in_costs_one_round_trip() {
    let (dir, database) = (tempfile::tempdir().unwrap(), TestDatabase::create());
    let wire = Wire::to(&database.url);
    said(dir.path(), &database.url, &["user", "add", "ada@example.com"]);
    // One of them reads.
    let settings = [("DATABASE_CONNECTIONS", "2")];
    let server = start(dir.path(), &wire.url, "smtp://127.0.0.1", &settings);
    let mut ada = ada_at(&server.url);
    let mut look = || assert_eq!(ada.get("/account/appearance").status, 200);
    look();
    // The outbox is looked through each second, whoever asks for pages.
    let turns = || {
        let all = wire.turns().into_iter();
        all.filter(|turn| !turn.iter().any(|sql| sql.contains("outbox"))).collect::<Vec<_>>()
    };
    let before = turns().len();
    for _ in 0..10 {
        look();
    }
    let after = turns();
    assert_eq!(after.len() - before, 10, "{:#?}", &after[before..]);
    assert!(after[before..].iter().all(|turn| turn.len() == 1 && turn[0].contains("sessions")));
}
