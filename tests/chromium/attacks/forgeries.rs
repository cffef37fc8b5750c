//! Requests that other sites make a browser send: another port of the same name, and other names.

use serde_json::{Value, json};

use super::evil::Evil;
use super::survey::Survey;
use crate::driver::{PASSWORD, Visitor};
use crate::patience::comes;

/// A page that every app has, and a form.
const ONE: &str = "/account";

/// The method and path of every write that was tried since the log was so long, if it was refused, or else with what
/// came of it; in order.
fn tried(ada: &Visitor, since: usize) -> Vec<String> {
    let log = ada.server.log();
    let lines = log[since..].lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let reads = ["GET", "HEAD", "OPTIONS"];
    let is_write =
        |it: &Value| it["target"] == "access" && !reads.iter().any(|read| it["method"] == *read);
    let mut tried: Vec<_> = lines
        .filter(is_write)
        .map(|it| refused(&it["path"], &it["method"], &it["status"]))
        .collect();
    tried.sort();
    tried
}

fn refused(path: &Value, method: &Value, status: &Value) -> String {
    format!("{path} {method} {status}")
}

/// A page of another site tries everything. All of it arrives, and nothing comes of it.
async fn withstands(ada: &Visitor, survey: &Survey, page: &str) {
    let (before, since) = (ada.rows(), ada.server.log().len());
    ada.browser.goto(page).await.unwrap();
    let Survey { reads, writes, fields } = survey;
    let arguments =
        [json!(ada.server.url), json!(ONE), json!(reads), json!(writes), fields.clone()];
    let script = "const done = [...arguments].pop(); attack(...arguments).then(done, (e) => done(String(e)))";
    let sent = ada.browser.execute_async(script, arguments.into()).await.unwrap();
    assert_eq!(sent["read"], json!([]), "{page} could read these");
    let counts = sent["count"].as_array().unwrap().iter().map(|count| count.as_u64().unwrap());
    let all = |(path, count): (&String, u64)| {
        (0..count).map(|_| refused(&json!(path), &json!("POST"), &json!(403))).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = writes.iter().zip(counts).flat_map(all).collect();
    all.sort();
    comes(async || (tried(ada, since) == all).then_some(())).await;
    assert_eq!(tried(ada, since), all, "from {page}");
    ada.close_others().await;
    assert_eq!(ada.rows(), before, "from {page}");
}

/// Sends the same from a page of our own, which ends no session; whether anything comes of it.
async fn writes_by_herself(ada: &Visitor, survey: &Survey) -> bool {
    let before = ada.rows();
    ada.open(ONE).await;
    let script = "const [writes, fields, done] = arguments;
        const send = (path) => fetch(path, { method: 'POST', body: new URLSearchParams(fields) });
        Promise.all(writes.map(send)).then(() => done());";
    let writes: Vec<_> = survey.writes.iter().filter(|path| !path.contains("/log")).collect();
    ada.browser.execute_async(script, vec![json!(writes), survey.fields.clone()]).await.unwrap();
    ada.rows() != before
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn no_other_site_writes_anything_by_whatever_way_a_browser_has() {
    let (evil, json) = (Evil::start(), ("LOG_FORMAT", "json"));
    let ada = Visitor::new_at("localhost", &[json]).await.with_the_first_account().await;
    ada.operator_runs(&["user", "add", "mallory@example.com"]);
    let survey = Survey::of(&ada).await;
    for host in ["localhost", "127.0.0.1", "evil.localhost"] {
        withstands(&ada, &survey, &evil.at(host, "/")).await;
    }
    assert!(writes_by_herself(&ada, &survey).await, "else all of this would prove nothing");
    ada.leave().await;
    // Without TLS a browser does not say whether a request comes from the same site, but from which origin.
    let ada = Visitor::new_at("app.internal", &[json]).await.with_the_first_account().await;
    ada.operator_runs(&["user", "add", "mallory@example.com"]);
    // Nor does it say where somebody comes from who only reads.
    let survey = Survey { reads: vec![ONE.to_owned()], ..survey };
    for host in ["app.internal", "evil.app.internal", "evil.internal"] {
        withstands(&ada, &survey, &evil.at(host, "/")).await;
    }
    assert!(writes_by_herself(&ada, &survey).await, "else all of this would prove nothing");
    ada.leave().await;
}

/// A form of another site that logs its visitor in as somebody else: what they write would be that person's.
#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn no_other_site_logs_its_visitor_in_as_somebody_else() {
    let (evil, bea) = (Evil::start(), Visitor::new().await);
    bea.operator_runs(&["user", "add", "mallory@example.com"]);
    for host in ["localhost", "evil.localhost"] {
        bea.browser.goto(&evil.at(host, "/")).await.unwrap();
        let script = "formOf({ url: arguments[0], fields: arguments[1] }).submit()";
        let login = json!(format!("{}/login", bea.server.url));
        let fields = json!([["email", "mallory@example.com"], ["password", PASSWORD]]);
        bea.and_arrive(bea.browser.execute(script, vec![login, fields])).await;
        bea.reads("came from another site").await;
        bea.open("/dashboard").await;
        assert_eq!(bea.path().await, "/login?next=%2Fdashboard");
    }
    bea.leave().await;
}
