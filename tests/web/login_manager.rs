//! The `LoginManager` by itself, feature by feature as FastAPI-Login has them: users in memory, no
//! database, no pages.

use std::future::ready;

use actix_web::http::header;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::{self, Data};
use actix_web::{App, HttpMessage, HttpRequest, HttpResponse};
use jsonwebtoken::Algorithm;
use app::auth::guard::identify;
use app::auth::manager::{Builder, Caller, LoginManager, TokenOptions};
use app::auth::token::{Keys, Refusal};
use app::auth::{ApiUser, CurrentUser, OptionalUser, Scope, Scoped};
use kit::clock::Clock;
use app::error::{Error, Result};
use actix_login::KeyPair;
use app::keys::{SigningKey, generate};
use app::web::errors::Refusals;
use serde_json::json;
use time::Duration;
use time::macros::datetime;

/// A user without a database.
#[derive(Clone, Debug, PartialEq)]
struct Person(&'static str);

struct Reports;

impl Scope for Reports {
    const NAME: &'static str = "reports";
}

fn find(subject: &str) -> Option<Person> {
    ["ada", "bob"].into_iter().find(|name| *name == subject).map(Person)
}

fn builder() -> Builder<Person> {
    LoginManager::builder(vec![SigningKey::parse(&generate()).unwrap()])
        .clock(Clock::fixed(datetime!(2026-11-01 12:00:00)))
        .user_loader(|claims| ready(Ok(find(&claims.sub))))
}

fn token(manager: &LoginManager<Person>, scopes: &[&str]) -> String {
    let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
    manager.create_access_token("ada", TokenOptions { scopes, ..TokenOptions::default() }).unwrap()
}

fn cookie(manager: &LoginManager<Person>) -> String {
    let token = manager.create_session_token("ada", generate(), Duration::HOUR).unwrap();
    manager.cookie(&token, None).to_string()
}

fn request(name: header::HeaderName, value: &str) -> HttpRequest {
    TestRequest::default().insert_header((name, value)).to_http_request()
}

async fn caller(manager: &LoginManager<Person>, req: HttpRequest) -> Result<Caller<Person>> {
    manager.identify(&req).await
}

fn bearer(token: &str) -> HttpRequest {
    request(header::AUTHORIZATION, &format!("Bearer {token}"))
}

/// The status that each guard gives this request.
async fn guards(manager: LoginManager<Person>, request: TestRequest) -> [u16; 4] {
    async fn current(user: CurrentUser<Person>) -> String {
        user.0.to_owned()
    }
    async fn optional(user: OptionalUser<Person>) -> String {
        user.0.map_or_else(|| "nobody".to_owned(), |user| user.0.to_owned())
    }
    async fn api(user: ApiUser<Person>) -> String {
        user.0.to_owned()
    }
    async fn scoped(user: Scoped<Reports, Person>) -> String {
        user.0.to_owned()
    }
    let app = App::new()
        .app_data(Data::new(manager))
        .route("/0", web::get().to(current))
        .route("/1", web::get().to(optional))
        .route("/2", web::get().to(api))
        .route("/3", web::get().to(scoped))
        .wrap(from_fn(identify::<Person>));
    let app = init_service(app).await;
    let headers = request.to_request().headers().clone();
    let mut statuses = [0; 4];
    for (n, status) in statuses.iter_mut().enumerate() {
        let mut request = TestRequest::with_uri(&format!("/{n}"));
        for (name, value) in &headers {
            request = request.insert_header((name.clone(), value.clone()));
        }
        *status = call_service(&app, request.to_request()).await.status().as_u16();
    }
    statuses
}

#[test]
fn login_manager_takes_its_settings_one_by_one() {
    let manager =
        builder().token_url("/token").default_expiry(Duration::minutes(5)).build().unwrap();
    assert_eq!((manager.token_url(), manager.default_expiry()), ("/token", Duration::minutes(5)));
}

#[test]
fn use_cookie_and_use_header_both_off_is_an_error_at_start_up() {
    let error = builder().use_cookie(false).use_header(false).build().err().unwrap();
    assert!(error.contains("the cookie, the header or both"), "{error}");
}

#[test]
fn a_missing_user_loader_is_an_error_at_start_up() {
    let key = SigningKey::parse(&generate()).unwrap();
    let error = LoginManager::<Person>::builder(vec![key]).build().err().unwrap();
    assert!(error.contains("user_loader"), "{error}");
}

#[test]
fn no_key_is_an_error_at_start_up() {
    let manager = LoginManager::builder(vec![]).user_loader(|_| ready(Ok(Some(Person("ada")))));
    assert!(manager.build().err().unwrap().contains("no signing key"));
}

#[actix_web::test]
async fn user_loader_may_be_sync_or_async_and_bring_its_own_arguments() {
    let known = ["ada".to_owned()];
    let manager = builder().user_loader(move |claims| {
        let is_known = known.contains(&claims.sub);
        async move {
            actix_web::rt::task::yield_now().await;
            Ok(is_known.then_some(Person("ada")))
        }
    });
    let manager = manager.build().unwrap();
    assert!(matches!(
        caller(&manager, bearer(&token(&manager, &[]))).await,
        Ok(Caller::Token { .. })
    ));
}

#[actix_web::test]
async fn a_failing_user_loader_is_an_error_and_nobody_is_anonymous() {
    let manager = builder().user_loader(|_| ready(Err(Error::Busy))).build().unwrap();
    assert!(matches!(caller(&manager, bearer(&token(&manager, &[]))).await, Err(Error::Busy)));
}

#[actix_web::test]
async fn a_subject_that_nobody_has_is_anonymous() {
    let manager = builder().build().unwrap();
    let token = manager.create_access_token("eve", TokenOptions::default()).unwrap();
    assert!(matches!(caller(&manager, bearer(&token)).await, Ok(Caller::Anonymous { .. })));
}

#[test]
fn create_access_token_takes_expiry_scopes_and_further_claims() {
    let manager = builder().build().unwrap();
    let mut options = TokenOptions {
        expires: Some(Duration::hours(2)),
        scopes: vec!["a".to_owned(), "b".to_owned()],
        ..TokenOptions::default()
    };
    options.claims.insert("tenant".to_owned(), json!(7));
    let claims =
        manager.verify_access_token(&manager.create_access_token("ada", options).unwrap()).unwrap();
    assert_eq!((claims.exp - claims.iat, claims.scope.as_str()), (7200, "a b"));
    assert_eq!(claims.extra["tenant"], 7);
}

#[test]
fn default_expiry_is_fifteen_minutes() {
    let manager = builder().build().unwrap();
    let claims = manager.verify_access_token(&token(&manager, &[])).unwrap();
    assert_eq!(claims.exp - claims.iat, 900);
}

#[actix_web::test]
async fn current_user_is_for_the_cookie_and_api_user_for_the_header() {
    let with_cookie = builder().build().unwrap();
    let pair = cookie(&with_cookie);
    let request = TestRequest::default().insert_header((header::COOKIE, pair));
    assert_eq!(guards(with_cookie, request).await, [200, 200, 401, 401]);
    let with_header = builder().build().unwrap();
    let value = format!("Bearer {}", token(&with_header, &[]));
    let request = TestRequest::default().insert_header((header::AUTHORIZATION, value));
    assert_eq!(guards(with_header, request).await, [401, 200, 200, 403]);
}

#[actix_web::test]
async fn security_scopes_are_scoped() {
    let manager = builder().build().unwrap();
    let value = format!("Bearer {}", token(&manager, &["other", "reports"]));
    let request = TestRequest::default().insert_header((header::AUTHORIZATION, value));
    assert_eq!(guards(manager, request).await, [401, 200, 200, 200]);
}

#[actix_web::test]
async fn optional_is_nobody_for_a_stranger() {
    let manager = builder().build().unwrap();
    assert_eq!(guards(manager, TestRequest::default()).await, [401, 200, 401, 401]);
}

#[actix_web::test]
async fn optional_is_not_nobody_when_the_loader_fails() {
    let manager = builder().user_loader(|_| ready(Err(Error::Busy))).build().unwrap();
    let request = TestRequest::default().insert_header((header::COOKIE, cookie(&manager)));
    assert_eq!(guards(manager, request).await, [503, 503, 503, 503]);
}

#[actix_web::test]
async fn use_cookie_and_use_header_switch_each_off() {
    let manager = builder().use_cookie(false).build().unwrap();
    let request = TestRequest::default().insert_header((header::COOKIE, cookie(&manager)));
    assert_eq!(guards(manager, request).await[0], 401);
    let manager = builder().use_header(false).build().unwrap();
    let value = format!("Bearer {}", token(&manager, &["reports"]));
    let request = TestRequest::default().insert_header((header::AUTHORIZATION, value));
    assert_eq!(guards(manager, request).await, [401, 200, 401, 401]);
}

#[actix_web::test]
async fn a_token_of_one_kind_is_refused_in_the_place_of_the_other() {
    let manager = builder().build().unwrap();
    let access_as_cookie = manager.cookie(&token(&manager, &["reports"]), None).to_string();
    let request = TestRequest::default().insert_header((header::COOKIE, access_as_cookie));
    assert_eq!(guards(manager, request).await, [401, 200, 401, 401]);
    let manager = builder().build().unwrap();
    let session = manager.create_session_token("ada", generate(), Duration::HOUR).unwrap();
    assert_eq!(manager.verify_access_token(&session).err(), Some(Refusal::NotForUs));
}

#[actix_web::test]
async fn attach_middleware_lets_any_middleware_and_handler_read_the_user() {
    let manager = builder().build().unwrap();
    let pair = cookie(&manager);
    let app = App::new()
        .app_data(Data::new(manager))
        .wrap_fn(|req, service| {
            let user = CurrentUser::<Person>::of(req.request()).map(|user| user.0);
            req.extensions_mut().insert(user.unwrap_or("nobody"));
            actix_web::dev::Service::call(service, req)
        })
        .wrap(from_fn(identify::<Person>))
        .route(
            "/",
            web::get()
                .to(|req: HttpRequest| async move { *req.extensions().get::<&str>().unwrap() }),
        );
    let app = init_service(app).await;
    let request = TestRequest::default().insert_header((header::COOKIE, pair)).to_request();
    assert_eq!(actix_web::test::call_and_read_body(&app, request).await, "ada");
}

#[actix_web::test]
async fn not_authenticated_and_out_of_scope_are_answered_as_the_application_likes() {
    fn with_own_answers(config: &mut web::ServiceConfig) {
        let refusals = Refusals {
            not_authenticated: |_| Ok(HttpResponse::ImATeapot().body("Who are you?")),
            out_of_scope: |_, scope| Ok(HttpResponse::Forbidden().body(format!("No {scope}."))),
        };
        config.app_data(Data::new(refusals)).configure(app::app::features);
    }
    let own = crate::browser::passwords(&crate::browser::config(&[]));
    let site = crate::browser::Site::build(&[], own, with_own_answers).await;
    let answer = site.stranger().get("/dashboard").await;
    assert_eq!((answer.status, answer.body.as_str()), (418, "Who are you?"));
    let answer = site.program("ada", "profile:read").await.get("/api/notes").await;
    assert_eq!((answer.status, answer.body.as_str()), (403, "No notes:read."));
}

#[test]
fn set_cookie_and_clear_cookie_have_the_same_attributes() {
    let manager = builder().build().unwrap();
    let (mut set, mut cleared) = (HttpResponse::Ok().finish(), HttpResponse::Ok().finish());
    manager.set_cookie(&mut set, "token", None).unwrap();
    manager.clear_cookie(&mut cleared).unwrap();
    let text = |response: &HttpResponse| response.cookies().next().unwrap().to_string();
    assert_eq!(text(&set).replace("=token", "="), text(&cleared).replace("; Max-Age=0", ""));
}

#[actix_web::test]
async fn request_loader_adds_another_way_in() {
    let manager = builder().request_loader(|req: HttpRequest| {
        let key = req.headers().get("x-api-key").and_then(|key| key.to_str().ok());
        let user = (key == Some("bobs-key")).then(|| (Person("bob"), vec!["reports".to_owned()]));
        ready(Ok(user))
    });
    let manager = manager.build().unwrap();
    let request = TestRequest::default().insert_header(("x-api-key", "bobs-key"));
    assert_eq!(guards(manager, request).await, [401, 200, 200, 200]);
}

#[actix_web::test]
async fn scopes_a_user_may_not_hold_are_taken_from_the_token() {
    let manager =
        builder().scopes(|user, scope| user.0 == "bob" && scope == "reports").build().unwrap();
    let value = format!("Bearer {}", token(&manager, &["reports"]));
    let request = TestRequest::default().insert_header((header::AUTHORIZATION, value));
    assert_eq!(guards(manager, request).await, [401, 200, 200, 403]);
}

const ED25519: &str = include_str!("../keys/ed25519.pem");
const RSA: &str = include_str!("../keys/rsa.pem");

fn with_pair(pem: &str, password: Option<&str>) -> LoginManager<Person> {
    let pair = KeyPair::parse(pem, password).unwrap();
    builder().access_keys(Keys::Pair(pair.into())).build().unwrap()
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

#[test]
fn the_public_half_is_enough_to_verify_elsewhere() {
    let token = token(&with_pair(ED25519, None), &[]);
    let pair = KeyPair::parse(ED25519, None).unwrap();
    let mut validation = jsonwebtoken::Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["api"]);
    validation.validate_exp = false;
    let elsewhere = jsonwebtoken::decode::<serde_json::Value>(&token, &pair.keys().1, &validation);
    assert_eq!(elsewhere.unwrap().claims["sub"], "ada");
}

#[test]
fn weak_broken_and_closed_key_pairs_are_refused() {
    let refusal = |pem: &str, password| KeyPair::parse(pem, password).unwrap_err();
    let sealed = include_str!("../keys/rsa-encrypted.pem");
    assert!(refusal(include_str!("../keys/rsa-short.pem"), None).contains("at least 2048 bits"));
    assert!(refusal(include_str!("../keys/p256.pem"), None).contains("RSA or Ed25519"));
    assert!(refusal(sealed, None).contains("TOKEN_PRIVATE_KEY_PASSWORD"));
    assert!(refusal(sealed, Some("wrong")).contains("does not open"));
    for pem in ["", "nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        assert!(refusal(pem, None).starts_with("must be"), "{pem:?}");
    }
}

#[test]
fn the_algorithm_is_pinned() {
    let (by_secret, by_pair) = (builder().build().unwrap(), with_pair(ED25519, None));
    assert_eq!(
        by_pair.verify_access_token(&token(&by_secret, &[])).err(),
        Some(Refusal::Algorithm)
    );
    assert_eq!(
        by_secret.verify_access_token(&token(&by_pair, &[])).err(),
        Some(Refusal::Algorithm)
    );
}
