//! Every query of every route finds its rows by an index, and in their order: in a table with 100,000
//! rows nobody waits for a scan or a sort. The queries are those that a walk over all routes makes.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use actix_web::http::Method;
use app::db::Connection;
use app::people::Act;
use diesel::connection::{Connection as _, InstrumentationEvent, SimpleConnection as _};
use diesel::{QueryableByName, RunQueryDsl};
use serde_json::json;
use time::Duration;

use crate::browser::{Answer, Browser, OTHER_PASSWORD, PASSWORD, Site, address};
use crate::database::TestDatabase;
use crate::drawn::{Drawn, Take};
use crate::models::{accepted, is_under, leave_next_row, leave_rows};
use crate::phone::Phone;
use crate::{described, models, tables};
#[cfg(feature = "passkeys")]
use crate::{device, passkeys};
#[cfg(feature = "oidc")]
use crate::{other_site::OtherSite, providers};

/// Parts of queries that scan or sort all the same, each with the reason why that is no harm.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("SELECT EXISTS (SELECT users.id FROM users)", "ends at the first row"),
    ("ORDER BY users.id LIMIT", "the table itself is in this order; one page of it is read"),
    ("ORDER BY sessions.last_seen_at DESC", "nobody has more than 20 sessions, of which one goes"),
    ("(1=0)", "nothing is looked for: the last batch was empty"),
    ("__diesel_schema_migrations", "a row for each migration"),
    (
        "events.gone_user_id FROM events",
        "the audit log, for administrators: read from its newest row on",
    ),
    ("COUNT(*) FROM events WHERE (events.ip_address LIKE", "the same, counted"),
    ("SELECT COUNT(*) FROM users", "an administrator counts everybody"),
    (
        "ORDER BY users.id DESC LIMIT",
        "an administrator looks through everybody, from the newest on",
    ),
    (
        "COUNT(*), min(outbox.created_at)",
        "an administrator asks how much waits of the mails of a day",
    ),
    ("outbox.failure FROM outbox", "an administrator looks through the mails of a day"),
    ("users.is_admin AND", "the index holds administrators alone, and they are few"),
];

type Statements = Arc<Mutex<BTreeSet<String>>>;

/// Writes down each statement that the site's three connections get: one to read, one to read on this thread, and
/// one to write.
async fn listen(site: &Site) -> Statements {
    let statements = Statements::default();
    for way in ["look_up", "run", "write"] {
        let noted = Arc::clone(&statements);
        let listen = move |conn: &mut Connection| {
            let noted = Arc::clone(&noted);
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event {
                    let text = query.to_string().replace(['`', '"'], "");
                    let text = text.split(" -- binds").next().unwrap().trim().to_owned();
                    noted.lock().unwrap().insert(text);
                }
            });
            diesel::QueryResult::Ok(())
        };
        let listens = match way {
            "look_up" => site.db.look_up(listen).await,
            "run" => site.db.run(listen).await,
            _ => site.db.write(listen).await,
        };
        listens.unwrap();
    }
    statements
}

/// What was asked in a walk over all routes and in the background; and what only they ask who have a list sorted.
struct Asked {
    always: BTreeSet<String>,
    when_sorted: BTreeSet<String>,
}

async fn asked() -> Asked {
    let settings = [("DATABASE_CONNECTIONS", "2"), ("LOGIN_LINK", "on"), PAIR];
    #[cfg(feature = "oidc")]
    let provider = OtherSite::open().setting("Example");
    #[cfg(feature = "oidc")]
    let settings = [&settings[..], &[("OIDC_PROVIDERS", provider.as_str())]].concat();
    let site = Site::with(&settings).await;
    let statements = listen(&site).await;
    let ada = walk_as_the_first(&site).await;
    walk_to_an_account(&site).await;
    walk_as_a_stranger(&site).await;
    walk_through_the_models(&ada).await;
    walk_as_an_owner(&ada).await;
    walk_as_a_program(&ada).await;
    walk_through_the_account(&ada).await;
    walk_through_the_tokens(&ada).await;
    walk_through_the_second_factor(&ada).await;
    #[cfg(feature = "passkeys")]
    walk_through_the_passkeys(&ada).await;
    #[cfg(feature = "oidc")]
    providers::walk(&ada).await;
    walk_through_the_invitations(&ada).await;
    walk_through_the_administration(&ada).await;
    walk_to_the_end(&ada).await;
    let mut always = take(&statements);
    walk_along_the_heads(&ada).await;
    let when_sorted = take(&statements);
    site.clock.advance(Duration::days(400));
    site.purge().await.unwrap();
    assert_every_route_was_visited(&site).await;
    always.extend(take(&statements));
    let when_sorted = when_sorted.difference(&always).cloned().collect();
    Asked { always, when_sorted }
}

