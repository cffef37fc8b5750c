//! Who gets in, and what the others get.

use std::rc::Rc;

use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use app::people::Verified;
use kit::http::resource::{Route, short};
use kit::http::server::routes;

use crate::browser::{Answer, Browser, Site, config, features_and, passwords};
use crate::models::leave_rows;
use crate::rights::rows;

#[actix_web::test]
async fn head_asks_for_a_login_like_get() {
    let stranger = Browser::stranger().await;
    let answer = stranger.send(Method::HEAD, "/papers?page=2", None).await;
    assert_eq!((answer.status, answer.location()), (303, "/login?next=%2Fpapers%3Fpage%3D2"));
}

#[actix_web::test]
async fn a_form_that_was_refused_is_not_sent_again_after_the_login() {
    let stranger = Browser::stranger().await;
    stranger.site.user("ada").await;
    let answer = stranger.submit("/papers", &[("title", "Milk")]).await;
    assert_eq!(answer.status, 401);
    answer.shows("Nothing was saved yet").shows("action=\"/login\"");
    stranger.log_in("ada").await;
    assert_eq!(stranger.site.count("SELECT count(*) AS count FROM papers").await, 0);
}

#[actix_web::test]
async fn a_program_gets_401_and_how_to_do_better() {
    let stranger = Browser::stranger().await;
    for accept in [Some("application/json"), Some("*/*"), None] {
        let answer = stranger.set_header("accept", accept).get("/papers").await;
        assert_eq!(
            (answer.status, answer.header("www-authenticate")),
            (401, named!("Bearer realm=\"" @ "\""))
        );
        assert_eq!(answer.header("content-type"), "application/problem+json");
        answer.shows("\"status\":401");
    }
}

#[actix_web::test]
async fn a_broken_database_is_503_and_nobody_becomes_a_stranger() {
    let ada = Browser::logged_in("ada").await;
    ada.site.sql("ALTER TABLE sessions RENAME TO elsewhere").await;
    // A page for all, a protected page, and the log-in page.
    for path in ["/", "/dashboard", "/login"] {
        let answer = ada.get(path).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "2"), "{path}");
        answer.hides("elsewhere").hides("sessions").hides("SELECT");
        assert!(answer.cookies().is_empty(), "the cookie stays");
    }
    ada.site.sql("ALTER TABLE elsewhere RENAME TO sessions").await;
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn the_start_page_shows_who_is_logged_in() {
    let ada = Browser::logged_in("ada").await;
    ada.get("/").await.shows("You are logged in as <strong>ada</strong>");
    ada.site.stranger().get("/").await.shows("href=\"/login\"");
}

#[actix_web::test]
async fn every_page_for_somebody_logged_in_has_the_logout_button() {
    let ada = Browser::logged_in("ada").await;
    for path in ["/", "/dashboard", "/papers", "/papers/new", "/no-such-page"] {
        ada.get(path).await.shows("action=\"/logout\"");
    }
}

