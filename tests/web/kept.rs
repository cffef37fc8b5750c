//! What was typed when the session had ended, or the log-in was no longer fresh.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use kit::http::kept::{HIDDEN, PASSWORDS};
use time::Duration;

use crate::browser::{Answer, Browser, OTHER_PASSWORD, PASSWORD, Site, address};
use crate::drawn::{Drawn, form_of};
use crate::models::{is_under, leave_rows};
#[cfg(feature = "oidc")]
use crate::other_site::OtherSite;
use crate::phone::Phone;
use crate::twice::{count, rows};

const PAPER: [(&str, &str); 2] =
    [("title", "Milk & \"eggs\""), ("body", "Two litres\n<b>of it</b>\n")];

/// Logs `name` in by the form that came instead of an answer.
async fn log_in_by(browser: &Browser, page: &Answer, name: &str) -> Answer {
    assert_eq!(page.status, 401, "{}", page.body);
    let fields = [("email", &*address(name)), ("password", PASSWORD)];
    form_of(page, "/login").filled(&fields).send(browser).await
}

/// Types the password into the form that came instead of an answer.
async fn confirm_by(browser: &Browser, page: &Answer) -> Answer {
    assert_eq!(page.status, 403, "{}", page.body);
    form_of(page, "/sudo").filled(&[("password", PASSWORD)]).send(browser).await
}

/// From "You are back" to the form itself.
async fn back(browser: &Browser, page: &Answer, action: &str) -> (Answer, Drawn) {
    page.shows("You are back").shows("Nothing was saved yet");
    let answer = form_of(page, action).send(browser).await;
    assert_eq!(answer.status, 422, "{}", answer.body);
    answer.shows("Nothing was saved yet: look it over, and send it again.");
    let form = form_of(&answer, action);
    (answer, form)
}

/// Ada, whose session was ended from elsewhere.
async fn ended() -> Browser {
    let ada = Browser::logged_in("ada").await;
    ada.site.sql("DELETE FROM sessions").await;
    ada
}

#[actix_web::test]
async fn ada_is_back_at_her_paper_after_the_login_and_saves_it_then() {
    let ada = ended().await;
    let page = ada.submit("/papers", &PAPER).await;
    page.shows("Nothing was saved yet").shows("<h1>Log in</h1>");
    let page = log_in_by(&ada, &page, "ada").await;
    page.shows("action=\"/logout\"").shows("Milk &#38; &#34;eggs&#34;");
    let (_, form) = back(&ada, &page, "/papers").await;
    assert_eq!((form.value("title"), form.value("body")), (PAPER[0].1, PAPER[1].1));
    assert_eq!(count(&ada.site, "papers").await, 0);
    assert_eq!(form.send(&ada).await.location(), "/papers");
    ada.get("/papers").await.shows("Milk &#38; &#34;eggs&#34;");
}

#[actix_web::test]
async fn every_form_behind_the_login_comes_back_with_what_was_typed() {
    let forms: &[(&str, &[(&str, &str)])] = &[
        ("/papers/1", &PAPER),
        ("/account", &[("name", "Ada Lovelace")]),
        ("/account/email", &[("email", "ada@example.org")]),
        ("/account/tokens", &[("name", "Script"), ("days", "365"), ("papers:read", "yes")]),
    ];
    for (action, fields) in forms {
        let ada = Browser::logged_in("ada").await;
        ada.submit("/papers", &[("title", "Old")]).await;
        ada.site.sql("DELETE FROM sessions").await;
        let page = ada.submit(action, fields).await;
        let page = log_in_by(&ada, &page, "ada").await;
        let (_, form) = back(&ada, &page, action).await;
        for (name, value) in *fields {
            assert_eq!(form.value(name), *value, "{action}");
        }
        assert!(form.send(&ada).await.status < 400, "{action}");
    }
}

#[actix_web::test]
async fn an_administrators_invitation_comes_back_too() {
    let site = Site::open().await;
    site.admin("root").await;
    let root = site.logged_in("root").await;
    site.sql("DELETE FROM sessions").await;
    let page = root.submit("/account/invitations", &[("email", "bea@example.com")]).await;
    let page = log_in_by(&root, &page, "root").await;
    let (_, form) = back(&root, &page, "/account/invitations").await;
    assert_eq!(form.value("email"), "bea@example.com");
    assert_eq!(count(&site, "outbox").await, 0);
}

