//! A small application for the tests: a log-in form, a page behind each guard, users in memory. And
//! a browser that visits it.

use std::cell::RefCell;
use std::future::ready;
use std::time::Duration;

use actix_login::{
    ApiUser, Builder, CurrentUser, LoginManager, OptionalUser, Result, Scoped, SigningKey,
    TokenOptions, random_token,
};
use actix_web::cookie::Cookie;
use actix_web::http::header::{AUTHORIZATION, COOKIE};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::{self, Form, ServiceConfig};
use actix_web::{App, HttpResponse};
use serde::Deserialize;

/// 1 November 2026, noon, in seconds since 1970.
pub const NOW: i64 = 1_793_534_400;

pub const HOUR: Duration = Duration::from_secs(3600);

/// A user without a database.
#[derive(Clone, Debug, PartialEq)]
pub struct Person(pub &'static str);

actix_login::scopes! {
    Reports = "reports", "Read the reports";
    People = "people", "List the people", admins;
}

pub fn key() -> SigningKey {
    SigningKey::random()
}

/// Knows Ada and Bob. It is always noon.
pub fn builder() -> Builder<Person> {
    with_key(key())
}

pub fn with_key(key: SigningKey) -> Builder<Person> {
    let find = |name: &str| ["ada", "bob"].into_iter().find(|known| *known == name).map(Person);
    LoginManager::builder(vec![key])
        .clock(|| NOW)
        .user_loader(move |claims| ready(Ok(find(&claims.sub))))
}

/// An access token of Ada's.
pub fn token(manager: &LoginManager<Person>, scopes: &[&str]) -> String {
    let options = TokenOptions::default().scopes(scopes.iter().copied());
    manager.create_access_token("ada", options).unwrap()
}

/// A session's token of Ada's.
pub fn session(manager: &LoginManager<Person>) -> String {
    manager.create_session_token("ada", random_token(), HOUR).unwrap()
}

/// Name and value of the cookie with this token.
pub fn pair<U: 'static>(manager: &LoginManager<U>, token: &str) -> String {
    manager.cookie(token, None).stripped().to_string()
}

/// The application, and whoever visits it with one browser.
pub struct Site {
    pub manager: LoginManager<Person>,
    jar: RefCell<Option<Cookie<'static>>>,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub body: String,
    pub cookies: Vec<Cookie<'static>>,
}

#[derive(Deserialize)]
struct LogIn {
    name: String,
}

impl Site {
    pub fn new(manager: LoginManager<Person>) -> Self {
        Self { manager, jar: RefCell::default() }
    }

    /// As a program asks: nothing is kept between two requests.
    pub async fn send(&self, request: TestRequest) -> Answer {
        let app = App::new().wrap(self.manager.middleware()).configure(routes);
        let response = call_service(&init_service(app).await, request.to_request()).await;
        let status = response.status().as_u16();
        let cookies = response.response().cookies().map(Cookie::into_owned).collect();
        let body = read_body(response).await;
        Answer { status, body: String::from_utf8(body.into()).unwrap(), cookies }
    }

    /// As a browser asks: with the cookie that it was given, until it is ended.
    pub async fn visit(&self, mut request: TestRequest) -> Answer {
        if let Some(cookie) = self.jar.borrow().as_ref() {
            request = request.insert_header((COOKIE, cookie.stripped().to_string()));
        }
        let answer = self.send(request).await;
        for cookie in &answer.cookies {
            let is_over = cookie.max_age().is_some_and(time::Duration::is_zero);
            *self.jar.borrow_mut() = (!is_over).then(|| cookie.clone());
        }
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.visit(TestRequest::with_uri(path)).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.visit(TestRequest::with_uri(path).method("POST".parse().unwrap()).set_form(form)).await
    }

    /// The status at this path with these cookies.
    pub async fn with_cookies(&self, path: &str, pairs: &str) -> u16 {
        self.send(TestRequest::with_uri(path).insert_header((COOKIE, pairs))).await.status
    }

    /// The status at this path with this token in the header.
    pub async fn with_token(&self, path: &str, token: &str) -> u16 {
        let value = format!("Bearer {token}");
        self.send(TestRequest::with_uri(path).insert_header((AUTHORIZATION, value))).await.status
    }
}

fn routes(config: &mut ServiceConfig) {
    async fn current(user: CurrentUser<Person>) -> String {
        format!("Hello, {}!", user.0)
    }
    async fn optional(user: OptionalUser<Person>) -> String {
        user.0.map_or_else(|| "nobody".to_owned(), |user| user.0.to_owned())
    }
    async fn api(user: ApiUser<Person>) -> String {
        user.0.to_owned()
    }
    async fn scoped(user: Scoped<Person, Reports>) -> String {
        user.0.to_owned()
    }
    config
        .route("/current", web::get().to(current))
        .route("/optional", web::get().to(optional))
        .route("/api", web::get().to(api))
        .route("/scoped", web::get().to(scoped))
        .route("/login", web::post().to(log_in))
        .route("/logout", web::post().to(log_out));
}

async fn log_in(logins: LoginManager<Person>, form: Form<LogIn>) -> Result<HttpResponse> {
    let token = logins.create_session_token(&form.name, random_token(), HOUR)?;
    let mut response = HttpResponse::NoContent().finish();
    logins.set_cookie(&mut response, &token, None)?;
    Ok(response)
}

async fn log_out(logins: LoginManager<Person>, _: CurrentUser<Person>) -> Result<HttpResponse> {
    let mut response = HttpResponse::NoContent().finish();
    logins.clear_cookie(&mut response)?;
    Ok(response)
}
