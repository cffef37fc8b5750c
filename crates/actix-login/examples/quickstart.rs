//! Log-in and nothing else: users in memory, one log-in route, one protected page.
//!
//! `cargo run -p actix-login --example quickstart`, then open <http://localhost:8081>. (In earnest,
//! the form asks for a password.)

use std::collections::HashMap;
use std::future::ready;

use actix_login::{CurrentUser, LoginManager, SigningKey, generate_key, identify, random_token};
use actix_web::http::{StatusCode, header::LOCATION};
use actix_web::middleware::{ErrorHandlerResponse, ErrorHandlers, from_fn};
use actix_web::web::{self, Data, Form, Html};
use actix_web::{App, HttpResponse, HttpServer, Result};
use serde::Deserialize;

struct User(&'static str);

#[derive(Deserialize)]
struct LogIn {
    name: String,
}

async fn log_in_page() -> Html {
    Html::new("<form method=post><input name=name><button>Log in")
}

async fn log_in(logins: Data<LoginManager<User>>, form: Form<LogIn>) -> Result<HttpResponse> {
    let token = logins.create_session_token(&form.name, random_token(), time::Duration::HOUR)?;
    let mut response = to("/");
    logins.set_cookie(&mut response, &token, None)?;
    Ok(response)
}

async fn protected(user: CurrentUser<User>) -> String {
    format!("Hello, {}!", user.0)
}

fn to(place: &'static str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, place)).finish()
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let users = HashMap::from([("ada".to_owned(), "Ada Lovelace")]);
    let manager = LoginManager::builder(vec![SigningKey::parse(&generate_key())?])
        .user_loader(move |claims| ready(Ok(users.get(&claims.sub).map(|name| User(name)))))
        .build()?;
    let manager = Data::new(manager);
    let port = std::env::var("PORT").map_or(Ok(8081), |port| port.parse())?;
    let app = move || {
        App::new()
            .app_data(manager.clone())
            .route("/", web::get().to(protected))
            .service(web::resource("/login").get(log_in_page).post(log_in))
            .wrap(from_fn(identify::<User>))
            .wrap(ErrorHandlers::new().handler(StatusCode::UNAUTHORIZED, |res| {
                let answer = res.into_response(to("/login")).map_into_right_body();
                Ok(ErrorHandlerResponse::Response(answer))
            }))
    };
    Ok(HttpServer::new(app).bind(("127.0.0.1", port))?.run().await?)
}
