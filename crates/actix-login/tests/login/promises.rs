//! What a verified token promises: made for us, for this purpose, and good at this moment.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use actix_login::{Claims, LoginManager, Refusal, TokenKind, TokenOptions};
use actix_web::http::header::COOKIE;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::forger::Original;
use crate::site::{NOW, Person, Site, builder, key, pair, session, token, with_key};

/// What a signer of ours would refuse or accept, with these claims changed.
fn verify(change: impl Fn(&mut Value)) -> Result<Claims, Refusal> {
    let key = key();
    let manager = with_key(key.clone()).build().unwrap();
    let original = Original::of(token(&manager, &[]), &key.derive("jwt-api"));
    manager.verify_access_token(&original.with_claims(change))
}

fn at(claim: &str, time: i64) -> Option<Refusal> {
    verify(|claims| claims[claim] = time.into()).err()
}

#[test]
fn clocks_may_differ_by_five_seconds() {
    for claim in ["nbf", "iat"] {
        assert_eq!(at(claim, NOW + 5), None, "{claim}");
        assert_eq!(at(claim, NOW + 6), Some(Refusal::NotYetValid), "{claim}");
    }
    let over = |exp: i64| {
        verify(|claims| (claims["iat"], claims["exp"]) = (json!(NOW - 60), exp.into())).err()
    };
    assert_eq!(over(NOW - 4), None);
    assert_eq!(over(NOW - 5), Some(Refusal::Expired));
}

#[test]
fn times_at_the_end_of_time_are_no_overflow() {
    assert_eq!(at("exp", i64::MAX), None);
    assert_eq!(at("iat", i64::MAX), Some(Refusal::Malformed), "issued after its end");
    assert_eq!(at("nbf", i64::MAX), Some(Refusal::NotYetValid));
    assert_eq!(at("exp", i64::MIN), Some(Refusal::Malformed));
    let ends_of_time = TokenOptions::default().lifetime(Duration::MAX);
    let manager = builder().build().unwrap();
    let token = manager.create_access_token("ada", ends_of_time).unwrap();
    assert_eq!(manager.verify_access_token(&token).unwrap().exp, i64::MAX);
}

#[test]
fn a_token_of_another_issuer_or_audience_is_not_for_us() {
    for (claim, other) in
        [("iss", "https://evil.example"), ("iss", ""), ("aud", "web"), ("aud", "")]
    {
        let refusal = verify(|claims| claims[claim] = other.into()).err();
        assert_eq!(refusal, Some(Refusal::NotForUs), "{claim} {other:?}");
    }
    let key = key();
    let ours = with_key(key.clone()).issuer("https://example.com").build().unwrap();
    let refused = ours.verify_access_token(&token(&with_key(key).build().unwrap(), &[]));
    assert_eq!(refused.err(), Some(Refusal::NotForUs));
}

#[test]
fn a_token_longer_than_ours_get_is_not_looked_at() {
    let with_filler = |length| verify(|claims| claims["filler"] = "x".repeat(length).into());
    let of_length = |length| {
        let manager = builder().build().unwrap();
        manager.verify_access_token(&"x".repeat(length)).err()
    };
    assert!(with_filler(400).is_ok());
    assert_eq!(with_filler(600).err(), Some(Refusal::Malformed));
    assert_eq!(of_length(1 << 20), Some(Refusal::Malformed));
}

#[test]
fn the_longest_token_that_is_made_is_good() {
    let manager = builder().build().unwrap();
    let made = |filler: usize| {
        let options = TokenOptions::default().claim("filler", "x".repeat(filler));
        manager.create_access_token("ada", options).ok()
    };
    let longest = (0..1024).map_while(made).last().unwrap();
    assert_eq!(longest.len(), 1024);
    assert!(manager.verify_access_token(&longest).is_ok());
}

#[test]
fn a_refusal_says_what_is_wrong_and_claims_do_not_show_their_id() {
    let key = key();
    let manager = with_key(key.clone()).build().unwrap();
    let good = token(&manager, &[]);
    let refusal = |token: &str| manager.verify_access_token(token).err();
    let by = |key: &[u8]| Original::of(good.clone(), key);
    assert_eq!(refusal(&by(&[7; 32]).with_claims(|_| ())), Some(Refusal::Signature));
    let ours = by(&key.derive("jwt-api"));
    let unsaid = ours.with_claims(|claims| drop(claims.as_object_mut().unwrap().remove("sub")));
    assert_eq!(refusal(&unsaid), Some(Refusal::Malformed));
    let odd = |original: &Original| original.with_header(|header| header["alg"] = "HS512".into());
    assert_eq!(refusal(&odd(&ours)), Some(Refusal::Algorithm));
    let long = ours.with_claims(|claims| claims["filler"] = "x".repeat(600).into());
    let long = odd(&Original::of(long, &ours.key));
    assert_eq!(refusal(&long), Some(Refusal::Malformed), "nothing of it is looked at");
    let claims = format!("{:?}", manager.verify_access_token(&good).unwrap());
    assert_eq!(claims, "Claims(Access for api)");
}

