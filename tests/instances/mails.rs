//! Mail that both instances deliver.

use std::collections::BTreeSet;

use crate::instance::{Pair, wait_for};

/// So many mails that wait, each to somebody else.
const WAITING: &str = r#"
    INSERT INTO outbox (email, email_canonical, kind, message, created_at, due_at)
        SELECT a, a, 'password_changed', '{"kind": "password_changed"}', now(), now()
        FROM generate_series(1, 200) AS n, LATERAL (SELECT 'm' || n || '@example.com') AS t (a)"#;

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn of_two_hundred_mails_each_is_delivered_once_while_both_deliver() {
    let pair = Pair::start(&[]);
    pair.sql(WAITING);
    let waiting = "SELECT count(*) AS count FROM outbox WHERE sent_at IS NULL";
    wait_for("the last mail", || (pair.count(waiting) == 0).then_some(()));
    let taken = pair.posts.each_ref().map(super::post::Post::taken);
    assert!(taken.iter().all(|taken| taken.len() > 10), "both deliver: {taken:?}");
    let all = taken.concat();
    let different: BTreeSet<_> = all.iter().collect();
    assert_eq!((all.len(), different.len()), (200, 200));
}
