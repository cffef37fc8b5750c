//! The addresses for programs, where no cookie counts.

use actix_web::http::Method;
use app::config::APP_NAME;
use time::Duration;

use crate::browser::{Answer, Browser, Site};

/// Requests to every address of the API, to the token endpoint, and to what is not there.
async fn ask_all(browser: &Browser) -> Vec<(String, Answer)> {
    let document = browser.site.stranger().get("/openapi.json").await.json();
    let described =
        document["paths"].as_object().unwrap().keys().map(|path| path.replace("{id}", "1"));
    let others = ["/%61pi/me", "/api/none", "/auth/token", "/auth/none"].map(str::to_owned);
    let mut answers = Vec::new();
    for path in described.chain(others) {
        answers.push((path.clone(), browser.get(&path).await));
    }
    for path in ["/auth/token", "/auth/revoke", "/%61uth/revoke", "/api/papers", "/auth/none"] {
        let answer = browser.submit(path, &[("token", "unknown"), ("grant_type", "none")]).await;
        answers.push((path.to_owned(), answer));
    }
    answers
}

#[actix_web::test]
async fn a_dead_cookie_is_none_of_their_business() {
    let site = Site::open().await;
    for dead in ["nonsense", ""] {
        let browser = site.stranger();
        let cookies =
            format!("__Host-{APP_NAME}_session={dead}; __Host-{APP_NAME}_flash=notice.SGk");
        browser.set_header("cookie", Some(&cookies));
        for (path, answer) in ask_all(&browser).await {
            assert!(answer.cookies().is_empty(), "{path} {}", answer.status);
            assert!([200, 400, 401, 404, 405].contains(&answer.status), "{path} {}", answer.status);
        }
        assert!(!browser.get("/").await.cookies().is_empty(), "a page ends it");
    }
}

#[actix_web::test]
async fn a_session_is_not_renewed_by_them() {
    let ada = Browser::logged_in("ada").await;
    ada.site.clock.advance(Duration::minutes(40));
    assert!(ada.is_logged_in().await);
    ada.site.clock.advance(Duration::minutes(40));
    for (path, answer) in ask_all(&ada).await {
        assert!(answer.cookies().is_empty(), "{path}");
    }
    assert_eq!(ada.get("/dashboard").await.cookies().len(), 1, "a page renews it");
}

#[actix_web::test]
async fn a_cookie_in_an_old_browser_refuses_nothing() {
    let ada = Browser::logged_in("ada").await;
    ada.set_header("sec-fetch-site", None);
    for (path, answer) in ask_all(&ada).await {
        assert_ne!(answer.status, 403, "{path}");
    }
    assert_eq!(ada.submit("/auth/revoke", &[("token", "unknown")]).await.status, 200);
    assert_eq!(ada.submit("/logout", &[]).await.status, 403, "a page's form it does");
}

#[actix_web::test]
async fn they_do_not_ask_for_the_session_of_a_cookie() {
    let ada = Browser::logged_in("ada").await;
    ada.site.sql("ALTER TABLE sessions RENAME TO elsewhere").await;
    let answer = ada.token(&[("username", "ada@example.com")]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    for (path, answer) in ask_all(&ada).await {
        assert!(answer.status < 500, "{path}");
    }
    assert_eq!(ada.get("/").await.status, 503, "a page does");
}

#[actix_web::test]
async fn the_same_answer_comes_with_any_cookie_as_with_none() {
    let ada = Browser::logged_in("ada").await;
    let (with, without) = (ask_all(&ada).await, ask_all(&ada.site.stranger()).await);
    for ((path, with), (_, without)) in with.iter().zip(&without) {
        let id = |answer: &Answer| answer.header("x-request-id").to_owned();
        let body = with.body.replace(&id(with), &id(without));
        assert_eq!((with.status, &body), (without.status, &without.body), "{path}");
    }
}

#[actix_web::test]
async fn another_sites_page_is_still_refused() {
    let ada = Browser::logged_in("ada").await;
    ada.set_header("sec-fetch-site", Some("cross-site"));
    for path in ["/auth/token", "/auth/revoke", "/api/papers"] {
        let answer = ada.submit(path, &[]).await;
        let kind = answer.header("content-type");
        assert_eq!((answer.status, kind), (403, "application/problem+json"), "{path}");
    }
    ada.set_header("sec-fetch-site", None).set_header("origin", Some("http://evil.example"));
    assert_eq!(ada.send(Method::POST, "/auth/token", None).await.status, 403);
}