fn take(statements: &Statements) -> BTreeSet<String> {
    let all = std::mem::take(&mut *statements.lock().unwrap());
    all.into_iter().filter(|sql| is_about_rows(sql)).collect()
}

fn is_about_rows(sql: &str) -> bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE"].iter().any(|verb| sql.starts_with(verb))
}

/// Sends a form that has to be accepted.
async fn send(browser: &Browser, path: &str, fields: &[(&str, &str)]) {
    let answer = browser.submit(path, fields).await;
    assert!(answer.status < 400, "{path}: {} {}", answer.status, answer.body);
}

async fn walk_as_the_first(site: &Rc<Site>) -> Browser {
    let ada = site.stranger();
    let link = site.app.open_setup_link().await.unwrap().unwrap();
    ada.get(&link).await;
    let account = [("name", "Ada"), ("email", &*address("ada")), ("password", PASSWORD)];
    send(&ada, &link, &account).await;
    send(&ada, "/account/confirm", &[]).await;
    ada.open_link(&site.link_to("ada").await).await;
    send(&ada, "/confirm", &[]).await;
    ada
}

async fn walk_to_an_account(site: &Rc<Site>) {
    let cleo = site.stranger();
    cleo.register("cleo").await;
    cleo.open_link(&site.link_to("cleo").await).await;
    send(&cleo, "/register/confirm", &[("name", "cleo"), ("password", PASSWORD)]).await;
}

async fn walk_as_a_stranger(site: &Rc<Site>) {
    let bob = site.stranger();
    walk_through_all_pages(&bob).await;
    let fields = [("name", "bob"), ("email", &address("bob")), ("password", PASSWORD)];
    send(&bob, "/password-check", &fields).await;
    site.user("bob").await;
    send(&bob, "/forgot", &[("email", &address("bob"))]).await;
    bob.open_link(&site.link_to("bob").await).await;
    send(&bob, "/reset", &[("password", OTHER_PASSWORD)]).await;
    let fields = [("email", &*address("bob")), ("password", OTHER_PASSWORD), ("remember", "yes")];
    send(&bob, "/login", &fields).await;
    // Wrong, and then from elsewhere.
    bob.log_in("bob").await;
    bob.set_header("user-agent", Some("curl/8"));
    send(&bob, "/login", &fields).await;
    send(&bob, "/logout", &[]).await;
    send(&bob, "/login/link", &[("email", &address("bob"))]).await;
    bob.open_link(&site.link_to("bob").await).await;
    send(&bob, "/login/link/open", &[]).await;
    send(&bob, "/logout", &[]).await;
    bob.get(&format!("/dev/mail/{}", site.mail_to("bob").await.id)).await;
    bob.get(&format!("/dev/mail/{}/html", site.mail_to("bob").await.id)).await;
}

/// Every page whose address has no parameter, as far as this browser may see it.
async fn walk_through_all_pages(browser: &Browser) {
    for (route, methods) in browser.site.app.routes().await {
        if methods.iter().any(|method| method == "GET") && !route.contains('{') {
            browser.get(&route).await;
        }
    }
}

/// Every page and every form of every model. Each is done with before another can refer to its row.
async fn walk_through_the_models(ada: &Browser) {
    let mut left = models::models(&ada.site).await;
    while let Some(list) = leave_next_row(ada, &mut left).await {
        for query in ["page=2", "q=MILK"] {
            assert_eq!(ada.get(&format!("{list}?{query}")).await.status, 200, "{list}?{query}");
        }
        let forms = models::forms(ada, &list).await;
        let is_change = |form: &&Drawn| form.action != list && !form.action.ends_with("/delete");
        for form in forms.iter().filter(is_change) {
            send_drawn(ada, form).await;
        }
        for back in models::delete(ada, &list, &forms).await {
            send_drawn(ada, &back).await;
        }
    }
    assert!(left.is_empty(), "no page `/…/new` of these lets an administrator in: {left:?}");
}

async fn send_drawn(ada: &Browser, form: &Drawn) {
    let form = form.clone().filled_by_kind(Take::Second);
    accepted(form.send(ada).await, &form);
}

