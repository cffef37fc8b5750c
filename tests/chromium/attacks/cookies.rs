//! Cookies that neighbours plant: hosts beside ours, and other ports of our own.

use fantoccini::Locator;
use url::form_urlencoded::Serializer;

use super::evil::Evil;
use crate::driver::{PASSWORD, Visitor};

const SESSION: &str = named!("__Host-" @ "_session");

/// Opens the page of somebody else that sets these cookies.
async fn visits(visitor: &Visitor, evil: &Evil, host: &str, cookies: &[String]) {
    let mut query = Serializer::new("/plant?".to_owned());
    let query = query.extend_pairs(cookies.iter().map(|cookie| ("", cookie)));
    visitor.browser.goto(&evil.at(host, &query.finish().replacen("?&", "?", 1))).await.unwrap();
}

/// Whom the dashboard greets; nobody, where it asks for a log-in.
async fn somebody(visitor: &Visitor) -> Option<String> {
    visitor.open("/account").await;
    let name = visitor.browser.find(Locator::Css("main [name=name]")).await.ok()?;
    name.prop("value").await.unwrap()
}

/// Every way in which a neighbour may hope to get a cookie called `name` to a host with this domain.
fn tossed(name: &str, value: &str, domain: &str) -> Vec<String> {
    let short = name.trim_start_matches("__Host-");
    let names = [
        name,
        short,
        &name.to_lowercase(),
        &name.to_uppercase(),
        &format!("={name}"),
        &format!("\u{a0}{name}"),
    ]
    .map(str::to_owned);
    let attributes =
        ["", "; Secure", "; Secure; Path=/account", "; Secure; HttpOnly; SameSite=None"];
    let of =
        |name: &String| attributes.map(|more| format!("{name}={value}; Domain={domain}{more}"));
    let bare = names.iter().map(|name| format!("{name}={value}; Secure; Path=/"));
    names.iter().flat_map(of).chain(bare).collect()
}

/// Mallory's session, on the server that Ada has an account on.
async fn session_of_mallory(ada: &Visitor) -> String {
    ada.operator_runs(&["user", "add", "mallory@example.com"]);
    let mallory = ada.elsewhere().await;
    mallory.log_in("mallory@example.com", PASSWORD).await;
    let session = mallory.browser.get_named_cookie(SESSION).await.unwrap().value().to_owned();
    mallory.leave().await;
    session
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn a_neighbours_cookies_log_nobody_in_and_nobody_out() {
    let ada = Visitor::new_at("app.localhost", &[]).await.with_the_first_account().await;
    let (evil, session, bea) =
        (Evil::start(), session_of_mallory(&ada).await, ada.elsewhere().await);
    let mut cookies = tossed(SESSION, &session, "app.localhost");
    cookies.push("planted=yes; Domain=app.localhost".to_owned());
    for host in ["evil.app.localhost", "evil.localhost", "localhost"] {
        for visitor in [&ada, &bea] {
            visits(visitor, &evil, host, &cookies).await;
        }
        assert_eq!(somebody(&ada).await.as_deref(), Some("Ada"), "{host}");
        assert_eq!(somebody(&bea).await, None, "{host}");
    }
    bea.browser.get_named_cookie("planted").await.expect("else all of this would prove nothing");
    bea.log_in("ada@example.com", PASSWORD).await;
    assert_eq!(somebody(&bea).await.as_deref(), Some("Ada"), "and she can log in");
    ada.leave().await;
    bea.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn whatever_another_port_planted_the_next_log_in_is_ones_own() {
    let (ada, evil) = (Visitor::logged_in().await, Evil::start());
    let session = session_of_mallory(&ada).await;
    let long = "x".repeat(4000);
    for value in ["", "nonsense", "a.b.c", "\"", "\u{e9}", &long, &session] {
        // Cookies know no ports: under the same name, it is the same cookie.
        let names = ["session", "flash", "theme", "steps", "link_reset", "link_reset_used"];
        let prefix = SESSION.trim_end_matches("session");
        let cookies = names.map(|name| format!("{prefix}{name}={value}; Secure; Path=/"));
        visits(&ada, &evil, "localhost", &cookies).await;
        ada.open("/reset").await;
        if somebody(&ada).await.is_some() {
            ada.log_out().await;
        }
        ada.log_in("ada@example.com", PASSWORD).await;
        assert_eq!(somebody(&ada).await.as_deref(), Some("Ada"), "{value}");
    }
    ada.leave().await;
}
