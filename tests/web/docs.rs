//! The API's description.

use serde_json::Value;

use app::feature::Features;

use crate::browser::{Answer, Browser, Site, features};

async fn document(browser: &Browser) -> Value {
    browser.get("/openapi.json").await.json()
}

#[actix_web::test]
async fn the_document_is_openapi_and_knows_how_to_get_a_token() {
    let document = document(&Browser::stranger().await).await;
    assert_eq!(document["openapi"], "3.1.0");
    let flow = &document["components"]["securitySchemes"]["password"]["flows"]["password"];
    assert_eq!(
        (&flow["tokenUrl"], &flow["refreshUrl"]),
        (&"/auth/token".into(), &"/auth/token".into())
    );
    assert_eq!(
        flow["scopes"].as_object().unwrap().len(),
        Features(features()).scopes("").all().len()
    );
}

#[actix_web::test]
async fn every_route_of_the_api_is_described_and_no_other() {
    let stranger = Browser::stranger().await;
    let document = document(&stranger).await;
    let mut described: Vec<String> = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        described.extend(
            methods.as_object().unwrap().keys().map(|m| format!("{} {path}", m.to_uppercase())),
        );
    }
    let mut served: Vec<String> = Vec::new();
    for (path, methods) in stranger.site.app.routes().await {
        if path.starts_with("/api/") {
            served.extend(methods.iter().map(|method| format!("{method} {path}")));
        }
    }
    described.sort();
    served.sort();
    assert!(served.len() > 7);
    assert_eq!(described, served);
}

#[actix_web::test]
async fn a_program_author_reads_what_an_operation_needs() {
    let page = Browser::stranger().await.get("/docs").await;
    let (_, operation) = page.body.split_once("<details id=\"op-update_paper\">").unwrap();
    let operation = operation.split("</details>").next().unwrap();
    for text in [
        ">PUT</span> <code>/api/papers/{id}</code>",
        "Needs a token that holds <code title=\"Write, change and delete your papers\">papers:write</code>",
        "<dd>path, integer, required <span class=\"fine\">The paper&#39;s number</span>",
        "<dd>string, required, length at least 1, length at most 100</dd>",
        "<strong>404</strong> Not Found",
        "curl &#39;http://localhost:8080/api/papers/1&#39; -X PUT -H &#34;Authorization: Bearer $TOKEN&#34;",
    ] {
        assert!(operation.contains(text), "{text} is missing: {operation}");
    }
}

#[actix_web::test]
async fn every_operation_is_on_the_page_and_the_document_is_a_click_away() {
    let stranger = Browser::stranger().await;
    let (document, page) = (document(&stranger).await, stranger.get("/docs").await);
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys().map(|method| method.to_uppercase()) {
            page.shows(&format!("{method}</span> <code>{path}</code>"));
        }
    }
    page.shows("href=\"/openapi.json\"");
}

#[actix_web::test]
async fn the_page_obeys_the_policy_of_all_pages() {
    let stranger = Browser::stranger().await;
    let (page, start) = (stranger.get("/docs").await, stranger.get("/").await);
    let policy = |answer: &Answer| answer.header("content-security-policy").to_owned();
    assert_eq!(policy(&page), policy(&start));
    assert!(!policy(&page).contains("unsafe"));
    page.hides("<script>").hides("style=");
    for file in ["/static/docs.js", "/static/docs.css"] {
        page.shows(file);
        start.hides(file);
    }
}

#[actix_web::test]
async fn who_runs_no_script_sees_no_form_that_would_do_nothing() {
    let page = Browser::stranger().await.get("/docs").await;
    let (_, main) = page.body.split_once("<main").unwrap();
    let forms: Vec<_> = main.split("<form").skip(1).map(|f| f.split('>').next().unwrap()).collect();
    assert!(forms.len() > 7);
    assert!(forms.iter().all(|form| form.ends_with(" hidden")), "{forms:?}");
}

#[actix_web::test]
async fn where_passwords_get_no_tokens_the_page_asks_for_none() {
    let page = Site::with(&[("PASSWORD_GRANT", "false")]).await.stranger().get("/docs").await;
    page.hides("grant_type").hides("type=\"email\"").shows("id=\"token\"");
    Browser::stranger().await.get("/docs").await.shows("grant_type").shows("id=\"username\"");
}

#[actix_web::test]
async fn in_production_there_is_no_description_unless_it_is_asked_for() {
    let stranger = Site::in_production(&[]).await.stranger();
    for path in ["/openapi.json", "/docs", "/docs/"] {
        assert_eq!(stranger.get(path).await.status, 404, "{path}");
    }
    let with_docs = Site::in_production(&[("API_DOCS", "true")]).await;
    assert_eq!(with_docs.stranger().get("/docs").await.status, 200);
}
