//! The way to the log-in page, and back.

use actix_login::log_in_at;
use actix_login::next::{NextPage, safe, with_next};
use actix_web::http::header::{AUTHORIZATION, COOKIE, LOCATION};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::{self, Query};
use actix_web::{App, HttpResponse};

use crate::site::{Person, builder};

type Ada = actix_login::CurrentUser<Person>;

/// The status and the place that a stranger is sent to. Two scopes have log-in pages of their own.
async fn ask(request: TestRequest) -> (u16, String) {
    let page = || web::to(|_: Ada| async { "in" });
    let other = || web::to(|| async { HttpResponse::Unauthorized().body("another reason") });
    let app = App::new()
        .service(web::scope("/office").route("", page()).wrap(log_in_at("/office/login")))
        .service(web::scope("/shop").route("/cart", page()).wrap(log_in_at("/shop/login?by=mail")))
        .route("/", page())
        .route("/other", other())
        .wrap(log_in_at("/login"))
        .wrap(builder().build().unwrap().middleware());
    let answer = call_service(&init_service(app).await, request.to_request()).await;
    let to = answer.headers().get(LOCATION).map_or("", |to| to.to_str().unwrap());
    (answer.status().as_u16(), to.to_owned())
}

#[actix_web::test]
async fn a_stranger_is_sent_to_the_log_in_page_and_told_the_way_back() {
    let sent = ask(TestRequest::with_uri("/?page=2")).await;
    assert_eq!(sent, (303, "/login?next=%2F%3Fpage%3D2".to_owned()));
}

#[actix_web::test]
async fn each_scope_of_routes_may_have_a_log_in_page_of_its_own() {
    let office = ask(TestRequest::with_uri("/office")).await;
    assert_eq!(office, (303, "/office/login?next=%2Foffice".to_owned()));
    let shop = ask(TestRequest::with_uri("/shop/cart")).await;
    assert_eq!(shop, (303, "/shop/login?by=mail&next=%2Fshop%2Fcart".to_owned()));
}

#[actix_web::test]
async fn a_form_is_not_sent_again_and_a_program_keeps_its_401() {
    assert_eq!(ask(TestRequest::post()).await, (303, "/login".to_owned()));
    let program = TestRequest::default().insert_header((AUTHORIZATION, "Bearer x"));
    assert_eq!(ask(program).await, (401, String::new()));
}

#[actix_web::test]
async fn a_token_that_is_not_looked_at_makes_nobody_a_program() {
    let manager = builder().use_header(false).build().unwrap();
    let app = App::new().route("/", web::to(|_: Ada| async { "in" }));
    let app = init_service(app.wrap(log_in_at("/login")).wrap(manager.middleware())).await;
    let request = TestRequest::default().insert_header((AUTHORIZATION, "Bearer of-the-proxy"));
    assert_eq!(call_service(&app, request.to_request()).await.status(), 303);
}

#[actix_web::test]
async fn a_cookie_that_ends_is_ended_on_the_way_in_whatever_order_they_are_wrapped() {
    let manager = builder().build().unwrap();
    let app = App::new().route("/", web::to(|_: Ada| async { "in" }));
    let app = init_service(app.wrap(manager.middleware()).wrap(log_in_at("/login"))).await;
    let request = TestRequest::default().insert_header((COOKIE, "__Host-session=nonsense"));
    let answer = call_service(&app, request.to_request()).await;
    assert_eq!((answer.status().as_u16(), answer.response().cookies().count()), (303, 1));
}

#[actix_web::test]
async fn where_only_programs_get_in_nobody_is_led_to_a_log_in_that_would_change_nothing() {
    let manager = builder().build().unwrap();
    let api = || web::to(|_: actix_login::ApiUser<Person>| async { "in" });
    let app = App::new().route("/", api()).wrap(log_in_at("/login")).wrap(manager.middleware());
    let app = init_service(app).await;
    let ada = crate::site::pair(&manager, &crate::site::session(&manager));
    for cookie in ["", &ada] {
        let request = TestRequest::default().insert_header((COOKIE, cookie)).to_request();
        assert_eq!(call_service(&app, request).await.status(), 401, "{cookie}");
    }
}

#[actix_web::test]
async fn another_401_and_what_is_not_there_stay_what_they_are() {
    assert_eq!(ask(TestRequest::with_uri("/other")).await, (401, String::new()));
    assert_eq!(ask(TestRequest::with_uri("/nowhere")).await, (404, String::new()));
}

#[test]
fn next_leads_nowhere_else() {
    let elsewhere = [
        "",
        "notes",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/%5c%5cevil.example",
        "/%2f/evil.example",
        "/.//evil.example",
        "/a/..//evil.example",
        "/%0d%0aset-cookie:x",
        "/ä",
    ];
    for next in elsewhere {
        assert_eq!(safe(next), None, "{next:?}");
    }
    assert_eq!(with_next("/login", ""), "/login");
    let long = format!("/{}", "x".repeat(512));
    assert_eq!((safe(&long), with_next("/login", &long).as_str()), (None, "/login"));
    let (once, twice) = ("<".repeat(170), "<".repeat(171));
    let path = safe(&format!("/{once}")).unwrap();
    assert_eq!(safe(&path), Some(path), "what is taken is taken again");
    assert_eq!(safe(&format!("/{twice}")), None, "it would be too long then");
}

#[test]
fn next_leads_back_to_where_it_came_from() {
    let longest = format!("/{}", "x".repeat(511));
    for here in ["/", "/notes?page=2", "/a%20b?x=%26", "/notes/1/edit", &longest] {
        let page = with_next("/login", here);
        let Query(next) = Query::<NextPage>::from_query(page.split_once('?').unwrap().1).unwrap();
        assert_eq!(safe(&next.next).as_deref(), Some(here));
    }
}
