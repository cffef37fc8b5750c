//! What is made with somebody's rights is made while they have them: every route that writes, with
//! the right ended between the guard and the transaction.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::HttpResponse;
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
#[cfg(feature = "oidc")]
use crate::other_site::OtherSite;
#[cfg(feature = "passkeys")]
use crate::passkeys;
use crate::phone::Phone;
use crate::{described, models, second_factor, tables};

/// Every route of the core that writes, or hands out everything, with somebody's rights; and a body that does
/// it. Those of models are found by their own forms.
const WRITES: &[(&str, &str, &str)] = &[
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
    #[cfg(feature = "passkeys")]
    ("POST", "/account/passkeys", ""),
    #[cfg(feature = "passkeys")]
    ("POST", "/account/passkeys/options", ""),
    #[cfg(feature = "passkeys")]
    ("POST", "/account/passkeys/{id}", "name=Other"),
    #[cfg(feature = "passkeys")]
    ("POST", "/account/passkeys/{id}/remove", ""),
    #[cfg(feature = "oidc")]
    ("POST", "/account/identities/link/{provider}", ""),
    #[cfg(feature = "oidc")]
    ("POST", "/account/identities/{id}/unlink", ""),
    ("POST", "/account/second-factor/app", ""),
    ("POST", "/account/second-factor/app/confirm", ""),
    ("POST", "/account/second-factor/codes", ""),
    ("POST", "/account/second-factor/remove", ""),
    ("POST", "/account/sessions/end-others", ""),
    ("POST", "/account/sessions/{id}/end", ""),
    ("POST", "/account/tokens", "name=Other&days=30&profile:read=yes"),
    ("POST", "/account/tokens/{id}/revoke", ""),
    ("POST", "/admin/outbox/{id}", ""),
    ("POST", "/admin/people/{id}", "act=end-sessions"),
    ("POST", "/confirm", ""),
    #[cfg(feature = "passkeys")]
    ("POST", "/sudo/passkey", ""),
    ("POST", "/sudo", "password=correct+horse+battery"),
    ("PATCH", "/api/me", r#"{"name":"Countess"}"#),
];

/// What strangers may send: they have no rights to lose. And what is nothing but a cookie of the browser.
const STRANGERS: &[&str] = &[
    "/account/appearance",
    "/dashboard/steps",
    "/login",
    "/login/code",
    "/login/link",
    "/login/link/open",
    "/login/passkey",
    "/login/passkey/options",
    "/login/with/{provider}",
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
const ROWS_OF_THE_CORE: &[&str] = &[
    "SELECT email || name || password_hash || COALESCE(verified_at, '2000-01-01') AS text FROM users",
    "SELECT token_hash || COALESCE(authenticated_at, '2000-01-01') FROM sessions",
    "SELECT token_hash || COALESCE(used_at, expires_at) || COALESCE(bound_to, '') FROM links",
    "SELECT name || token_hash FROM api_tokens",
    "SELECT token_hash FROM refresh_tokens",
    "SELECT seed || COALESCE(confirmed_at, '2000-01-01') FROM authenticators",
    "SELECT code_hash FROM recovery_codes",
    "SELECT name || credential_id FROM passkeys",
    "SELECT issuer || subject || password_mark FROM identities",
    "SELECT state_hash FROM authorization_requests",
    // Those of log-ins are used up by whoever answers.
    "SELECT challenge_hash FROM ceremonies WHERE state LIKE '%Add%'",
    "SELECT email || kind || COALESCE(sent_at, '2000-01-01') FROM outbox",
    "SELECT kind FROM events",
];

/// A mail that was given up.
pub const FAILED: &str = "INSERT INTO outbox \
    (email, email_canonical, kind, message, created_at, due_at, sent_at, failure) VALUES \
    ('a@b.c', 'a@b.c', 'reset', '', '2026-11-01', '2026-11-01', '2026-11-01', 'refused')";

/// An account of Ada's at another site.
pub const IDENTITY: &str = "INSERT INTO identities \
    (user_id, issuer, subject, label, password_mark, created_at) VALUES \
    (1, 'https://example.com', '7', 'ada@example.com', '', '2026-11-01 12:00:00')";

/// All that somebody's rights could change.
pub async fn rows(db: &Db) -> Vec<String> {
    let find = |conn: &mut Connection| -> QueryResult<Vec<Row>> {
        let models = tables::of_models(conn).into_iter().map(|table| table.texts());
        let of_the_core = ROWS_OF_THE_CORE.iter().map(|&rows| rows.to_owned());
        let all: Vec<_> = of_the_core.chain(models).collect();
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
    let (accounts, mut response) = (site.app.state().accounts(), HttpResponse::Ok().finish());
    accounts.log_in(&request, user, LogIn::by_password(), &mut response).await.unwrap();
    let browser = site.stranger();
    browser.set_cookie("session", response.cookies().next().unwrap().value());
    browser
}

async fn site() -> Rc<Site> {
    // A session begins nowhere here: see `logged_in`.
    let settings = [
        ("SESSION_PROTECTION", "off"),
        #[cfg(feature = "oidc")]
        ("OIDC_PROVIDERS", &OtherSite::open().setting("Example")),
    ];
    Site::build(&settings, passwords(&config(&settings)), with_a_gap()).await
}

/// An administrator with something of everything. Nothing refers to the row that `path` is about.
async fn ada(path: &str) -> Browser {
    let site = site().await;
    let user = site.admin("ada").await;
    site.admin("grace").await; // the last one could not leave
    let ada = logged_in(&site, &user).await;
    leave_rows(&ada, path).await;
    match path {
        "/account/second-factor/app/confirm" => drop(Phone::set_up(&ada).await),
        #[cfg(feature = "passkeys")]
        "/account/passkeys/{id}" | "/account/passkeys/{id}/remove" => {
            drop(passkeys::turn_on(&ada).await);
        }
        "/account/second-factor/codes" | "/account/second-factor/remove" => {
            drop(second_factor::turn_on(&ada).await);
        }
        _ => {}
    }
    #[cfg(feature = "oidc")]
    if path == "/account/identities/{id}/unlink" {
        site.sql(IDENTITY).await;
    }
    make_token(&ada).await;
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
    ada
}

/// Makes a token that is good for everything; its text.
async fn make_token(ada: &Browser) -> String {
    let scopes = ada.site.app.state().scopes().of(true).into_iter().map(|scope| (scope.name, "y"));
    let form: Vec<_> = [("name", "Script"), ("days", "30")].into_iter().chain(scopes).collect();
    let made = ada.submit("/account/tokens", &form).await.body;
    made.split_once("id=\"token\">").unwrap().1.split_once('<').unwrap().0.to_owned()
}

/// Who may send something to `path`: she, or a program of hers.
async fn sender(path: &str) -> Browser {
    let ada = ada(path).await;
    if is_for_programs(path) {
        return program(&ada).await;
    }
    ada
}

fn is_for_programs(path: &str) -> bool {
    is_under(path, "/api")
}

async fn program(ada: &Browser) -> Browser {
    let scopes = ada.site.app.state().scopes().of(true).into_iter().map(|scope| scope.name);
    let program = ada.site.program("ada", &scopes.collect::<Vec<_>>().join(" ")).await;
    program.set_header("content-type", Some("application/json"));
    program
}

/// A route that writes: its method, its path, and a body that does something.
type Write = (String, String, String);

/// Those of the core, and those of every model: what the forms on its pages and the description of its API
/// say that they take.
async fn writes() -> Vec<Write> {
    let own = |(method, path, body): (&str, &str, &str)| {
        (method.to_owned(), path.to_owned(), body.to_owned())
    };
    let mut writes: Vec<_> = WRITES.iter().copied().map(own).collect();
    let site = Site::open().await;
    let forms = forms_of_models(&site).await;
    for (path, methods) in site.app.routes().await {
        for method in methods {
            let drawn = forms.iter().find(|form| form.action == path.replace("{id}", "1"));
            let body = drawn.map(|form| form.clone().filled_by_kind(Take::Second).body());
            let is_known = writes.iter().any(|(m, p, _)| *m == method && *p == path);
            if is_writing(&method, &path) && !is_known {
                writes.extend(body.map(|body| (method, path.clone(), body)));
            }
        }
    }
    writes.extend(writes_of_programs(&site).await);
    writes
}

async fn writes_of_programs(site: &Rc<Site>) -> Vec<Write> {
    let document = site.stranger().get("/openapi.json").await.json();
    let mut writes = Vec::new();
    for (path, methods) in site.app.routes().await {
        for method in methods.into_iter().filter(|method| is_writing(method, &path)) {
            let body = described::body(&document, &method, &path, Take::Second);
            let body = body.filter(|_| !WRITES.iter().any(|(m, p, _)| *m == method && *p == path));
            writes.extend(body.map(|body| (method, path.clone(), body)));
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

async fn send(sender: &Browser, meanwhile: &str, write: &Write) -> Answer {
    let (method, path, body) = (&write.0, write.1.as_str(), &write.2);
    if path == "/account/confirm" {
        sender.site.sql("UPDATE users SET verified_at = NULL").await;
    }
    if path == "/admin/outbox/{id}" {
        sender.site.sql(FAILED).await;
    }
    if let Some(row) = path.strip_suffix("/{id}/restore") {
        sender.submit(&format!("{row}/1/delete"), &[]).await;
    }
    let code = if path == "/account/second-factor/app/confirm" {
        Phone::read(&sender.get("/account/second-factor/app").await).code(sender.site.clock.now())
    } else {
        String::new()
    };
    #[cfg(feature = "passkeys")]
    let passkey = match path {
        "/account/passkeys" => passkeys::form(sender).await,
        "/sudo/passkey" => passkeys::proof(sender).await,
        _ => String::new(),
    };
    sender.set_header("x-meanwhile", Some(meanwhile));
    let body = match path {
        "/account/second-factor/app/confirm" => format!("otp={code}"),
        #[cfg(feature = "passkeys")]
        "/account/passkeys" | "/sudo/passkey" => passkey,
        "/confirm" => format!("link={}", sender.mark("confirm").1),
        "/account/email/confirm" => format!("link={}", sender.mark("change_email").1),
        _ => body.to_owned(),
    };
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let body = (method != Method::GET).then_some(body);
    let id = match path {
        // Nobody manages their own account there.
        "/admin/people/{id}" => 2,
        "/admin/outbox/{id}" => sender.site.count("SELECT max(id) AS count FROM outbox").await,
        _ => 1,
    };
    let path = path.replace("{provider}", "example");
    sender.send(method, &path.replace("{id}", &id.to_string()), body).await
}

/// Of which paths something is about those who send it: a person by their session, a program by its token.
type Those = fn(&str) -> bool;
const ALL: Those = |_| true;
const PEOPLE: Those = |path| !is_for_programs(path);
const PROGRAMS: Those = is_for_programs;

/// Sends all that these may write while `meanwhile` happens behind the guard: nothing may come of any.
async fn nothing_comes_of(those: Those, meanwhile: &str) {
    for write in writes().await.into_iter().filter(|(_, path, _)| those(path)) {
        let (method, path, _) = &write;
        let sender = sender(path).await;
        let answer = send(&sender, meanwhile, &write).await;
        let refused = answer.location().starts_with("/login")
            || [401, 403, 404, 410].contains(&answer.status);
        let advice = "write by `user.write` or `row.owner().write`, which ask once more";
        assert!(
            refused,
            "{meanwhile}, {method} {path}: {advice}; {} {}",
            answer.status, answer.body
        );
        let after = rows(&sender.site.db).await;
        assert_eq!(after, ROWS.take(), "{meanwhile}, {method} {path}: {advice}");
    }
}

#[actix_web::test]
async fn every_one_of_them_does_something_while_the_right_is_there() {
    for write in writes().await {
        let (method, path, body) = &write;
        let sender = sender(path).await;
        let answer = send(&sender, "nothing", &write).await;
        assert!(!answer.location().starts_with("/login"), "{method} {path}");
        assert!(answer.status < 400, "{method} {path} {body}: {} {}", answer.status, answer.body);
        let after = rows(&sender.site.db).await;
        assert_ne!(after, ROWS.take(), "{method} {path} {body} does nothing");
    }
}

#[actix_web::test]
async fn nothing_is_made_after_an_operator_ended_the_sessions() {
    nothing_comes_of(ALL, "ended by an operator").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_session_was_ended_from_another_one() {
    nothing_comes_of(PEOPLE, "DELETE FROM sessions").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_token_was_ended() {
    nothing_comes_of(PROGRAMS, "DELETE FROM refresh_tokens").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_session_got_another_secret() {
    nothing_comes_of(PEOPLE, "UPDATE sessions SET token_hash = 'another'").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_user_was_disabled() {
    nothing_comes_of(ALL, "UPDATE users SET disabled_at = created_at").await;
}

#[actix_web::test]
async fn nothing_is_made_after_the_account_was_deleted() {
    nothing_comes_of(ALL, "deleted").await;
}

#[actix_web::test]
async fn nothing_is_made_by_who_is_no_administrator_any_more() {
    nothing_comes_of(ALL, "UPDATE users SET is_admin = FALSE").await;
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

#[actix_web::test]
async fn a_program_writes_nothing_after_its_personal_token_was_ended() {
    let site = site().await;
    let user = site.admin("ada").await;
    let token = make_token(&logged_in(&site, &user).await).await;
    let program = site.stranger();
    program.set_header("authorization", Some(&format!("Bearer {token}")));
    program.set_header("x-meanwhile", Some("DELETE FROM api_tokens"));
    let paper = serde_json::json!({ "title": "Milk", "body": "" });
    assert_eq!(program.json(Method::POST, "/api/papers", &paper).await.status, 401);
    assert_eq!(site.count("SELECT count(*) AS count FROM papers").await, 0);
}
