//! Errors as pages, and the headers that every answer has.

use app::brand::NAME;
use std::pin::pin;
use std::rc::Rc;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use app::error::Error;
use futures_util::future::{Either, join_all, select};
use kit::http::observe::IN_FLIGHT_MAX;

use crate::browser::{Answer, Browser, Site, config, features_and, passwords};
use crate::drawn::form_of;

/// Pages that go wrong.
fn trouble(config: &mut ServiceConfig) {
    async fn panics() -> HttpResponse {
        panic!("the secret reason")
    }
    async fn hangs() -> HttpResponse {
        std::future::pending().await
    }
    let fails = |error: fn() -> Error| move || async move { Err::<HttpResponse, _>(error()) };
    config
        .route("/panics", web::get().to(panics))
        .route("/hangs", web::route().to(hangs))
        .route("/forbidden", web::get().to(fails(|| Error::Forbidden)))
        .route("/broken", web::get().to(fails(|| Error::Internal("the secret reason".to_owned()))))
        .route("/busy", web::route().to(fails(|| Error::Request(kit::Error::Busy))))
        .route("/malformed", web::get().to(fails(|| Error::Request(kit::Error::BadRequest))))
        .route("/limited", web::route().to(HttpResponse::TooManyRequests))
        .route("/unauthorized", web::get().to(HttpResponse::Unauthorized));
}

async fn troubled(settings: &[(&str, &str)]) -> Rc<Site> {
    Site::build(settings, passwords(&config(settings)), features_and(trouble)).await
}

/// One answer of each kind.
async fn every_kind(site: &Rc<Site>) -> Vec<(u16, Answer)> {
    let browser = site.logged_in("ada").await;
    let mut answers = Vec::new();
    let pages = [
        (200, "/"),
        (303, "/login"),
        (404, "/no-such-page"),
        (403, "/forbidden"),
        (500, "/broken"),
        (500, "/panics"),
        (503, "/busy"),
        (400, "/malformed"),
        (429, "/limited"),
        (401, "/unauthorized"),
        (405, "/logout"),
        (200, "/static/app.css"),
        (404, "/static/none.css"),
        (503, "/hangs"),
    ];
    for (status, path) in pages {
        answers.push((status, browser.get(path).await));
    }
    answers.push((422, browser.submit("/papers", &[]).await));
    let large = "a".repeat(300_000);
    answers.push((413, browser.submit("/papers", &[("title", &large)]).await));
    answers.push((414, browser.get(&format!("/{}", "a".repeat(4100))).await));
    browser.set_header("sec-fetch-site", Some("cross-site"));
    answers.push((403, browser.submit("/papers", &[]).await));
    browser.set_header("host", Some("evil.example"));
    answers.push((421, browser.get("/").await));
    answers
}

#[actix_web::test]
async fn every_answer_has_its_status_and_the_security_headers() {
    let site = troubled(&[("REQUEST_TIMEOUT", "1s")]).await;
    for (status, answer) in every_kind(&site).await {
        assert_eq!(answer.status, status, "{}", answer.body);
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{status}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"));
        assert!(!policy.contains("unsafe") && !policy.contains("upgrade-insecure-requests"));
        assert_eq!(answer.header("strict-transport-security"), "", "on plain http it is ignored");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            ("server", ""),
            ("x-powered-by", ""),
            ("access-control-allow-origin", ""),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {status}");
        }
        assert!(answer.header("permissions-policy").contains("camera=()"));
    }
}

#[actix_web::test]
async fn every_error_is_a_page_in_the_layout_with_the_requests_id() {
    let site = troubled(&[("REQUEST_TIMEOUT", "1s")]).await;
    for (status, answer) in every_kind(&site).await.into_iter().filter(|(status, _)| *status >= 400)
    {
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        answer.shows("<title>").shows(NAME).hides("secret reason");
        let id = answer.header("x-request-id");
        assert_eq!(id.len(), 16);
        if status != 422 {
            answer.shows(&format!("<code>{id}</code>")).shows(&status.to_string());
        }
    }
}