#[actix_web::test]
async fn a_proxy_is_believed_only_when_it_is_ours() {
    for (trusted, shown) in [
        ("", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7"),
        ("127.0.0.0/8,203.0.113.0/24", "198.51.100.9"),
    ] {
        let site = Site::with(&[("TRUSTED_PROXIES", trusted)]).await;
        site.user("ada").await;
        let ada = site.stranger();
        ada.set_header("x-forwarded-for", Some("198.51.100.9, 203.0.113.7"));
        ada.log_in("ada").await;
        ada.get("/account/sessions").await.shows(&format!("From {shown}"));
    }
}

#[actix_web::test]
async fn a_forwarded_host_changes_no_link() {
    let stranger = Browser::stranger().await;
    stranger.set_header("x-forwarded-host", Some("evil.example"));
    stranger.set_header("forwarded", Some("host=evil.example;proto=https"));
    let answer = stranger.get("/papers").await;
    assert_eq!(answer.location(), "/login?next=%2Fpapers");
    stranger.get("/").await.hides("evil.example");
}

/// A page for people whose address is proved.
fn for_the_verified(config: &mut ServiceConfig) {
    let page = async |user: Verified| format!("Hello, {}", user.name);
    config.route("/members", web::get().to(page));
}

async fn site_for_the_verified() -> Rc<Site> {
    Site::build(&[], passwords(&config(&[])), features_and(for_the_verified)).await
}

#[actix_web::test]
async fn somebody_whose_address_is_proved_needs_to_be_no_administrator() {
    let ada = site_for_the_verified().await.logged_in("ada").await;
    assert_eq!(ada.get("/members").await.body, "Hello, ada");
    assert_eq!(ada.get("/administration").await.status, 403, "she is none");
}

#[actix_web::test]
async fn somebody_whose_address_is_not_proved_is_led_to_where_they_can_prove_it() {
    let ada = site_for_the_verified().await.logged_in("ada").await;
    ada.site.sql("UPDATE users SET verified_at = NULL").await;
    let answer = ada.get("/members").await;
    assert_eq!((answer.status, answer.location()), (303, "/account"));
    ada.follow(&answer).await.shows("confirm your e-mail address first").shows("not confirmed yet");
    ada.submit("/account/confirm", &[]).await;
    ada.open_link(&ada.site.link_to("ada").await).await;
    ada.submit("/confirm", &[]).await;
    assert_eq!(ada.get("/members").await.body, "Hello, ada");
}

#[actix_web::test]
async fn a_page_for_the_verified_is_for_nobody_who_is_not_logged_in_as_a_person() {
    let site = site_for_the_verified().await;
    assert_eq!(site.stranger().get("/members").await.location(), "/login?next=%2Fmembers");
    let script = site.logged_in("ada").await;
    site.sql("UPDATE users SET verified_at = NULL").await;
    let answer = script.set_header("accept", Some("application/json")).get("/members").await;
    assert_eq!(answer.status, 403);
    answer.shows("Confirm your e-mail address first.");
}

#[actix_web::test]
async fn nor_is_it_for_a_program() {
    let program = site_for_the_verified().await.program("ada", "profile:read").await;
    assert_eq!(program.get("/members").await.status, 401);
}

/// Every handler of which an argument is one of these guards: its method, and its path with a number in it.
async fn asking_for(site: &Site, guards: &[&str]) -> Vec<(Method, String)> {
    let is_one = |name: &str| {
        let name = short(name);
        let mut words = name.split(|c: char| !c.is_alphanumeric());
        words.any(|word| guards.contains(&word))
    };
    let asks = |route: &Route, method: &str| {
        route.arguments(method).is_some_and(|arguments| arguments.iter().any(|it| is_one(&it.name)))
    };
    let mut found = Vec::new();
    for route in routes(site.app.web()).await {
        for method in route.methods.iter().filter(|method| asks(&route, method)) {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            found.push((method, route.path.replace("{id}", "1")));
        }
    }
    found
}

async fn ask(browser: &Browser, (method, path): &(Method, String)) -> Answer {
    let body = (method == Method::POST).then(String::new);
    browser.send(method.clone(), path, body).await
}

#[actix_web::test]
async fn no_handler_for_administrators_lets_in_anybody_else() {
    let site = Site::open().await;
    site.admin("root").await;
    let (ada, unproved) = (site.logged_in("ada").await, site.administrator("eve").await);
    site.sql("UPDATE users SET verified_at = NULL WHERE name = 'eve'").await;
    for asked in asking_for(&site, &["Admin", "MayInvite"]).await {
        assert_eq!(ask(&ada, &asked).await.status, 403, "{asked:?}");
        let answer = ask(&unproved, &asked).await;
        assert_eq!((answer.status, answer.location()), (303, "/account"), "{asked:?}");
    }
}

#[actix_web::test]
async fn every_handler_for_who_typed_the_password_just_now_asks_others_for_it() {
    let site = Site::open().await;
    site.admin("ada").await;
    let ada = site.stale("ada").await;
    let asking = asking_for(&ada.site, &["Sudo"]).await;
    assert!(asking.len() > 4, "{asking:?}");
    for asked in asking {
        let answer = ask(&ada, &asked).await;
        assert!(answer.location().starts_with("/sudo?next="), "{asked:?}: {answer:?}");
    }
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn who_only_opens_addresses_changes_nothing() {
    let ada = Site::open().await.administrator("ada").await;
    leave_rows(&ada, "").await;
    let before = rows(&ada.site.db).await;
    for (path, methods) in ada.site.app.routes().await {
        // Files; and that somebody took a copy is noted.
        if ["/static", "/account/export"].contains(&path.as_str()) {
            continue;
        }
        for method in [Method::GET, Method::HEAD] {
            let status = ada.send(method, &path.replace("{id}", "1"), None).await.status;
            let is_page = methods.iter().any(|method| method == "GET");
            assert!(is_page || status == 405, "{path}: {status}");
        }
    }
    assert_eq!(rows(&ada.site.db).await, before);
}
