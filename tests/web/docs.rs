//! The API's description.

use serde_json::Value;

use app::app::FEATURES;
use app::feature::Features;

use crate::browser::{Browser, Site};

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
        Features(FEATURES).scopes("").all().len()
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
async fn the_page_brings_its_own_files_and_a_policy_that_lets_no_other_script_in() {
    let stranger = Browser::stranger().await;
    let page = stranger.get("/docs/").await;
    page.shows("swagger-ui-bundle.js").hides("https://");
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self';")
            && policy.contains("style-src 'self' 'unsafe-inline'")
    );
    stranger.get("/docs/swagger-initializer.js").await.shows("/openapi.json");
    assert_eq!(stranger.get("/docs/swagger-ui-bundle.js").await.status, 200);
    assert_eq!(stranger.get("/docs").await.location(), "/docs/");
    assert!(!stranger.get("/").await.header("content-security-policy").contains("unsafe"));
}

#[actix_web::test]
async fn in_production_there_is_no_description_unless_it_is_asked_for() {
    let key = actix_login::generate_key();
    let production = [
        ("APP_ENV", "production"),
        ("SMTP_URL", "smtps://smtp.example.com"),
        ("PUBLIC_URL", "https://app.example.com"),
        ("SECRET_KEY", key.as_str()),
    ];
    let stranger = Site::with(&production).await.stranger();
    for path in ["/openapi.json", "/docs", "/docs/", "/docs/swagger-ui.css"] {
        assert_eq!(stranger.get(path).await.status, 404, "{path}");
    }
    let with_docs = [&production[..], &[("API_DOCS", "true")]].concat();
    assert_eq!(Site::with(&with_docs).await.stranger().get("/docs/").await.status, 200);
}

#[actix_web::test]
async fn the_page_tells_a_phone_that_it_fits() {
    let page = Browser::stranger().await.get("/docs/").await;
    page.shows("<head><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
}
