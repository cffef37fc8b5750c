//! What a form may hold, and what becomes of the rest.

use std::fs;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use app::web::{Errors, Form, Submitted};

use crate::browser::{Answer, Browser, PASSWORD, Site, config, features_and, passwords};
use crate::drawn::form_of;

/// Sends a body as it is.
async fn post(browser: &Browser, path: &str, body: &str) -> Answer {
    browser.send(Method::POST, path, Some(body.to_owned())).await
}

async fn titles(ada: &Browser) -> Vec<String> {
    ada.site.texts("SELECT title AS text FROM papers ORDER BY id").await
}

#[actix_web::test]
async fn what_a_form_does_not_know_is_nothing_to_it() {
    let ada = Browser::logged_in("ada").await;
    for body in ["title=Milk&save=Save", "save.x=1&save.y=2&title=Milk", "title=Milk&utm=%00&&="] {
        assert_eq!(post(&ada, "/papers", body).await.status, 303, "{body}");
    }
    assert_eq!(post(&ada, "/account", "name=Ada&is_admin=true&id=2").await.status, 303);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users WHERE is_admin").await, 0);
}

#[actix_web::test]
async fn of_a_field_that_is_sent_twice_the_last_one_counts() {
    let ada = Browser::logged_in("ada").await;
    assert_eq!(post(&ada, "/papers", "title=a&body=x&title=b").await.status, 303);
    assert_eq!(post(&ada, "/papers", "title=a&title=").await.status, 422);
    assert_eq!(titles(&ada).await, ["b"]);
}

#[actix_web::test]
async fn the_token_endpoint_refuses_a_parameter_that_is_sent_twice() {
    let stranger = Browser::stranger().await;
    stranger.site.user("ada").await;
    let good = format!("grant_type=password&username=ada%40example.com&password={PASSWORD}");
    assert_eq!(post(&stranger, "/auth/token", &good).await.status, 200);
    assert_eq!(post(&stranger, "/auth/token", &format!("{good}&x=1")).await.status, 200);
    for twice in ["scope=&scope=", "username=eve", "x=1&x=1"] {
        let answer = post(&stranger, "/auth/token", &format!("{good}&{twice}")).await;
        assert_eq!((answer.status, &answer.json()["error"]), (400, &"invalid_request".into()));
    }
    assert_eq!(post(&stranger, "/auth/revoke", "token=a&token=b").await.status, 400);
}

#[actix_web::test]
async fn the_token_endpoint_refuses_bytes_that_are_no_utf_8() {
    let stranger = Browser::stranger().await;
    for name in ["caf%E9", "%FF", "%C3%28", "a%80"] {
        let body = format!("grant_type=password&username={name}&password=x");
        assert_eq!(post(&stranger, "/auth/token", &body).await.status, 400);
    }
}

#[actix_web::test]
async fn bytes_that_are_no_utf_8_are_refused_and_never_replaced() {
    let ada = Browser::logged_in("ada").await;
    for title in ["caf%E9", "%FF", "%C3%28", "%ED%A0%80", "%C0%AF", "a%80", "%F4%90%80%80"] {
        for body in [format!("title={title}"), format!("title=a&{title}=b")] {
            assert_eq!(post(&ada, "/papers", &body).await.status, 400, "{body}");
        }
    }
    assert!(titles(&ada).await.is_empty());
    assert_eq!(post(&ada, "/papers", "title=caf%C3%A9+100%25+%zz").await.status, 303);
    assert_eq!(titles(&ada).await, ["café 100% %zz"]);
}

#[actix_web::test]
async fn what_was_encoded_twice_is_decoded_once() {
    let ada = Browser::logged_in("ada").await;
    assert_eq!(post(&ada, "/papers", "title=%2541+%253Cb%253E").await.status, 303);
    assert_eq!(titles(&ada).await, ["%41 %3Cb%3E"]);
    assert_eq!(ada.get("/papers/1").await.status, 200);
    assert_eq!(ada.get("/papers/%31").await.status, 200);
    assert_eq!(ada.get("/papers/%2531").await.status, 404);
    let stranger = ada.site.stranger();
    assert_eq!(post(&stranger, "/forgot", "email=ada%40example.com").await.status, 303);
    assert_eq!(post(&stranger, "/forgot", "email=ada%2540example.com").await.status, 422);
}

#[actix_web::test]
async fn another_encoding_than_utf_8_is_refused_by_name() {
    let ada = Browser::logged_in("ada").await;
    for (charset, status) in [
        ("utf-8", 303),
        ("UTF-8", 303),
        ("\"utf-8\"", 303),
        ("iso-8859-1", 415),
        ("windows-1252", 415),
        ("utf-16", 415),
        ("nonsense", 415),
    ] {
        let kind = format!("application/x-www-form-urlencoded; charset={charset}");
        ada.set_header("content-type", Some(&kind));
        assert_eq!(post(&ada, "/papers", "title=caf%C3%A9").await.status, status, "{charset}");
    }
}

#[actix_web::test]
async fn a_text_that_is_far_too_long_comes_back_whole_with_a_sentence() {
    let ada = Browser::logged_in("ada").await;
    let (title, body) = ("t".repeat(40_000), "\u{e4}\n".repeat(15_000));
    let answer = ada.submit("/papers", &[("title", &title), ("body", &body)]).await;
    assert_eq!(answer.status, 422);
    answer.shows("Use at most 100 characters; these are 40000.");
    answer.shows("Use at most 5000 characters; these are 30000.");
    let form = form_of(&answer, "/papers");
    assert_eq!((form.value("title"), form.value("body")), (&*title, &*body));
}

