//! The `LoginManager`, feature by feature as FastAPI-Login has them.

use std::future::ready;
use std::time::Duration;

use actix_login::{Caller, CurrentUser, LoginManager, TokenOptions};
use actix_web::error::ErrorServiceUnavailable;
use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderName};
use actix_web::test::{TestRequest, call_and_read_body, init_service};
use actix_web::web;
use actix_web::{App, HttpMessage, HttpRequest, HttpResponse, dev::Service};

use crate::site::{Person, builder, key, pair, session, token};

fn with_header(name: HeaderName, value: &str) -> HttpRequest {
    TestRequest::default().insert_header((name, value)).to_http_request()
}

fn bearer(token: &str) -> HttpRequest {
    with_header(AUTHORIZATION, &format!("Bearer {token}"))
}

#[test]
fn login_manager_takes_its_settings_one_by_one() {
    let manager =
        builder().token_url("/token").default_expiry(Duration::from_secs(300)).build().unwrap();
    assert_eq!(
        (manager.token_url(), manager.default_expiry()),
        ("/token", Duration::from_secs(300))
    );
}

#[test]
fn use_cookie_and_use_header_both_off_is_an_error_at_start_up() {
    let error = builder().use_cookie(false).use_header(false).build().unwrap_err().to_string();
    assert!(error.contains("the cookie, the header or both"), "{error}");
}

#[test]
fn a_missing_user_loader_is_an_error_at_start_up() {
    let error = LoginManager::<Person>::builder(vec![key()]).build().unwrap_err().to_string();
    assert!(error.contains("user_loader"), "{error}");
}

#[test]
fn no_key_is_an_error_at_start_up() {
    let manager = LoginManager::builder(vec![]).user_loader(|_| ready(Ok(Some(Person("ada")))));
    assert!(manager.build().unwrap_err().to_string().contains("no signing key"));
}

#[test]
fn settings_that_make_every_token_useless_are_an_error_at_start_up() {
    let too_long = builder().issuer("x".repeat(1000)).build();
    let over_at_once = builder().default_expiry(Duration::ZERO).build();
    for refused in [too_long, over_at_once] {
        let error = refused.unwrap_err().to_string();
        assert!(error.starts_with("Tokens cannot be signed"), "{error}");
    }
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
    let caller = manager.caller_of(&bearer(&token(&manager, &[]))).await.unwrap();
    assert!(matches!(&*caller, Caller::Program { user, .. } if **user == Person("ada")));
}

#[actix_web::test]
async fn a_failing_user_loader_is_an_error_and_nobody_is_anonymous() {
    let failing = builder().user_loader(|_| ready(Err(ErrorServiceUnavailable("busy"))));
    let manager = failing.build().unwrap();
    let cookie = with_header(COOKIE, &pair(&manager, &session(&manager)));
    for request in [bearer(&token(&manager, &[])), cookie] {
        let error = manager.caller_of(&request).await.err().unwrap();
        assert_eq!(error.as_response_error().status_code(), 503);
    }
}

#[actix_web::test]
async fn a_failing_request_loader_is_an_error_and_nobody_is_anonymous() {
    let failing = builder().request_loader(|_| ready(Err(ErrorServiceUnavailable("busy"))));
    let manager = failing.build().unwrap();
    let error = manager.caller_of(&TestRequest::default().to_http_request()).await.err().unwrap();
    assert_eq!(error.as_response_error().status_code(), 503);
}

#[actix_web::test]
async fn a_subject_that_nobody_has_is_anonymous() {
    let manager = builder().build().unwrap();
    let token = manager.create_access_token("eve", TokenOptions::default()).unwrap();
    let caller = manager.caller_of(&bearer(&token)).await.unwrap();
    assert!(matches!(*caller, Caller::Anonymous { .. }));
}

#[test]
fn create_access_token_takes_expiry_scopes_and_further_claims() {
    let manager = builder().build().unwrap();
    let options = TokenOptions::default()
        .lifetime(Duration::from_secs(7200))
        .scopes(["b", "a", "b"])
        .claim("tenant", 7);
    let claims =
        manager.verify_access_token(&manager.create_access_token("ada", options).unwrap()).unwrap();
    assert_eq!((claims.exp - claims.iat, claims.scope.as_str()), (7200, "a b"));
    assert_eq!((claims.get("tenant"), claims.get::<u8>("other")), (Some(7), None));
}

