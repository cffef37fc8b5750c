//! The `LoginManager` alone: users in memory, one log-in route, one protected page.
//! `cargo run --example quickstart`, then open <http://localhost:8081>.

use std::future::ready;

use actix_web::dev::ServiceResponse;
use actix_web::http::{StatusCode, header::LOCATION};
use actix_web::middleware::{ErrorHandlerResponse, ErrorHandlers, from_fn};
use actix_web::web::{self, Data, Form};
use actix_web::{App, HttpResponse, HttpServer, Result};
use latchkey::auth::guard::{CurrentUser, identify};
use latchkey::auth::manager::LoginManager;
use latchkey::keys::{SigningKey, generate};

struct User(&'static str);

fn find(name: &str) -> Option<User> {
    (name == "ada").then_some(User("ada"))
}

async fn log_in_page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html")
        .body("<form method=post><input name=name><button>Log in")
}

#[derive(serde::Deserialize)]
struct LoginForm {
    name: String, // and a password, in earnest
}

async fn log_in(logins: Data<LoginManager<User>>, form: Form<LoginForm>) -> Result<HttpResponse> {
    let token = logins.create_session_token(&form.name, generate(), time::Duration::HOUR)?;
    let mut response = HttpResponse::SeeOther().insert_header((LOCATION, "/")).finish();
    logins.set_cookie(&mut response, &token, None)?;
    Ok(response)
}

async fn protected(user: CurrentUser<User>) -> String {
    format!("Hello, {}!", user.0)
}

fn to_login<B>(res: ServiceResponse<B>) -> Result<ErrorHandlerResponse<B>> {
    let answer = HttpResponse::SeeOther().insert_header((LOCATION, "/login")).finish();
    Ok(ErrorHandlerResponse::Response(res.into_response(answer).map_into_right_body()))
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let key = SigningKey::parse(&generate()).map_err(std::io::Error::other)?;
    let manager = LoginManager::builder(vec![key]).user_loader(|c| ready(Ok(find(&c.sub)))).build();
    let manager = Data::new(manager.map_err(std::io::Error::other)?);
    HttpServer::new(move || {
        App::new()
            .app_data(manager.clone())
            .route("/", web::get().to(protected))
            .service(web::resource("/login").get(log_in_page).post(log_in))
            .wrap(from_fn(identify::<User>))
            .wrap(ErrorHandlers::new().handler(StatusCode::UNAUTHORIZED, to_login))
    })
    .bind(("127.0.0.1", std::env::var("PORT").map_or(8081, |port| port.parse().unwrap_or(8081))))?
    .run()
    .await
}