/// Every head that a list of a model can be sorted by, both ways.
async fn walk_along_the_heads(ada: &Browser) {
    leave_rows(ada, "").await;
    for list in models::models(&ada.site).await {
        for query in ["", "?q=MILK"] {
            for head in heads(&ada.get(&format!("{list}{query}")).await) {
                for turned in heads(&ada.get(&head).await) {
                    assert_eq!(ada.get(&turned).await.status, 200, "{turned}");
                }
            }
        }
    }
}

/// Where the heads of a list lead.
fn heads(page: &Answer) -> Vec<String> {
    let heads = page.body.split("<th").filter(|head| head.contains("sort="));
    let links = heads.filter_map(|head| head.split_once("href=\"")?.1.split('"').next());
    links.map(|link| link.replace("&#38;", "&")).collect()
}

async fn walk_as_an_owner(ada: &Browser) {
    ada.get("/account/activity?only=warnings").await;
    send(ada, "/dashboard/steps", &[]).await;
    send(ada, "/account/appearance", &[("theme", "dark")]).await;
    // The session was used.
    ada.site.clock.advance(Duration::minutes(2));
    ada.get("/dashboard").await;
}

/// There is a page with its public half.
const PAIR: (&str, &str) = ("TOKEN_PRIVATE_KEY_FILE", "crates/actix-login/tests/keys/ed25519.pem");

async fn walk_as_a_program(ada: &Browser) {
    let scopes = ada.site.app.state().scopes().all().iter().map(|scope| scope.name);
    let program = ada.site.program("ada", &scopes.collect::<Vec<_>>().join(" ")).await;
    walk_through_the_apis(&program).await;
    for path in ["/api/me", "/api/users"] {
        assert_eq!(program.get(path).await.status, 200, "{path}");
    }
    for path in ["oauth-authorization-server", "jwks.json"] {
        program.get(&format!("/.well-known/{path}")).await;
    }
    program.json(Method::PATCH, "/api/me", &json!({ "name": "Ada" })).await;
    program.set_header("authorization", None);
    let tokens = program.token(&[("username", &address("ada"))]).await.json();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let tokens = program.refresh(refresh).await.json();
    program.refresh(refresh).await;
    send(&program, "/auth/revoke", &[("token", tokens["access_token"].as_str().unwrap())]).await;
}

/// The lists of models for programs, and a row in each: it is written, read, changed and at last deleted.
async fn walk_through_the_apis(program: &Browser) {
    let routes = program.site.app.routes().await;
    let is_list = |path: &str| is_under(path, "/api") && !path.contains('{');
    let has = |methods: &[String], name: &str| methods.iter().any(|method| method == name);
    for (list, _) in routes.iter().filter(|(path, it)| is_list(path) && has(it, "POST")) {
        let id = call(program, "POST", list, "").await.json()["id"].to_string();
        for query in ["", "?q=MILK", "?page=2"] {
            assert_eq!(program.get(&format!("{list}{query}")).await.status, 200, "{list}{query}");
        }
        let one = format!("{list}/{{id}}");
        let about_it = routes.iter().filter(|(path, _)| is_under(path, &one));
        let mut calls: Vec<_> =
            about_it.flat_map(|(path, it)| it.iter().map(move |method| (method, path))).collect();
        calls.sort_by_key(|(method, _)| *method == "DELETE");
        for (method, path) in calls {
            call(program, method, path, &id).await;
        }
    }
}

/// Sends what the description of the API says that it takes.
async fn call(program: &Browser, method: &str, route: &str, id: &str) -> Answer {
    let document = program.get("/openapi.json").await.json();
    let body = described::body(&document, method, route, Take::Second);
    let body = body.unwrap_or_else(|| panic!("{method} {route} is not described"));
    program.set_header("content-type", Some("application/json"));
    let (method, path) =
        (Method::from_bytes(method.as_bytes()).unwrap(), route.replace("{id}", id));
    let answer = program.send(method.clone(), &path, Some(body.clone())).await;
    program.set_header("content-type", None);
    let advice = "its description does not say what it takes: give the schema an `example`";
    assert!(answer.status < 400, "{method} {route}: {advice}\n{body}\n{}", answer.body);
    answer
}

async fn walk_through_the_account(ada: &Browser) {
    walk_through_all_pages(ada).await;
    send(ada, "/account", &[("name", "Ada")]).await;
    let other = ada.site.logged_in("ada").await;
    let page = ada.get("/account/sessions").await.body;
    let (_, end) = page.rsplit_once("/account/sessions/").unwrap();
    send(ada, &format!("/account/sessions/{}", end.split('"').next().unwrap()), &[]).await;
    assert!(!other.is_logged_in().await);
    send(ada, "/account/sessions/end-others", &[]).await;
}

