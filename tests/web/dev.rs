//! The pages for developers.

use app::brand::NAME;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::browser::{Browser, Site};

const PAGES: [&str; 5] = ["/dev", "/dev/me", "/dev/routes", "/dev/settings", "/dev/mail"];

const GUARDED: &[(&str, &str)] = &[
    ("GET /dashboard", "CurrentUser"),
    ("POST /account/delete", "Sudo"),
    ("POST /account/invitations", "MayInvite"),
    ("GET /api/me", "Scoped&#60;ProfileRead&#62;"),
    ("GET /notes/{id}", "Own&#60;Note&#62;"),
    ("POST /reset", "Opened&#60;Reset&#62;"),
];

/// The row of a table that has this in it.
#[track_caller]
fn row<'a>(page: &'a str, text: &str) -> &'a str {
    page.split("<tr>").find(|row| row.contains(text)).unwrap_or_else(|| panic!("{text} in {page}"))
}

#[actix_web::test]
async fn a_developer_finds_each_page_from_the_start_page_without_an_account() {
    let stranger = Browser::stranger().await;
    stranger.get("/").await.shows("href=\"/dev\"");
    let index = stranger.get("/dev").await;
    for page in &PAGES[1..] {
        index.shows(&format!("href=\"{page}\""));
        assert_eq!(stranger.get(page).await.status, 200, "{page}");
    }
}

#[actix_web::test]
async fn elsewhere_there_are_no_such_pages_and_no_word_of_them() {
    let open_to_all = Site::with(&[("HOST", "0.0.0.0")]).await;
    let of_another_name = Site::with(&[("PUBLIC_URL", "http://192.0.2.7:8080")]).await;
    let in_a_tunnel = Site::with(&[("ALLOWED_HOSTS", "abc.tunnel.example")]).await;
    let behind_a_proxy = Site::with(&[("TRUSTED_PROXIES", "127.0.0.1")]).await;
    let here = [open_to_all, of_another_name, in_a_tunnel, behind_a_proxy];
    for site in [Site::in_production(&[]).await].into_iter().chain(here) {
        let stranger = site.stranger();
        for page in PAGES {
            assert_eq!(stranger.get(page).await.status, 404, "{page} at {}", site.config.origin());
        }
        stranger.get("/").await.shows(NAME).hides("/dev");
    }
}

#[actix_web::test]
async fn who_comes_through_a_tunnel_finds_no_such_page() {
    for header in ["x-forwarded-for", "x-forwarded-host", "forwarded", "via"] {
        let stranger = Browser::stranger().await;
        stranger.set_header(header, Some("for=198.51.100.7"));
        for page in PAGES {
            assert_eq!(stranger.get(page).await.status, 404, "{page} with {header}");
        }
    }
}

#[actix_web::test]
async fn of_every_route_it_is_known_what_its_handler_asks_for() {
    let site = Site::open().await;
    let routes = kit::http::server::routes(site.app.web()).await;
    assert!(routes.len() > 30, "{routes:?}");
    for route in routes.iter().filter(|route| route.path != "/static") {
        for method in &route.methods {
            assert!(route.arguments(method).is_some(), "{method} {}", route.path);
        }
    }
}

#[actix_web::test]
async fn guards_stand_beside_the_route_that_they_guard() {
    let page = Browser::stranger().await.get("/dev/routes").await.body;
    for (route, guard) in GUARDED {
        let row = row(&page, &format!("<code>{route}</code>"));
        assert!(row.contains(&format!("<strong><code>{guard}</code></strong>")), "{row}");
    }
    for open in ["GET /login", "GET /livez"] {
        let row = row(&page, &format!("<code>{open}</code>"));
        assert!(!row.contains("badge"), "{row}");
    }
}

#[actix_web::test]
async fn no_secret_of_a_setting_is_shown() {
    let secrets = [
        ("SMTP_URL", "smtps://ada:hunter2@smtp.example.com"),
        ("METRICS_TOKEN", "hunter2hunter2hunter2"),
        ("TOKEN_PRIVATE_KEY_PASSWORD", "hunter2"),
    ];
    let stranger = Site::with(&secrets).await.stranger();
    let page = stranger.get("/dev/settings").await;
    page.hides("hunter2");
    for name in ["SECRET_KEY", "SMTP_URL", "METRICS_TOKEN", "TOKEN_PRIVATE_KEY_PASSWORD"] {
        let row = row(&page.body, &format!("<code>{name}</code>"));
        assert!(row.contains("<p>(hidden)</p>") && row.contains("environment"), "{row}");
    }
}

#[actix_web::test]
async fn what_was_set_is_shown_and_so_are_defaults() {
    let stranger = Site::with(&[("SESSION_PROTECTION", "strong")]).await.stranger();
    let page = stranger.get("/dev/settings").await;
    for (name, value, origin) in [
        ("SESSION_PROTECTION", "strong", "environment"),
        ("SESSION_IDLE", "60m", "default"),
        ("LOG_FILE", "–", "default"),
    ] {
        let row = row(&page.body, &format!("<code>{name}</code>"));
        assert!(row.contains(&format!("<p>{value}</p>")) && row.contains(origin), "{row}");
    }
}

#[actix_web::test]
async fn every_setting_is_shown() {
    let page = Browser::stranger().await.get("/dev/settings").await;
    for name in app::config::Config::variables() {
        page.shows(&format!("<code>{name}</code>"));
    }
}

#[actix_web::test]
async fn somebody_sees_their_session_and_what_their_token_says_but_not_its_secret() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    let page = ada.get("/dev/me").await;
    page.shows("ada@example.com").shows("<code>exp</code>").shows("Fresh</dt><dd>until");
    let token = ada.cookie("session").unwrap();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    page.shows(claims["iss"].as_str().unwrap()).hides(claims["jti"].as_str().unwrap());
    page.hides(token.rsplit('.').next().unwrap());
    site.clock.advance(time::Duration::minutes(10));
    ada.get("/dev/me").await.shows("asks for the password");
    site.stranger().get("/dev/me").await.shows("Nobody is logged in");
}

#[actix_web::test]
async fn a_program_asks_who_it_is_too() {
    let program = Site::open().await.program("ada", "profile:read").await;
    program.set_header("accept", None);
    program.get("/dev/me").await.shows("ada@example.com").shows("profile:read").hides("Fresh");
}

#[actix_web::test]
async fn the_lines_to_copy_are_commands_that_there_are() {
    let page = Browser::stranger().await.get("/dev").await.body;
    let commands = include_str!("../../crates/xtask/src/main.rs");
    let lines: Vec<_> = page.split("<code>cargo xtask ").skip(1).collect();
    assert!(lines.len() > 4, "{page}");
    for line in lines {
        let word = line.split([' ', '<']).next().unwrap();
        let (first, rest) = word.split_at(1);
        let variant = format!("\n    {}{rest}", first.to_uppercase());
        assert!(commands.contains(&variant), "{word}");
    }
}
