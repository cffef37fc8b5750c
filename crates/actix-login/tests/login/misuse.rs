//! Mistakes of an application: each is told, with the call to make, and none of them panics.

use std::cell::RefCell;
use std::future::ready;
use std::sync::Once;

use actix_login::{CookieKind, CurrentUser, Error, KeyPair, Keys, LoginManager, SigningKey};
use actix_login::{Scopes, TokenOptions, random_token};
use actix_web::http::header::COOKIE;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::{App, FromRequest, Responder, web};
use serde::Serializer;

use crate::site::{HOUR, NOW, Person, builder, key, pair, session};

/// The status, and what stands in the log, of a page for `U` where the manager knows `Person`.
async fn asked_as<U: Clone + 'static>(is_wrapped: bool) -> u16 {
    async fn page<U: 'static>(_: CurrentUser<U>) -> impl Responder {
        "in"
    }
    let manager = builder().build().unwrap();
    let cookie = pair(&manager, &session(&manager));
    let request = TestRequest::default().insert_header((COOKIE, cookie)).to_request();
    let app = App::new().route("/", web::get().to(page::<U>));
    if is_wrapped {
        let app = init_service(app.wrap(manager.middleware())).await;
        return call_service(&app, request).await.status().as_u16();
    }
    call_service(&init_service(app).await, request).await.status().as_u16()
}

thread_local!(static LOG: RefCell<Vec<String>> = RefCell::default());

/// Keeps what is written on each thread.
struct Log;

impl log::Log for Log {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        metadata.level() == log::Level::Error
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            LOG.with_borrow_mut(|lines| lines.push(record.args().to_string()));
        }
    }

    fn flush(&self) {}
}

fn listen() {
    static LISTENS: Once = Once::new();
    LISTENS.call_once(|| {
        log::set_logger(&Log).unwrap();
        log::set_max_level(log::LevelFilter::Error);
    });
}

#[actix_web::test]
async fn a_forgotten_middleware_and_another_type_of_user_are_500_and_never_401_and_logged() {
    listen();
    assert_eq!(asked_as::<Person>(true).await, 200);
    assert_eq!(LOG.take(), [""; 0]);
    assert_eq!(asked_as::<Person>(false).await, 500);
    let line = LOG.take().join("\n");
    assert!(line.contains(".wrap(manager.middleware())") && line.contains("Person"), "{line}");
    assert_eq!(asked_as::<String>(true).await, 500);
    let line = LOG.take().join("\n");
    assert!(line.contains("as a `alloc::string::String`"), "{line}");
}

#[actix_web::test]
async fn what_is_missing_is_named_and_who_asked() {
    let request = TestRequest::default().to_http_request();
    let guard = CurrentUser::<Person>::extract(&request).await.err().unwrap();
    let manager = LoginManager::<Person>::extract(&request).await.err().unwrap();
    for error in [guard, manager] {
        let Error::Internal(sentence) = error else { panic!("{error}") };
        assert!(sentence.contains(".wrap(manager.middleware())"), "{sentence}");
        assert!(sentence.contains("site::Person"), "{sentence}");
    }
    let Error::Internal(sentence) = Scopes::extract(&request).await.err().unwrap() else {
        panic!()
    };
    assert!(sentence.contains(".app_data(scopes)"), "{sentence}");
}

#[actix_web::test]
async fn what_has_no_route_is_a_404_with_and_without_a_cookie() {
    let manager = builder().build().unwrap();
    let (good, stale) = (pair(&manager, &session(&manager)), pair(&manager, "nonsense"));
    let page = web::get().to(|user: CurrentUser<Person>| ready(user.0));
    let scope = web::scope("/in").route("", page).wrap(manager.middleware());
    let app = init_service(App::new().service(scope).wrap(manager.middleware())).await;
    for cookie in ["", &good, &stale] {
        for path in ["/nowhere", "/in/nowhere"] {
            let request = TestRequest::with_uri(path).insert_header((COOKIE, cookie)).to_request();
            let answer = call_service(&app, request).await;
            assert_eq!(answer.status(), 404, "{path} {cookie}");
            assert!(read_body(answer).await.is_empty());
        }
    }
}

/// Why no access token is made for Ada with these options: the log says it, too.
fn refusal(options: TokenOptions) -> String {
    listen();
    let manager = builder().build().unwrap();
    let why = manager.create_access_token("ada", options).unwrap_err().to_string();
    assert_eq!(LOG.take(), [&*why]);
    why
}

#[test]
fn claims_that_are_not_ones_own_are_refused_where_the_token_is_made() {
    for name in ["iss", "aud", "sub", "jti", "iat", "nbf", "exp", "scope"] {
        let why = refusal(TokenOptions::default().claim(name, "x"));
        assert!(why.contains(name) && why.contains("TokenOptions"), "{why}");
    }
}

