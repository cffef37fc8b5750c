//! Addresses with a slash too many.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{ServiceConfig, resource};

use crate::browser::{Browser, Site, config, features_and, passwords};

#[actix_web::test]
async fn an_address_with_a_slash_too_many_leads_to_the_page() {
    let stranger = Browser::stranger().await;
    for (from, to) in [
        ("/login/", "/login"),
        ("/papers/", "/papers"),
        ("/papers/1/", "/papers/1"),
        ("/login/?next=%2Fpapers&x=/", "/login?next=%2Fpapers&x=/"),
        ("/papers/?", "/papers?"),
        ("/l%6fgin/", "/l%6fgin"),
        ("/api/me/", "/api/me"),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let answer = stranger.send(method, from, None).await;
            assert_eq!((answer.status, answer.location()), (308, to), "{from}");
        }
    }
}

#[actix_web::test]
async fn nothing_else_is_led_anywhere() {
    let ada = Browser::logged_in("ada").await;
    for path in ["/no-such-page/", "/papers//", "/login%2f", "/papers/%2f/"] {
        assert_eq!(ada.get(path).await.status, 404, "{path}");
    }
    assert_eq!(ada.get("/").await.status, 200);
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        assert_eq!(ada.send(method, "/papers/", Some("title=Milk".to_owned())).await.status, 404);
    }
}

#[actix_web::test]
async fn no_slash_leads_to_another_site() {
    fn any_name(config: &mut ServiceConfig) {
        let any = || resource("/{name}").get(HttpResponse::Ok);
        config.service(any()).service(resource("//{name}").get(HttpResponse::Ok));
    }
    let site = Site::build(&[], passwords(&config(&[])), features_and(any_name)).await;
    let stranger = site.stranger();
    assert_eq!(stranger.get("/page/").await.location(), "/page");
    for path in [
        "//evil.example/",
        "/\\evil.example/",
        "/%2f/",
        "/%2fevil.example/",
        "/%5cevil.example/",
        "/%09/",
        "/%0d%0aset-cookie:x/",
        "/\\/",
    ] {
        let answer = stranger.get(path).await;
        assert_eq!((answer.status, answer.location()), (404, ""), "{path}");
    }
}
