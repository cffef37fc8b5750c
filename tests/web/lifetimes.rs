//! The settings for how long things live take effect, to the second.

use std::rc::Rc;

use time::Duration;

use crate::browser::{Answer, Browser, PASSWORD, Site};
use crate::tokens::{header, payload};

const ADA: (&str, &str) = ("username", "ada@example.com");

/// A browser in which Ada ticked "remember me", on a site with these settings.
async fn remembered(settings: &[(&str, &str)]) -> Browser {
    let site = Site::with(settings).await;
    site.user("ada").await;
    let ada = site.stranger();
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("remember", "yes")];
    let cookie = ada.submit("/login", &fields).await.cookies().remove(0);
    assert_eq!(cookie.max_age(), Some(Duration::hours(48)));
    ada
}

/// The tokens of a site with these settings.
async fn tokens(settings: &[(&str, &str)]) -> (Rc<Site>, Answer) {
    let site = Site::with(settings).await;
    site.user("ada").await;
    let tokens = site.stranger().token(&[ADA]).await;
    (site, tokens)
}

async fn call(site: &Rc<Site>, tokens: &Answer) -> u16 {
    let program = site.stranger();
    let access = tokens.json()["access_token"].as_str().unwrap().to_owned();
    program.set_header("authorization", Some(&format!("Bearer {access}")));
    program.get("/api/me").await.status
}

const REMEMBER: [(&str, &str); 2] = [("REMEMBER_IDLE", "30h"), ("REMEMBER_LIFETIME", "48h")];

#[actix_web::test]
async fn a_remembered_session_lasts_as_long_without_a_request_as_the_setting_says() {
    for (seconds, still_there) in [(-1, true), (0, false)] {
        let ada = remembered(&REMEMBER).await;
        ada.site.clock.advance(Duration::hours(30) + Duration::seconds(seconds));
        assert_eq!(ada.is_logged_in().await, still_there);
    }
}

#[actix_web::test]
async fn a_remembered_session_lasts_as_long_at_all_as_the_setting_says() {
    for (seconds, still_there) in [(-1, true), (0, false)] {
        let ada = remembered(&REMEMBER).await;
        ada.site.clock.advance(Duration::hours(24));
        assert!(ada.is_logged_in().await);
        ada.site.clock.advance(Duration::hours(24) + Duration::seconds(seconds));
        assert_eq!(ada.is_logged_in().await, still_there);
    }
}

#[actix_web::test]
async fn who_is_not_to_be_remembered_is_not_kept_by_those_settings() {
    let ada = Site::with(&REMEMBER).await.logged_in("ada").await;
    ada.site.clock.advance(Duration::HOUR);
    assert!(!ada.is_logged_in().await);
}

#[actix_web::test]
async fn an_access_token_lives_as_long_as_the_setting_says() {
    let (site, tokens) = tokens(&[("TOKEN_EXPIRY", "7m")]).await;
    assert_eq!(tokens.json()["expires_in"], 420);
    // Five seconds are forgiven to clocks that differ.
    site.clock.advance(Duration::seconds(420 + 4));
    assert_eq!(call(&site, &tokens).await, 200);
    site.clock.advance(Duration::SECOND);
    assert_eq!(call(&site, &tokens).await, 401);
}

#[actix_web::test]
async fn a_program_gets_new_tokens_for_as_long_as_the_setting_says() {
    for (seconds, status) in [(-1, 200), (0, 400)] {
        let (site, tokens) = tokens(&[("REFRESH_EXPIRY", "36h")]).await;
        let token = tokens.json()["refresh_token"].as_str().unwrap().to_owned();
        site.clock.advance(Duration::hours(36) + Duration::seconds(seconds));
        assert_eq!(site.stranger().refresh(&token).await.status, status);
    }
}

#[actix_web::test]
async fn a_key_pair_signs_access_tokens_and_leaves_sessions_to_the_secret_key() {
    let keys = [
        ("crates/actix-login/tests/keys/rsa.pem", "", "RS256"),
        ("crates/actix-login/tests/keys/ed25519.pem", "", "EdDSA"),
        ("crates/actix-login/tests/keys/ed25519-encrypted.pem", "opens-it", "EdDSA"),
    ];
    for (file, password, algorithm) in keys {
        let settings = [("TOKEN_PRIVATE_KEY_FILE", file), ("TOKEN_PRIVATE_KEY_PASSWORD", password)];
        let (site, tokens) = tokens(&settings).await;
        let access = tokens.json()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(
            (&header(&access)["alg"], &payload(&access)["sub"]),
            (&algorithm.into(), &"1".into())
        );
        assert_eq!(call(&site, &tokens).await, 200);
        let session = site.logged_in("ada").await.cookie("session").unwrap();
        assert_eq!(header(&session)["alg"], "HS256");
    }
}

#[actix_web::test]
async fn an_access_token_ends_with_the_refresh_token_that_it_came_with() {
    let site = Site::with(&[("TOKEN_EXPIRY", "15m"), ("REFRESH_EXPIRY", "10m")]).await;
    let program = site.program("ada", "papers:read").await;
    for (seconds, status) in [(0, 200), (599, 200), (1, 401)] {
        site.clock.advance(Duration::seconds(seconds));
        assert_eq!(program.get("/api/papers").await.status, status);
    }
}
