//! Forged access tokens, more than sixty of them: each is refused with 401, and none is a 500.

use std::collections::BTreeSet;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use crate::browser::{Browser, Site};

/// What a forger who knows everything but the key starts from.
struct Original {
    token: String,
    header: Value,
    claims: Value,
    key: [u8; 32],
    now: i64,
}

impl Original {
    fn of(program: &Browser, token: String) -> Self {
        let part = |n| {
            serde_json::from_slice(&BASE64.decode(token.split('.').nth(n).unwrap()).unwrap())
                .unwrap()
        };
        Self {
            header: part(0),
            claims: part(1),
            key: program.site.config.secret_keys[0].derive("jwt-api"),
            now: program.site.clock.timestamp(),
            token,
        }
    }

    fn with_header(&self, change: impl Fn(&mut Value)) -> String {
        let mut header = self.header.clone();
        change(&mut header);
        sign(&header.to_string(), &self.claims.to_string(), &self.key, Algorithm::HS256)
    }

    fn with_claims(&self, change: impl Fn(&mut Value)) -> String {
        let mut claims = self.claims.clone();
        change(&mut claims);
        sign(&self.header.to_string(), &claims.to_string(), &self.key, Algorithm::HS256)
    }
}

fn sign(header: &str, claims: &str, key: &[u8], algorithm: Algorithm) -> String {
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let key = EncodingKey::from_secret(key);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).unwrap();
    format!("{message}.{signature}")
}

fn structures(original: &Original) -> Vec<String> {
    let token = &original.token;
    let [header, claims, signature] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let none = BASE64.encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}");
    vec![
        "x".to_owned(),
        ".".to_owned(),
        "..".to_owned(),
        "...".to_owned(),
        "a.b.c".to_owned(),
        format!("{header}.{claims}"),
        format!("{header}.{claims}."),
        format!("{header}..{signature}"),
        format!(".{claims}.{signature}"),
        format!("{token}."),
        format!("{token}.{signature}"),
        format!("{token}="),
        format!("{token}A"),
        token[..token.len() - 2].to_owned(),
        format!("{claims}.{header}.{signature}"),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        token.to_lowercase(),
        format!("{}{token}", "A".repeat(1024)),
        format!("{header}.{}.{signature}", "A".repeat(2000)),
        format!("{header}.{claims}.{}", BASE64.encode([0; 32])),
        format!("{}.{claims}.{signature}", BASE64.encode("{}")),
        format!("{}.{claims}.{signature}", BASE64.encode("null")),
    ]
}

fn headers(original: &Original) -> Vec<String> {
    let set =
        |name: &'static str, value: Value| original.with_header(move |h| h[name] = value.clone());
    let drop = |name: &'static str| {
        original.with_header(move |h| drop(h.as_object_mut().unwrap().remove(name)))
    };
    vec![
        set("alg", json!("none")),
        set("alg", json!("None")),
        set("alg", json!("HS384")),
        set("alg", json!("HS512")),
        set("alg", json!("RS256")),
        set("alg", json!("ES256")),
        set("alg", json!("EdDSA")),
        set("alg", json!("hs256")),
        set("alg", json!(["HS256"])),
        set("alg", json!(null)),
        drop("alg"),
        set("typ", json!("JWT")),
        set("typ", json!("sess+jwt")),
        set("typ", json!("AT+JWT")),
        drop("typ"),
        set("kid", json!("../../../../dev/null")),
        set("kid", json!("' OR 1=1 --")),
        set("kid", json!("A".repeat(500))),
        set("kid", json!("")),
        set("kid", json!(0)),
        drop("kid"),
        set("crit", json!(["exp"])),
        set("crit", json!([])),
        set("jku", json!("https://evil.example/jwks")),
        set("jwk", json!({"kty": "oct", "k": "AAAA"})),
        set("x5u", json!("https://evil.example/x")),
        set("x5c", json!(["AAAA"])),
        set("x5t", json!("AAAA")),
        set("cty", json!("JWT")),
        set("b64", json!(false)),
        set("zip", json!("DEF")),
    ]
}

