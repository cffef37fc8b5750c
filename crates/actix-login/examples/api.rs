//! A JSON API with scopes: programs get a token for a name and a password, and each route names what it
//! takes. `cargo run -p actix-login --example api`, then
//!
//! ```sh
//! curl -d 'username=ada&password=lovelace&scope=notes:read' localhost:8081/auth/token
//! curl -H 'Authorization: Bearer …' localhost:8081/notes
//! ```

use std::sync::Mutex;

use actix_login::{ApiUser, LoginManager, Scope as _, Scoped, Scopes, SigningKey, TokenOptions};
use actix_web::web::{self, Data, Form, Json};
use actix_web::{App, HttpResponse, HttpServer, Result};
use serde::Deserialize;
use serde_json::json;

actix_login::scopes! {
    NotesRead = "notes:read", "Read the notes";
    NotesWrite = "notes:write", "Write notes";
    NotesClear = "notes:clear", "Throw all notes away", admins;
}

/// Somebody who may use the API.
struct User {
    name: String,
    is_admin: bool,
}

fn find(name: &str) -> Option<User> {
    let known = ["ada", "bob"].contains(&name);
    known.then(|| User { name: name.to_owned(), is_admin: name == "ada" })
}

/// RFC 6749 section 4.3.2.
#[derive(Deserialize)]
struct Ask {
    username: String,
    password: String,
    #[serde(default)]
    scope: String,
}

async fn token(logins: LoginManager<User>, scopes: Scopes, ask: Form<Ask>) -> Result<HttpResponse> {
    let refuse = |error| HttpResponse::BadRequest().json(json!({ "error": error }));
    // In earnest, compare hashes, at the same price for a name that nobody has.
    let Some(user) = find(&ask.username).filter(|_| ask.password == "lovelace") else {
        return Ok(refuse("invalid_grant"));
    };
    let Some(scope) = scopes.parse(user.is_admin, &ask.scope) else {
        return Ok(refuse("invalid_scope"));
    };
    let options = TokenOptions::default().scopes(scope.split(' ')).claim("tenant", "blue");
    let token = logins.create_access_token(&user.name, options)?;
    let expires_in = logins.default_expiry().as_secs();
    Ok(HttpResponse::Ok().insert_header(("cache-control", "no-store")).json(json!({
        "access_token": token, "token_type": "bearer", "expires_in": expires_in, "scope": scope,
    })))
}

async fn me(user: ApiUser<User>) -> Json<serde_json::Value> {
    let tenant: Option<String> = user.caller().claims().and_then(|claims| claims.get("tenant"));
    Json(json!({ "name": user.name, "tenant": tenant }))
}

type Notes = Data<Mutex<Vec<String>>>;

async fn index(_: Scoped<User, NotesRead>, notes: Notes) -> Json<Vec<String>> {
    Json(notes.lock().map(|notes| notes.clone()).unwrap_or_default())
}

/// Answers with all of them, so that the token must be good for reading, too.
async fn write(
    _: Scoped<User, (NotesRead, NotesWrite)>, notes: Notes, text: Json<String>,
) -> Json<Vec<String>> {
    let mut notes = notes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    notes.push(text.0);
    Json(notes.clone())
}

async fn clear(_: Scoped<User, NotesClear>, notes: Notes) -> HttpResponse {
    notes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clear();
    HttpResponse::NoContent().finish()
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scopes = Scopes::new(SCOPES.iter().copied(), NotesRead::NAME);
    let known = scopes.clone();
    let logins = LoginManager::builder(vec![SigningKey::random()])
        .use_cookie(false)
        .may_hold(move |user: &User, scope| known.may_hold(user.is_admin, scope))
        .user_loader(|claims| async move { Ok(find(&claims.sub)) })
        .build()?;
    let notes = Notes::default();
    let port = std::env::var("PORT").map_or(Ok(8081), |port| port.parse())?;
    let app = move || {
        let all = web::resource("/notes").get(index).post(write).delete(clear);
        App::new()
            .app_data(scopes.clone())
            .app_data(notes.clone())
            .route("/auth/token", web::post().to(token))
            .route("/me", web::get().to(me))
            .service(all)
            .wrap(logins.middleware())
    };
    Ok(HttpServer::new(app).bind(("127.0.0.1", port))?.run().await?)
}