#[actix_web::test]
async fn a_form_that_needs_the_password_comes_back_after_it() {
    let ada = Site::open().await.stale("ada").await;
    let page = ada.submit("/account/email", &[("email", "ada@example.org")]).await;
    page.shows("Confirm your password").shows("Nothing was saved yet");
    let page = confirm_by(&ada, &page).await;
    let (_, form) = back(&ada, &page, "/account/email").await;
    assert_eq!(form.value("email"), "ada@example.org");
    assert_eq!(count(&ada.site, "outbox").await, 0);
    assert_eq!(form.send(&ada).await.location(), "/account");
}

#[actix_web::test]
async fn a_wrong_password_in_between_loses_nothing() {
    let ada = ended().await;
    let page = ada.submit("/papers", &PAPER).await;
    let wrong = [("email", "ada@example.com"), ("password", "not my password")];
    let page = form_of(&page, "/login").filled(&wrong).send(&ada).await;
    page.shows("do not match").shows("Nothing was saved yet");
    let right = [("email", "ada@example.com"), ("password", PASSWORD)];
    let page = form_of(&page, "/login").filled(&right).send(&ada).await;
    let (_, form) = back(&ada, &page, "/papers").await;
    assert_eq!(form.value("body"), PAPER[1].1);
}

#[actix_web::test]
async fn it_passes_through_both_doors() {
    let ada = Site::open().await.stale("ada").await;
    let page = ada.submit("/account/email", &[("email", "ada@example.org")]).await;
    // The session ends while the password is asked for, and the next is not fresh any more.
    ada.site.sql("DELETE FROM sessions").await;
    let page = form_of(&page, "/sudo").filled(&[("password", PASSWORD)]).send(&ada).await;
    let fields = [("email", "ada@example.com"), ("password", PASSWORD)];
    let page = form_of(&page, "/login").filled(&fields).send(&ada).await;
    ada.site.clock.advance(Duration::minutes(10));
    let page = form_of(&page, "/account/email").send(&ada).await;
    let page = confirm_by(&ada, &page).await;
    let (_, form) = back(&ada, &page, "/account/email").await;
    assert_eq!(form.value("email"), "ada@example.org");
}

#[actix_web::test]
async fn somebody_else_who_logs_in_there_does_not_see_it() {
    for gone in ["DELETE FROM sessions", "UPDATE sessions SET last_seen_at = '2026-10-01 00:00:00'"]
    {
        let ada = Browser::logged_in("ada").await;
        ada.site.user("eve").await;
        ada.site.sql(gone).await;
        let page = ada.submit("/papers", &PAPER).await;
        let answer = log_in_by(&ada, &page, "eve").await;
        assert_eq!((answer.status, answer.location()), (303, "/dashboard"));
        let page = ada.follow(&answer).await;
        page.shows("Nothing was saved: what was typed here before is too old, or not yours.");
        page.hides("litres");
    }
}

#[actix_web::test]
async fn a_cookie_whose_time_is_up_still_says_whose_it_was() {
    let ada = Browser::logged_in("ada").await;
    ada.site.user("eve").await;
    ada.site.clock.advance(Duration::hours(30));
    let page = ada.submit("/papers", &PAPER).await;
    assert_eq!(log_in_by(&ada, &page, "eve").await.location(), "/dashboard");
    let ada = Browser::logged_in("ada").await;
    ada.site.clock.advance(Duration::hours(30));
    let page = ada.submit("/papers", &PAPER).await;
    log_in_by(&ada, &page, "ada").await.shows("You are back");
}

#[actix_web::test]
async fn it_is_kept_for_half_an_hour() {
    for (seconds, is_back) in [(1799, true), (1800, false)] {
        let ada = ended().await;
        let page = ada.submit("/papers", &PAPER).await;
        ada.site.clock.advance(Duration::seconds(seconds));
        let answer = log_in_by(&ada, &page, "ada").await;
        assert_eq!(answer.status == 200, is_back, "{seconds}");
    }
}

