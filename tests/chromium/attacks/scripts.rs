//! Scripts that people type where a name, a text or an address is asked for: on every page they are text.

use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use crate::driver::{PASSWORD, Visitor};

/// Each fits where 60 characters do.
const PAYLOADS: [&str; 3] = [
    "'\"></title></textarea><b id=planted onclick=hit=1>",
    "<script>hit=1</script><svg id=planted onload=hit=1>",
    "javascript:hit=1//\" onfocus=hit=1 autofocus x=\"",
];

/// Calls a function of the script that looks at pages, on the page that is there.
async fn call(visitor: &Visitor, function: &str, arguments: &[Value]) -> Value {
    let script = format!(
        "const done = arguments[arguments.length - 1], given = [...arguments].slice(0, -1);
         {};
         Promise.resolve(({function})(...given)).then(done, (error) => done(String(error)));",
        include_str!("pages.js")
    );
    visitor.browser.execute_async(&script, arguments.to_vec()).await.unwrap()
}

/// Fails if what is on the page is more than text.
async fn is_text(visitor: &Visitor) {
    let planted = call(visitor, "() => planted(document)", &[]).await;
    assert_eq!(planted, json!([]), "at {}", visitor.path().await);
}

async fn pages(visitor: &Visitor) -> Vec<String> {
    visitor.open("/").await;
    let found = call(visitor, "pages", &[]).await;
    let found = found.as_array().unwrap_or_else(|| panic!("{found}"));
    found.iter().map(|path| path.as_str().unwrap().to_owned()).collect()
}

/// Fills in the form that leads there, and sends it.
async fn submits(visitor: &Visitor, action: &str, payloads: &[&str]) {
    let how = [json!(action), json!(payloads)];
    visitor.and_arrive(async { Ok(call(visitor, "submit", &how).await) }).await;
    is_text(visitor).await;
}

/// Fails if what a function finds on pages that nobody opens is more than text.
async fn finds_text(visitor: &Visitor, function: &str, arguments: &[Value]) {
    assert_eq!(call(visitor, function, arguments).await, json!([]), "{function} {arguments:?}");
}

/// Sends every form that can be found with these in all of its fields, and with these where they may stand.
async fn sends_all_forms(visitor: &Visitor, payloads: &[&str]) {
    let forms = call(visitor, "forms", &[json!(pages(visitor).await)]).await;
    for is_odd in [true, false] {
        finds_text(visitor, "send", &[forms.clone(), json!(payloads), json!(is_odd)]).await;
    }
}

/// The same by hand.
async fn submits_all_forms(visitor: &Visitor, payloads: &[&str]) {
    let forms = call(visitor, "forms", &[json!(pages(visitor).await)]).await;
    for form in forms.as_array().unwrap() {
        visitor.open(form[0].as_str().unwrap()).await;
        // What one form does may take another away.
        if call(visitor, "isThere", &[form[1].clone()]).await == json!(true) {
            submits(visitor, form[1].as_str().unwrap(), payloads).await;
        }
    }
}

/// Opens every page that can be found.
async fn looks_at_all_pages(visitor: &Visitor) {
    let pages = pages(visitor).await;
    let (same, others): (Vec<_>, Vec<_>) = pages.iter().partition(|path| path.contains('?'));
    for path in others {
        visitor.open(path).await;
        is_text(visitor).await;
    }
    visitor.open("/").await;
    finds_text(visitor, "peek", &[json!(same)]).await;
}

/// Asks for every page that can be found with these in its query, and for pages that are not there.
async fn asks_for_odd_pages(visitor: &Visitor) {
    let payload = PAYLOADS.concat();
    let query = |names: &[&str]| {
        Serializer::new(String::new())
            .extend_pairs(names.iter().map(|name| (name, &payload)))
            .finish()
    };
    let texts = query(&["q", "sort", "only", "next", "token", "email", "name", "error"]);
    let numbers = query(&["page", "per_page", "deleted", "id"]);
    let name = query(&[""]);
    let pages =
        pages(visitor).await.into_iter().map(|path| path.split('?').next().unwrap().to_owned());
    let pages = pages.map(|path| path.trim_end_matches('/').to_owned());
    let odd = pages.flat_map(|path| {
        [format!("{path}?{texts}"), format!("{path}?{numbers}"), format!("{path}/{name}")]
    });
    finds_text(visitor, "peek", &[json!(odd.collect::<Vec<_>>())]).await;
    visitor.open(&format!("/login?{texts}")).await;
    is_text(visitor).await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn whatever_somebody_types_is_text_on_every_page() {
    let ada = Visitor::new().await;
    ada.calls_herself(PAYLOADS[1]).await;
    let ada = ada.with_the_first_account().await;
    ada.proves_the_address().await;
    submits_all_forms(&ada, &PAYLOADS).await;
    looks_at_all_pages(&ada).await;
    for turn in 0..PAYLOADS.len() {
        let mut payloads = PAYLOADS;
        payloads.rotate_left(turn);
        sends_all_forms(&ada, &payloads).await;
        finds_text(&ada, "peek", &[json!(pages(&ada).await)]).await;
        ada.open("/dashboard").await;
        is_text(&ada).await;
    }
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn whatever_a_stranger_asks_for_or_types_is_text_on_every_page() {
    let ada = Visitor::logged_in().await;
    let stranger = ada.elsewhere().await;
    stranger.open("/").await;
    for visitor in [&ada, &stranger] {
        asks_for_odd_pages(visitor).await;
    }
    sends_all_forms(&stranger, &PAYLOADS).await;
    submits_all_forms(&stranger, &PAYLOADS).await;
    ada.leave().await;
    stranger.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn what_was_typed_is_text_on_the_pages_that_carry_it_over_a_log_in() {
    let ada = Visitor::logged_in().await;
    for payload in PAYLOADS {
        ada.open("/account").await;
        ada.browser.delete_all_cookies().await.unwrap();
        submits(&ada, "/account", &[payload]).await;
        ada.reads("Nothing was saved yet").await;
        ada.fill(&[("email", "ada@example.com"), ("password", PASSWORD)]).await;
        ada.press("Log in").await;
        ada.comes_to_read("Nothing was saved yet").await;
        is_text(&ada).await;
    }
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn a_script_that_gets_into_a_page_would_be_noticed() {
    let ada = Visitor::new().await;
    ada.open("/").await;
    assert!(ada.refused().await.is_empty());
    for payload in ["<b id=planted onclick=hit=1>", "<a href='javascript:hit=1'>"] {
        ada.open("/").await;
        call(&ada, "(html) => { document.body.innerHTML += html }", &[json!(payload)]).await;
        assert_eq!(call(&ada, "() => planted(document).length", &[]).await, json!(1), "{payload}");
    }
    let script =
        "const script = document.createElement('script'); script.textContent = 'window.hit = 1';
        document.body.append(script)";
    ada.browser.execute(script, vec![]).await.unwrap();
    assert_eq!(ada.browser.execute("return window.hit", vec![]).await.unwrap(), Value::Null);
    let refused = ada.refused().await;
    assert!(
        refused.len() >= 2 && refused.iter().all(|it| it.contains("script-src")),
        "{refused:?}"
    );
    ada.leave().await;
}
