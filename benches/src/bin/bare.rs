//! Actix Web by itself: a text, and a page as large as the app's protected one that asks nobody who they are.

use std::io;

use actix_web::http::header::ContentType;
use actix_web::middleware::Logger;
use actix_web::{App, HttpResponse, HttpServer, error, web};
use askama::Template;
use benches::{EMAIL, KEEP_ALIVE, Protected, User, port};

#[actix_web::main]
async fn main() -> io::Result<()> {
    env_logger::init();
    HttpServer::new(|| {
        App::new()
            .wrap(Logger::default())
            .route("/hello", web::get().to(hello))
            .route("/page", web::get().to(page))
    })
    .keep_alive(KEEP_ALIVE)
    .tcp_nodelay(true)
    .bind(("127.0.0.1", port()))?
    .run()
    .await
}

async fn hello() -> &'static str {
    "Hello, world!"
}

async fn page() -> actix_web::Result<HttpResponse> {
    let user = User { email: EMAIL.to_owned(), name: "ada".to_owned(), is_admin: true };
    let body = Protected::new(user).render().map_err(error::ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().content_type(ContentType::html()).body(body))
}