async fn walk_through_the_tokens(ada: &Browser) {
    let fields = [("name", "Script"), ("days", "30"), ("papers:read", "yes")];
    let page = ada.submit("/account/tokens", &fields).await.body;
    let token = page.split_once("id=\"token\">").unwrap().1.split_once('<').unwrap().0;
    let program = ada.site.stranger();
    program.set_header("authorization", Some(&format!("Bearer {token}")));
    assert_eq!(program.get("/api/papers").await.status, 200);
    send(ada, "/account/tokens/1/revoke", &[]).await;
}

async fn walk_through_the_second_factor(ada: &Browser) {
    let (site, home) = (&ada.site, "/account/second-factor");
    let phone = Phone::set_up(ada).await;
    let code = || phone.code(site.clock.now());
    send(ada, &format!("{home}/app/confirm"), &[("otp", &code())]).await;
    ada.get(home).await;
    send(ada, &format!("{home}/codes"), &[]).await;
    site.clock.advance(Duration::seconds(30));
    let other = site.stranger();
    other.log_in("ada").await;
    assert_eq!(other.get("/login/code").await.status, 200);
    other.submit("/login/code", &[("otp", "000000")]).await;
    send(&other, "/login/code", &[("otp", &code()), ("trust", "yes")]).await;
    send(ada, &format!("{home}/remove"), &[]).await;
}

#[cfg(feature = "passkeys")]
async fn walk_through_the_passkeys(ada: &Browser) {
    let (mut device, _) = passkeys::turn_on(ada).await;
    let (other, _) = passkeys::log_in(&ada.site, &mut device).await;
    let credential = device.answer(&device::question(&other, "/login/passkey/options").await);
    send(&other, "/sudo/passkey", &[("credential", &credential)]).await;
    ada.get("/account/passkeys/1").await;
    send(ada, "/account/passkeys/1", &[("name", "Laptop")]).await;
    send(ada, "/account/passkeys/1/remove", &[]).await;
}

async fn walk_through_the_invitations(ada: &Browser) {
    let site = &ada.site;
    send(ada, "/account/invitations", &[("email", &address("dora"))]).await;
    site.mails().await;
    send(ada, "/account/invitations/take-back", &[("email", &address("dora"))]).await;
    send(ada, "/account/invitations", &[("email", &address("emmy"))]).await;
    let emmy = site.stranger();
    emmy.open_link(&site.link_to("emmy").await).await;
    send(&emmy, "/join", &[("name", "Emmy"), ("password", PASSWORD)]).await;
}

async fn walk_through_the_administration(ada: &Browser) {
    let site = &ada.site;
    let id = site.user("hedy").await.id;
    let hedy = format!("/admin/people/{id}");
    for page in [hedy.clone(), format!("{hedy}/delete"), "/admin/outbox?only=failed".to_owned()] {
        assert_eq!(ada.get(&page).await.status, 200, "{page}");
    }
    for part in ["administrators", "disabled", "unproved"] {
        ada.get(&format!("/admin/people?only={part}&q=e")).await;
    }
    for search in ["kind=logged_in", "person=hedy@example.com", "network=127.", "since=2026-01-01"]
    {
        ada.get(&format!("/admin/log?{search}")).await;
    }
    for act in Act::all() {
        send(ada, &hedy, &[("act", act.name())]).await;
    }
    site.stranger().submit("/forgot", &[("email", &address("bob"))]).await;
    send(ada, "/admin/outbox/1", &[]).await;
}

async fn walk_to_the_end(ada: &Browser) {
    let site = &ada.site;
    let grace = site.logged_in("grace").await;
    send(&grace, "/sudo", &[("password", PASSWORD)]).await;
    let fields = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    send(&grace, "/account/password", &fields).await;
    send(&grace, "/account/email", &[("email", &address("hopper"))]).await;
    grace.open_link(&site.link_to("hopper").await).await;
    send(&grace, "/account/email/confirm", &[]).await;
    grace.get("/account/delete").await;
    send(&grace, "/account/delete", &[("email", &address("hopper"))]).await;
    site.mails().await;
}

