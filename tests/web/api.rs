//! The JSON API.

use actix_web::http::Method;
use app::config::APP_NAME;
use serde_json::{Value, json};

use crate::browser::{Browser, Site};

async fn program(scope: &str) -> Browser {
    Site::open().await.program("ada", scope).await
}

#[actix_web::test]
async fn a_program_reads_and_changes_the_profile() {
    let ada = program("profile:read profile:write").await;
    let me = ada.get("/api/me").await.json();
    assert_eq!(me, json!({"id": 1, "email": "ada@example.com", "name": "ada", "is_admin": false}));
    let answer = ada.json(Method::PATCH, "/api/me", &json!({"name": "Ada <b>L</b>"})).await;
    assert_eq!((answer.status, &answer.json()["name"]), (200, &"Ada <b>L</b>".into()));
}

#[actix_web::test]
async fn a_program_writes_reads_changes_and_deletes_papers() {
    let ada = program("papers:read papers:write").await;
    let answer =
        ada.json(Method::POST, "/api/papers", &json!({"title": "Milk", "body": "Two"})).await;
    assert_eq!((answer.status, &answer.json()["title"]), (201, &"Milk".into()));
    assert_eq!(ada.get("/api/papers/1").await.json()["body"], "Two");
    let answer = ada.json(Method::PUT, "/api/papers/1", &json!({"title": "Oat milk"})).await;
    assert_eq!((answer.status, &answer.json()["title"]), (200, &"Oat milk".into()));
    assert_eq!(ada.get("/api/papers").await.json()["items"][0]["title"], "Oat milk");
    let answer = ada.send(Method::DELETE, "/api/papers/1", None).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(ada.get("/api/papers/1").await.status, 404);
}

#[actix_web::test]
async fn people_and_programs_see_the_same_papers_by_the_same_rules() {
    let program = program("papers:read papers:write").await;
    let person = program.site.logged_in("ada").await;
    program.json(Method::POST, "/api/papers", &json!({"title": "From a program"})).await;
    person.get("/papers").await.shows("From a program");
    person.submit("/papers", &[("title", "From a person")]).await;
    program.get("/api/papers").await.shows("From a person");
    let answer = program.json(Method::POST, "/api/papers", &json!({"title": " "})).await;
    assert_eq!((answer.status, &answer.json()["errors"]["title"]), (422, &"Enter a title.".into()));
}

#[actix_web::test]
async fn anothers_paper_is_not_there_for_programs_either() {
    let eve = program("papers:read papers:write").await;
    let bob = eve.site.logged_in("bob").await;
    bob.submit("/papers", &[("title", "Secret")]).await;
    assert_eq!(eve.get("/api/papers/1").await.status, 404);
    assert_eq!(eve.json(Method::PUT, "/api/papers/1", &json!({"title": "x"})).await.status, 404);
    assert_eq!(eve.send(Method::DELETE, "/api/papers/1", None).await.status, 404);
    eve.get("/api/papers").await.hides("Secret");
}