#[test]
fn a_scope_that_is_none_is_refused_where_the_token_is_made() {
    for scope in ["other read", "", " ", "read ", "a\tb", "a\"b", "a\\b", "lesen\u{a0}", "l\u{e4}"]
    {
        let why = refusal(TokenOptions::default().scopes(["read", scope]));
        assert!(why.contains("is no scope"), "{scope:?}: {why}");
    }
}

#[test]
fn a_life_of_no_whole_second_and_an_empty_subject_are_refused_where_the_token_is_made() {
    for lifetime in [std::time::Duration::ZERO, std::time::Duration::from_millis(999)] {
        let why = refusal(TokenOptions::default().lifetime(lifetime));
        assert!(why.contains("a second or more"), "{why}");
    }
    let manager = builder().build().unwrap();
    let empty = [
        manager.create_access_token("", TokenOptions::default()).err(),
        manager.create_session_token("", random_token(), HOUR).err(),
        manager.create_session_token("ada", String::new(), HOUR).err(),
        manager.log_in("").err(),
        manager.remember("ada", std::time::Duration::ZERO).err(),
    ];
    for error in empty {
        assert!(error.unwrap().to_string().starts_with("no token is made: "));
    }
}

#[test]
fn a_token_that_would_be_too_long_is_refused_where_it_is_made() {
    let long = |n: usize| format!("scope:{n}:{}", "x".repeat(30));
    let scopes = TokenOptions::default().scopes((0..30).map(long));
    let claims = TokenOptions::default().claim("all", "x".repeat(1024));
    for why in [refusal(scopes), refusal(claims)] {
        assert!(why.contains("more than 1024"), "{why}");
    }
}

#[test]
fn a_claim_that_is_too_deep_to_be_read_is_refused_where_the_token_is_made() {
    let nested =
        |depth| (0..depth).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
    let made = |depth| {
        let manager = builder().build().unwrap();
        let options = TokenOptions::default().claim("deep", nested(depth));
        let made = manager.create_access_token("ada", options);
        made.map(|token| manager.verify_access_token(&token).is_ok())
    };
    assert_eq!(made(100), Ok(true));
    for depth in 120..140 {
        assert_ne!(made(depth), Ok(false), "{depth}");
    }
    assert!(made(130).unwrap_err().to_string().contains("nested too deep"));
}

struct NoJson;

impl serde::Serialize for NoJson {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no"))
    }
}

#[test]
fn a_claim_that_is_no_json_is_refused_where_the_token_is_made() {
    assert!(refusal(TokenOptions::default().claim("odd", NoJson)).contains("odd is no JSON"));
}

/// Why there is no such manager.
fn broken(builder: actix_login::Builder<Person>) -> String {
    builder.build().unwrap_err().to_string()
}

#[test]
fn cookies_that_browsers_drop_are_an_error_at_start_up() {
    for name in ["", "a b", "a;b", "a=b", "s\u{e4}ssion", "a\n"] {
        assert!(
            broken(builder().cookie(CookieKind::new(name, true))).contains("no name of a cookie")
        );
    }
    for name in ["__Host-session", "__Secure-session", "__host-session"] {
        assert!(
            broken(builder().cookie(CookieKind::new(name, false))).contains("unless it is secure")
        );
    }
}

#[test]
fn a_setting_that_comes_too_late_is_an_error_at_start_up() {
    let late = |change: fn(actix_login::Builder<Person>) -> actix_login::Builder<Person>| {
        let builder = builder();
        drop(builder.session_cookie());
        broken(change(builder))
    };
    assert!(late(|builder| builder.issuer("https://example.com")).starts_with("`issuer`"));
    assert!(late(|builder| builder.clock(|| NOW)).starts_with("`clock`"));
    assert!(late(|builder| builder.use_cookie(false)).starts_with("`use_cookie`"));
    assert!(late(|builder| builder.use_header(false)).starts_with("`use_header`"));
    assert!(late(|builder| builder.default_expiry(HOUR)).starts_with("`default_expiry`"));
    assert!(late(|builder| builder.cookie(CookieKind::new("x", true))).starts_with("`cookie`"));
    assert!(
        late(|builder| builder.access_keys(Keys::Secrets(vec![]))).starts_with("`access_keys`")
    );
}

#[test]
fn the_same_key_twice_is_an_error_at_start_up() {
    let pair = KeyPair::parse(include_str!("../keys/ed25519.pem"), None).unwrap();
    let pairs = builder().access_keys(Keys::Pairs(vec![pair.clone(), pair]));
    let key: SigningKey = key();
    let secrets = LoginManager::builder(vec![key.clone(), key]);
    let secrets = secrets.user_loader(|_| ready(Ok(Some(Person("ada")))));
    for builder in [pairs, secrets] {
        assert!(broken(builder).contains("the same key twice"));
    }
}