async fn assert_every_route_was_visited(site: &Site) {
    let visits = site.visits.borrow().clone();
    for (route, methods) in site.app.routes().await {
        for method in methods {
            let visited = visits.iter().any(|(asked, path, status)| {
                asked.as_str() == method && *status < 400 && leads_to(path, &route)
            });
            assert!(
                visited,
                "{method} {route}: let one of the walks in this file go there too, or draw a form for it on \
                 a page of its model"
            );
        }
    }
}

/// Whether a path is one of a route such as `/papers/{id}`.
fn leads_to(path: &str, route: &str) -> bool {
    let (path, route) = (path.split('/'), route.split('/'));
    path.clone().count() == route.clone().count()
        && path.zip(route).all(|(part, pattern)| match pattern {
            "{id}" => part.parse::<i64>().is_ok(),
            pattern => pattern == part || pattern.starts_with('{'),
        })
}

const ROWS: &str =
    "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100000)";

/// 100,000 rows for each table of the core, of which many are somebody's: columns, values.
const TABLES: &[(&str, &str, &str)] = &[
    (
        "users",
        "email, email_canonical, name, password_hash, is_admin, created_at",
        "'u' || n || '@example.com', 'u' || n || '@example.com', 'u', 'x', FALSE, NOW",
    ),
    (
        "sessions",
        "user_id, token_hash, created_at, last_seen_at, expires_at, remembered, ip_address, user_agent",
        "n / 20 + 1, 'h' || n, NOW, NOW, NOW, FALSE, '', ''",
    ),
    (
        "refresh_tokens",
        "user_id, family, token_hash, scope, expires_at",
        "n / 100 + 1, 'f' || n, 'h' || n, 's', NOW",
    ),
    (
        "api_tokens",
        "user_id, name, token_hash, last_four, scope, created_at, expires_at",
        "n / 100 + 1, 't', 'h' || n, 'x', 's', NOW, NOW",
    ),
    (
        "authenticators",
        "user_id, seed, created_at, confirmed_at",
        "n, 's', NOW, CASE WHEN n % 1000 > 0 THEN NOW END",
    ),
    (
        "passkeys",
        "user_id, name, handle, credential_id, credential, password_mark, created_at",
        "n / 10 + 1, 'p', 'h', 'i' || n, '{}', '', NOW",
    ),
    (
        "identities",
        "user_id, issuer, subject, label, password_mark, created_at",
        "n / 2 + 1, 'i' || (n % 2), 's' || n, 'l', '', NOW",
    ),
    (
        "authorization_requests",
        "state_hash, provider, visit, created_at",
        "'h' || n, 'p', '{}', NOW",
    ),
    ("ceremonies", "challenge_hash, state, created_at", "'h' || n, '{}', NOW"),
    ("recovery_codes", "user_id, code_hash", "n / 10 + 1, 'h' || n"),
    (
        "half_log_ins",
        "user_id, token_hash, bound_to, remembered, next, kept, created_at",
        "n / 5 + 1, 'h' || n, '', FALSE, '', '', NOW",
    ),
    (
        "links",
        "purpose, token_hash, user_id, email, expires_at",
        "'p' || (n % 7), 'h' || n, n / 10 + 1, '', NOW",
    ),
    (
        "outbox",
        "email, email_canonical, kind, message, created_at, due_at",
        "'u', 'u' || n, 'reset', '', NOW, NOW",
    ),
    (
        "events",
        "user_id, kind, ip_address, user_agent, created_at",
        "n / 1000 + 1, 'logged_in', '203.0.113.' || (n % 7), 'curl', NOW",
    ),
    ("sent_forms", "hash, created_at", "'h' || n, NOW"),
    ("buckets", "key, empty_at", "'k' || n, NOW"),
];