#[actix_web::test]
async fn each_call_needs_its_scope_and_says_which() {
    let ada = program("profile:read").await;
    let paper = json!({"title": "Milk"});
    for (method, path, scope) in [
        (Method::PATCH, "/api/me", "profile:write"),
        (Method::GET, "/api/papers", "papers:read"),
        (Method::POST, "/api/papers", "papers:write"),
        (Method::GET, "/api/papers/1", "papers:read"),
        (Method::PUT, "/api/papers/1", "papers:write"),
        (Method::DELETE, "/api/papers/1", "papers:write"),
        (Method::GET, "/api/users", "users:read"),
    ] {
        let answer = ada.json(method, path, &paper).await;
        let challenge =
            format!("Bearer realm=\"{APP_NAME}\", error=\"insufficient_scope\", scope=\"{scope}\"");
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (403, challenge.as_str()),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn who_is_no_longer_an_administrator_holds_the_scope_for_nothing() {
    let site = Site::open().await;
    site.admin("root").await;
    let root = site.program("root", "users:read").await;
    assert_eq!(root.get("/api/users").await.json()["items"][0]["name"], "root");
    site.sql("UPDATE users SET is_admin = FALSE").await;
    assert_eq!(root.get("/api/users").await.status, 403);
}

#[actix_web::test]
async fn a_cookie_does_not_open_the_api_and_a_token_opens_no_page() {
    let ada = program("profile:read papers:read papers:write").await;
    let person = ada.site.logged_in("ada").await;
    for path in ["/api/me", "/api/papers"] {
        let answer = person.get(path).await;
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (401, named!("Bearer realm=\"" @ "\""))
        );
    }
    for path in ["/dashboard", "/papers", "/papers/new", "/account/tokens", "/sudo"] {
        assert_eq!(ada.get(path).await.status, 401, "{path}");
    }
    assert_eq!(ada.submit("/papers", &[("title", "Milk")]).await.status, 401);
}

#[actix_web::test]
async fn wrong_bodies_are_told_apart_without_the_parsers_words() {
    let ada = program("papers:write profile:write").await;
    let bodies = [
        ("{", 400),
        ("", 400),
        ("nonsense", 400),
        ("[]", 422),
        ("[\"t\",\"b\"]", 422),
        ("{\"title\":1}", 422),
        ("{\"title\":null}", 422),
        ("{\"title\":\"a\",\"admin\":true}", 422),
        ("{\"title\":\"a\",\"title\":\"b\"}", 422),
        ("{\"title\":\"\"}", 422),
    ];
    for (body, status) in bodies {
        ada.set_header("content-type", Some("application/json"));
        let answer = ada.send(Method::POST, "/api/papers", Some(body.to_owned())).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, "application/problem+json"),
            "{body}"
        );
        let problem: Value = answer.json();
        assert!(problem["title"].is_string() && problem["request_id"].is_string());
        answer.hides("expected").hides("line 1").hides("Draft");
    }
}

#[actix_web::test]
async fn a_body_must_say_that_it_is_json() {
    let ada = program("papers:write").await;
    for kind in [
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/jsonx"),
        None,
    ] {
        ada.set_header("content-type", kind);
        let answer =
            ada.send(Method::POST, "/api/papers", Some("{\"title\":\"Milk\"}".to_owned())).await;
        assert_eq!(answer.status, 415, "{kind:?}");
    }
}

#[actix_web::test]
async fn a_profile_has_no_other_members_to_write() {
    let ada = program("profile:write").await;
    for member in ["id", "email", "is_admin", "password_hash", "disabled_at"] {
        let answer =
            ada.json(Method::PATCH, "/api/me", &json!({"name": "Ada", member: true})).await;
        assert_eq!(answer.status, 422, "{member}");
    }
    assert_eq!(ada.site.user("ada").await.name, "ada");
}

#[actix_web::test]
async fn lists_come_a_page_at_a_time() {
    let ada = program("papers:read papers:write").await;
    for n in 1..=3 {
        ada.json(Method::POST, "/api/papers", &json!({"title": format!("Number {n}")})).await;
    }
    let page = ada.get("/api/papers?per_page=2").await.json();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["more"]), (2, &true.into()));
    let page = ada.get("/api/papers?per_page=2&page=2").await.json();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["more"]), (1, &false.into()));
    assert_eq!(ada.get("/api/papers?per_page=1000000").await.json()["per_page"], 100);
    assert_eq!(ada.get("/api/papers?page=-1").await.status, 400);
}

#[actix_web::test]
async fn ending_all_sessions_ends_every_cookie_and_every_token() {
    let program = program("profile:read").await;
    let person = program.site.logged_in("ada").await;
    let id = program.site.user("ada").await.id;
    let end = move |conn: &mut _| app::people::Ending::OperatorEnded.end(conn, id, None);
    program.site.db.write(end).await.unwrap();
    assert_eq!(program.get("/api/me").await.status, 401);
    assert!(!person.is_logged_in().await);
}

#[actix_web::test]
async fn an_administrator_whose_address_is_not_proved_lists_nobody() {
    let site = Site::open().await;
    site.admin("ada").await;
    let ada = site.program("ada", "users:read").await;
    assert_eq!(ada.get("/api/users").await.status, 200);
    site.sql("UPDATE users SET verified_at = NULL").await;
    assert_eq!(ada.get("/api/users").await.status, 403);
}

