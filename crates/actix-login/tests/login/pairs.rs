//! Key pairs: RS256 and `EdDSA`, for tokens that other services verify.

use std::path::Path;

use actix_login::{KeyPair, Keys, LoginManager, Refusal, TokenOptions, jwks};
use actix_web::body::to_bytes;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Validation};
use serde_json::Value;

use crate::forger::Original;
use crate::site::{Person, builder, session, token};

const ED25519: &str = include_str!("../keys/ed25519.pem");
const RSA: &str = include_str!("../keys/rsa.pem");

fn with_pair(pem: &str, password: Option<&str>) -> LoginManager<Person> {
    let pair = KeyPair::parse(pem, password).unwrap();
    builder().access_keys(Keys::Pairs(vec![pair])).build().unwrap()
}

#[test]
fn eddsa_signs_access_tokens_from_pem_with_and_without_a_password() {
    let sealed = include_str!("../keys/ed25519-encrypted.pem");
    for manager in [with_pair(ED25519, None), with_pair(sealed, Some("opens-it"))] {
        let token = token(&manager, &[]);
        assert_eq!(jsonwebtoken::decode_header(&token).unwrap().alg, Algorithm::EdDSA);
        assert_eq!(manager.verify_access_token(&token).unwrap().sub, "ada");
    }
}

#[test]
fn rs256_signs_access_tokens_from_pem_with_and_without_a_password() {
    let sealed = include_str!("../keys/rsa-encrypted.pem");
    let old_form = include_str!("../keys/rsa-pkcs1.pem");
    for manager in
        [with_pair(RSA, None), with_pair(sealed, Some("opens-it")), with_pair(old_form, None)]
    {
        let token = token(&manager, &[]);
        assert_eq!(jsonwebtoken::decode_header(&token).unwrap().alg, Algorithm::RS256);
        assert_eq!(manager.verify_access_token(&token).unwrap().sub, "ada");
    }
}

/// The claims of a token, by what the public keys say and nothing else.
fn verify_elsewhere(keys: &str, token: &str) -> Option<Value> {
    let keys: JwkSet = serde_json::from_str(keys).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&["api"]);
    validation.validate_exp = false;
    let key = DecodingKey::from_jwk(keys.find(&header.kid?)?).unwrap();
    jsonwebtoken::decode(token, &key, &validation).ok().map(|verified| verified.claims)
}

#[test]
fn the_public_half_is_enough_to_verify_elsewhere() {
    for pem in [ED25519, RSA] {
        let manager = with_pair(pem, None);
        let claims = verify_elsewhere(manager.jwks().unwrap(), &token(&manager, &[])).unwrap();
        assert_eq!(claims["sub"], "ada");
        let other = with_pair(include_str!("../keys/ed25519-other.pem"), None);
        assert_eq!(verify_elsewhere(other.jwks().unwrap(), &token(&manager, &[])), None);
    }
}

#[test]
fn a_pair_is_for_access_tokens_and_sessions_keep_the_secret() {
    let manager = with_pair(RSA, None);
    let header = jsonwebtoken::decode_header(session(&manager)).unwrap();
    assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::HS256, Some("sess+jwt")));
}

#[test]
fn with_rsa_tokens_may_be_longer_since_their_signatures_are() {
    let manager = with_pair(RSA, None);
    let of_length = |filler: usize| {
        let options = TokenOptions::default().claim("filler", "x".repeat(filler));
        manager.create_access_token("ada", options)
    };
    let long = of_length(800).unwrap();
    assert!((1024..=2048).contains(&long.len()));
    assert!(manager.verify_access_token(&long).is_ok());
    assert!(of_length(1300).unwrap_err().to_string().contains("2048"));
}

#[test]
fn weak_broken_and_closed_key_pairs_are_refused() {
    let refusal = |pem: &str, password| KeyPair::parse(pem, password).unwrap_err().to_string();
    let sealed = include_str!("../keys/rsa-encrypted.pem");
    assert!(refusal(include_str!("../keys/rsa-short.pem"), None).contains("at least 3072 bits"));
    assert!(refusal(include_str!("../keys/rsa-long.pem"), None).contains("at most 4096 bits"));
    assert!(KeyPair::parse(include_str!("../keys/rsa-longest.pem"), None).is_ok(), "4096 bits");
    assert!(refusal(include_str!("../keys/p256.pem"), None).contains("RSA or Ed25519"));
    assert_eq!(refusal(sealed, None), "is encrypted, and no password opens it");
    assert_eq!(refusal(sealed, Some("wrong")), "does not open with that password");
    for pem in ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        assert!(refusal(pem, None).starts_with("must be"), "{pem:?}");
    }
}

#[test]
fn a_file_is_read_and_its_errors_name_it() {
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys");
    let read = |name: &str, password| KeyPair::read(keys.join(name), password);
    assert_eq!(read("ed25519.pem", None).unwrap().algorithm(), "EdDSA");
    assert_eq!(read("rsa-encrypted.pem", Some("opens-it")).unwrap().algorithm(), "RS256");
    let errors = [read("none.pem", None), read("p256.pem", None), read("rsa-encrypted.pem", None)];
    for error in errors.map(|read| read.unwrap_err().to_string()) {
        assert!(error.starts_with("The key in ") && error.ends_with('.'), "{error}");
    }
}

