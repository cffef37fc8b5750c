//! A form that is sent twice, by a double click or by a browser that got no answer.

use diesel::QueryResult;
use time::Duration;

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, Site};
use crate::drawn::{Drawn, Take, form_of, forms_of};
use crate::models::{is_under, leave_rows};
use crate::tables;

/// How many rows a table has.
pub async fn count(site: &Site, table: &str) -> i64 {
    site.count(format!("SELECT count(*) AS count FROM {table}")).await
}

/// Ada, an administrator with one row of each kind, of which none refers to the one that `path` is about.
async fn with_a_life(path: &str) -> Browser {
    let site = Site::open().await;
    site.admin("ada").await;
    let ada = site.logged_in("ada").await;
    leave_rows(&ada, path).await;
    ada.submit("/account/tokens", &[("name", "Old"), ("days", "30"), ("papers:read", "yes")]).await;
    site.logged_in("ada").await;
    ada
}

/// What somebody could type into each field.
fn filled(form: Drawn) -> Drawn {
    let form = form.filled_by_kind(Take::Second);
    if form.action == "/account/tokens" { form.filled(&[("papers:read", "yes")]) } else { form }
}

/// Where forms of the core make rows.
const TABLES: &[&str] = &["users", "outbox", "links", "sessions", "api_tokens"];

/// The rows of everything that a form can make.
pub async fn rows(site: &Site) -> Vec<i64> {
    let of_models = site.db.run(|conn| QueryResult::Ok(tables::of_models(conn))).await.unwrap();
    let of_models = of_models.iter().map(|table| table.name.as_str());
    let mut rows = Vec::new();
    for table in TABLES.iter().copied().chain(of_models) {
        rows.push(count(site, table).await);
    }
    rows
}

#[actix_web::test]
async fn whatever_form_of_whatever_page_is_sent_twice_does_it_once() {
    let routes = with_a_life("").await.site.app.routes().await;
    let mut seen = 0;
    for (path, _) in routes.iter().filter(|(path, methods)| is_page(path, methods)) {
        let path = path.replace("{id}", "1");
        let ways = forms_of(&with_a_life(&path).await.get(&path).await).len();
        for way in 0..ways {
            let ada = with_a_life(&path).await;
            let form = filled(forms_of(&ada.get(&path).await).swap_remove(way));
            let first = form.send(&ada).await;
            assert!(first.status < 400, "{path} {form:?}: {}", first.body);
            let after = rows(&ada.site).await;
            let second = form.send(&ada).await;
            let advice = "write within `save` or `once`, and begin the form with `form_::summary`";
            assert_eq!(rows(&ada.site).await, after, "{path}: {advice}\n{form:?}");
            assert!(second.status < 400, "{path} {form:?}: {}", second.body);
            seen += 1;
        }
    }
    assert!(seen > 4, "only {seen} forms were found");
}

/// Pages behind a link have their own tests, and so has getting in.
fn is_page(path: &str, methods: &[String]) -> bool {
    // What a device has to answer first has a test of its own.
    if path == "/account/passkeys" {
        return false;
    }
    let other = ["/static", "/dev", "/setup", "/login", "/sudo", "/api", "/docs"];
    methods.iter().any(|method| method == "GET") && !other.iter().any(|place| is_under(path, place))
}

/// What strangers may ask for by mail.
const FOR_STRANGERS: &[&str] = &["/forgot", "/register"];

#[actix_web::test]
async fn what_strangers_ask_for_twice_is_mailed_once() {
    for path in FOR_STRANGERS {
        let site = Site::open().await;
        site.user("ada").await;
        let stranger = site.stranger();
        let form = filled(form_of(&stranger.get(path).await, path));
        let (first, second) = (form.send(&stranger).await, form.send(&stranger).await);
        assert_eq!((first.status, first.location()), (303, second.location()), "{path}");
        assert_eq!(count(&site, "outbox").await, 1, "{path}");
    }
}

#[actix_web::test]
async fn the_second_click_gets_the_answer_of_the_first() {
    let ada = Browser::logged_in("ada").await;
    let save = form_of(&ada.get("/papers/new").await, "/papers").filled(&[("title", "Milk")]);
    for _ in 0..2 {
        let answer = save.send(&ada).await;
        assert_eq!(answer.location(), "/papers");
        ada.follow(&answer)
            .await
            .shows("Your paper is saved.")
            .shows("/papers/1")
            .hides("/papers/2");
    }
    let delete = form_of(&ada.get("/papers/1/delete").await, "/papers/1/delete");
    for _ in 0..2 {
        let answer = delete.send(&ada).await;
        ada.follow(&answer).await.shows("Your paper is deleted.");
    }
}

