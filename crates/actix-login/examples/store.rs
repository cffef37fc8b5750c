//! A store of one's own: the user loader is all that the library knows of it. Here it is a folder with a
//! file for each user, read where waiting is allowed; what cannot be read is an error, and nobody is taken
//! for a stranger because of it. `USERS=folder cargo run -p actix-login --example store`.

use std::io;
use std::path::{Path, PathBuf};

use actix_login::{Credentials, CurrentUser, LoginManager, OptionalUser, SigningKey};
use actix_web::error::ErrorServiceUnavailable;
use actix_web::web::{self, Data, Form};
use actix_web::{App, HttpResponse, HttpServer, Result};

/// What a file says: its first line is the name, the second one the password (in earnest, its hash).
struct User {
    name: String,
    password: String,
}

/// The folder.
#[derive(Clone)]
struct Users(PathBuf);

impl Users {
    fn read(folder: &Path, id: &str) -> io::Result<Option<User>> {
        // An id comes from a form, too: it names no file elsewhere.
        let is_id = (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_id {
            return Ok(None);
        }
        match std::fs::read_to_string(folder.join(id)) {
            Ok(text) => {
                // Whoever has no password logs in by none.
                let mut lines = text.lines().filter(|line| !line.is_empty()).map(str::to_owned);
                Ok(lines.next().zip(lines.next()).map(|(name, password)| User { name, password }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn find(&self, id: String) -> Result<Option<User>> {
        let folder = self.0.clone();
        // What is wrong is for the log, and nothing to strangers.
        let read = web::block(move || Self::read(&folder, &id)).await?;
        read.map_err(|_| ErrorServiceUnavailable("The users cannot be read."))
    }
}

async fn log_in(
    logins: LoginManager<User>, users: Data<Users>, form: Form<Credentials>,
) -> Result<HttpResponse> {
    let Credentials { username, password, .. } = form.into_inner();
    // In earnest, compare hashes, at the same price for a name that nobody has; and check where the form
    // comes from, as the example `pages` does.
    match users.find(username.clone()).await?.filter(|user| user.password == password) {
        Some(_) => Ok(HttpResponse::NoContent().cookie(logins.log_in(&username)?).finish()),
        None => Ok(HttpResponse::Unauthorized().finish()),
    }
}

async fn home(user: OptionalUser<User>) -> String {
    user.0.map_or_else(|| "Hello, stranger!".to_owned(), |user| format!("Hello, {}!", user.name))
}

async fn protected(user: CurrentUser<User>) -> String {
    format!("For {} only.", user.name)
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let users = Users(std::env::var("USERS").unwrap_or_else(|_| "users".to_owned()).into());
    let store = users.clone();
    let logins = LoginManager::builder(vec![SigningKey::random()])
        .user_loader(move |claims| {
            let users = store.clone();
            async move { users.find(claims.sub).await }
        })
        .build()?;
    let port = std::env::var("PORT").map_or(Ok(8081), |port| port.parse())?;
    let app = move || {
        App::new()
            .app_data(Data::new(users.clone()))
            .route("/login", web::post().to(log_in))
            .route("/", web::get().to(home))
            .route("/protected", web::get().to(protected))
            .wrap(logins.middleware())
    };
    Ok(HttpServer::new(app).bind(("127.0.0.1", port))?.run().await?)
}
