//! What each guard lets in, at the front door.

use std::future::ready;

use actix_login::Found;
use actix_web::HttpRequest;
use actix_web::error::ErrorServiceUnavailable;
use actix_web::http::header::{AUTHORIZATION, COOKIE};
use actix_web::test::TestRequest;

use crate::site::{Person, Site, builder, pair, session, token};

/// The status of each guard, for a request with these headers.
async fn guards(site: &Site, headers: &[(&str, String)]) -> [u16; 4] {
    let mut statuses = [0; 4];
    let paths = ["/current", "/optional", "/api", "/scoped"];
    for (status, path) in statuses.iter_mut().zip(paths) {
        let mut request = TestRequest::with_uri(path);
        for (name, value) in headers {
            request = request.append_header((*name, value.as_str()));
        }
        *status = site.send(request).await.status;
    }
    statuses
}

fn in_cookie(site: &Site) -> (&'static str, String) {
    (COOKIE.as_str(), pair(&site.manager, &session(&site.manager)))
}

fn in_header(site: &Site, scopes: &[&str]) -> (&'static str, String) {
    (AUTHORIZATION.as_str(), format!("Bearer {}", token(&site.manager, scopes)))
}

#[actix_web::test]
async fn somebody_logs_in_sees_the_protected_page_and_logs_out() {
    let ada = Site::new(builder().build().unwrap());
    assert_eq!(ada.get("/current").await.status, 401);
    assert_eq!(ada.post("/login", &[("name", "ada")]).await.status, 204);
    let page = ada.get("/current").await;
    assert_eq!((page.status, page.body.as_str()), (200, "Hello, ada!"));
    assert_eq!(ada.get("/optional").await.body, "ada");
    assert_eq!(ada.post("/logout", &[]).await.status, 204);
    assert_eq!(ada.get("/current").await.status, 401);
    assert_eq!(ada.get("/optional").await.body, "nobody");
}

#[actix_web::test]
async fn whoever_logs_in_under_a_name_that_nobody_has_is_a_stranger() {
    let eve = Site::new(builder().build().unwrap());
    assert_eq!(eve.post("/login", &[("name", "eve")]).await.status, 204);
    assert_eq!(eve.get("/current").await.status, 401);
}

#[actix_web::test]
async fn current_user_is_for_the_cookie_and_api_user_for_the_header() {
    let site = Site::new(builder().build().unwrap());
    assert_eq!(guards(&site, &[in_cookie(&site)]).await, [200, 200, 401, 401]);
    assert_eq!(guards(&site, &[in_header(&site, &[])]).await, [401, 200, 200, 403]);
}

#[actix_web::test]
async fn security_scopes_are_scoped() {
    let site = Site::new(builder().build().unwrap());
    let both = in_header(&site, &["other", "reports"]);
    assert_eq!(guards(&site, &[both]).await, [401, 200, 200, 200]);
    let similar = in_header(&site, &["reports:all", "report", "REPORTS"]);
    assert_eq!(guards(&site, &[similar]).await, [401, 200, 200, 403]);
}

#[actix_web::test]
async fn optional_is_nobody_for_a_stranger() {
    let site = Site::new(builder().build().unwrap());
    assert_eq!(guards(&site, &[]).await, [401, 200, 401, 401]);
    assert_eq!(site.get("/optional").await.body, "nobody");
}

#[actix_web::test]
async fn optional_is_not_nobody_when_the_loader_fails() {
    let failing = builder().user_loader(|_| ready(Err(ErrorServiceUnavailable("busy"))));
    let site = Site::new(failing.build().unwrap());
    assert_eq!(guards(&site, &[in_cookie(&site)]).await, [503; 4]);
    assert_eq!(guards(&site, &[in_header(&site, &[])]).await, [503; 4]);
}

#[actix_web::test]
async fn use_cookie_and_use_header_switch_each_off() {
    let site = Site::new(builder().use_cookie(false).build().unwrap());
    assert_eq!(guards(&site, &[in_cookie(&site)]).await[0], 401);
    let site = Site::new(builder().use_header(false).build().unwrap());
    assert_eq!(guards(&site, &[in_header(&site, &["reports"])]).await, [401, 200, 401, 401]);
}

#[actix_web::test]
async fn request_loader_adds_another_way_in() {
    let manager = builder().request_loader(|req: HttpRequest| {
        let key = req.headers().get("x-api-key").and_then(|key| key.to_str().ok());
        let found = || Found::Program(Person("bob"), vec!["reports".to_owned()]);
        let user = (key == Some("bobs-key")).then(found);
        ready(Ok(user))
    });
    let site = Site::new(manager.build().unwrap());
    let key = |key: &str| ("x-api-key", key.to_owned());
    assert_eq!(guards(&site, &[key("bobs-key")]).await, [401, 200, 200, 200]);
    assert_eq!(guards(&site, &[key("a-guess")]).await, [401, 200, 401, 401]);
}

#[actix_web::test]
async fn scopes_a_user_may_not_hold_are_taken_from_the_token() {
    let bob_only = builder().may_hold(|user, scope| user.0 == "bob" && scope == "reports");
    let site = Site::new(bob_only.build().unwrap());
    assert_eq!(guards(&site, &[in_header(&site, &["reports"])]).await, [401, 200, 200, 403]);
}

#[actix_web::test]
async fn scopes_a_request_loader_names_are_asked_about_too() {
    let found = || Found::Program(Person("ada"), vec!["reports".to_owned()]);
    let loader = move |_| ready(Ok(Some(found())));
    let manager = builder().request_loader(loader).may_hold(|_, _| false).build().unwrap();
    assert_eq!(guards(&Site::new(manager), &[]).await, [401, 200, 200, 403]);
}

#[actix_web::test]
async fn odd_authorization_headers_are_refused() {
    let site = Site::new(builder().build().unwrap());
    let token = token(&site.manager, &[]);
    let odd = ["", "Bearer", "Bearer ", "Basic eDp5", "bearer x", "Bearer x y", "Token x"];
    let near = [format!("Token {token}"), format!("Bearer{token}"), format!("Bearer {token} x")];
    for value in odd.map(str::to_owned).into_iter().chain(near) {
        let header = (AUTHORIZATION.as_str(), value.clone());
        assert_eq!(guards(&site, &[header]).await, [401, 200, 401, 401], "{value:?}");
    }
    let lower = (AUTHORIZATION.as_str(), format!("bearer {token}"));
    assert_eq!(guards(&site, &[lower]).await[2], 200, "RFC 9110 section 11.1: in any case");
}

#[actix_web::test]
async fn two_authorization_headers_are_nobodys() {
    let site = Site::new(builder().build().unwrap());
    let header = in_header(&site, &["reports"]);
    assert_eq!(guards(&site, &[header.clone(), header]).await, [401, 200, 401, 401]);
}
