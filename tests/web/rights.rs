//! What is made with somebody's rights is made while they have them: every route that writes, with
//! the right ended between the guard and the transaction.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use app::app::features;
use app::db::{Connection, Db};
use app::people::{Ending, LogIn, User};
use diesel::RunQueryDsl as _;

use crate::browser::{Answer, Browser, Site, config, passwords};

/// Every route that writes, or hands out everything, with somebody's rights; and a body that does it.
const WRITES: [(&str, &str, &str); 23] = [
    ("GET", "/account/export", ""),
    ("POST", "/account", "name=Countess"),
    ("POST", "/account/confirm", ""),
    ("POST", "/account/delete", "email=ada@example.com"),
    ("POST", "/account/email", "email=lovelace@example.com"),
    ("POST", "/account/email/confirm", ""),
    ("POST", "/account/invitations", "email=bob@example.com"),
    ("POST", "/account/invitations/take-back", "email=eve@example.com"),
    (
        "POST",
        "/account/password",
        "current=correct+horse+battery&password=violet+kettle+marching+north",
    ),
    ("POST", "/account/sessions/end-others", ""),
    ("POST", "/account/sessions/{id}/end", ""),
    ("POST", "/account/tokens", "name=Other&days=30&notes:read=yes"),
    ("POST", "/account/tokens/{id}/revoke", ""),
    ("POST", "/confirm", ""),
    ("POST", "/notes", "title=Bread"),
    ("POST", "/notes/{id}", "title=Oat+milk"),
    ("POST", "/notes/{id}/delete", ""),
    ("POST", "/notes/{id}/restore", ""),
    ("POST", "/sudo", "password=correct+horse+battery"),
    ("PATCH", "/api/me", r#"{"name":"Countess"}"#),
    ("POST", "/api/notes", r#"{"title":"Bread","body":""}"#),
    ("PUT", "/api/notes/{id}", r#"{"title":"Oat milk","body":""}"#),
    ("DELETE", "/api/notes/{id}", ""),
];

/// What strangers may send: they have no rights to lose. And what is nothing but a cookie of the browser.
const STRANGERS: [&str; 13] = [
    "/account/appearance",
    "/dashboard/steps",
    "/login",
    "/logout",
    "/register",
    "/register/confirm",
    "/join",
    "/forgot",
    "/reset",
    "/setup",
    "/password-check",
    "/auth/token",
    "/auth/revoke",
];

thread_local! {
    /// All rows, as they were when the right had just been ended.
    static ROWS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// The features, behind a door where something happens when the guard's question is answered and the
/// handler has not begun.
fn with_a_gap(config: &mut ServiceConfig) {
    config.service(web::scope("").wrap(from_fn(meanwhile)).configure(features));
}

async fn meanwhile(
    db: Db, req: ServiceRequest, next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let what = req.headers().get("x-meanwhile").map(|what| what.to_str().unwrap().to_owned());
    if let Some(what) = what {
        db.write(move |conn| happen(conn, &what)).await?;
        ROWS.set(rows(&db).await);
    }
    next.call(req).await
}

fn happen(conn: &mut Connection, what: &str) -> app::error::Result<()> {
    match what {
        "nothing" => {}
        "ended by an operator" => Ending::OperatorEnded.end(conn, 1, None)?,
        "deleted" => drop(User::delete(conn, 1)?),
        sql => drop(diesel::sql_query(sql).execute(conn)?),
    }
    Ok(())
}

/// All that somebody's rights could change.
async fn rows(db: &Db) -> Vec<String> {
    use diesel::sql_types::Text;
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        text: String,
    }
    let sql = "SELECT email || name || password_hash || COALESCE(verified_at, '2000-01-01') AS text FROM users \
        UNION ALL SELECT token_hash || COALESCE(authenticated_at, '2000-01-01') FROM sessions \
        UNION ALL SELECT token_hash || COALESCE(used_at, expires_at) || COALESCE(bound_to, '') FROM links \
        UNION ALL SELECT name || token_hash FROM api_tokens \
        UNION ALL SELECT token_hash FROM refresh_tokens \
        UNION ALL SELECT title || body || COALESCE(deleted_at, created_at) FROM notes \
        UNION ALL SELECT email || kind FROM outbox \
        UNION ALL SELECT kind FROM events ORDER BY text";
    let found = db.run(move |conn| diesel::sql_query(sql).load::<Row>(conn)).await.unwrap();
    found.into_iter().map(|row| row.text).collect()
}

/// A browser in which somebody is logged in, without the time that a password takes.
async fn logged_in(site: &Rc<Site>, user: &User) -> Browser {
    let request = actix_web::test::TestRequest::default().to_http_request();
    let cookie =
        site.app.state().accounts().log_in(&request, user, LogIn::by_password()).await.unwrap();
    let browser = site.stranger();
    browser.set_cookie("session", cookie.value());
    browser
}

/// An administrator with something of everything: she, and a program of hers with a personal token.
async fn ada() -> (Browser, Browser) {
    // The session begins nowhere: see `logged_in`.
    let settings = [("SESSION_PROTECTION", "off")];
    let site = Site::build(&settings, passwords(&config(&settings)), with_a_gap).await;
    let user = site.admin("ada").await;
    site.admin("grace").await; // the last one could not leave
    let ada = logged_in(&site, &user).await;
    ada.submit("/notes", &[("title", "Milk")]).await;
    let scopes = [("notes:read", "y"), ("notes:write", "y"), ("profile:write", "y")];
    let form = [&[("name", "Script"), ("days", "30")], &scopes[..]].concat();
    let made = ada.submit("/account/tokens", &form).await.body;
    let token = made.split_once("id=\"token\">").unwrap().1.split_once('<').unwrap().0;
    let program = site.stranger();
    program.set_header("authorization", Some(&format!("Bearer {token}")));
    site.sql("UPDATE users SET verified_at = NULL").await;
    ada.submit("/account/confirm", &[]).await;
    ada.get(&site.link_to("ada").await).await;
    site.sql("UPDATE users SET verified_at = created_at").await;
    ada.submit("/account/email", &[("email", "countess@example.com")]).await;
    ada.get(&site.link_to("countess").await).await;
    ada.submit("/account/invitations", &[("email", "eve@example.com")]).await;
    site.mails().await;
    // Not as often as the limit lets her.
    site.sql("DELETE FROM outbox").await;
    (ada, program)
}

async fn send((ada, program): &(Browser, Browser), meanwhile: &str, write: usize) -> Answer {
    let (method, path, body) = WRITES[write];
    if path == "/account/confirm" {
        ada.site.sql("UPDATE users SET verified_at = NULL").await;
    }
    if path == "/notes/{id}/restore" {
        ada.site.sql("UPDATE notes SET deleted_at = '2026-11-01 12:00:00'").await;
    }
    let who = if path.starts_with("/api/") { program } else { ada };
    who.set_header("x-meanwhile", Some(meanwhile));
    if path.starts_with("/api/") {
        who.set_header("content-type", Some("application/json"));
    }
    let body = match path {
        "/confirm" => format!("link={}", ada.mark("confirm").1),
        "/account/email/confirm" => format!("link={}", ada.mark("change_email").1),
        _ => body.to_owned(),
    };
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let body = (method != Method::GET).then_some(body);
    who.send(method, &path.replace("{id}", "1"), body).await
}

/// Sends the writes under a path while `meanwhile` happens behind the guard: nothing may come of any.
async fn nothing_comes_of(under: &str, meanwhile: &str) {
    let writes = WRITES.iter().enumerate().filter(|(_, (_, path, _))| path.starts_with(under));
    for (write, (method, path, _)) in writes {
        let people = ada().await;
        let answer = send(&people, meanwhile, write).await;
        let refused = answer.location().starts_with("/login")
            || [401, 403, 404, 410].contains(&answer.status);
        assert!(refused, "{meanwhile}, {method} {path}: {} {}", answer.status, answer.body);
        let after = rows(&people.0.site.db).await;
        assert_eq!(after, ROWS.take(), "{meanwhile}, {method} {path}");
    }
}

#[actix_web::test]
async fn every_one_of_them_does_something_while_the_right_is_there() {
    for (write, (method, path, _)) in WRITES.iter().enumerate() {
        let people = ada().await;
        let answer = send(&people, "nothing", write).await;
        assert!(!answer.location().starts_with("/login"), "{method} {path}");
        assert!(answer.status < 400, "{method} {path}: {} {}", answer.status, answer.body);
        assert_ne!(rows(&people.0.site.db).await, ROWS.take(), "{method} {path} does nothing");
    }
}

#[actix_web::test]
async fn nothing_is_made_after_an_operator_ended_the_sessions() {
    nothing_comes_of("/", "ended by an operator").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_session_was_ended_from_another_one() {
    for under in ["/account", "/confirm", "/notes", "/sudo"] {
        nothing_comes_of(under, "DELETE FROM sessions").await;
    }
}

#[actix_web::test]
async fn nothing_is_made_after_the_token_was_ended() {
    nothing_comes_of("/api", "DELETE FROM api_tokens").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_session_got_another_secret() {
    for under in ["/account", "/confirm", "/notes", "/sudo"] {
        nothing_comes_of(under, "UPDATE sessions SET token_hash = 'another'").await;
    }
}

#[actix_web::test]
async fn nothing_is_made_after_the_user_was_disabled() {
    nothing_comes_of("/", "UPDATE users SET disabled_at = created_at").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_account_was_deleted() {
    nothing_comes_of("/", "deleted").await;
}

#[actix_web::test]
async fn nothing_is_made_by_who_is_no_administrator_any_more() {
    nothing_comes_of("/", "UPDATE users SET is_admin = FALSE").await;
}

#[actix_web::test]
async fn a_program_writes_nothing_after_its_log_in_was_ended() {
    let site = Site::build(&[], passwords(&config(&[])), with_a_gap).await;
    let program = site.program("ada", "notes:write").await;
    program.set_header("x-meanwhile", Some("DELETE FROM refresh_tokens"));
    let note = serde_json::json!({ "title": "Milk", "body": "" });
    assert_eq!(program.json(Method::POST, "/api/notes", &note).await.status, 401);
    assert_eq!(site.count("SELECT count(*) AS count FROM notes").await, 0);
}

#[actix_web::test]
async fn every_route_that_writes_is_walked_here() {
    for (path, methods) in Browser::stranger().await.site.app.routes().await {
        for method in methods.iter().filter(|method| !["GET", "HEAD"].contains(&method.as_str())) {
            let known = WRITES.iter().any(|(m, p, _)| m == method && *p == path)
                || STRANGERS.contains(&path.as_str());
            assert!(known, "{method} {path}: add it to WRITES, with a body that does something");
        }
    }
}