#[actix_web::test]
async fn both_at_once_make_one_paper_too() {
    let ada = Browser::logged_in("ada").await;
    let save = form_of(&ada.get("/papers/new").await, "/papers").filled(&[("title", "Milk")]);
    let all = futures_util::future::join_all((0..8).map(|_| save.send(&ada))).await;
    assert!(all.iter().all(|answer| answer.location() == "/papers"), "{all:?}");
    assert_eq!(count(&ada.site, "papers").await, 1);
}

#[actix_web::test]
async fn another_text_in_the_same_form_is_another_paper() {
    let ada = Browser::logged_in("ada").await;
    let form = form_of(&ada.get("/papers/new").await, "/papers");
    for title in ["Milk", "Milk and eggs", "Milk"] {
        form.clone().filled(&[("title", title)]).send(&ada).await;
    }
    assert_eq!(count(&ada.site, "papers").await, 2);
    // The same text in a form of its own is wanted twice.
    let form = form_of(&ada.get("/papers/new").await, "/papers");
    form.filled(&[("title", "Milk")]).send(&ada).await;
    assert_eq!(count(&ada.site, "papers").await, 3);
}

#[actix_web::test]
async fn a_form_that_was_refused_is_no_form_that_was_carried_out() {
    let ada = Browser::logged_in("ada").await;
    let form = form_of(&ada.get("/papers/new").await, "/papers");
    let answer = form.send(&ada).await;
    assert_eq!(answer.status, 422);
    let again = form_of(&answer, "/papers").filled(&[("title", "Milk")]);
    again.send(&ada).await;
    again.send(&ada).await;
    assert_eq!(count(&ada.site, "papers").await, 1);
}

#[actix_web::test]
async fn a_token_is_made_once_and_the_second_answer_says_that_it_cannot_show_it() {
    let ada = Browser::logged_in("ada").await;
    let form = form_of(&ada.get("/account/tokens/new").await, "/account/tokens");
    let form = form.filled(&[("name", "Script"), ("papers:read", "yes")]);
    form.send(&ada).await.shows("It will not be shown again.");
    let second = form.send(&ada).await;
    ada.follow(&second).await.shows("Your first click made this token").hides("class=\"token\"");
    assert_eq!(count(&ada.site, "api_tokens").await, 1);
}

#[actix_web::test]
async fn who_is_refused_because_the_first_click_did_it_is_told_so() {
    let ada = Browser::logged_in("ada").await;
    let form = form_of(&ada.get("/account/password").await, "/account/password");
    let form = form.filled(&[("current", PASSWORD), ("password", OTHER_PASSWORD)]);
    let old = ada.cookie("session").unwrap();
    form.send(&ada).await;
    // The second click left before the answer to the first brought the new cookie.
    ada.set_cookie("session", &old);
    let second = form.send(&ada).await;
    assert_eq!((second.status, second.location()), (303, "/"));
    ada.follow(&second).await.shows("That was done, by your first click.");
}

#[actix_web::test]
async fn a_form_that_nobody_drew_finds_what_is_not_there() {
    let ada = Browser::logged_in("ada").await;
    for path in ["/papers/1/delete", "/account/sessions/9/end", "/account/tokens/1/revoke"] {
        for fields in [vec![], vec![("form_id", "made-up")], vec![("form_id", "made-up")]] {
            assert_eq!(ada.submit(path, &fields).await.status, 404, "{path}");
        }
    }
}

#[actix_web::test]
async fn an_invitation_too_many_is_refused_again_and_not_called_sent() {
    let site = Site::open().await;
    site.admin("root").await;
    let root = site.logged_in("root").await;
    for _ in 0..3 {
        root.submit("/account/invitations", &[("email", "bea@example.com")]).await;
    }
    let form = form_of(&root.get("/account/invitations").await, "/account/invitations");
    let mut answer = form.filled(&[("email", "bea@example.com")]).send(&root).await;
    for _ in 0..2 {
        assert_eq!(answer.status, 422, "{}", answer.body);
        answer = form_of(&answer, "/account/invitations").send(&root).await;
    }
}

#[actix_web::test]
async fn forms_that_were_carried_out_are_forgotten_after_ten_minutes() {
    let ada = Browser::logged_in("ada").await;
    let form = form_of(&ada.get("/papers/new").await, "/papers").filled(&[("title", "Milk")]);
    form.send(&ada).await;
    for (time, left) in [(Duration::seconds(599), 1), (Duration::SECOND, 0)] {
        ada.site.clock.advance(time);
        ada.site.purge().await.unwrap();
        assert_eq!(count(&ada.site, "sent_forms").await, left);
    }
}