#[actix_web::test]
async fn dynamic_answers_are_never_stored() {
    let site = troubled(&[("REQUEST_TIMEOUT", "1s")]).await;
    for (status, answer) in every_kind(&site).await {
        let stored = answer.header("content-type").starts_with("text/css");
        assert_eq!(answer.header("cache-control") == "no-store", !stored, "{status}");
    }
}

#[actix_web::test]
async fn every_answer_says_what_it_is_and_text_its_encoding() {
    const KINDS: &[&str] = &[
        "text/html; charset=utf-8",
        "application/json",
        "application/problem+json",
        "application/manifest+json",
        "image/svg+xml",
    ];
    let ada = Browser::logged_in("ada").await;
    ada.submit("/papers", &[("title", "Milk")]).await;
    let routes = ada.site.app.routes().await;
    let pages = routes.iter().filter(|(_, methods)| methods.iter().any(|method| method == "GET"));
    for (path, _) in pages {
        let answer = ada.get(&path.replace("{id}", "1")).await;
        let kind = answer.header("content-type");
        assert!(answer.body.is_empty() || KINDS.contains(&kind), "{path}: {kind:?}");
    }
    let judged = ada.submit("/password-check", &[("password", "short")]).await;
    assert_eq!(judged.header("content-type"), "text/plain; charset=utf-8");
}

#[actix_web::test]
async fn https_is_asked_for_on_https_alone() {
    let ada = Site::with(&[("PUBLIC_URL", "https://app.example.com")]).await.logged_in("ada").await;
    for path in ["/", "/no-such-page", "/static/app.css"] {
        let answer = ada.get(path).await;
        assert_eq!(
            answer.header("strict-transport-security"),
            "max-age=63072000; includeSubDomains"
        );
        assert!(answer.header("content-security-policy").ends_with("; upgrade-insecure-requests"));
    }
}

#[actix_web::test]
async fn programs_get_problem_details_without_our_inner_life() {
    let site = troubled(&[]).await;
    let program = site.stranger();
    program.set_header("accept", Some("application/json"));
    for (status, path) in [
        (404, "/no-such-page"),
        (500, "/broken"),
        (500, "/panics"),
        (405, "/logout"),
        (503, "/busy"),
    ] {
        let answer = program.get(path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, "application/problem+json")
        );
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(
            (&problem["status"], &problem["request_id"]),
            (&status.into(), &answer.header("x-request-id").into())
        );
        answer.hides("secret reason");
    }
}

#[actix_web::test]
async fn after_a_panic_the_app_goes_on() {
    let site = troubled(&[]).await;
    let ada = site.logged_in("ada").await;
    assert_eq!(ada.get("/panics").await.status, 500);
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn busy_says_when_to_come_back() {
    let answer = troubled(&[]).await.stranger().get("/busy").await;
    assert_eq!((answer.status, answer.header("retry-after")), (503, "2"));
}

#[actix_web::test]
async fn who_comes_when_a_thousand_requests_are_at_work_is_told_to_come_back() {
    let site = troubled(&[("LIMIT_REQUESTS", "off")]).await;
    let browser = site.stranger();
    let many = join_all((0..IN_FLIGHT_MAX).map(|_| browser.get("/hangs")));
    let Either::Right((answer, _)) = select(many, pin!(browser.get("/"))).await else {
        panic!("all of them were answered")
    };
    assert_eq!((answer.status, answer.header("retry-after")), (503, "2"));
}

#[actix_web::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let ada = Browser::logged_in("ada").await;
    for method in ["PUT", "DELETE", "PATCH", "TRACE", "FOO"] {
        let answer =
            ada.send(Method::from_bytes(method.as_bytes()).unwrap(), "/papers", None).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, POST"), "{method}");
    }
}

#[actix_web::test]
async fn methods_in_headers_and_fields_are_not_listened_to() {
    let ada = Browser::logged_in("ada").await;
    ada.submit("/papers", &[("title", "Milk")]).await;
    ada.set_header("x-http-method-override", Some("POST"));
    assert_eq!(ada.get("/papers/1/delete?_method=POST").await.status, 200);
    assert_eq!(ada.get("/papers/1").await.status, 200);
}

