//! Programs at two instances.

use serde_json::Value;

use crate::client::Page;
use crate::instance::{ADA, Pair, at_once, visitor};

fn json(page: &Page) -> Value {
    serde_json::from_str(&page.body).expect(&page.body)
}

fn refresh(url: &str, token: &str) -> Page {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    visitor(url).submit("/auth/token", &fields)
}

/// Whether the program that holds this access token is let in.
fn is_let_in(url: &str, tokens: &Value) -> bool {
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    visitor(url).set_header("authorization", &bearer).get("/api/me").status == 200
}

#[test]
#[ignore = "needs nginx and PostgreSQL: scripts/check --all"]
fn of_two_hundred_who_use_one_refresh_token_one_wins_and_then_its_family_is_over() {
    let pair = Pair::start(&[]);
    let fields = [("grant_type", "password"), ("username", ADA[0].1), ADA[1]];
    let first = json(&visitor(pair.url(0)).submit("/auth/token", &fields));
    assert!(is_let_in(pair.url(1), &first));
    let token = first["refresh_token"].as_str().unwrap();
    let answers = at_once(200, |number| refresh(pair.url(number), token));
    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    // 503 is a request that found no room; it used nothing.
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 400 | 503)));
    assert_eq!(won.len(), 1);
    let second = json(won[0]);
    for number in 0..2 {
        let token = second["refresh_token"].as_str().unwrap();
        assert_eq!(refresh(pair.url(number), token).status, 400);
        assert!(!is_let_in(pair.url(number), &second), "its family is over");
    }
}
