//! What clients and other services find out by themselves.

use serde_json::{Value, json};

use crate::browser::{Answer, Browser, Site};

const KEYS: &str = "crates/actix-login/tests/keys";

async fn ask(settings: &[(&str, &str)], path: &str) -> (Browser, Answer) {
    let stranger = Site::with(settings).await.stranger();
    let answer = stranger.get(path).await;
    (stranger, answer)
}

/// The settings in which these files sign access tokens.
async fn keys(files: &[&str]) -> (Browser, Value) {
    let files: Vec<_> = files.iter().map(|file| format!("{KEYS}/{file}")).collect();
    let settings = [("TOKEN_PRIVATE_KEY_FILE", files.join(" , "))];
    let settings: Vec<_> = settings.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let (stranger, answer) = ask(&settings, "/.well-known/jwks.json").await;
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    assert_eq!(answer.header("content-type"), "application/jwk-set+json");
    (stranger, answer.json()["keys"].clone())
}

#[actix_web::test]
async fn a_key_pairs_public_half_is_served_and_nothing_else_of_it() {
    let public = [("ed25519.pem", "EdDSA", "OKP"), ("rsa.pem", "RS256", "RSA")];
    for (file, algorithm, kind) in public {
        let (_, keys) = keys(&[file]).await;
        let key = &keys[0];
        assert_eq!((&key["alg"], &key["kty"]), (&algorithm.into(), &kind.into()));
        assert_eq!((&key["use"], keys.as_array().unwrap().len()), (&"sig".into(), 1));
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert_eq!(key[private], Value::Null, "{private}");
        }
    }
}

#[actix_web::test]
async fn while_they_rotate_both_keys_are_served_and_the_first_signs() {
    let (stranger, keys) = keys(&["ed25519.pem", "rsa.pem"]).await;
    let ids = [keys[0]["kid"].as_str().unwrap(), keys[1]["kid"].as_str().unwrap()];
    assert_ne!(ids[0], ids[1]);
    stranger.site.user("ada").await;
    let tokens = stranger.token(&[("username", "ada@example.com")]).await.json();
    let header = jsonwebtoken::decode_header(tokens["access_token"].as_str().unwrap()).unwrap();
    assert_eq!(header.kid.as_deref(), Some(ids[0]));
}

#[actix_web::test]
async fn without_a_pair_there_are_no_public_keys_and_none_are_promised() {
    let (stranger, answer) = ask(&[], "/.well-known/jwks.json").await;
    assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"));
    let metadata = stranger.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(metadata["jwks_uri"], Value::Null);
}

#[actix_web::test]
async fn the_server_describes_itself_as_rfc_8414_has_it() {
    let pair = format!("{KEYS}/ed25519.pem");
    let settings = [("PUBLIC_URL", "https://example.com"), ("TOKEN_PRIVATE_KEY_FILE", &pair)];
    let stranger = Site::with(&settings).await.stranger();
    stranger.set_header("host", Some("example.com"));
    let answer = stranger.get("/.well-known/oauth-authorization-server").await;
    assert_eq!(
        (answer.header("cache-control"), answer.cookies().len()),
        ("public, max-age=300", 0)
    );
    let metadata = answer.json();
    assert_eq!(metadata["issuer"], "https://example.com");
    assert_eq!(metadata["token_endpoint"], "https://example.com/auth/token");
    assert_eq!(metadata["revocation_endpoint"], "https://example.com/auth/revoke");
    assert_eq!(metadata["jwks_uri"], "https://example.com/.well-known/jwks.json");
    assert_eq!(metadata["grant_types_supported"], json!(["password", "refresh_token"]));
    assert_eq!(metadata["token_endpoint_auth_methods_supported"], json!(["none"]));
    assert!(metadata["scopes_supported"].as_array().unwrap().contains(&"papers:read".into()));
}

#[actix_web::test]
async fn a_grant_that_is_switched_off_is_not_offered() {
    let path = "/.well-known/oauth-authorization-server";
    let (_, answer) = ask(&[("PASSWORD_GRANT", "false")], path).await;
    assert_eq!(answer.json()["grant_types_supported"], json!(["refresh_token"]));
}
