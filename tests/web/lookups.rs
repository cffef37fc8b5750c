//! What a request costs the database before anything is done.

use actix_web::http::Method;

use crate::browser::{Browser, Site};

/// How many of these statements look for somebody's log-in in this table.
fn lookups(statements: &[String], table: &str) -> usize {
    // SQLite's names stand between other marks than PostgreSQL's.
    let plain = |statement: &String| statement.replace(['`', '"'], "");
    let joined = format!(" FROM ({table} INNER JOIN users ");
    let finds =
        |statement: &&String| statement.starts_with("SELECT") && plain(statement).contains(&joined);
    statements.iter().filter(finds).count()
}

/// Whether somebody was looked up once, or with `SQLite` not at all: what is unchanged is known.
fn is_once(found: usize) -> bool {
    found == 1 || found == 0 && cfg!(not(feature = "postgres"))
}

#[actix_web::test]
async fn every_page_asks_once_who_is_logged_in() {
    let site = Site::open().await;
    site.admin("ada").await;
    let (ada, asked) = (site.logged_in("ada").await, site.record());
    for (path, methods) in site.app.routes().await {
        if methods.iter().any(|method| method == "GET") {
            asked.take();
            let answer = ada.get(&path.replace("{id}", "1").replace("{file:.*}", "")).await;
            let found = lookups(&asked.take(), "sessions");
            let is_page = answer.status == 200 && answer.body.contains("action=\"/logout\"");
            assert!(is_once(found) || (found == 0 && !is_page), "{path}: {found} look-ups");
        }
    }
}

#[actix_web::test]
async fn a_form_asks_once_who_sends_it_whatever_becomes_of_it() {
    let ada = Browser::logged_in("ada").await;
    let asked = ada.site.record();
    let cases = [
        ("/papers", ("title", "Milk"), 303),
        ("/papers", ("title", ""), 422),
        ("/account/invitations", ("email", "bob@example.com"), 403),
        ("/account/password", ("current", "not hers"), 422),
        ("/account/tokens/7/revoke", ("", ""), 404),
    ];
    for (path, field, status) in cases {
        assert_eq!(ada.submit(path, &[field]).await.status, status, "{path}");
        assert!(is_once(lookups(&asked.take(), "sessions")), "{path}");
    }
}

#[cfg(not(feature = "postgres"))]
#[actix_web::test]
async fn whoever_comes_again_is_not_looked_up_until_somebody_writes() {
    let site = Site::open().await;
    let (ada, bob) = (site.logged_in("ada").await, site.logged_in("bob").await);
    let asked = site.record();
    for expected in [2, 0, 0] {
        assert!(ada.is_logged_in().await && bob.is_logged_in().await);
        let asked = asked.take();
        assert_eq!(lookups(&asked, "sessions"), expected, "{asked:?}");
    }
    assert_eq!(bob.submit("/papers", &[("title", "Milk")]).await.status, 303);
    asked.take();
    assert!(ada.is_logged_in().await);
    assert_eq!(lookups(&asked.take(), "sessions"), 1);
}

#[cfg(not(feature = "postgres"))]
#[actix_web::test]
async fn nor_is_a_program_that_comes_again() {
    let site = Site::open().await;
    let program = site.program("ada", "profile:read").await;
    let asked = site.record();
    for expected in [1, 0, 0] {
        assert_eq!(program.get("/api/me").await.status, 200);
        let asked = asked.take();
        assert_eq!(lookups(&asked, "refresh_tokens"), expected, "{asked:?}");
    }
}

/// A connection that met an error is opened anew, and counts what others commit from its beginning.
#[actix_web::test]
async fn whoever_was_logged_out_stays_out_after_the_database_was_in_trouble() {
    let ada = Browser::logged_in("ada").await;
    assert!(ada.is_logged_in().await);
    ada.site.sql("DELETE FROM sessions").await;
    assert!(!ada.is_logged_in().await);
    ada.site.sql("ALTER TABLE sessions RENAME TO lost").await;
    assert!(ada.get("/dashboard").await.status >= 500);
    ada.site.sql("ALTER TABLE lost RENAME TO sessions").await;
    for _ in 0..20 {
        ada.site.sql("UPDATE users SET name = name || '.'").await;
        assert!(!ada.is_logged_in().await);
    }
}

#[actix_web::test]
async fn a_program_asks_once_whose_token_it_has() {
    let ada = Site::open().await.program("ada", "papers:read papers:write profile:read").await;
    let asked = ada.site.record();
    for path in ["/api/me", "/api/papers", "/api/papers/7", "/api/users"] {
        ada.get(path).await;
        let statements = asked.take();
        let found = (lookups(&statements, "refresh_tokens"), lookups(&statements, "sessions"));
        assert!(is_once(found.0) && found.1 == 0, "{path}: {statements:?}");
    }
    ada.json(Method::POST, "/api/papers", &serde_json::json!({"title": "Milk"})).await;
    assert!(is_once(lookups(&asked.take(), "refresh_tokens")));
}

#[actix_web::test]
async fn who_shows_nothing_costs_no_query() {
    let stranger = Browser::stranger().await;
    let asked = stranger.site.record();
    stranger.get("/dashboard").await;
    stranger.get("/api/me").await;
    stranger.set_cookie("session", "nonsense");
    stranger.get("/dashboard").await;
    assert_eq!(asked.take(), Vec::<String>::new());
}

#[actix_web::test]
async fn a_mistyped_personal_token_costs_no_query() {
    let ada = Browser::logged_in("ada").await;
    let form = [("name", "x"), ("days", "30"), ("papers:read", "yes")];
    let page = ada.submit("/account/tokens", &form).await.body;
    let token = page.split_once("id=\"token\">").unwrap().1.split('<').next().unwrap();
    let (program, asked) = (ada.site.stranger(), ada.site.record());
    let mut queries = Vec::new();
    for at in
        [0, named!(@ "_").len() - 1, named!(@ "_").len(), 30, token.len() - 4, token.len() - 1]
    {
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        let mistyped = format!("{}{other}{}", &token[..at], &token[at + 1..]);
        program.set_header("authorization", Some(&format!("Bearer {mistyped}")));
        assert_eq!(program.get("/api/papers").await.status, 401);
        queries.extend(asked.take());
    }
    assert_eq!(queries, Vec::<String>::new());
    program.set_header("authorization", Some(&format!("Bearer {token}")));
    assert_eq!(
        (program.get("/api/papers").await.status, lookups(&asked.take(), "api_tokens")),
        (200, 1)
    );
}

#[actix_web::test]
async fn a_try_that_is_refused_in_an_unknown_browser_looks_no_account_up() {
    let site = Site::open().await;
    site.user("ada").await;
    let (stranger, asked) = (site.stranger(), site.record());
    let form = [("email", "ada@example.com"), ("password", "wrong password")];
    let looks = || asked.take().iter().filter(|sql| sql.contains("email_canonical")).count();
    for _ in 0..5 {
        stranger.submit("/login", &form).await;
        assert!(looks() > 0);
    }
    assert_eq!(stranger.submit("/login", &form).await.status, 429);
    assert_eq!(looks(), 0);
}