#[actix_web::test]
async fn a_seal_that_was_changed_or_is_no_seal_is_worth_nothing() {
    let ada = ended().await;
    let page = ada.submit("/papers", &PAPER).await;
    let form = form_of(&page, "/login");
    let seal = form.value("kept").to_owned();
    let session = ada.cookie("session").unwrap();
    let (head, rest) = seal.split_once('.').unwrap();
    let (said, signature) = rest.split_once('.').unwrap();
    let unsigned = format!("eyJhbGciOiJub25lIn0.{said}.");
    let cut = &seal[..seal.len() - 1];
    let swapped = format!("{head}.{}.{signature}", said.replacen(&said[10..11], "A", 1) + "A");
    for forged in ["x", "..", &session, &unsigned, cut, &swapped] {
        let fields = [("kept", forged), ("email", "ada@example.com"), ("password", PASSWORD)];
        let answer = form.clone().filled(&fields).send(&ada.site.stranger()).await;
        assert_eq!((answer.status, answer.location()), (303, "/dashboard"), "{forged}");
    }
}

#[actix_web::test]
async fn passwords_are_never_kept() {
    let ada = ended().await;
    let fields = [
        ("email", "ada@example.com"),
        ("current", PASSWORD),
        ("password", OTHER_PASSWORD),
        ("new_password", OTHER_PASSWORD),
    ];
    let page = ada.submit("/account/password", &fields).await;
    let page = log_in_by(&ada, &page, "ada").await;
    page.shows("You are back").hides(PASSWORD).hides(OTHER_PASSWORD);
    let answer = ada.submit("/account/password", &fields[1..3]).await;
    assert_eq!(answer.status, 303, "with nothing else in it, it is what it was");
}

#[actix_web::test]
async fn a_button_and_what_is_too_much_are_not_kept_and_that_is_said() {
    let ada = ended().await;
    let answer = ada.submit("/papers/1/delete", &[]).await;
    assert_eq!((answer.status, answer.location()), (303, "/login"));
    ada.follow(&answer).await.shows("Nothing was changed yet: please log in");
    for size in [200_000, 300_000] {
        let answer = ada.submit("/papers", &[("title", "x"), ("body", &"m".repeat(size))]).await;
        assert_eq!((answer.status, answer.location()), (303, "/login"), "{size}");
        ada.follow(&answer).await.shows("Nothing was saved, and what you sent is too much");
    }
    let longest = "\u{1f95b}".repeat(5000);
    let page = ada.submit("/papers", &[("title", "x"), ("body", &longest)]).await;
    let page = log_in_by(&ada, &page, "ada").await;
    assert_eq!(back(&ada, &page, "/papers").await.1.value("body"), longest);
}

#[actix_web::test]
async fn programs_get_no_page_and_other_sites_nothing() {
    let ada = ended().await;
    ada.set_header("accept", Some("application/json"));
    let answer = ada.submit("/papers", &PAPER).await;
    assert_eq!((answer.status, answer.header("content-type")), (401, "application/problem+json"));
    ada.set_header("accept", Some("text/html")).set_header("sec-fetch-site", Some("cross-site"));
    let answer = ada.submit("/papers", &PAPER).await;
    assert_eq!(answer.status, 403);
    answer.hides("kept");
}

#[actix_web::test]
async fn it_leads_to_pages_of_ours_alone() {
    let stranger = Browser::stranger().await;
    for path in ["/papers/%5Cevil.example", "/papers/%0d%0aset-cookie"] {
        let answer = stranger.submit(path, &PAPER).await;
        assert_eq!((answer.status, answer.location()), (303, "/login"), "{path}");
    }
}

/// The names of the fields whose tag or macro says `mark`.
fn names_with(mark: &[&str]) -> Vec<String> {
    let mut names = Vec::new();
    // Searching is asking: what is typed there is kept by its address.
    for file in templates(Path::new("templates")).iter().filter(|file| !file.ends_with("list.html"))
    {
        let text = fs::read_to_string(file).unwrap();
        let tags = text.split(['<', '{']).filter(|tag| mark.iter().any(|mark| tag.contains(mark)));
        names.extend(tags.filter_map(name_of));
    }
    names
}

