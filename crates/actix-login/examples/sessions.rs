//! Sessions in memory: what a table of sessions has to do, without a database. A log-in is a row, under
//! the hash of its secret; the cookie only names it. Without the row nobody is logged in, whoever copied
//! the cookie. `cargo run -p actix-login --example sessions`, then open <http://localhost:8081>.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix_login::{Claims, Credentials, CurrentUser, LoginManager, OptionalUser, SigningKey};
use actix_login::{hash_token, log_in_at, random_token};
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data, Form, Html};
use actix_web::{App, HttpResponse, HttpServer, Result};

/// A log-in ends after this, however busy.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// And after this without a request.
const IDLE: Duration = Duration::from_secs(60 * 60);

/// One log-in of somebody at one browser.
#[derive(Clone)]
struct Session {
    token_hash: String,
    user: String,
    last_seen: Instant,
}

/// All of them, by the hash of their secret: whoever reads the table cannot log in with it.
#[derive(Clone, Default)]
struct Sessions(Arc<Mutex<HashMap<String, Session>>>);

impl Sessions {
    fn rows(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new one, with a secret that was never there before the log-in (session fixation).
    fn begin(&self, user: &str, secret: &str) {
        let token_hash = hash_token(secret);
        let last_seen = Instant::now();
        let session = Session { token_hash: token_hash.clone(), user: user.to_owned(), last_seen };
        self.rows().insert(token_hash, session);
    }

    /// The user loader: the session that a cookie names, unless it is over, and notes that it was used.
    fn find(&self, claims: &Claims) -> Option<Session> {
        let mut rows = self.rows();
        rows.retain(|_, session| session.last_seen.elapsed() < IDLE);
        let session = rows.get_mut(&hash_token(&claims.jti))?;
        session.last_seen = Instant::now();
        (session.user == claims.sub).then(|| session.clone())
    }

    fn end(&self, token_hash: &str) {
        self.rows().remove(token_hash);
    }

    fn end_all_of(&self, user: &str) {
        self.rows().retain(|_, session| session.user != user);
    }
}

async fn ask() -> Html {
    Html::new(
        "<form method=post><input name=username><input name=password type=password><button>Log in",
    )
}

async fn log_in(
    logins: LoginManager<Session>, sessions: Data<Sessions>, form: Form<Credentials>,
    before: OptionalUser<Session>,
) -> Result<HttpResponse> {
    // In earnest, compare hashes; and check where the form comes from, as the example `pages` does.
    let credentials = (form.username.as_str(), form.password.as_str());
    if ![("ada", "lovelace"), ("bob", "lovelace")].contains(&credentials) {
        return Ok(HttpResponse::UnprocessableEntity().body("That is not right."));
    }
    let secret = random_token();
    let token = logins.create_session_token(&form.username, secret.clone(), LIFETIME)?;
    // The one that the browser had before is over.
    if let Some(session) = before.0 {
        sessions.end(&session.token_hash);
    }
    sessions.begin(&form.username, &secret);
    let cookie = logins.cookie(&token, None);
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, "/")).cookie(cookie).finish())
}

async fn home(session: CurrentUser<Session>, sessions: Data<Sessions>) -> String {
    let user = &session.user;
    let own = sessions.rows().values().filter(|session| session.user == *user).count();
    format!("Hello, {user}! You are logged in at {own} browsers.")
}

async fn log_out(
    session: CurrentUser<Session>, logins: LoginManager<Session>, sessions: Data<Sessions>,
) -> HttpResponse {
    sessions.end(&session.token_hash);
    HttpResponse::NoContent().cookie(logins.log_out()).finish()
}

async fn log_out_everywhere(
    session: CurrentUser<Session>, logins: LoginManager<Session>, sessions: Data<Sessions>,
) -> HttpResponse {
    sessions.end_all_of(&session.user);
    HttpResponse::NoContent().cookie(logins.log_out()).finish()
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sessions = Sessions::default();
    let known = sessions.clone();
    let logins = LoginManager::builder(vec![SigningKey::random()])
        .use_header(false)
        .user_loader(move |claims| std::future::ready(Ok(known.find(&claims))))
        .build()?;
    let port = std::env::var("PORT").map_or(Ok(8081), |port| port.parse())?;
    let app = move || {
        App::new()
            .app_data(Data::new(sessions.clone()))
            .service(web::resource("/login").get(ask).post(log_in))
            .route("/", web::get().to(home))
            .route("/logout", web::post().to(log_out))
            .route("/logout/everywhere", web::post().to(log_out_everywhere))
            .wrap(log_in_at("/login"))
            .wrap(logins.middleware())
    };
    Ok(HttpServer::new(app).bind(("127.0.0.1", port))?.run().await?)
}
