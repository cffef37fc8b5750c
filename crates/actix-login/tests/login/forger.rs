//! What a forger makes of an access token. An application's tests may take it, too.

use std::collections::BTreeSet;

use actix_login::SigningKey;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

/// What a forger who knows everything, and for most forgeries even the key, starts from.
pub struct Original {
    pub token: String,
    pub header: Value,
    pub claims: Value,
    pub key: Vec<u8>,
}

impl Original {
    pub fn of(token: String, key: &[u8]) -> Self {
        let part = |n| {
            let part = BASE64.decode(token.split('.').nth(n).unwrap()).unwrap();
            serde_json::from_slice(&part).unwrap()
        };
        Self { header: part(0), claims: part(1), key: key.to_vec(), token }
    }

    /// Signed by the same key, with another header.
    pub fn with_header(&self, change: impl Fn(&mut Value)) -> String {
        let mut header = self.header.clone();
        change(&mut header);
        sign(&header.to_string(), &self.claims.to_string(), &self.key, Algorithm::HS256)
    }

    /// Signed by the same key, with other claims.
    pub fn with_claims(&self, change: impl Fn(&mut Value)) -> String {
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

fn claims(original: &Original, now: i64) -> Vec<String> {
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
        set("iss", json!("https://evil.example")),
        set("iss", json!(["http://localhost:8080"])),
        set("iss", json!("")),
        set("aud", json!("web")),
        set("aud", json!(["api"])),
        set("aud", json!(["api", "web"])),
        set("aud", json!("")),
        set("sub", json!("")),
        set("sub", json!(1)),
        set("jti", json!("")),
        set("jti", json!(null)),
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
        set("scope", json!([original.claims["scope"]])),
    ]
}

fn keys(original: &Original, ours: &SigningKey, stranger: &str) -> Vec<String> {
    let (header, claims) = (original.header.to_string(), original.claims.to_string());
    let duplicate = claims.replacen('{', &format!("{{\"sub\":\"{stranger}\","), 1);
    let by = |key: &[u8]| sign(&header, &claims, key, Algorithm::HS256);
    let with = |header: &str, claims: &str| sign(header, claims, &original.key, Algorithm::HS256);
    vec![
        by(b""),
        by(&[0; 32]),
        by(b"secret"),
        by(&ours.derive("jwt-web")),
        by(&ours.derive("csrf")),
        by(&ours.derive("")),
        by(ours.id().as_bytes()),
        sign(&header, &claims, &original.key, Algorithm::HS384),
        sign(&header, &claims, &original.key, Algorithm::HS512),
        with(&header, &duplicate),
        with(&header, "[]"),
        with(&header, "null"),
        with(&header, "{"),
        with(&header, ""),
        with("{\"alg\":\"HS256\",\"alg\":\"none\"}", &claims),
        with(&header.replacen('{', "{\"alg\":\"none\",", 1), &claims),
        with(&header.replacen('{', "{\"kid\":\"x\",", 1), &claims),
    ]
}

/// All forgeries of a token that is good `now`, each once; some are in the name of `stranger`.
pub fn forged(
    original: &Original, ours: &SigningKey, now: i64, stranger: &str,
) -> BTreeSet<String> {
    let mut forged = BTreeSet::from_iter(structures(original));
    forged.extend(headers(original));
    forged.extend(claims(original, now));
    forged.extend(keys(original, ours, stranger));
    forged.remove(&original.token);
    forged
}
