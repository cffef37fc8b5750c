//! What an outsider learns about which addresses have accounts: nothing.

use crate::browser::{Answer, Browser, OTHER_PASSWORD, Site, config, features, passwords};

/// A site that counts hashes, with an account for Ada.
async fn site() -> std::rc::Rc<Site> {
    let settings = [("LOGIN_LINK", "on")];
    let site = Site::build(&settings, passwords(&config(&settings)), features()).await;
    site.user("ada").await;
    site
}

/// All of an answer: status, headers and body, without what differs each time, and with one name
/// for the address that was typed.
fn all_of(answer: &Answer, email: &str) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| name.as_str() != "x-request-id")
        .map(|(name, value)| {
            // A random cookie: its name and attributes have to be the same.
            let text = value.to_str().unwrap();
            let (cookie, rest) = text.split_once('=').unwrap_or((text, ""));
            let rest = rest.split_once(';').map_or("", |(_, attributes)| attributes);
            let is_cookie = name.as_str() == "set-cookie";
            format!(
                "{name}: {}",
                if is_cookie { format!("{cookie}=…;{rest}") } else { text.to_owned() }
            )
        })
        .collect();
    headers.sort();
    let body = answer.body.replace(email, "…");
    format!("{}\n{}\n{body}", answer.status, headers.join("\n"))
}

/// Sends a form with a known, an unknown and a disabled address from browsers alike; the answers,
/// and the page that follows, have to be the same to the letter, and cost the same hashes.
async fn tells_nothing<'a>(
    browsers: impl AsyncFn() -> Browser, path: &str,
    fields: impl Fn(&'a str) -> Vec<(&'static str, &'a str)>,
) {
    let mut seen = Vec::new();
    for email in ["ada@example.com", "eve@example.com", "bob@example.com"] {
        let browser = browsers().await;
        let site = &browser.site;
        site.user("bob").await;
        site.sql("UPDATE users SET disabled_at = created_at WHERE name = 'bob'").await;
        let before = site.passwords.count();
        let answer = browser.submit(path, &fields(email)).await;
        let hashes = site.passwords.count() - before;
        let rows = site
            .count("SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM events) AS count")
            .await;
        let next =
            if answer.status == 303 { browser.follow(&answer).await.body } else { String::new() };
        seen.push((all_of(&answer, email), next.replace(email, "…"), hashes, rows));
    }
    assert!(seen[0] == seen[1] && seen[1] == seen[2], "{path}: {seen:#?}");
}

async fn stranger() -> Browser {
    site().await.stranger()
}

#[actix_web::test]
async fn log_in_tells_nothing() {
    let wrong = "wrong password that is long";
    tells_nothing(stranger, "/login", |email| vec![("email", email), ("password", wrong)]).await;
}

#[actix_web::test]
async fn registering_tells_nothing() {
    tells_nothing(stranger, "/register", |email| vec![("email", email)]).await;
    // What forms of other programs send besides.
    let fields = |email| vec![("name", "A"), ("email", email), ("password", "passwordpassword")];
    tells_nothing(stranger, "/register", fields).await;
}

#[actix_web::test]
async fn a_forgotten_password_tells_nothing() {
    tells_nothing(stranger, "/forgot", |email| vec![("email", email)]).await;
}

#[actix_web::test]
async fn a_link_to_log_in_tells_nothing() {
    tells_nothing(stranger, "/login/link", |email| vec![("email", email)]).await;
}

#[actix_web::test]
async fn changing_the_address_to_a_taken_one_tells_nothing() {
    let carol = async || site().await.logged_in("carol").await;
    tells_nothing(carol, "/account/email", |email| vec![("email", email)]).await;
}

#[actix_web::test]
async fn the_token_endpoint_tells_nothing() {
    let fields =
        |email| vec![("grant_type", "password"), ("username", email), ("password", OTHER_PASSWORD)];
    tells_nothing(stranger, "/auth/token", fields).await;
}

#[actix_web::test]
async fn being_over_the_limit_tells_nothing_either() {
    let mut answers = Vec::new();
    for email in ["ada@example.com", "eve@example.com"] {
        let browser = stranger().await;
        for _ in 0..4 {
            answers.push(all_of(&browser.submit("/forgot", &[("email", email)]).await, email));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:#?}");
}
