//! Forged access tokens, more than sixty of them: each is refused with 401, and none is a 500.

use serde_json::json;

use crate::browser::{Browser, Site};
use crate::doors::{self, Door};
use crate::forger::{Original, forged};

/// Forgeries of what only this app's tokens hold: a number as the subject, and their family.
fn of_our_claims(original: &Original) -> Vec<String> {
    let set = |name: &str, value: &serde_json::Value| {
        original.with_claims(|claims| claims[name] = value.clone())
    };
    vec![
        original.with_claims(|claims| drop(claims.as_object_mut().unwrap().remove("sid"))),
        set("sub", &json!("2")),
        set("sub", &json!("01")),
        set("sid", &json!("unknown")),
        set("sid", &json!(7)),
    ]
}

#[actix_web::test]
async fn no_forged_token_opens_the_api() {
    let program = Site::open().await.program("ada", "profile:read").await;
    program.site.user("bob").await;
    let answer = program.token(&[("username", "ada@example.com"), ("scope", "profile:read")]).await;
    let (token, ours) = (answer.json(), &program.site.config.secret_keys[0]);
    let token = token["access_token"].as_str().unwrap().to_owned();
    let original = Original::of(token, &ours.derive("jwt-api"));
    let mut forged = forged(&original, ours, program.site.clock.timestamp(), "2");
    forged.extend(of_our_claims(&original));
    assert!(forged.len() >= 60, "only {}", forged.len());
    for token in &forged {
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

/// Whether a program that has nothing but this reads who it is for, or gets new tokens for it.
async fn is_let_in(program: &Browser, key: &str) -> [bool; 2] {
    program.set_header("authorization", Some(&format!("Bearer {key}")));
    let reads = program.get("/api/me").await.status == 200;
    program.set_header("authorization", None);
    [reads, program.refresh(key).await.status == 200]
}

#[actix_web::test]
async fn what_people_are_handed_out_is_nothing_to_the_api_and_what_programs_are_nothing_to_pages() {
    let ada = doors::ada().await;
    let program = ada.site.stranger();
    let tokens = program.token(&[("username", "ada@example.com")]).await.json();
    let of_programs = ["access_token", "refresh_token"].map(|name| tokens[name].as_str().unwrap());
    for key in of_programs {
        for door in Door::all() {
            assert!(!door.opens(&ada, key).await, "{key} at {door:?}");
        }
    }
    for (name, key) in doors::keys(&ada).await {
        assert_eq!(is_let_in(&program, &key).await, [false; 2], "{name}");
    }
    let [access, refresh] = of_programs;
    assert_eq!(is_let_in(&program, access).await, [true, false]);
    assert_eq!(is_let_in(&program, refresh).await, [false, true]);
}