#[actix_web::test]
async fn head_works_on_every_page() {
    let ada = Browser::logged_in("ada").await;
    for path in ["/", "/dashboard", "/papers", "/papers/new", "/static/app.css"] {
        let (head, get) = (ada.send(Method::HEAD, path, None).await, ada.get(path).await);
        assert_eq!((head.status, head.header("content-type")), (200, get.header("content-type")));
    }
    assert_eq!(ada.send(Method::HEAD, "/no-such-page", None).await.status, 404);
}

#[actix_web::test]
async fn a_body_must_be_a_form() {
    let ada = Browser::logged_in("ada").await;
    for kind in ["text/plain", "application/json", "multipart/form-data", ""] {
        ada.set_header("content-type", Some(kind));
        assert_eq!(ada.submit("/papers", &[("title", "Milk")]).await.status, 415, "{kind:?}");
    }
    ada.set_header("content-type", None);
    assert_eq!(ada.submit("/papers", &[("title", "Milk")]).await.status, 415);
}

#[actix_web::test]
async fn a_broken_form_is_400_and_the_parser_is_silent() {
    let ada = Browser::logged_in("ada").await;
    let latin = Some("title=caf%E9".to_owned());
    let answer = ada.send(Method::POST, "/papers", latin).await;
    assert_eq!(answer.status, 400);
    answer.shows("could not read").hides("caf").hides("field");
}

#[actix_web::test]
async fn a_field_of_the_query_is_no_field_of_the_form() {
    let ada = Browser::logged_in("ada").await;
    assert_eq!(ada.submit("/papers?title=Milk", &[("body", "x")]).await.status, 422);
}

#[actix_web::test]
async fn files_of_the_project_are_not_served() {
    let stranger = Browser::stranger().await;
    for path in ["/.git/config", "/.env", "/Cargo.toml", named!("/data/" @ ".db"), "/src/main.rs"] {
        assert_eq!(stranger.get(path).await.status, 404, "{path}");
    }
}

#[actix_web::test]
async fn a_text_that_is_far_too_long_is_refused_at_its_field_and_kept() {
    let ada = Browser::logged_in("ada").await;
    let text = "long ".repeat(14_000);
    let answer = ada.submit("/papers", &[("title", "A title"), ("body", &text)]).await;
    assert_eq!(answer.status, 422);
    answer.shows("Use at most 5000 characters; these are 70000.").shows(&text);
}

#[actix_web::test]
async fn the_ids_of_two_requests_do_not_tell_how_many_came_between() {
    let stranger = Browser::stranger().await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        let id = stranger.get("/").await.header("x-request-id").to_owned();
        ids.push(u64::from_str_radix(&id, 16).unwrap());
    }
    let steps: Vec<_> = ids.windows(2).map(|two| two[1].wrapping_sub(two[0])).collect();
    assert!(steps[0] != steps[1] || steps[1] != steps[2], "{ids:x?}");
}

#[actix_web::test]
async fn what_was_typed_into_a_form_is_not_lost_by_a_refusal_that_is_no_fault_of_it() {
    let ada = troubled(&[("REQUEST_TIMEOUT", "1s")]).await.logged_in("ada").await;
    let typed = [("title", "Milk & <tea>"), ("password", "secret words")];
    for (status, path) in [(503, "/busy"), (429, "/limited"), (503, "/hangs")] {
        let page = ada.submit(path, &typed).await;
        assert_eq!(page.status, status, "{path}");
        page.shows("Milk &#38; &#60;tea&#62;").hides("secret words");
        let form = form_of(&page, path);
        assert_eq!((form.value("title"), form.value("brought_back")), ("Milk & <tea>", "yes"));
    }
    ada.submit("/malformed", &typed).await.hides("Milk");
    let large = format!("Milk{}", "a".repeat(300_000));
    let page = ada.submit("/papers", &[("title", &large)]).await;
    assert_eq!(page.status, 413);
    page.shows("copy it from here").shows("Milkaaa").hides("brought_back");
    let many = vec![("title", "Milk"); 101];
    ada.submit("/busy", &many).await.hides("Milk");
}