/// A page of somebody who likes numbers in their forms.
fn numbers(config: &mut ServiceConfig) {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Numbers {
        title: String,
        count: i64,
    }
    impl Form for Numbers {
        fn check(&mut self, _: &mut Errors) {}
    }
    async fn save(form: Submitted<Numbers>) -> HttpResponse {
        let Numbers { title, count } = &form.fields;
        let sentence = form.errors.get("").unwrap_or_default();
        HttpResponse::build(form.status())
            .content_type("text/plain")
            .body(format!("{title} {count} {sentence}"))
    }
    config.route("/numbers", web::post().to(save));
}

#[actix_web::test]
async fn what_does_not_fit_into_a_form_loses_nothing_of_the_rest() {
    let site = Site::build(&[], passwords(&config(&[])), features_and(numbers)).await;
    let ada = site.stranger();
    for (body, status, text) in [
        ("title=Milk&count=2", 200, "Milk 2 "),
        ("title=Milk&count=two", 422, "Milk 0 Something here was not as it should be"),
        ("title=Milk&count=", 422, "Milk 0 Something here was not as it should be"),
    ] {
        let answer = post(&ada, "/numbers", body).await;
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        answer.shows(text);
    }
}

#[actix_web::test]
async fn no_field_cuts_off_what_is_pasted() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    for path in ["/papers/new", "/account", "/account/tokens/new"] {
        ada.get(path).await.shows("data-limit=\"").hides(" maxlength");
    }
    let form = fs::read_to_string("templates/form.html").unwrap();
    assert!(!form.contains(" maxlength="));
}

#[actix_web::test]
async fn nor_does_a_field_of_who_registers() {
    let site = Site::open().await;
    site.user("ada").await;
    let stranger = site.stranger();
    stranger.register_and_open("bob").await.shows("data-limit=\"100\"").hides(" maxlength");
}

/// All of Unicode's `Bidi_Control`, and two line breaks that are no control characters.
const TURNING: &str = "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\
                       \u{2067}\u{2068}\u{2069}";

#[actix_web::test]
async fn signs_that_turn_the_direction_of_writing_are_refused_in_one_line() {
    let ada = Browser::logged_in("ada").await;
    let sentence = "Leave out the invisible signs that turn the direction of writing.";
    for sign in TURNING.chars() {
        for name in [format!("Ada{sign}txt.exe"), format!("A{sign}b")] {
            for (path, field) in
                [("/papers", "title"), ("/account", "name"), ("/account/tokens", "name")]
            {
                let answer = ada.submit(path, &[(field, &name), ("days", "30")]).await;
                assert_eq!(answer.status, 422, "{sign:?} at {path}");
                answer.shows(sentence);
            }
        }
    }
    let (arabic, hebrew) = ("\u{639}\u{644}\u{64a}", "\u{5e9}\u{5dc}\u{5d5}\u{5dd} 12");
    for name in [arabic, hebrew, "Zo\u{eb} \u{1f469}\u{200d}\u{1f680}"] {
        assert_eq!(ada.submit("/account", &[("name", name)]).await.status, 303, "{name}");
    }
    for name in ["a\u{2028}b", "a\u{2029}b"] {
        assert_eq!(ada.submit("/account", &[("name", name)]).await.status, 422);
    }
    // A text of several lines may need them.
    let body = [("title", "Greeting"), ("body", "\u{2067}\u{5e9}\u{2069}")];
    assert_eq!(ada.submit("/papers", &body).await.status, 303);
}

#[actix_web::test]
async fn programs_are_held_to_the_same_rule() {
    let script = Site::open().await.program("ada", "papers:write profile:write").await;
    let paper = serde_json::json!({ "title": "a\u{202e}b", "body": "" });
    assert_eq!(script.json(Method::POST, "/api/papers", &paper).await.status, 422);
    let name = serde_json::json!({ "name": "a\u{2066}b" });
    assert_eq!(script.json(Method::PATCH, "/api/me", &name).await.status, 422);
}

#[actix_web::test]
async fn json_refuses_what_it_does_not_know_and_what_is_there_twice() {
    let script = Site::open().await.program("ada", "papers:write profile:write").await;
    script.set_header("content-type", Some("application/json"));
    for (method, path) in [(Method::POST, "/api/papers"), (Method::PATCH, "/api/me")] {
        for body in [
            "{\"title\":\"a\",\"name\":\"a\",\"save\":\"x\"}",
            "{\"title\":\"a\",\"title\":\"b\"}",
            "{\"name\":\"a\",\"name\":\"b\"}",
            "{\"title\":\"a\",\"save\":1,\"save\":2}",
        ] {
            let answer = script.send(method.clone(), path, Some(body.to_owned())).await;
            assert_eq!(answer.status, 422, "{path} {body}");
        }
    }
    for (kind, status) in
        [("application/json; charset=utf-8", 201), ("application/json; charset=latin1", 415)]
    {
        script.set_header("content-type", Some(kind));
        let paper = Some("{\"title\":\"a\"}".to_owned());
        assert_eq!(script.send(Method::POST, "/api/papers", paper).await.status, status);
    }
}
