//! Writes from other sites, and requests to other hosts.

use actix_web::http::Method;
use actix_web::http::header::HeaderName;

use crate::browser::{Browser, Site};

async fn papers_written(ada: &Browser) -> bool {
    let before = ada.site.count("SELECT count(*) AS count FROM papers").await;
    let answer = ada.submit("/papers", &[("title", "Milk")]).await;
    let written = ada.site.count("SELECT count(*) AS count FROM papers").await > before;
    assert_eq!(answer.status, if written { 303 } else { 403 });
    written
}

#[actix_web::test]
async fn a_browser_says_where_a_form_comes_from_and_is_believed() {
    let ada = Browser::logged_in("ada").await;
    for (site, fine) in [
        ("same-origin", true),
        ("none", true),
        ("same-site", false),
        ("cross-site", false),
        ("", false),
        ("SAME-ORIGIN", false),
        ("same-origin, none", false),
    ] {
        ada.set_header("sec-fetch-site", Some(site));
        assert_eq!(papers_written(&ada).await, fine, "{site:?}");
    }
}

#[actix_web::test]
async fn an_old_browsers_origin_must_be_ours_to_the_letter() {
    let ada = Browser::logged_in("ada").await;
    ada.set_header("sec-fetch-site", None);
    let origins = [
        ("http://localhost:8080", true),
        ("http://127.0.0.1:8080", true),
        ("http://localhost.:8080", true),
        ("http://localhost..:8080", false),
        ("http://localhost:8080.", false),
        ("http://localhost:8081", false),
        ("http://localhost", false),
        ("https://localhost:8080", false),
        ("null", false),
        ("", false),
        ("http://evil.example", false),
        ("http://localhost:8080.evil.example", false),
        ("http://localhost:8080/", false),
        ("http://LOCALHOST:8080", false),
    ];
    for (origin, fine) in origins {
        ada.set_header("origin", Some(origin));
        assert_eq!(papers_written(&ada).await, fine, "{origin:?}");
    }
}

#[actix_web::test]
async fn neither_header_and_a_cookie_is_refused() {
    let ada = Browser::logged_in("ada").await;
    ada.set_header("sec-fetch-site", None);
    assert!(!papers_written(&ada).await);
}

#[actix_web::test]
async fn neither_header_and_no_cookie_is_a_program() {
    let site = Site::open().await;
    site.user("ada").await;
    let program = site.stranger();
    program.set_header("sec-fetch-site", None);
    assert_eq!(program.log_in("ada").await.status, 303);
}

#[actix_web::test]
async fn an_authorization_header_does_not_lend_the_cookie_a_way_in() {
    let ada = Browser::logged_in("ada").await;
    ada.set_header("sec-fetch-site", None).set_header("authorization", Some("Bearer x"));
    assert_eq!(ada.submit("/papers", &[("title", "Milk")]).await.status, 403);
    ada.set_header("sec-fetch-site", Some("same-origin"));
    assert_eq!(ada.submit("/papers", &[("title", "Milk")]).await.status, 401);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM papers").await, 0);
}

#[actix_web::test]
async fn the_login_and_logout_forms_are_protected_too() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    ada.set_header("sec-fetch-site", Some("cross-site"));
    for path in ["/login", "/logout", "/register", "/setup", "/no-such-page"] {
        let answer = ada.submit(path, &[]).await;
        assert_eq!(answer.status, 403, "{path}");
        answer.shows("came from another site");
    }
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn links_from_elsewhere_arrive_logged_in() {
    let ada = Browser::logged_in("ada").await;
    ada.set_header("sec-fetch-site", Some("cross-site"));
    assert_eq!(ada.get("/dashboard").await.status, 200);
    assert_eq!(ada.send(Method::HEAD, "/dashboard", None).await.status, 200);
}

#[actix_web::test]
async fn no_other_origin_may_read_an_answer() {
    let ada = Browser::logged_in("ada").await;
    ada.set_header("access-control-request-method", Some("POST"));
    for origin in ["https://evil.example", "null", "http://localhost:8081"] {
        ada.set_header("origin", Some(origin));
        for path in ["/", "/dashboard", "/papers", "/static/app.css", "/no-such-page", "/livez"] {
            for method in [Method::GET, Method::OPTIONS] {
                let answer = ada.send(method.clone(), path, None).await;
                let mut names = answer.headers.keys().map(HeaderName::as_str);
                let told = names.any(|name| name.starts_with("access-control-"));
                assert!(!told, "{method} {path} {origin}");
            }
        }
    }
}

#[actix_web::test]
async fn a_host_that_is_not_ours_is_refused() {
    let ada = Browser::logged_in("ada").await;
    for (host, status) in [
        ("localhost:8080", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("LOCALHOST:8080", 200),
        ("localhost.:8080", 200),
        ("127.0.0.1.:8080", 200),
        ("localhost..:8080", 421),
        ("localhost:8080.", 421),
        ("localhost.", 421),
        (".", 421),
        (".:8080", 421),
        ("evil.example", 421),
        ("evil.example:8080", 421),
        ("localhost", 421),
        ("localhost:8081", 421),
        ("localhost:8080.evil.example", 421),
        ("", 421),
    ] {
        ada.set_header("host", Some(host));
        assert_eq!(ada.get("/dashboard").await.status, status, "{host:?}");
    }
}

#[actix_web::test]
async fn further_hosts_are_a_setting() {
    let settings =
        [("PUBLIC_URL", "https://app.example.com."), ("ALLOWED_HOSTS", "App.Internal.:9000")];
    let stranger = Site::with(&settings).await.stranger();
    for (host, status) in [
        ("app.example.com", 200),
        ("app.example.com.", 200),
        ("app.example.com.:443", 200),
        ("app.internal:9000", 200),
        ("app.internal.:9000", 200),
        ("localhost:8080", 421),
        ("www.example.com", 421),
    ] {
        assert_eq!(stranger.set_header("host", Some(host)).get("/").await.status, status, "{host}");
    }
}

#[actix_web::test]
async fn a_request_that_names_another_host_in_its_address_than_in_its_header_is_refused() {
    let stranger = Browser::stranger().await;
    for (address, status) in [
        ("http://localhost:8080/login", 200),
        ("http://LOCALHOST.:8080/login", 200),
        ("http://evil.example/login", 421),
        // Ours as well, and not the same.
        ("http://127.0.0.1:8080/login", 421),
    ] {
        assert_eq!(stranger.get(address).await.status, status, "{address}");
    }
}