#[actix_web::test]
async fn the_list_of_people_comes_a_page_at_a_time_in_the_order_of_their_ids() {
    let site = Site::open().await;
    site.admin("root").await;
    for name in ["ada", "bob", "cleo", "dora"] {
        site.user(name).await;
    }
    let root = site.program("root", "users:read").await;
    let cases: [(&str, &[&str], bool); 4] = [
        ("?per_page=2", &["root", "ada"], true),
        ("?per_page=2&page=2", &["bob", "cleo"], true),
        ("?per_page=2&page=3", &["dora"], false),
        ("?per_page=2&page=4", &[], false),
    ];
    for (query, names, more) in cases {
        let page = root.get(&format!("/api/users{query}")).await.json();
        let items = page["items"].as_array().unwrap();
        let found: Vec<_> = items.iter().map(|user| user["name"].as_str().unwrap()).collect();
        assert_eq!((found.as_slice(), &page["more"]), (names, &more.into()), "{query}");
    }
}

#[actix_web::test]
async fn the_list_of_people_is_never_longer_than_a_hundred() {
    let site = Site::open().await;
    site.admin("root").await;
    let columns = "email, email_canonical, name, password_hash, created_at";
    let rows =
        (0..101).map(|n| format!("('{n}@x.org', '{n}@x.org', 'n', 'h', '2026-11-01 12:00:00')"));
    let rows = rows.collect::<Vec<_>>().join(", ");
    site.sql(format!("INSERT INTO users ({columns}) VALUES {rows}")).await;
    let root = site.program("root", "users:read").await;
    for (query, length) in
        [("", 20), ("?per_page=100", 100), ("?per_page=1000", 100), ("?per_page=0", 1)]
    {
        let page = root.get(&format!("/api/users{query}")).await.json();
        let found = (page["items"].as_array().unwrap().len(), &page["per_page"], &page["more"]);
        assert_eq!(found, (length, &length.into(), &true.into()), "{query}");
    }
    let rest = root.get("/api/users?per_page=100&page=2").await.json();
    assert_eq!((rest["items"].as_array().unwrap().len(), &rest["more"]), (2, &false.into()));
    assert_eq!(root.get("/api/users?page=-1").await.status, 400);
    root.get("/api/users?per_page=100").await.hides("password_hash").hides("\"h\"");
}

#[actix_web::test]
async fn what_a_program_gets_is_no_page_in_a_browser() {
    let ada = program("profile:read papers:read").await;
    let own = ["/api/me", "/api/papers", "/api/papers/1", "/api/users", "/api/none"];
    let others = ["/auth/token", "/openapi.json", "/.well-known/oauth-authorization-server"];
    for path in own.iter().chain(&others) {
        let answer = ada.get(path).await;
        let kind = answer.header("content-type");
        assert!(["application/json", "application/problem+json"].contains(&kind), "{path}: {kind}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
    }
}

#[actix_web::test]
async fn a_callback_in_the_address_makes_no_script_of_an_answer() {
    let ada = program("profile:read papers:read").await;
    for path in ["/api/me", "/api/papers"] {
        for name in ["callback", "jsonp", "_callback"] {
            let answer = ada.get(&format!("{path}?{name}=alert")).await;
            assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
            assert_eq!(answer.body, ada.get(path).await.body);
        }
    }
}

#[actix_web::test]
async fn every_call_wants_the_scope_that_its_handler_names() {
    let ada = program("profile:read").await;
    let mut refused = 0;
    for route in kit::http::server::routes(ada.site.app.web()).await {
        for method in &route.methods {
            let arguments = route.arguments(method).unwrap_or_default();
            let mut guards = arguments.iter().map(|it| kit::http::resource::short(&it.name));
            let Some(scope) = guards.find(|name| name.contains("Scoped<")) else { continue };
            let parsed = Method::from_bytes(method.as_bytes()).unwrap();
            let path = route.path.replace("{id}", "1");
            let status = ada.json(parsed, &path, &json!({})).await.status;
            let is_hers = scope.contains("ProfileRead");
            assert_eq!(status, if is_hers { 200 } else { 403 }, "{method} {path}: {scope}");
            refused += usize::from(!is_hers);
        }
    }
    assert!(refused > 6, "only {refused}");
}
