//! The token endpoint (RFC 6749, RFC 7009).

use actix_web::http::Method;
use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::json;
use time::Duration;

use crate::browser::{Answer, Browser, PASSWORD, Site, features, passwords};

const ADA: (&str, &str) = ("username", "ada@example.com");

async fn program() -> Browser {
    let site = Site::open().await;
    site.user("ada").await;
    site.stranger()
}

fn refresh_token(answer: &Answer) -> String {
    answer.json()["refresh_token"].as_str().expect(&answer.body).to_owned()
}

#[track_caller]
fn is_refused(answer: &Answer, error: &str) {
    assert_eq!((answer.status, &answer.json()["error"]), (400, &error.into()));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.cookies().is_empty());
}

#[actix_web::test]
async fn no_password_gets_a_token_where_there_is_none() {
    let ada = program().await;
    ada.site.sql("UPDATE users SET password_hash = ''").await;
    for password in ["", " ", PASSWORD] {
        let sent = [("grant_type", "password"), ADA, ("password", password)];
        assert_eq!(ada.submit("/auth/token", &sent).await.status, 400, "{password:?}");
    }
}

#[actix_web::test]
async fn a_password_gets_a_token_that_opens_the_api() {
    let ada = program().await;
    let answer = ada.token(&[ADA, ("scope", "papers:read profile:read")]).await;
    let tokens = answer.json();
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&"bearer".into(), &900.into()));
    assert_eq!(tokens["scope"], "papers:read profile:read");
    assert!(answer.cookies().is_empty(), "it never sets a cookie");
    let access = tokens["access_token"].as_str().unwrap();
    ada.set_header("authorization", Some(&format!("Bearer {access}")));
    assert_eq!(ada.get("/api/me").await.json()["email"], "ada@example.com");
}

#[actix_web::test]
async fn wrong_unknown_and_disabled_are_one_answer_at_one_price() {
    let site = Site::build(&[], passwords(&crate::browser::config(&[])), features()).await;
    site.user("ada").await;
    site.user("dan").await;
    site.sql("UPDATE users SET disabled_at = created_at WHERE name = 'dan'").await;
    for (name, password) in [
        ("ada@example.com", "wrong password"),
        ("no@example.com", PASSWORD),
        ("dan@example.com", PASSWORD),
        ("x", PASSWORD),
    ] {
        let before = site.passwords.count();
        let fields = [("grant_type", "password"), ("username", name), ("password", password)];
        is_refused(&site.stranger().submit("/auth/token", &fields).await, "invalid_grant");
        assert_eq!(site.passwords.count() - before, 1, "{name}");
    }
}

#[actix_web::test]
async fn a_name_and_a_password_without_a_grant_are_the_password_grant() {
    let ada = program().await;
    let form = [ADA, ("password", PASSWORD)];
    assert_eq!(ada.submit("/auth/token", &form).await.status, 200);
    let wrong = [ADA, ("password", "not her password")];
    is_refused(&ada.submit("/auth/token", &wrong).await, "invalid_grant");
    is_refused(&ada.submit("/auth/token", &[ADA]).await, "invalid_request");
    let both = [ADA, ("password", PASSWORD), ("refresh_token", "x")];
    is_refused(&ada.submit("/auth/token", &both).await, "invalid_request");
    let off = Site::with(&[("PASSWORD_GRANT", "false")]).await;
    is_refused(&off.stranger().submit("/auth/token", &form).await, "unsupported_grant_type");
}

#[actix_web::test]
async fn malformed_requests_are_told_in_the_words_of_the_standard() {
    let ada = program().await;
    let cases: [(&[(&str, &str)], &str); 8] = [
        (&[], "invalid_request"),
        (&[("grant_type", "password")], "invalid_request"),
        (&[("grant_type", "password"), ADA], "invalid_request"),
        (&[("grant_type", "refresh_token")], "invalid_request"),
        (&[("grant_type", "refresh_token"), ("refresh_token", "unknown")], "invalid_grant"),
        (&[("grant_type", "client_credentials")], "unsupported_grant_type"),
        (&[("grant_type", "authorization_code"), ("code", "x")], "unsupported_grant_type"),
        (&[("grant_type", "password"), ("grant_type", "password")], "invalid_request"),
    ];
    for (fields, error) in cases {
        is_refused(&ada.submit("/auth/token", fields).await, error);
    }
}

