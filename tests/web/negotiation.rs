//! What kind of answer a client would like: a page, JSON, or what a script in a page needs.

use actix_web::http::Method;

use crate::browser::{Answer, Browser, Site};

#[actix_web::test]
async fn accept_is_read_by_the_standard() {
    let stranger = Browser::stranger().await;
    for (accept, status) in [
        (&b"text/html"[..], 303),
        (b"TEXT/HTML;Charset=UTF-8", 303),
        (b"application/xhtml+xml", 303),
        (b"text/html;q=0.5, application/json;q=0.4", 303),
        (b"text/html, application/json", 303),
        (b"text/html;q=0.001", 303),
        (b"text/*, */*;q=0.5", 303),
        (b"text/*", 303),
        (b"nonsense, \xe9, text/html", 303),
        (b"a/b;c=\"text/plain, application/json\", text/html;q=0.9", 303),
        (b"application/json, text/html;q=0.1", 401),
        (b"application/json, text/html; Q=0.1", 401),
        (b"text/html;q=0", 401),
        (b"text/html;q=0, text/*", 401),
        (b"text/html;q=0.000, */*", 401),
        (b"text/html;q=0, application/xhtml+xml", 401),
        (b"text/html;q=0.2, application/*;q=0.9", 401),
        (b"x/text/html", 401),
        (b"a/b;c=\"text/html, text/html\"", 401),
        (b"text/html;q=high", 401),
        (b"*/*", 401),
        (b"", 401),
    ] {
        let answer = stranger.set_octets("accept", accept).get("/papers").await;
        assert_eq!(answer.status, status, "{}", accept.escape_ascii());
    }
}

#[actix_web::test]
async fn an_api_answers_programs_however_its_address_is_written() {
    let stranger = Browser::stranger().await;
    for path in ["/api/me", "/%61pi/me", "/api/no-such-thing", "/auth/no-such-thing"] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
    }
}

/// A script's ways to say what it is.
const SCRIPTS: [(&str, &str); 4] = [
    ("sec-fetch-dest", "empty"),
    ("x-requested-with", "XMLHttpRequest"),
    ("x-requested-with", "xmlhttprequest"),
    ("hx-request", "true"),
];

#[track_caller]
fn is_told(answer: &Answer, status: u16) {
    let kind = answer.header("content-type");
    assert_eq!((answer.status, kind), (status, "application/problem+json"));
    assert_eq!(answer.location(), "");
    answer.hides("<form");
}

#[actix_web::test]
async fn a_script_is_told_to_log_in_and_gets_no_page() {
    let site = Site::open().await;
    for (name, value) in SCRIPTS {
        let stranger = site.stranger();
        stranger.set_header(name, Some(value));
        is_told(&stranger.get("/papers").await, 401);
        let answer = stranger.submit("/papers", &[("title", "Milk")]).await;
        is_told(&answer, 401);
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
}

#[actix_web::test]
async fn a_script_is_told_what_else_is_missing() {
    let ada = Site::open().await.stale("ada").await;
    ada.site.sql("UPDATE users SET verified_at = NULL, is_admin = TRUE").await;
    for (name, value) in SCRIPTS {
        ada.set_header(name, Some(value));
        is_told(&ada.submit("/account/email", &[("email", "x")]).await, 403);
        is_told(&ada.get("/administration").await, 403);
        assert_eq!(ada.get("/dashboard").await.status, 200);
        ada.set_header(name, None);
    }
}

/// Where htmx is sent from this page.
async fn sent(browser: &Browser, method: Method, path: &str, from: &str) -> String {
    browser.set_header("hx-request", Some("true")).set_header("hx-current-url", Some(from));
    let body = (method == Method::POST).then(String::new);
    let answer = browser.send(method, path, body).await;
    answer.header("hx-redirect").to_owned()
}

#[actix_web::test]
async fn htmx_is_sent_to_log_in_and_back_to_the_page_that_the_person_is_on() {
    let stranger = Browser::stranger().await;
    stranger.set_header("accept", Some("*/*"));
    for (from, to) in [
        ("http://localhost:8080/papers?page=2#top", "/login?next=%2Fpapers%3Fpage%3D2"),
        ("http://localhost.:8080/papers", "/login?next=%2Fpapers"),
        ("http://127.0.0.1:8080/papers", "/login?next=%2Fpapers"),
        ("https://localhost:8080/papers", "/login"),
        ("http://localhost:8081/papers", "/login"),
        ("http://evil.example/papers", "/login"),
        ("http://localhost:8080@evil.example/papers", "/login"),
        ("http://localhost:8080//evil.example/", "/login"),
        ("http://localhost:8080/%5c/evil.example", "/login"),
        ("http://localhost:8080/logout", "/login"),
        ("javascript:alert(1)", "/login"),
        ("/papers", "/login"),
        ("", "/login"),
    ] {
        assert_eq!(sent(&stranger, Method::POST, "/papers", from).await, to, "{from}");
    }
}

#[actix_web::test]
async fn htmx_is_sent_to_where_the_rest_can_be_done() {
    let ada = Site::open().await.stale("ada").await;
    let page = "http://localhost:8080/account/email";
    let to = sent(&ada, Method::POST, "/account/email", page).await;
    assert_eq!(to, "/sudo?next=%2Faccount%2Femail");
    ada.get("/sudo").await.shows("Please confirm your password, then do it again.");
    ada.site.sql("UPDATE users SET verified_at = NULL, is_admin = TRUE").await;
    assert_eq!(sent(&ada, Method::GET, "/administration", page).await, "/account");
    // A program has no page.
    assert_eq!(sent(&ada, Method::POST, "/api/papers", page).await, "");
}