#[test]
fn each_refusal_has_words_of_its_own() {
    use Refusal::{Algorithm, Expired, Malformed, NotForUs, NotYetValid, Signature, UnknownKey};
    let all = [Algorithm, Expired, Malformed, NotForUs, NotYetValid, Signature, UnknownKey];
    let words: BTreeSet<_> = all.map(|refusal| refusal.to_string()).into();
    assert!(words.len() == all.len() && words.iter().all(|words| words.contains(' ')), "{words:?}");
}

#[test]
fn a_token_without_subject_or_id_is_refused() {
    for claim in ["sub", "jti"] {
        let refusal = verify(|claims| claims[claim] = "".into()).err();
        assert_eq!(refusal, Some(Refusal::Malformed), "{claim}");
    }
}

#[test]
fn the_kinds_differ_in_type_and_audience() {
    let manager = builder().build().unwrap();
    let says = |token| {
        let original = Original::of(token, &[]);
        [original.header["typ"].clone(), original.claims["aud"].clone()]
    };
    assert_eq!(says(session(&manager)), ["sess+jwt", "web"]);
    assert_eq!(says(token(&manager, &[])), ["at+jwt", "api"]);
}

#[actix_web::test]
async fn a_token_of_one_kind_is_refused_in_the_place_of_the_other() {
    let site = Site::new(builder().build().unwrap());
    let access_in_cookie = pair(&site.manager, &token(&site.manager, &["reports"]));
    assert_eq!(site.with_cookies("/current", &access_in_cookie).await, 401);
    let session = session(&site.manager);
    assert_eq!(site.with_token("/api", &session).await, 401);
    assert_eq!(site.manager.verify_access_token(&session).err(), Some(Refusal::NotForUs));
}

/// The claims in a cookie with the session's token changed like this, and signed for this purpose.
fn in_cookie(purpose: &str, change: impl Fn(&mut Value)) -> Option<Claims> {
    let key = key();
    let manager = with_key(key.clone()).build().unwrap();
    let original = Original::of(session(&manager), &key.derive(purpose));
    let pair = pair(&manager, &original.with_claims(change));
    let request = TestRequest::default().insert_header((COOKIE, pair)).to_http_request();
    with_key(key).session_cookie().claims(&request)
}

#[test]
fn a_session_says_who_and_nothing_more() {
    assert_eq!(in_cookie("jwt-web", |_| ()).unwrap().kind(), TokenKind::Session);
    assert!(in_cookie("jwt-web", |claims| claims["scope"] = "reports".into()).is_none());
    assert!(in_cookie("jwt-web", |claims| claims["role"] = "admin".into()).is_none());
    assert!(in_cookie("jwt-web", |claims| claims["aud"] = "api".into()).is_none());
    assert!(in_cookie("jwt-web", |claims| claims["exp"] = (NOW - 5).into()).is_none());
}

#[test]
fn a_session_signed_by_the_key_for_another_purpose_is_refused() {
    for purpose in ["jwt-api", "csrf", ""] {
        assert!(in_cookie(purpose, |_| ()).is_none(), "{purpose}");
    }
}

/// A manager whose time can be moved.
fn with_moving_clock() -> (LoginManager<Person>, Arc<AtomicI64>) {
    let clock = Arc::new(AtomicI64::new(NOW));
    let now = Arc::clone(&clock);
    (builder().clock(move || now.load(Ordering::Relaxed)).build().unwrap(), clock)
}

#[actix_web::test]
async fn somebody_is_logged_in_until_the_time_is_up() {
    let (manager, clock) = with_moving_clock();
    let site = Site::new(manager);
    site.post("/login", &[("name", "ada")]).await;
    let token = token(&site.manager, &[]);
    for (seconds, page, api) in [(0, 200, 200), (904, 200, 200), (905, 200, 401), (3604, 200, 401)]
    {
        clock.store(NOW + seconds, Ordering::Relaxed);
        assert_eq!(site.get("/current").await.status, page, "{seconds}");
        assert_eq!(site.with_token("/api", &token).await, api, "{seconds}");
    }
    clock.store(NOW + 3605, Ordering::Relaxed);
    assert_eq!(site.get("/current").await.status, 401);
}

#[actix_web::test]
async fn scopes_are_asked_for_again_at_each_use() {
    let trusted = Arc::new(AtomicI64::new(1));
    let asked = Arc::clone(&trusted);
    let manager = builder().may_hold(move |_, _| asked.load(Ordering::Relaxed) == 1);
    let site = Site::new(manager.build().unwrap());
    let token = token(&site.manager, &["reports"]);
    assert_eq!(site.with_token("/scoped", &token).await, 200);
    trusted.store(0, Ordering::Relaxed);
    assert_eq!(site.with_token("/scoped", &token).await, 403);
    assert_eq!(
        site.with_token("/api", &token).await,
        200,
        "the token is still good for nothing else"
    );
}
