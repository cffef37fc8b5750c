//! What one instance does, the other knows.

use std::sync::Mutex;

use crate::client::Client;
use crate::instance::{
    ADA, OTHER_PASSWORD, PASSWORD, Pair, ada_at, at_once, command, same, visitor,
};

/// Ada with one browser, at both instances.
fn ada_at_both(pair: &Pair) -> [Client; 2] {
    let ada = ada_at(pair.url(0));
    let there = same(&ada, pair.url(1));
    [ada, there]
}

fn is_in(client: &mut Client) -> bool {
    client.get("/dashboard").status == 200
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn who_logs_in_at_one_instance_is_logged_in_at_the_other() {
    let pair = Pair::start(&[]);
    let [mut here, mut there] = ada_at_both(&pair);
    assert!(is_in(&mut here) && is_in(&mut there));
    assert!(!is_in(&mut visitor(pair.url(1))));
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn who_logs_out_at_one_instance_is_out_at_the_other_at_the_next_request() {
    let pair = Pair::start(&[]);
    let [mut here, mut there] = ada_at_both(&pair);
    assert!(is_in(&mut there));
    assert_eq!(here.submit("/logout", &[]).status, 303);
    assert!(!is_in(&mut there));
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn a_password_that_is_changed_at_one_instance_ends_the_log_ins_at_the_other() {
    let pair = Pair::start(&[]);
    let [mut here, mut copy] = ada_at_both(&pair);
    let mut at_work = ada_at(pair.url(1));
    assert!(is_in(&mut copy) && is_in(&mut at_work));
    let fields = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    assert_eq!(here.submit("/account/password", &fields).status, 303);
    assert!(!is_in(&mut copy) && !is_in(&mut at_work));
    assert!(is_in(&mut same(&here, pair.url(1))), "the session that changed it has a new secret");
    assert_eq!(visitor(pair.url(1)).submit("/login", &ADA).status, 422);
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn both_count_together_what_strangers_try() {
    let limits = [("LIMITS_IN", "database"), ("LIMIT_LOG_INS", "8/15m")];
    let pair = Pair::start(&limits);
    let statuses = at_once(20, |number| {
        let email = format!("nobody{number}@example.com");
        let fields = [("email", email.as_str()), ("password", "wrong horse battery")];
        visitor(pair.url(number % 2)).submit("/login", &fields).status
    });
    let of = |status| statuses.iter().filter(|other| **other == status).count();
    // Who finds no thread to look at their password has not tried it.
    assert!(of(422) <= 8 && of(429) > 0, "{statuses:?}");
    assert_eq!(of(422) + of(429) + of(503), 20, "{statuses:?}");
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn an_operator_who_ends_sessions_or_disables_somebody_does_so_at_both() {
    let pair = Pair::start(&[]);
    for end in ["end-sessions", "disable"] {
        let [mut here, mut there] = ada_at_both(&pair);
        assert!(is_in(&mut here) && is_in(&mut there));
        pair.run(&["user", end, "ada@example.com"]);
        assert!(!is_in(&mut here) && !is_in(&mut there), "{end}");
    }
    assert_eq!(visitor(pair.url(1)).submit("/login", &ADA).status, 422);
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn of_twenty_who_use_one_link_at_both_instances_one_chooses_the_password() {
    let pair = Pair::start(&[]);
    let link = pair.run(&["user", "reset-link", "ada@example.com"]);
    let password = |number: usize| format!("violet kettle marching {number}");
    let open = |number| {
        let mut ada = visitor(pair.url(number));
        assert_eq!(ada.get(link.trim()).location, "/reset");
        assert_eq!(ada.get("/reset").status, 200);
        Mutex::new(ada)
    };
    let browsers: Vec<_> = (0..20).map(open).collect();
    at_once(20, |number| {
        let fields = [("password", &*password(number))];
        browsers[number].lock().unwrap().submit("/reset", &fields).status
    });
    // Whoever chose one is known in that browser, and kept from nothing by the tries of the others.
    let works = |number: &usize| {
        let fields = [ADA[0], ("password", &*password(*number))];
        browsers[*number].lock().unwrap().submit("/login", &fields).status == 303
    };
    assert_eq!((0..20).filter(works).count(), 1);
    let used = "SELECT count(*) AS count FROM events WHERE kind = 'password_reset'";
    assert_eq!(pair.count(used), 1);
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn the_set_up_link_of_each_instance_works_at_both_and_one_of_them_once() {
    let pair = Pair::empty(&[]);
    let links = [0, 1].map(|number| pair.instances[number].setup_link().unwrap());
    assert_ne!(links[0], links[1]);
    for number in 0..2 {
        for link in links {
            assert_eq!(visitor(pair.url(number)).get(link).status, 200);
        }
    }
    let statuses = at_once(20, |number| {
        let fields = [("name", "Ada"), ("email", &*format!("ada{number}@example.com")), ADA[1]];
        // Each link at the instance that did not print it, and at the other.
        visitor(pair.url(number)).submit(links[number / 2 % 2], &fields).status
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert_eq!(pair.count("SELECT count(*) AS count FROM users"), 1);
    for link in links {
        assert_eq!(visitor(pair.url(1)).get(link).status, 410);
    }
}

/// Rows that have expired: so many sessions of Ada's, and so many forms.
const EXPIRED: &str = "
    INSERT INTO sessions (user_id, token_hash, created_at, last_seen_at, expires_at, remembered,
                          ip_address, user_agent)
        SELECT users.id, n::text, now(), now(), now() - interval '1 day', false, '', ''
        FROM generate_series(1, 4500) AS n, users WHERE email = 'ada@example.com';
    INSERT INTO sent_forms (hash, created_at)
        SELECT n::text, now() - interval '1 day' FROM generate_series(1, 4500) AS n";

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn of_what_two_delete_at_once_each_row_goes_once() {
    let pair = Pair::start(&[]);
    for _ in 0..3 {
        pair.sql(EXPIRED);
        let (dir, database) = (pair.dir.path(), &pair.database.url);
        let outputs = at_once(2, |_| command(dir, database, &["purge"]));
        let gone = outputs.iter().map(|output| {
            assert!(output.status.success(), "{output:?}");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            said.split(' ').next().unwrap().parse::<usize>().unwrap()
        });
        assert_eq!(gone.sum::<usize>(), 9000);
        assert_eq!(pair.count("SELECT count(*) AS count FROM sent_forms"), 0);
    }
    let kept = pair.count("SELECT count(*) AS count FROM users");
    assert_eq!((kept, pair.count("SELECT count(*) AS count FROM sessions")), (2, 0));
}