fn claims(original: &Original) -> Vec<String> {
    let now = original.now;
    let set =
        |name: &'static str, value: Value| original.with_claims(move |c| c[name] = value.clone());
    let drop = |name: &'static str| {
        original.with_claims(move |c| drop(c.as_object_mut().unwrap().remove(name)))
    };
    vec![
        drop("iss"),
        drop("aud"),
        drop("sub"),
        drop("jti"),
        drop("iat"),
        drop("nbf"),
        drop("exp"),
        drop("sid"),
        set("iss", json!("https://evil.example")),
        set("iss", json!(["http://localhost:8080"])),
        set("iss", json!("")),
        set("aud", json!("web")),
        set("aud", json!(["api"])),
        set("aud", json!(["api", "web"])),
        set("aud", json!("")),
        set("sub", json!("")),
        set("sub", json!("2")),
        set("sub", json!(1)),
        set("sub", json!("01")),
        set("jti", json!("")),
        set("jti", json!(null)),
        set("sid", json!("unknown")),
        set("sid", json!(7)),
        set("exp", json!(now - 5)),
        set("exp", json!(0)),
        set("exp", json!(-1)),
        set("exp", json!("9999999999")),
        set("exp", json!(1.0e300)),
        set("exp", json!(null)),
        set("exp", json!(true)),
        set("nbf", json!(now + 6)),
        set("nbf", json!("0")),
        set("iat", json!(now + 6)),
        set("iat", json!(i64::MAX)),
        set("scope", json!(["profile:read"])),
    ]
}

fn keys(original: &Original, site: &Site) -> Vec<String> {
    let ours = &site.config.secret_keys[0];
    let (header, claims) = (original.header.to_string(), original.claims.to_string());
    let duplicate = claims.replacen('{', "{\"sub\":\"2\",", 1);
    let by = |key: &[u8]| sign(&header, &claims, key, Algorithm::HS256);
    vec![
        by(b""),
        by(&[0; 32]),
        by(b"secret"),
        by(&ours.derive("jwt-web")),
        by(&ours.derive("csrf")),
        by(ours.id().as_bytes()),
        sign(&header, &claims, &original.key, Algorithm::HS512),
        sign(&header, &duplicate, &original.key, Algorithm::HS256),
        sign(&header, "[]", &original.key, Algorithm::HS256),
        sign(&header, "null", &original.key, Algorithm::HS256),
        sign(&header, "{", &original.key, Algorithm::HS256),
        sign("{\"alg\":\"HS256\",\"alg\":\"none\"}", &claims, &original.key, Algorithm::HS256),
    ]
}

#[actix_web::test]
async fn no_forged_token_opens_the_api() {
    let program = Site::open().await.program("ada", "profile:read").await;
    program.site.user("bob").await;
    let answer = program.token(&[("username", "ada@example.com"), ("scope", "profile:read")]).await;
    let original =
        Original::of(&program, answer.json()["access_token"].as_str().unwrap().to_owned());
    let forged = [
        structures(&original),
        headers(&original),
        claims(&original),
        keys(&original, &program.site),
    ]
    .concat();
    let different: BTreeSet<_> = forged.iter().filter(|token| **token != original.token).collect();
    assert!(different.len() >= 60, "only {}", different.len());
    for token in different {
        program.set_header("authorization", Some(&format!("Bearer {token}")));
        let answer = program.get("/api/me").await;
        assert_eq!(answer.status, 401, "{token}");
        assert!(answer.header("www-authenticate").contains("error=\"invalid_token\""));
    }
    // Else all of the above would prove nothing: the same forger's honest copy is accepted.
    let honest = original.with_claims(|_| ());
    program.set_header("authorization", Some(&format!("Bearer {honest}")));
    assert_eq!(program.get("/api/me").await.status, 200);
}

#[actix_web::test]
async fn odd_authorization_headers_are_refused() {
    let program = Site::open().await.program("ada", "profile:read").await;
    for value in
        ["", "Bearer", "Bearer ", "Basic eDp5", "bearer x", "Digest x", "Bearer x y", "Token x"]
    {
        program.set_header("authorization", Some(value));
        let status = program.get("/api/me").await.status;
        assert_eq!(status, 401, "{value:?}");
    }
}
