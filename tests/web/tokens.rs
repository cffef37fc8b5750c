//! Forged, broken and foreign tokens in the cookie: an anonymous visitor, never an error.

use actix_login::SigningKey;
use actix_login::TokenOptions;
use app::config::APP_NAME;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

use crate::browser::{Browser, Site, features};

/// The claims of a token, unchecked.
pub fn payload(token: &str) -> Value {
    part(token, 1)
}

/// What a token says about itself.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, n: usize) -> Value {
    serde_json::from_slice(&BASE64.decode(token.split('.').nth(n).unwrap()).unwrap()).unwrap()
}

/// Signs any header and any claims with a key of the site: what a thief of the key could do.
fn signed(key: &[u8], header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| BASE64.encode(value.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let key = EncodingKey::from_secret(key);
    let algorithm = jsonwebtoken::Algorithm::HS256;
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).unwrap();
    format!("{message}.{signature}")
}

fn web_key(site: &Site) -> [u8; 32] {
    site.config.secret_keys[0].derive("jwt-web")
}

fn with(mut value: Value, member: &str, to: Value) -> Value {
    value[member] = to;
    value
}

fn without(mut value: Value, member: &str) -> Value {
    value.as_object_mut().unwrap().remove(member);
    value
}

async fn is_accepted(browser: &Browser, token: &str) -> bool {
    let visitor = browser.site.stranger();
    visitor.set_cookie("session", token);
    let answer = visitor.get("/dashboard").await;
    assert!(matches!(answer.status, 200 | 303), "{token} gave {}", answer.status);
    answer.status == 200
}

#[actix_web::test]
async fn a_token_signed_like_ours_is_accepted() {
    // Else the refusals below would prove nothing.
    let ada = Browser::logged_in("ada").await;
    let token = ada.cookie("session").unwrap();
    let (header, claims) = (part(&token, 0), part(&token, 1));
    assert!(is_accepted(&ada, &signed(&web_key(&ada.site), &header, &claims)).await);
}

#[actix_web::test]
async fn broken_tokens_are_refused() {
    let ada = Browser::logged_in("ada").await;
    let token = ada.cookie("session").unwrap();
    let parts: Vec<_> = token.split('.').collect();
    let broken = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "a.b.c".to_owned(),
        token[..token.len() - 1].to_owned(),
        format!("{token}A"),
        format!("{token}."),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}..{}", parts[0], parts[2]),
        format!("x{token}"),
        token.to_uppercase(),
        "A".repeat(5000),
    ];
    for token in broken {
        assert!(!is_accepted(&ada, &token).await, "{token}");
    }
}

#[actix_web::test]
async fn a_changed_bit_anywhere_is_noticed() {
    let ada = Browser::logged_in("ada").await;
    let token = ada.cookie("session").unwrap();
    for at in (0..token.len()).step_by(7) {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        // The last character of a part carries bits that do not count.
        if changed != token && !token[at..].starts_with('.') {
            assert!(!is_accepted(&ada, &changed).await, "at {at}");
        }
    }
}

#[actix_web::test]
async fn strange_headers_are_refused_even_with_the_right_key() {
    let ada = Browser::logged_in("ada").await;
    let token = ada.cookie("session").unwrap();
    let (header, claims) = (part(&token, 0), part(&token, 1));
    let strange = [
        with(header.clone(), "alg", json!("none")),
        with(header.clone(), "alg", json!("HS512")),
        with(header.clone(), "alg", json!("RS256")),
        with(header.clone(), "typ", json!("JWT")),
        with(header.clone(), "typ", json!("at+jwt")),
        without(header.clone(), "typ"),
        without(header.clone(), "kid"),
        with(header.clone(), "kid", json!("../../etc/passwd")),
        with(header.clone(), "kid", json!("' OR 1=1 --")),
        with(header.clone(), "crit", json!(["exp"])),
        with(header.clone(), "jwk", json!({"kty": "oct", "k": "AAAA"})),
        with(header.clone(), "jku", json!("https://evil.example/keys")),
        with(header.clone(), "x5u", json!("https://evil.example/cert")),
        with(header.clone(), "x5c", json!(["AAAA"])),
        with(header.clone(), "b64", json!(false)),
        json!([]),
        json!("HS256"),
    ];
    for header in strange {
        assert!(
            !is_accepted(&ada, &signed(&web_key(&ada.site), &header, &claims)).await,
            "{header}"
        );
    }
}

