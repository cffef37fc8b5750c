//! Log-in and nothing else, as the README has it. `cargo run -p actix-login --example quickstart`, then
//! `curl -c jar -d 'username=ada&password=lovelace' localhost:8081/login`, and
//! `curl -b jar localhost:8081/protected`.

use actix_login::{Credentials, CurrentUser, LoginManager, SigningKey};
use actix_web::{App, HttpResponse, HttpServer, Result, web, web::Form};

async fn log_in(logins: LoginManager<String>, form: Form<Credentials>) -> Result<HttpResponse> {
    match (form.username.as_str(), form.password.as_str()) {
        ("ada", "lovelace") => Ok(HttpResponse::Ok().cookie(logins.log_in("ada")?).finish()),
        _ => Ok(HttpResponse::Unauthorized().finish()),
    }
}

async fn protected(user: CurrentUser<String>) -> String {
    format!("Hello, {}!", *user)
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let logins = LoginManager::builder(vec![SigningKey::random()])
        .user_loader(|claims| async move { Ok((claims.sub == "ada").then(|| "Ada".to_owned())) })
        .build()?;
    let port = std::env::var("PORT").map_or(Ok(8081), |port| port.parse())?;
    let app = move || {
        App::new()
            .route("/login", web::post().to(log_in))
            .route("/protected", web::get().to(protected))
            .wrap(logins.middleware())
    };
    Ok(HttpServer::new(app).bind(("127.0.0.1", port))?.run().await?)
}