#[test]
fn nothing_shows_a_private_key() {
    let pair = KeyPair::parse(ED25519, None).unwrap();
    assert_eq!(format!("{pair:?}"), format!("KeyPair(EdDSA {})", pair.id()));
}

#[test]
fn the_algorithm_is_pinned() {
    let (by_secret, by_pair) = (builder().build().unwrap(), with_pair(ED25519, None));
    let refusal = |of: &LoginManager<_>, token: &str| of.verify_access_token(token).err();
    assert_eq!(refusal(&by_pair, &token(&by_secret, &[])), Some(Refusal::Algorithm));
    assert_eq!(refusal(&by_secret, &token(&by_pair, &[])), Some(Refusal::Algorithm));
}

#[test]
fn the_public_half_is_no_secret_to_sign_with() {
    // The old confusion: HS256, with what everybody knows as the secret.
    let manager = with_pair(ED25519, None);
    let keys: Value = serde_json::from_str(manager.jwks().unwrap()).unwrap();
    let public = BASE64.decode(keys["keys"][0]["x"].as_str().unwrap()).unwrap();
    let original = Original::of(token(&manager, &[]), &public);
    for algorithm in ["HS256", "EdDSA", "RS256"] {
        let forged = original.with_header(|header| header["alg"] = algorithm.into());
        assert!(manager.verify_access_token(&forged).is_err(), "{algorithm}");
    }
}

#[test]
fn while_keys_rotate_the_first_signs_and_all_verify_whatever_their_kind() {
    let pairs = |files: &[&str]| {
        let parse = |pem: &&str| KeyPair::parse(pem, None).unwrap();
        builder().access_keys(Keys::Pairs(files.iter().map(parse).collect())).build().unwrap()
    };
    let (old, both) = (pairs(&[RSA]), pairs(&[ED25519, RSA]));
    let (of_old, of_both) = (token(&old, &[]), token(&both, &[]));
    assert_eq!(jsonwebtoken::decode_header(&of_both).unwrap().alg, Algorithm::EdDSA);
    for token in [&of_old, &of_both] {
        assert_eq!(both.verify_access_token(token).unwrap().sub, "ada");
        assert!(verify_elsewhere(both.jwks().unwrap(), token).is_some());
    }
    assert_eq!(pairs(&[ED25519]).verify_access_token(&of_old).err(), Some(Refusal::Algorithm));
    assert_eq!(verify_elsewhere(old.jwks().unwrap(), &of_both), None);
}

#[test]
fn a_key_of_the_ring_verifies_by_its_own_algorithm_alone() {
    let pair = |pem| KeyPair::parse(pem, None).unwrap();
    let pairs = Keys::Pairs(vec![pair(ED25519), pair(RSA)]);
    let manager = builder().access_keys(pairs).build().unwrap();
    let original = Original::of(token(&manager, &[]), &[]);
    let forged = original.with_header(|header| header["alg"] = "RS256".into());
    assert_eq!(manager.verify_access_token(&forged).err(), Some(Refusal::Algorithm));
}

#[test]
fn a_token_is_no_longer_than_its_own_key_makes_them_whatever_others_do() {
    let pair = |pem| KeyPair::parse(pem, None).unwrap();
    let pairs = Keys::Pairs(vec![pair(ED25519), pair(RSA)]);
    let manager = builder().access_keys(pairs).build().unwrap();
    let lines: String = ED25519.lines().filter(|line| !line.starts_with('-')).collect();
    let key = EncodingKey::from_ed_der(&BASE64_STANDARD.decode(lines).unwrap());
    let good = token(&manager, &[]);
    let signed = |filler: usize| {
        let mut claims = Original::of(good.clone(), &[]).claims;
        claims["filler"] = "x".repeat(filler).into();
        jsonwebtoken::encode(&jsonwebtoken::decode_header(&good).unwrap(), &claims, &key).unwrap()
    };
    assert!(manager.verify_access_token(&signed(400)).is_ok());
    assert_eq!(manager.verify_access_token(&signed(600)).err(), Some(Refusal::Malformed));
}

#[actix_web::test]
async fn other_services_get_the_public_halves_and_nobody_gets_a_secret_key() {
    let served = async |manager: LoginManager<Person>| {
        let answer = jwks(manager).await;
        let header =
            |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (kind, keep) = (header(CONTENT_TYPE), header(CACHE_CONTROL));
        let (status, body) =
            (answer.status().as_u16(), to_bytes(answer.into_body()).await.unwrap());
        (status, kind, keep, String::from_utf8(body.into()).unwrap())
    };
    let pair = with_pair(ED25519, None);
    let keys = pair.jwks().unwrap().to_owned();
    let (kind, keep) = ("application/jwk-set+json".to_owned(), "public, max-age=300".to_owned());
    assert_eq!(served(pair).await, (200, Some(kind), Some(keep), keys));
    let secret = builder().build().unwrap();
    assert_eq!(secret.jwks(), None);
    assert_eq!(served(secret).await, (404, None, None, String::new()));
}