fn name_of(tag: &str) -> Option<String> {
    let in_macro = tag.split_once("form_::field(").and_then(|(_, rest)| rest.split('"').nth(3));
    let in_tag = || tag.split_once("name=\"").and_then(|(_, rest)| rest.split('"').next());
    // Empty: a name that is not known before the page is drawn.
    in_macro.or_else(in_tag).filter(|name| !name.is_empty()).map(str::to_owned)
}

pub fn templates(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let walk = |path: PathBuf| if path.is_dir() { templates(&path) } else { vec![path] };
    entries.flat_map(walk).filter(|path| path.extension().is_some_and(|e| e == "html")).collect()
}

#[test]
fn every_field_for_a_password_and_every_hidden_field_is_known() {
    let passwords = names_with(&["type=\"password\"", "type = \"password\""]);
    assert!(passwords.len() >= 4, "{passwords:?}");
    for name in passwords {
        assert!(PASSWORDS.contains(&&*name), "add {name} to PASSWORDS in src/web/kept.rs");
    }
    let hidden = names_with(&["type=\"hidden\""]);
    assert!(hidden.len() > 4, "{hidden:?}");
    for name in hidden {
        assert!(HIDDEN.contains(&&*name), "add {name} to HIDDEN in src/web/kept.rs");
    }
}

#[actix_web::test]
async fn what_somebody_sent_before_ada_logged_in_is_carried_out_for_no_route() {
    let mut carried = 0;
    #[cfg(feature = "oidc")]
    let settings = &[("OIDC_PROVIDERS", &*OtherSite::open().setting("Example"))];
    #[cfg(not(feature = "oidc"))]
    let settings = &[];
    for (path, methods) in Browser::stranger().await.site.app.routes().await {
        if !methods.iter().any(|method| method == "POST") || is_under(&path, "/api") {
            continue;
        }
        let path = path.replace("{id}", "1").replace("{provider}", "example");
        let browser = Site::with(settings).await.logged_in("ada").await;
        let site = Rc::clone(&browser.site);
        leave_rows(&browser, &path).await;
        if path == "/account/confirm" {
            site.sql("UPDATE users SET verified_at = NULL").await;
        }
        if path == "/account/second-factor/app/confirm" {
            Phone::set_up(&browser).await;
        }
        let shared = site.stranger();
        let page = shared.submit(&path, &[("x", "y")]).await;
        if page.status != 401 || !page.body.contains("name=\"kept\"") {
            continue;
        }
        let page = log_in_by(&shared, &page, "ada").await;
        let before = rows(&site).await;
        let answer = form_of(&page, &path).send(&shared).await;
        assert!(answer.status >= 400, "{path}: {answer:?}");
        assert_eq!(rows(&site).await, before, "{path}");
        carried += 1;
    }
    assert!(carried > 5, "only {carried} forms were kept");
}

#[actix_web::test]
async fn a_button_that_came_back_says_that_nothing_was_done() {
    let ada = ended().await;
    let page = ada.submit("/account/sessions/end-others", &[("x", "y")]).await;
    let page = log_in_by(&ada, &page, "ada").await;
    let answer = form_of(&page, "/account/sessions/end-others").send(&ada).await;
    assert_eq!(answer.status, 409);
    answer.shows("Nothing was done yet");
}

#[actix_web::test]
async fn a_new_password_that_came_back_is_no_wrong_one() {
    let ada = ended().await;
    let fields = [("current", PASSWORD), ("password", OTHER_PASSWORD), ("email", "x@example.com")];
    let page = ada.submit("/account/password", &fields).await;
    let page = log_in_by(&ada, &page, "ada").await;
    let (page, _) = back(&ada, &page, "/account/password").await;
    page.hides("This is not your password.");
    let wrong = "SELECT count(*) AS count FROM events WHERE kind = 'sudo_denied'";
    assert_eq!(ada.site.count(wrong).await, 0);
}