#[actix_web::test]
async fn scopes_must_exist_and_be_the_users_to_hold() {
    let ada = program().await;
    for scope in ["everything", "papers:read everything", "users:read", "PAPERS:READ"] {
        is_refused(&ada.token(&[ADA, ("scope", scope)]).await, "invalid_scope");
    }
    assert_eq!(ada.token(&[ADA]).await.json()["scope"], "profile:read", "the least by default");
    ada.site.admin("root").await;
    let answer = ada.token(&[("username", "root@example.com"), ("scope", "users:read")]).await;
    assert_eq!(answer.json()["scope"], "users:read");
}

#[actix_web::test]
async fn credentials_elsewhere_than_in_the_form_are_not_read() {
    let ada = program().await;
    let query = "/auth/token?grant_type=password&username=ada@example.com&password=correct%20horse%20battery";
    is_refused(&ada.submit(query, &[]).await, "invalid_request");
    ada.set_header(
        "authorization",
        Some("Basic YWRhQGV4YW1wbGUuY29tOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ=="),
    );
    is_refused(&ada.submit("/auth/token", &[("grant_type", "password")]).await, "invalid_request");
    let person = ada.site.logged_in("ada").await;
    is_refused(
        &person.submit("/auth/token", &[("grant_type", "password")]).await,
        "invalid_request",
    );
}

#[actix_web::test]
async fn the_password_grant_can_be_switched_off() {
    let site = Site::with(&[("PASSWORD_GRANT", "off")]).await;
    site.user("ada").await;
    is_refused(&site.stranger().token(&[ADA]).await, "unsupported_grant_type");
}

#[actix_web::test]
async fn an_access_token_lives_for_fifteen_minutes() {
    let ada = Site::open().await.program("ada", "profile:read").await;
    // Five seconds are forgiven to clocks that differ.
    ada.site.clock.advance(Duration::seconds(15 * 60 + 4));
    assert_eq!(ada.get("/api/me").await.status, 200);
    ada.site.clock.advance(Duration::SECOND);
    let answer = ada.get("/api/me").await;
    assert_eq!(
        answer.header("www-authenticate"),
        named!("Bearer realm=\"" @ "\", error=\"invalid_token\"")
    );
}

#[actix_web::test]
async fn a_refresh_token_gets_the_next_pair_once() {
    let ada = program().await;
    let first = refresh_token(&ada.token(&[ADA, ("scope", "papers:read")]).await);
    let answer = ada.refresh(&first).await;
    assert_eq!((answer.status, &answer.json()["scope"]), (200, &"papers:read".into()));
    let second = refresh_token(&answer);
    assert_ne!(first, second);
    assert_eq!(ada.refresh(&second).await.status, 200);
}

#[actix_web::test]
async fn a_refresh_may_ask_for_less_and_never_for_more() {
    let ada = program().await;
    let first = ada.token(&[ADA, ("scope", "papers:read profile:read")]).await;
    let ask = async |token: &str, scope| {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
        ada.submit("/auth/token", &form).await
    };
    let token = refresh_token(&first);
    for more in ["papers:write", "papers:read papers:write", "nonsense"] {
        is_refused(&ask(&token, more).await, "invalid_scope");
    }
    let less = ask(&token, " papers:read papers:read").await;
    assert_eq!(less.json()["scope"], "papers:read");
    let all = ask(&refresh_token(&less), "").await;
    assert_eq!(all.json()["scope"], "papers:read profile:read", "it was not given back");
}

#[actix_web::test]
async fn a_refresh_token_that_comes_back_ends_its_whole_family() {
    let ada = program().await;
    let first = ada.token(&[ADA]).await;
    let other_family = refresh_token(&ada.token(&[ADA]).await);
    let second = ada.refresh(&refresh_token(&first)).await;
    is_refused(&ada.refresh(&refresh_token(&first)).await, "invalid_grant");
    is_refused(&ada.refresh(&refresh_token(&second)).await, "invalid_grant");
    for tokens in [first, second] {
        let access = format!("Bearer {}", tokens.json()["access_token"].as_str().unwrap());
        let thief = ada.site.stranger();
        assert_eq!(
            thief.set_header("authorization", Some(&access)).get("/api/me").await.status,
            401
        );
    }
    assert_eq!(ada.refresh(&other_family).await.status, 200);
}