/// A database with 100,000 rows in each table.
fn filled() -> (TestDatabase, Connection) {
    let database = TestDatabase::create();
    let mut conn = database.other_program("BEGIN");
    let own =
        TABLES.iter().map(|&(table, columns, values)| [table, columns, values].map(str::to_owned));
    let of_models = tables::of_models(&mut conn).into_iter().map(|table| {
        let (columns, values) = table.nth_row();
        [table.name, columns, values]
    });
    for [table, columns, values] in own.into_iter().chain(of_models) {
        let values = values.replace("NOW", "CURRENT_TIMESTAMP");
        let sql = format!("INSERT INTO {table} ({columns}) {ROWS} SELECT {values} FROM n");
        conn.batch_execute(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    conn.batch_execute("COMMIT; ANALYZE").unwrap();
    (database, conn)
}

/// How the database answers a statement, whatever its values are.
#[cfg(not(feature = "postgres"))]
fn plan(conn: &mut Connection, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Detail {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }
    let steps = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load::<Detail>(conn);
    steps.unwrap_or_else(|e| panic!("{e}: {sql}")).into_iter().map(|step| step.detail).collect()
}

#[cfg(not(feature = "postgres"))]
fn is_scan(step: &str) -> bool {
    step.starts_with("SCAN") && step != "SCAN CONSTANT ROW"
}

#[cfg(not(feature = "postgres"))]
fn is_sort(step: &str) -> bool {
    step.contains("TEMP B-TREE")
}

/// The same, where the server must not look at the values either.
#[cfg(feature = "postgres")]
fn plan(conn: &mut Connection, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
        line: String,
    }
    let prepare = format!("SET plan_cache_mode = force_generic_plan; PREPARE asked AS {sql}");
    conn.batch_execute(&prepare).unwrap_or_else(|e| panic!("{e}: {sql}"));
    let values = (1..).take_while(|n| sql.contains(&format!("${n}"))).map(|_| "NULL");
    let values = values.collect::<Vec<_>>().join(", ");
    let values = if values.is_empty() { values } else { format!("({values})") };
    let lines = diesel::sql_query(format!("EXPLAIN EXECUTE asked{values}")).load::<Line>(conn);
    let lines = lines.unwrap_or_else(|e| panic!("{e}: {sql}"));
    conn.batch_execute("DEALLOCATE asked").unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

#[cfg(feature = "postgres")]
fn is_scan(step: &str) -> bool {
    step.contains("Seq Scan")
}

#[cfg(feature = "postgres")]
fn is_sort(step: &str) -> bool {
    step.contains("Sort")
}

/// The statements with a step in their plans that is slow.
fn complaints<'a>(
    conn: &mut Connection, statements: impl IntoIterator<Item = &'a String>,
    is_slow: fn(&str) -> bool,
) -> Vec<String> {
    let is_excepted = |sql: &str| EXCEPTIONS.iter().any(|(part, _)| sql.contains(part));
    let slow = statements.into_iter().filter(|sql| !is_excepted(sql)).filter_map(|sql| {
        let plan = plan(conn, sql);
        plan.iter().any(|step| is_slow(step)).then(|| format!("{sql}\n    {}", plan.join("\n    ")))
    });
    slow.collect()
}

fn is_scan_or_sort(step: &str) -> bool {
    is_scan(step) || is_sort(step)
}

/// Whether it asks for rows of everybody, who share this table: one list is counted, searched and sorted as a
/// whole, whoever asks for it.
fn is_shared(sql: &str, tables: &[String]) -> bool {
    let is_from = |table: &String| sql.contains(&format!(" FROM {table} "));
    sql.starts_with("SELECT") && !sql.contains("user_id") && tables.iter().any(is_from)
}

#[actix_web::test]
async fn no_query_scans_or_sorts_a_large_table() {
    let (mut asked, shared) = (asked().await, models::shared().await);
    assert!(asked.when_sorted.len() > 3, "a list of papers has heads: {:?}", asked.when_sorted);
    asked.always.retain(|sql| !is_shared(sql, &shared));
    asked.when_sorted.retain(|sql| !is_shared(sql, &shared));
    let (_database, mut conn) = filled();
    let mut slow = complaints(&mut conn, &asked.always, is_scan_or_sort);
    // Who clicks the head of a list has their own rows sorted, which an index finds.
    slow.extend(complaints(&mut conn, &asked.when_sorted, is_scan));
    let advice = "let an index in a migration begin with what is compared, and end with the order";
    assert!(slow.is_empty(), "{} are slow: {advice}\n{}", slow.len(), slow.join("\n"));
}

#[test]
fn nor_does_the_deletion_of_a_user_scan_what_goes_with_them() {
    let (_database, mut conn) = filled();
    let value = if cfg!(feature = "postgres") { "$1" } else { "?" };
    let deletions: Vec<_> = tables::owned(&mut conn)
        .into_iter()
        .map(|table| format!("DELETE FROM {table} WHERE user_id = {value}"))
        .collect();
    assert_eq!(complaints(&mut conn, &deletions, is_scan_or_sort), [""; 0]);
    // A scan would be noticed.
    conn.batch_execute("DROP INDEX papers_by_user").unwrap();
    assert_eq!(complaints(&mut conn, &deletions, is_scan_or_sort).len(), 1);
}
