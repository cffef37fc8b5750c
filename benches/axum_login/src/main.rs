//! axum with axum-login, and tower-sessions with its store for `SQLite`, as their documentation puts them
//! together: the session and the user are rows, and are looked for at each request.

mod notes;

use std::env;
use std::error::Error;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use askama::Template;
use axum::Router;
use axum::extract::Form;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use axum_login::tower_sessions::{Expiry, SessionManagerLayer};
use axum_login::{AuthManagerLayerBuilder, AuthUser, AuthnBackend, UserId, login_required};
use benches::{EMAIL, PASSWORD, PROTECTED, Protected, now, port};
use serde::Deserialize;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use time::{Duration, PrimitiveDateTime};
use tower_http::trace::{DefaultMakeSpan, DefaultOnResponse, TraceLayer};
use tower_sessions_sqlx_store::SqliteStore;
use tracing::Level;

type AuthSession = axum_login::AuthSession<Backend>;

#[derive(Clone, Debug, sqlx::FromRow)]
struct User {
    id: i64,
    email: String,
    name: String,
    password_hash: String,
    is_admin: bool,
    verified_at: Option<PrimitiveDateTime>,
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

#[derive(Clone)]
struct Backend(SqlitePool);

impl AuthUser for User {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    fn session_auth_hash(&self) -> &[u8] {
        self.password_hash.as_bytes()
    }
}

impl AuthnBackend for Backend {
    type User = User;
    type Credentials = Credentials;
    type Error = sqlx::Error;

    async fn authenticate(&self, typed: Credentials) -> Result<Option<User>, sqlx::Error> {
        let find = sqlx::query_as("SELECT * FROM users WHERE email = ?").bind(typed.email);
        let Some(user): Option<User> = find.fetch_optional(&self.0).await? else { return Ok(None) };
        let hash = user.password_hash.clone();
        let verified = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&hash).is_ok_and(|hash| {
                Argon2::default().verify_password(typed.password.as_bytes(), &hash).is_ok()
            })
        });
        Ok(verified.await.unwrap_or(false).then_some(user))
    }

    async fn get_user(&self, id: &UserId<Self>) -> Result<Option<User>, sqlx::Error> {
        let find = sqlx::query_as("SELECT * FROM users WHERE id = ? AND disabled_at IS NULL");
        find.bind(id).fetch_optional(&self.0).await
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(Level::INFO).init();
    let file =
        SqliteConnectOptions::new().filename(env::var("DATABASE_URL")?).create_if_missing(true);
    let pool = SqlitePool::connect_with(file).await?;
    fill(&pool).await?;
    let store = SqliteStore::new(pool.clone());
    store.migrate().await?;
    let sessions = SessionManagerLayer::new(store).with_expiry(Expiry::OnInactivity(Duration::DAY));
    let log_ins = AuthManagerLayerBuilder::new(Backend(pool.clone()), sessions).build();
    let span = DefaultMakeSpan::new().level(Level::INFO);
    let log = TraceLayer::new_for_http().make_span_with(span);
    let app = Router::new()
        .route(PROTECTED, get(protected))
        .route("/notes", get(notes::list))
        .route_layer(login_required!(Backend, login_url = "/login"))
        .route("/login", post(log_in))
        .layer(log_ins)
        .layer(log.on_response(DefaultOnResponse::new().level(Level::INFO)))
        .with_state(pool);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port())).await?.tap_io(|stream| {
        // Without it nothing breaks: it is only slower.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, app).await?;
    Ok(())
}

/// Makes the tables, and Ada with what is hers.
async fn fill(pool: &SqlitePool) -> Result<(), Box<dyn Error>> {
    sqlx::raw_sql(&include_str!("../../tables.sql").replace("{id}", "INTEGER"))
        .execute(pool)
        .await?;
    let hash = Argon2::default().hash_password(PASSWORD.as_bytes())?.to_string();
    let ada =
        "INSERT INTO users (id, email, name, password_hash, is_admin, created_at, verified_at)
        VALUES (1, ?, 'ada', ?, TRUE, ?, ?)";
    sqlx::query(ada).bind(EMAIL).bind(hash).bind(now()).bind(now()).execute(pool).await?;
    notes::fill(pool).await?;
    Ok(())
}

async fn log_in(mut auth: AuthSession, Form(typed): Form<Credentials>) -> Result<Response, Failed> {
    let Some(user) = auth.authenticate(typed).await? else {
        return Ok(StatusCode::UNAUTHORIZED.into_response());
    };
    auth.login(&user).await?;
    Ok(Redirect::to(PROTECTED).into_response())
}

async fn protected(auth: AuthSession) -> Result<Html<String>, Failed> {
    Ok(Html(Protected::new(shown(&auth)?).render()?))
}

fn shown(auth: &AuthSession) -> Result<benches::User, Failed> {
    let user = auth.user.clone().ok_or("nobody is logged in")?;
    Ok(benches::User {
        email: user.email,
        name: user.name,
        is_admin: user.is_admin && user.verified_at.is_some(),
    })
}

/// Answers 500.
struct Failed;

impl<E: Into<Box<dyn Error + Send + Sync>>> From<E> for Failed {
    fn from(error: E) -> Self {
        tracing::error!("{}", error.into());
        Self
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}