#[test]
fn default_expiry_is_fifteen_minutes() {
    let manager = builder().build().unwrap();
    let claims = manager.verify_access_token(&token(&manager, &[])).unwrap();
    assert_eq!(claims.exp - claims.iat, 900);
}

#[test]
fn without_a_clock_of_its_own_it_goes_by_the_machines() {
    let manager = LoginManager::builder(vec![key()]).user_loader(|_| ready(Ok(None::<Person>)));
    let manager = manager.build().unwrap();
    let claims = manager
        .verify_access_token(&manager.create_access_token("ada", TokenOptions::default()).unwrap());
    // 1 January 2025: whoever reads this knows that it is later.
    assert!(claims.unwrap().iat > 1_735_689_600);
}

/// What the middleware below found out.
async fn named(req: HttpRequest) -> &'static str {
    req.extensions().get::<&str>().unwrap()
}

#[actix_web::test]
async fn attach_middleware_lets_any_middleware_and_handler_read_the_user() {
    let manager = builder().build().unwrap();
    let cookie = pair(&manager, &session(&manager));
    let app = App::new()
        .wrap_fn(|req, service| {
            let user = CurrentUser::<Person>::of(req.request()).map(|user| user.0);
            req.extensions_mut().insert(user.unwrap_or("nobody"));
            service.call(req)
        })
        .wrap(manager.middleware())
        .route("/", web::get().to(named));
    let request = TestRequest::default().insert_header((COOKIE, cookie)).to_request();
    assert_eq!(call_and_read_body(&init_service(app).await, request).await, "ada");
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
async fn last_subject_names_whose_a_cookie_was_and_lets_nobody_in() {
    let hour_ago = || crate::site::NOW - 3700;
    let key = key();
    let old = crate::site::with_key(key.clone()).clock(hour_ago).build().unwrap();
    let request = with_header(COOKIE, &pair(&old, &session(&old)));
    let cookie = crate::site::with_key(key).session_cookie();
    assert!(cookie.claims(&request).is_none());
    assert_eq!(cookie.last_subject(&request).as_deref(), Some("ada"));
    assert_eq!(builder().session_cookie().last_subject(&request), None, "another's key");
}

/// The seconds that a cookie is kept for, and that its token lives.
fn lives(manager: &LoginManager<Person>, cookie: &actix_web::cookie::Cookie) -> (Option<i64>, i64) {
    let request = with_header(COOKIE, &cookie.stripped().to_string());
    let caller =
        futures_util::FutureExt::now_or_never(manager.caller_of(&request)).unwrap().unwrap();
    let claims = caller.claims().unwrap();
    (cookie.max_age().map(time::Duration::whole_seconds), claims.exp - claims.iat)
}

#[test]
fn a_log_in_lives_for_a_day_or_as_long_as_is_said_and_is_remembered_where_that_is_said() {
    let manager = builder().build().unwrap();
    let hour = Duration::from_secs(3600);
    assert_eq!(lives(&manager, &manager.log_in("ada").unwrap()), (None, 86_400));
    assert_eq!(lives(&manager, &manager.log_in_for("ada", hour).unwrap()), (None, 3600));
    assert_eq!(lives(&manager, &manager.remember("ada", hour).unwrap()), (Some(3600), 3600));
    assert_eq!(manager.log_out().max_age(), Some(time::Duration::ZERO));
}

#[actix_web::test]
async fn an_id_may_be_text_in_any_script() {
    let anybody = |claims: actix_login::Claims| ready(Ok(Some(claims.sub)));
    let manager = LoginManager::builder(vec![key()]).user_loader(anybody).build().unwrap();
    for id in ["\u{4f50}\u{85e4}", "M\u{fc}ller", "a|b;c=d\"\\", " ", "\u{0}"] {
        let cookie = manager.remember(id, Duration::from_secs(60)).unwrap();
        let request = with_header(COOKIE, &cookie.stripped().to_string());
        let caller = manager.caller_of(&request).await.unwrap();
        assert_eq!(caller.user().map(|user| user.as_str()), Some(id));
    }
}