#[actix_web::test]
async fn strange_claims_are_refused_even_with_the_right_key() {
    let ada = Browser::logged_in("ada").await;
    let token = ada.cookie("session").unwrap();
    let (header, claims) = (part(&token, 0), part(&token, 1));
    let now = ada.site.clock.timestamp();
    let mut strange: Vec<_> = ["iss", "aud", "sub", "jti", "iat", "nbf", "exp"]
        .map(|name| without(claims.clone(), name))
        .into();
    let changes = [
        ("iss", json!("http://evil.example")),
        ("iss", json!(null)),
        ("aud", json!("api")),
        ("aud", json!(["web"])),
        ("aud", json!(["web", "api"])),
        ("sub", json!("")),
        ("sub", json!(1)),
        ("sub", json!("999")),
        ("jti", json!("")),
        ("jti", json!("A".repeat(43))),
        ("exp", json!(now - 5)),
        ("exp", json!((now + 60).to_string())),
        ("exp", json!(1.0e300)),
        ("nbf", json!(now + 6)),
        ("iat", json!(now + 6)),
        ("iat", json!("now")),
        ("admin", json!(true)),
    ];
    strange.extend(changes.map(|(name, value)| with(claims.clone(), name, value)));
    for claims in strange {
        assert!(
            !is_accepted(&ada, &signed(&web_key(&ada.site), &header, &claims)).await,
            "{claims}"
        );
    }
}

#[actix_web::test]
async fn other_keys_are_refused() {
    let ada = Browser::logged_in("ada").await;
    let token = ada.cookie("session").unwrap();
    let (header, claims) = (part(&token, 0), part(&token, 1));
    let foreign = SigningKey::parse(&actix_login::generate_key()).unwrap();
    let ours = &ada.site.config.secret_keys[0];
    for key in [foreign.derive("jwt-web"), ours.derive("jwt-api"), ours.derive("csrf"), [0; 32]] {
        assert!(!is_accepted(&ada, &signed(&key, &header, &claims)).await);
    }
    assert!(!is_accepted(&ada, &signed(b"", &header, &claims)).await);
    let id = with(header, "kid", json!(foreign.id()));
    assert!(!is_accepted(&ada, &signed(&foreign.derive("jwt-web"), &id, &claims)).await);
}

#[actix_web::test]
async fn an_access_token_does_not_open_a_page() {
    let ada = Browser::logged_in("ada").await;
    let token =
        ada.site.app.state().logins().create_access_token("1", TokenOptions::default()).unwrap();
    assert!(!is_accepted(&ada, &token).await);
}

#[actix_web::test]
async fn clocks_may_differ_by_five_seconds() {
    let ada = Browser::logged_in("ada").await;
    let token = ada.cookie("session").unwrap();
    let (header, claims) = (part(&token, 0), part(&token, 1));
    let now = ada.site.clock.timestamp();
    for (name, at, fine) in [
        ("exp", now - 4, true),
        ("exp", now - 5, false),
        ("nbf", now + 5, true),
        ("nbf", now + 6, false),
    ] {
        let claims = with(with(claims.clone(), "iat", json!(now - 60)), name, json!(at));
        assert_eq!(
            is_accepted(&ada, &signed(&web_key(&ada.site), &header, &claims)).await,
            fine,
            "{name}"
        );
    }
}

#[actix_web::test]
async fn a_token_says_nothing_about_the_person() {
    let ada = Browser::logged_in("ada").await;
    let token = ada.cookie("session").unwrap();
    let mut names: Vec<_> = payload(&token).as_object().unwrap().keys().cloned().collect();
    names.sort();
    assert_eq!(names, ["aud", "exp", "iat", "iss", "jti", "nbf", "sub"]);
    assert_eq!(
        jsonwebtoken::decode_header(&token).unwrap(),
        Header {
            typ: Some("sess+jwt".to_owned()),
            kid: Some(ada.site.config.secret_keys[0].id()),
            ..Header::default()
        }
    );
}

#[actix_web::test]
async fn after_a_rotation_old_sessions_go_on_until_the_old_key_is_removed() {
    let (old, new) = (actix_login::generate_key(), actix_login::generate_key());
    let site = Site::with(&[("SECRET_KEY", &old)]).await;
    let token = site.logged_in("ada").await.cookie("session").unwrap();
    for (keys, fine) in [(format!("{new},{old}"), true), (new.clone(), false)] {
        let config = crate::browser::config(&[("SECRET_KEY", &keys)]);
        let app = app::app::App::new(
            config,
            site.db.clone(),
            site.clock.clone(),
            site.passwords.clone(),
            features(),
        );
        let request = actix_web::test::TestRequest::default()
            .insert_header(("cookie", format!("__Host-{APP_NAME}_session={token}")))
            .to_http_request();
        assert_eq!(app.unwrap().state().sessions().last_user(&request).is_some(), fine);
    }
}

#[actix_web::test]
async fn a_scope_that_a_role_took_along_does_not_come_back_with_the_role() {
    let site = Site::open().await;
    site.admin("root").await;
    let program = site.stranger();
    let asked = [("username", "root@example.com"), ("scope", "profile:read users:read")];
    let mut tokens = program.token(&asked).await.json();
    assert_eq!(tokens["scope"], "profile:read users:read");
    for is_admin in ["FALSE", "TRUE"] {
        site.sql(format!("UPDATE users SET is_admin = {is_admin}")).await;
        tokens = program.refresh(tokens["refresh_token"].as_str().unwrap()).await.json();
        assert_eq!(tokens["scope"], "profile:read");
    }
}
