//! Quotas, and where it is kept how much of them is used up.

use kit::Time;
use kit::limit::{Buckets, Key, Quota, Wait};
use time::Duration;
use time::macros::datetime;

const NOW: Time = datetime!(2026-11-01 12:00:00);

/// Four in a minute.
const FOUR: Quota = Quota::new(4, Duration::MINUTE);

fn key(subject: &str) -> Key {
    Key::new(&[7; 32], "test", subject)
}

fn seconds(seconds: i64) -> Wait {
    Wait(Duration::seconds(seconds))
}

#[test]
fn so_many_at_once_and_then_one_after_the_other() {
    let buckets = Buckets::new(10);
    let at = |second: i64| buckets.take(&[(key("a"), FOUR)], NOW + Duration::seconds(second));
    assert_eq!([0, 0, 0, 0, 0, 14].map(at)[4..], [Err(seconds(15)), Err(seconds(1))]);
    assert_eq!(
        [15, 15, 60, 60, 60, 60].map(at).map(|taken| taken.is_ok())[..3],
        [true, false, true]
    );
    assert_eq!(buckets.take(&[(key("b"), FOUR)], NOW), Ok(()));
}

#[test]
fn one_that_is_taken_back_makes_room_for_one() {
    let buckets = Buckets::new(10);
    let wanted = [(key("a"), FOUR)];
    for _ in 0..4 {
        buckets.take(&wanted, NOW).unwrap();
    }
    buckets.give_back(&wanted);
    assert_eq!(buckets.take(&wanted, NOW), Ok(()));
    assert_eq!(buckets.take(&wanted, NOW), Err(seconds(15)));
}

#[test]
fn of_several_quotas_all_have_to_leave_room_and_none_is_used_up_where_one_does_not() {
    let buckets = Buckets::new(10);
    let day = Quota::new(1, Duration::DAY);
    buckets.take(&[(key("day"), day)], NOW).unwrap();
    for _ in 0..9 {
        let both = buckets.take(&[(key("a"), FOUR), (key("day"), day)], NOW);
        assert_eq!(both, Err(Wait(Duration::DAY)));
    }
    assert_eq!(buckets.take(&[(key("a"), FOUR)], NOW), Ok(()));
}

#[test]
fn a_clock_that_was_set_back_keeps_nobody_waiting() {
    let buckets = Buckets::new(10);
    let wanted = [(key("a"), FOUR)];
    for _ in 0..4 {
        buckets.take(&wanted, NOW + Duration::hours(1)).unwrap();
    }
    assert_eq!([(); 4].map(|()| buckets.take(&wanted, NOW)), [Ok(()); 4]);
}

#[test]
fn whoever_tries_at_two_instances_whose_clocks_differ_has_one_try_more_and_no_new_quota() {
    let buckets = Buckets::new(10);
    let wanted = [(key("a"), FOUR)];
    for _ in 0..4 {
        buckets.take(&wanted, NOW + Duration::seconds(6)).unwrap();
    }
    let tries =
        [0, 0, 6, 0, 6].map(|second| buckets.take(&wanted, NOW + Duration::seconds(second)));
    assert_eq!(tries.map(|tried| tried.is_ok()), [true, false, false, false, false]);
}

#[test]
fn whoever_invents_networks_fills_no_memory_and_makes_nobodys_failures_forgotten() {
    let buckets = Buckets::new(1000);
    let guesser = [(key("guesser"), FOUR)];
    for _ in 0..4 {
        buckets.take(&guesser, NOW).unwrap();
    }
    // Each owes for longer, and less of its quota.
    let day = Quota::new(20, Duration::DAY);
    for n in 0..100_000 {
        buckets.take(&[(key(&n.to_string()), day)], NOW).unwrap();
        assert!(buckets.len() <= 1001);
    }
    assert_eq!(buckets.take(&guesser, NOW), Err(seconds(15)));
}

#[test]
fn what_is_waited_for_is_said_in_minutes_and_hours_and_never_too_short() {
    let said = |seconds| Wait(Duration::seconds(seconds)).to_string();
    assert_eq!(said(1), "Try again in a minute.");
    assert_eq!(said(61), "Try again in 2 minutes.");
    assert_eq!(said(90 * 60 + 1), "Try again in 2 hours.");
    assert_eq!(Wait(Duration::milliseconds(1)).seconds(), 1);
    assert_eq!(Wait(Duration::milliseconds(1001)).seconds(), 2);
}