#[actix_web::test]
async fn of_twenty_at_once_one_refresh_token_serves_one() {
    let ada = program().await;
    let token = refresh_token(&ada.token(&[ADA]).await);
    let answers = join_all((0..20).map(|_| ada.refresh(&token))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[actix_web::test]
async fn a_family_lives_for_thirty_days_however_often_it_is_refreshed() {
    for (seconds, status) in [(30 * 86_400 - 1, 200), (30 * 86_400, 400)] {
        let ada = program().await;
        let token = refresh_token(&ada.token(&[ADA]).await);
        ada.site.clock.advance(Duration::days(20));
        let token = refresh_token(&ada.refresh(&token).await);
        ada.site.clock.advance(Duration::seconds(seconds) - Duration::days(20));
        assert_eq!(ada.refresh(&token).await.status, status);
    }
}

#[actix_web::test]
async fn a_disabled_user_refreshes_nothing_and_their_token_is_dead() {
    let ada = Site::open().await.program("ada", "profile:read").await;
    let token = refresh_token(&ada.token(&[ADA]).await);
    ada.site.sql("UPDATE users SET disabled_at = created_at").await;
    is_refused(&ada.refresh(&token).await, "invalid_grant");
    assert_eq!(ada.get("/api/me").await.status, 401);
}

#[actix_web::test]
async fn a_token_given_back_is_dead_with_its_family() {
    for kind in ["access_token", "refresh_token"] {
        let ada = program().await;
        let tokens = ada.token(&[ADA]).await.json();
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        let answer = ada.submit("/auth/revoke", &[("token", &text(kind))]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, ""));
        is_refused(&ada.refresh(&text("refresh_token")).await, "invalid_grant");
        ada.set_header("authorization", Some(&format!("Bearer {}", text("access_token"))));
        assert_eq!(ada.get("/api/me").await.status, 401);
    }
}

#[actix_web::test]
async fn giving_back_what_nobody_knows_is_no_news() {
    let ada = program().await;
    assert_eq!(ada.submit("/auth/revoke", &[("token", "unknown")]).await.status, 200);
    is_refused(&ada.submit("/auth/revoke", &[]).await, "invalid_request");
}

#[actix_web::test]
async fn a_broken_body_is_told_in_the_words_of_the_standard() {
    let ada = program().await;
    for path in ["/auth/token", "/auth/revoke"] {
        is_refused(&ada.json(Method::POST, path, &json!({"token": "x"})).await, "invalid_request");
        is_refused(&ada.send(Method::POST, path, None).await, "invalid_request");
        let twice = "token=a&token=b&grant_type=password&grant_type=password";
        is_refused(&ada.send(Method::POST, path, Some(twice.to_owned())).await, "invalid_request");
        ada.set_header("content-type", Some("multipart/form-data; boundary=x"));
        is_refused(&ada.submit(path, &[("token", "x")]).await, "invalid_request");
        ada.set_header("content-type", Some("application/x-www-form-urlencoded"));
    }
    is_refused(
        &ada.submit("/auth/revoke", &[("token", &"x".repeat(5000))]).await,
        "invalid_request",
    );
}

#[actix_web::test]
async fn a_hint_about_the_kind_of_token_is_taken_whatever_it_says() {
    for hint in ["access_token", "refresh_token", "saml", ""] {
        let ada = program().await;
        let token = refresh_token(&ada.token(&[ADA]).await);
        let form = [("token", token.as_str()), ("token_type_hint", hint)];
        assert_eq!(ada.submit("/auth/revoke", &form).await.status, 200, "{hint}");
        is_refused(&ada.refresh(&token).await, "invalid_grant");
    }
}

#[actix_web::test]
async fn the_table_holds_no_token() {
    let ada = program().await;
    let token = refresh_token(&ada.token(&[ADA]).await);
    let stored: Vec<String> = ada
        .site
        .db
        .run(|conn| {
            app::schema::refresh_tokens::table
                .select(app::schema::refresh_tokens::token_hash)
                .load(conn)
        })
        .await
        .unwrap();
    assert_eq!(stored, [actix_login::hash_token(&token)]);
}

#[actix_web::test]
async fn a_personal_token_can_be_given_back_too() {
    let person = Browser::logged_in("ada").await;
    let form = [("name", "x"), ("days", "30"), ("papers:read", "yes")];
    let page = person.submit("/account/tokens", &form).await.body;
    let token = page.split_once("id=\"token\">").unwrap().1.split('<').next().unwrap();
    let program = person.site.stranger();
    program.submit("/auth/revoke", &[("token", token)]).await;
    program.set_header("authorization", Some(&format!("Bearer {token}")));
    assert_eq!(program.get("/api/papers").await.status, 401);
}

#[actix_web::test]
async fn a_scope_that_was_lost_is_left_out_of_the_next_token() {
    let site = Site::open().await;
    site.admin("root").await;
    let root = site.stranger();
    let asked = [("username", "root@example.com"), ("scope", "profile:read users:read")];
    let first = refresh_token(&root.token(&asked).await);
    site.sql("UPDATE users SET is_admin = FALSE").await;
    let next = root.refresh(&first).await;
    assert_eq!((next.status, &next.json()["scope"]), (200, &"profile:read".into()));
}

#[actix_web::test]
async fn a_refusal_for_now_does_not_use_a_refresh_token_up() {
    let ada = program().await;
    let token = refresh_token(&ada.token(&[ADA]).await);
    ada.site.sql("UPDATE users SET disabled_at = created_at").await;
    is_refused(&ada.refresh(&token).await, "invalid_grant");
    ada.site.sql("UPDATE users SET disabled_at = NULL").await;
    assert_eq!(ada.refresh(&token).await.status, 200, "a refusal uses nothing up");
}

#[actix_web::test]
async fn rows_that_are_over_are_swept_away() {
    let ada = program().await;
    ada.token(&[ADA]).await;
    ada.site.clock.advance(Duration::days(31));
    ada.token(&[ADA]).await;
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM refresh_tokens").await, 1);
}

/// Whose token that is.
async fn owner(site: &std::rc::Rc<Site>, tokens: &Answer) -> String {
    let access = tokens.json()["access_token"].as_str().expect(&tokens.body).to_owned();
    let program = site.stranger();
    program.set_header("authorization", Some(&format!("Bearer {access}")));
    program.get("/api/me").await.json()["email"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn beside_a_valid_form_a_basic_header_counts_for_nothing() {
    let ada = program().await;
    ada.site.user("eve").await;
    // Eve's own, a client's name and secret, and what cannot be read.
    let eves = "Basic ZXZlQGV4YW1wbGUuY29tOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ==";
    for header in [eves, "Basic Y2xpZW50OnNlY3JldA==", "Basic", "Basic ===", "Bearer nonsense"] {
        ada.set_header("authorization", Some(header));
        let answer = ada.token(&[ADA]).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (200, ""), "{header}");
        assert_eq!(owner(&ada.site, &answer).await, ADA.1, "{header}");
        let next = ada.refresh(&refresh_token(&answer)).await;
        assert_eq!(owner(&ada.site, &next).await, ADA.1, "{header}");
    }
}

#[actix_web::test]
async fn beside_a_valid_form_the_query_counts_for_nothing() {
    let ada = program().await;
    ada.site.user("eve").await;
    let form = [("grant_type", "password"), ADA, ("password", PASSWORD)];
    for query in [
        "username=eve@example.com&password=correct%20horse%20battery",
        "grant_type=client_credentials",
        "password=wrong",
        "scope=papers:write",
        "refresh_token=x&grant_type=refresh_token",
    ] {
        let answer = ada.submit(&format!("/auth/token?{query}"), &form).await;
        assert_eq!(
            (answer.status, &answer.json()["scope"]),
            (200, &"profile:read".into()),
            "{query}"
        );
        assert_eq!(owner(&ada.site, &answer).await, ADA.1, "{query}");
    }
}

#[actix_web::test]
async fn a_wrong_form_is_not_put_right_by_what_is_right_elsewhere() {
    let ada = program().await;
    let right = "username=ada@example.com&password=correct%20horse%20battery";
    ada.set_header(
        "authorization",
        Some("Basic YWRhQGV4YW1wbGUuY29tOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ=="),
    );
    let wrong = [("grant_type", "password"), ADA, ("password", "not her password")];
    is_refused(&ada.submit(&format!("/auth/token?{right}"), &wrong).await, "invalid_grant");
    is_refused(&ada.submit(&format!("/auth/token?{right}"), &wrong[..2]).await, "invalid_request");
}
