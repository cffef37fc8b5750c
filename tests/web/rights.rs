//! What is made with somebody's rights is made while they have them: every route that writes, with
//! the right ended between the guard and the transaction.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use app::db::{Connection, Db};
use app::feature::{Feature, Features};
use app::people::{Ending, LogIn, User};
use diesel::sql_types::Text;
use diesel::{QueryResult, RunQueryDsl as _};

use crate::browser::{Answer, Browser, Site, config, features, passwords};
use crate::drawn::{Drawn, Take};
use crate::models::{is_under, leave_rows};
use crate::{described, models, tables};

/// Every route of the core that writes, or hands out everything, with somebody's rights; and a body that does
/// it. Those of models are found by their own forms.
const WRITES: [(&str, &str, &str); 16] = [
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
    ("POST", "/account/tokens", "name=Other&days=30&profile:read=yes"),
    ("POST", "/account/tokens/{id}/revoke", ""),
    ("POST", "/confirm", ""),
    ("POST", "/sudo", "password=correct+horse+battery"),
    ("PATCH", "/api/me", r#"{"name":"Countess"}"#),
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

/// The features, with all routes behind a door where something happens when the guard's question is answered
/// and the handler has not begun.
fn with_a_gap() -> &'static [Feature] {
    let closed = features().iter().map(|it| Feature { routes: |_| (), api_routes: |_| (), ..*it });
    closed.chain([Feature::pages(behind_a_door)]).collect::<Vec<_>>().leak()
}

fn behind_a_door(config: &mut ServiceConfig) {
    let all = |config: &mut ServiceConfig| Features(features()).configure(config);
    config.service(web::scope("").wrap(from_fn(meanwhile)).configure(all));
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

/// What somebody's rights could change, but for the rows of models.
const ROWS_OF_THE_CORE: &str = "SELECT email || name || password_hash || COALESCE(verified_at, '2000-01-01') AS text FROM users \
    UNION ALL SELECT token_hash || COALESCE(authenticated_at, '2000-01-01') FROM sessions \
    UNION ALL SELECT token_hash || COALESCE(used_at, expires_at) || COALESCE(bound_to, '') FROM links \
    UNION ALL SELECT name || token_hash FROM api_tokens \
    UNION ALL SELECT token_hash FROM refresh_tokens \
    UNION ALL SELECT email || kind FROM outbox \
    UNION ALL SELECT kind FROM events";

/// All that somebody's rights could change.
async fn rows(db: &Db) -> Vec<String> {
    let find = |conn: &mut Connection| -> QueryResult<Vec<Row>> {
        let models = tables::of_models(conn).into_iter().map(|table| table.texts());
        let all: Vec<_> = [ROWS_OF_THE_CORE.to_owned()].into_iter().chain(models).collect();
        diesel::sql_query(all.join(" UNION ALL ") + " ORDER BY text").load(conn)
    };
    db.run(find).await.unwrap().into_iter().map(|row| row.text).collect()
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
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

/// An administrator with something of everything: she, and a program of hers with a personal token. Nothing
/// refers to the row that `path` is about.
async fn ada(path: &str) -> (Browser, Browser) {
    // The session begins nowhere: see `logged_in`.
    let settings = [("SESSION_PROTECTION", "off")];
    let site = Site::build(&settings, passwords(&config(&settings)), with_a_gap()).await;
    let user = site.admin("ada").await;
    site.admin("grace").await; // the last one could not leave
    let ada = logged_in(&site, &user).await;
    leave_rows(&ada, path).await;
    let scopes = site.app.state().scopes().of(true).into_iter().map(|scope| (scope.name, "y"));
    let form: Vec<_> = [("name", "Script"), ("days", "30")].into_iter().chain(scopes).collect();
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

/// A route that writes: its method, its path, and a body that does something.
type Write = (String, String, String);

/// Those of the core, and those of every model: what the forms on its pages and the description of its API
/// say that they take.
async fn writes() -> Vec<Write> {
    let own = |(method, path, body): (&str, &str, &str)| {
        (method.to_owned(), path.to_owned(), body.to_owned())
    };
    let mut writes: Vec<_> = WRITES.into_iter().map(own).collect();
    let site = Site::open().await;
    let forms = forms_of_models(&site).await;
    let document = site.stranger().get("/openapi.json").await.json();
    for (path, methods) in site.app.routes().await {
        for method in methods {
            let drawn = || forms.iter().find(|form| form.action == path.replace("{id}", "1"));
            let body = if is_under(&path, "/api") {
                described::body(&document, &method, &path, Take::Second)
            } else {
                drawn().map(|form| form.clone().filled_by_kind(Take::Second).body())
            };
            let is_known = writes.iter().any(|(m, p, _)| *m == method && *p == path);
            if is_writing(&method, &path) && !is_known {
                writes.extend(body.map(|body| (method, path.clone(), body)));
            }
        }
    }
    writes
}

fn is_writing(method: &str, path: &str) -> bool {
    !["GET", "HEAD"].contains(&method) && !STRANGERS.contains(&path)
}

/// Every form that a page of a model draws, the one to bring back what was deleted too.
async fn forms_of_models(site: &Rc<Site>) -> Vec<Drawn> {
    let mut all = Vec::new();
    for list in models::models(site).await {
        let ada = Site::open().await.administrator("ada").await;
        leave_rows(&ada, &list).await;
        let drawn = models::forms(&ada, &list).await;
        all.extend(models::delete(&ada, &list, &drawn).await);
        all.extend(drawn);
    }
    all
}

async fn send((ada, program): &(Browser, Browser), meanwhile: &str, write: &Write) -> Answer {
    let (method, path, body) = (&write.0, write.1.as_str(), &write.2);
    if path == "/account/confirm" {
        ada.site.sql("UPDATE users SET verified_at = NULL").await;
    }
    if let Some(row) = path.strip_suffix("/{id}/restore") {
        ada.submit(&format!("{row}/1/delete"), &[]).await;
    }
    let who = if is_under(path, "/api") { program } else { ada };
    who.set_header("x-meanwhile", Some(meanwhile));
    if is_under(path, "/api") {
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

/// Who sends it: a person by their session, or a program by its token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Session,
    Token,
}

/// Sends all that these may write while `meanwhile` happens behind the guard: nothing may come of any.
async fn nothing_comes_of(senders: &[By], meanwhile: &str) {
    for write in writes().await {
        let (method, path, _) = &write;
        let by = if is_under(path, "/api") { By::Token } else { By::Session };
        if !senders.contains(&by) {
            continue;
        }
        let people = ada(path).await;
        let answer = send(&people, meanwhile, &write).await;
        let refused = answer.location().starts_with("/login")
            || [401, 403, 404, 410].contains(&answer.status);
        let advice = "write by `user.write` or `row.owner().write`, which ask once more";
        assert!(
            refused,
            "{meanwhile}, {method} {path}: {advice}; {} {}",
            answer.status, answer.body
        );
        let after = rows(&people.0.site.db).await;
        assert_eq!(after, ROWS.take(), "{meanwhile}, {method} {path}: {advice}");
    }
}

#[actix_web::test]
async fn every_one_of_them_does_something_while_the_right_is_there() {
    for write in writes().await {
        let (method, path, body) = &write;
        let people = ada(path).await;
        let answer = send(&people, "nothing", &write).await;
        assert!(!answer.location().starts_with("/login"), "{method} {path}");
        assert!(answer.status < 400, "{method} {path} {body}: {} {}", answer.status, answer.body);
        let after = rows(&people.0.site.db).await;
        assert_ne!(after, ROWS.take(), "{method} {path} {body} does nothing");
    }
}

#[actix_web::test]
async fn nothing_is_made_after_an_operator_ended_the_sessions() {
    nothing_comes_of(&[By::Session, By::Token], "ended by an operator").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_session_was_ended_from_another_one() {
    nothing_comes_of(&[By::Session], "DELETE FROM sessions").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_token_was_ended() {
    nothing_comes_of(&[By::Token], "DELETE FROM api_tokens").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_session_got_another_secret() {
    nothing_comes_of(&[By::Session], "UPDATE sessions SET token_hash = 'another'").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_user_was_disabled() {
    nothing_comes_of(&[By::Session, By::Token], "UPDATE users SET disabled_at = created_at").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_account_was_deleted() {
    nothing_comes_of(&[By::Session, By::Token], "deleted").await;
}

#[actix_web::test]
async fn nothing_is_made_by_who_is_no_administrator_any_more() {
    nothing_comes_of(&[By::Session, By::Token], "UPDATE users SET is_admin = FALSE").await;
}

#[actix_web::test]
async fn a_program_writes_nothing_after_its_log_in_was_ended() {
    let site = Site::build(&[], passwords(&config(&[])), with_a_gap()).await;
    let program = site.program("ada", "papers:write").await;
    program.set_header("x-meanwhile", Some("DELETE FROM refresh_tokens"));
    let paper = serde_json::json!({ "title": "Milk", "body": "" });
    assert_eq!(program.json(Method::POST, "/api/papers", &paper).await.status, 401);
    assert_eq!(site.count("SELECT count(*) AS count FROM papers").await, 0);
}

#[actix_web::test]
async fn every_route_that_writes_is_walked_here() {
    let writes = writes().await;
    for (path, methods) in Browser::stranger().await.site.app.routes().await {
        for method in methods.iter().filter(|method| is_writing(method, &path)) {
            let is_known = writes.iter().any(|(m, p, _)| m == method && *p == path);
            assert!(
                is_known,
                "{method} {path}: no page of its model draws a form for it and no description says what it \
                 takes; add it to WRITES, with a body that does something"
            );
        }
    }
}
