//! A form that is refused is a page: the form again, with what was typed.

use app::brand::NAME;
use time::Duration;

use crate::browser::{Browser, PASSWORD, Site};
use crate::drawn::{Drawn, Take, form_of};
use crate::models::{forms, is_under, leave_rows, models};
use crate::phone::Phone;

/// A form, what is sent of it, what of that is on the page again, and what the page says.
type Refused<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, &'a str);

const FOR_EVERYBODY: &[Refused] = &[
    (
        "/login",
        &[("email", "kept words"), ("password", "")],
        "value=\"kept words\"",
        "Enter your password.",
    ),
    ("/forgot", &[("email", "kept words")], "value=\"kept words\"", "like name@example.com"),
    ("/register", &[("email", "kept words")], "value=\"kept words\"", "like name@example.com"),
];

const FOR_ADA: &[Refused] = &[
    (
        "/papers",
        &[("title", ""), ("body", "kept words")],
        "kept words</textarea>",
        "Enter a title.",
    ),
    (
        "/papers/1",
        &[("title", ""), ("body", "kept words")],
        "kept words</textarea>",
        "Enter a title.",
    ),
    ("/account", &[("name", "kept\u{1}words")], "value=\"kept\u{1}words\"", "in one line"),
    ("/account/email", &[("email", "kept words")], "value=\"kept words\"", "like name@example.com"),
    (
        "/account/invitations",
        &[("email", "kept words")],
        "value=\"kept words\"",
        "like name@example.com",
    ),
    (
        "/account/tokens",
        &[("name", "kept words"), ("days", "90")],
        "value=\"kept words\"",
        "Tick at least one.",
    ),
    ("/account/password", &[("current", PASSWORD), ("password", "short")], "", "Use at least 12"),
    (
        "/account/second-factor/app/confirm",
        &[("otp", "")],
        "<code id=\"secret\">",
        "Enter the code that the app shows.",
    ),
    #[cfg(feature = "passkeys")]
    (
        "/login/passkey",
        &[("email", "kept words"), ("credential", "{}")],
        "value=\"kept words\"",
        "This passkey opens nothing here.",
    ),
    #[cfg(feature = "passkeys")]
    ("/sudo/passkey", &[("next", "/papers")], "value=\"/papers\"", "no passkey of yours"),
    (
        "/sudo",
        &[("password", "not my password"), ("next", "/papers")],
        "value=\"/papers\"",
        "not your password",
    ),
];

/// Sends the form and looks at the whole page that comes.
async fn is_shown_again(visitor: &Browser, &(path, fields, kept, sentence): &Refused<'_>) {
    let page = visitor.submit(path, fields).await;
    assert_eq!(page.status, 422, "{path}");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
    page.shows("<!doctype html>").shows("<main id=\"main\"").shows(&format!(" · {NAME}</title>"));
    page.shows("<h1").shows("<form method=\"post\"").shows("role=\"alert\"");
    page.shows(kept).shows(sentence);
    for (name, text) in fields {
        if ["current", "password"].contains(name) && !text.is_empty() {
            page.hides(&format!("\"{text}\""));
        }
    }
}

#[actix_web::test]
async fn a_form_that_is_refused_comes_back_as_a_page_with_what_was_typed() {
    let stranger = Browser::stranger().await;
    stranger.site.user("operator").await;
    for form in FOR_EVERYBODY {
        is_shown_again(&stranger, form).await;
    }
}

#[actix_web::test]
async fn so_does_a_form_of_somebody_who_is_logged_in_and_it_shows_who_that_is() {
    let site = Site::open().await;
    site.admin("ada").await;
    let ada = site.logged_in("ada").await;
    ada.submit("/papers", &[("title", "Milk")]).await;
    Phone::set_up(&ada).await;
    for form in FOR_ADA {
        is_shown_again(&ada, form).await;
        ada.submit(form.0, form.1).await.shows("action=\"/logout\"");
    }
}

/// Fields that hold nothing that somebody has typed or chosen.
const UNSEEN: [&str; 2] = ["hidden", "password"];

#[actix_web::test]
async fn so_does_the_form_of_a_model_that_lacks_something_with_all_the_rest() {
    let ada = Site::open().await.administrator("ada").await;
    for (list, form) in forms_of_models(&ada).await {
        for lacking in form.fields.iter().filter(|field| field.is_required) {
            let name = lacking.name.as_str();
            let page = form.clone().filled(&[(name, "")]).send(&ada).await;
            assert_eq!(page.status, 422, "{list} takes a form that says that it requires {name}");
            page.shows("action=\"/logout\"")
                .shows("role=\"alert\"")
                .shows(&format!("href=\"#{name}\""));
            let again = form_of(&page, &form.action);
            let seen = form.fields.iter().filter(|field| !UNSEEN.contains(&field.kind.as_str()));
            for kept in seen.filter(|field| field.name != name) {
                assert_eq!(again.value(&kept.name), kept.value, "{} of {list}", kept.name);
            }
        }
    }
}

/// The forms of all models, with something good in each field.
async fn forms_of_models(ada: &Browser) -> Vec<(String, Drawn)> {
    let mut all = Vec::new();
    leave_rows(ada, "").await;
    for list in models(&ada.site).await {
        for form in forms(ada, &list).await {
            all.push((list.clone(), form.filled_by_kind(Take::Second)));
        }
    }
    all
}

#[actix_web::test]
async fn every_form_that_can_be_refused_is_among_these_or_behind_a_link() {
    let site = Site::open().await;
    let of_models = forms_of_models(&site.administrator("ada").await).await;
    let elsewhere = [
        "/setup",
        "/confirm",
        "/reset",
        "/login/link",
        "/account",
        "/register/confirm",
        "/join",
        "/api",
        "/auth",
    ];
    for (path, methods) in site.app.routes().await {
        let mine = path.replace("{id}", "1");
        let is_page = methods.iter().any(|method| method == "POST");
        if !is_page || elsewhere.iter().any(|place| is_under(&path, place)) {
            continue;
        }
        // Log-ins to one account are limited.
        site.clock.advance(Duration::MINUTE);
        let status = site.logged_in("ada").await.submit(&mine, &[]).await.status;
        let is_known = FOR_EVERYBODY.iter().chain(FOR_ADA).any(|form| form.0 == mine)
            || of_models.iter().any(|(_, form)| form.action == mine);
        assert!(
            status != 422 || is_known,
            "{path} refuses a form that nobody looks at here: draw it on a page of its model, or add it to FOR_ADA"
        );
    }
}
