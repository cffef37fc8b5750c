//! One-time links tell the truth, and forms behind them may be sent twice.

use std::rc::Rc;

use actix_web::http::Method;
use app::people::Purpose;
use futures_util::future::join_all;
use strum::VariantArray as _;
use time::Duration;

use crate::browser::{Answer, Browser, OTHER_PASSWORD, PASSWORD, Site};
use crate::drawn::form_of;

/// Every page behind a link: where its form leads, what it says there when it is sent twice, and what
/// the link was used for.
const PAGES: &[(&str, &str, &str, &str)] = &[
    ("/reset", "/login", "the password that was chosen first counts", "to choose a new password"),
    ("/register/confirm", "/dashboard", "the account is made", "to make the account"),
    ("/join", "/dashboard", "the account is made", "to make the account"),
    ("/login/link/open", "/dashboard", "you are logged in", "to log in"),
    ("/confirm", "/account", "your e-mail address is confirmed", "to confirm the address"),
    ("/account/email/confirm", "/account", "address is changed", "to change the address"),
];

/// The browser of who may use the link to a page, and the link.
async fn sent(page: &str) -> (Browser, String) {
    let site = Site::with(&[("LOGIN_LINK", "on")]).await;
    site.admin("ada").await;
    let ada = site.logged_in("ada").await;
    let (ask, field, to) = match page {
        "/reset" => ("/forgot", ("email", "ada@example.com"), "ada"),
        "/login/link/open" => ("/login/link", ("email", "ada@example.com"), "ada"),
        "/register/confirm" => ("/register", ("email", "bob@example.com"), "bob"),
        "/join" => ("/account/invitations", ("email", "bob@example.com"), "bob"),
        "/confirm" => ("/account/confirm", ("", ""), "ada"),
        _ => ("/account/email", ("email", "lovelace@example.com"), "lovelace"),
    };
    if page == "/confirm" {
        site.sql("UPDATE users SET verified_at = NULL").await;
    }
    let stranger = site.stranger();
    let is_asked_by_strangers = page == "/login/link/open";
    if is_asked_by_strangers { &stranger } else { &ada }.submit(ask, &[field]).await;
    let link = site.link_to(to).await;
    (if to == "bob" || is_asked_by_strangers { stranger } else { ada }, link)
}

/// The same, where the link was opened.
async fn opened(page: &str) -> (Browser, String) {
    let (browser, link) = sent(page).await;
    assert_eq!(browser.open_link(&link).await.status, 200, "{page}");
    (browser, link)
}

/// How those say what they are that look at a link before somebody opens it: browsers that fetch ahead, mail programs,
/// and what protects from both.
const AHEAD: [(&str, &str); 6] = [
    ("sec-purpose", "prefetch"),
    ("sec-purpose", "prefetch;prerender"),
    ("purpose", "prefetch"),
    ("x-moz", "prefetch"),
    ("sec-fetch-site", "cross-site"),
    ("user-agent", "Mozilla/5.0 (compatible; Microsoft Office; ms-office; MSOffice 16; SafeLinks)"),
];

/// Looks at a link, twice by each method, as far as it leads.
async fn looks(browser: &Browser, link: &str) {
    for method in [Method::HEAD, Method::GET, Method::GET, Method::HEAD] {
        let answer = browser.send(method.clone(), link, None).await;
        if answer.status == 303 {
            browser.send(method, answer.location(), None).await;
        }
    }
}

/// Sends the form of a page behind a link.
async fn send(browser: &Browser, page: &str) -> Answer {
    browser.submit(page, &[("name", "Bob"), ("password", OTHER_PASSWORD)]).await
}

/// All that a second click could change.
async fn everything(site: &Rc<Site>) -> Vec<String> {
    let mut rows = Vec::new();
    for sql in [
        "SELECT email || name || password_hash || COALESCE(verified_at, created_at) AS text FROM users",
        "SELECT token_hash AS text FROM sessions",
        "SELECT token_hash || used_at AS text FROM links",
        "SELECT kind AS text FROM outbox",
        "SELECT kind AS text FROM events",
    ] {
        rows.extend(site.texts(sql).await);
    }
    rows
}

#[actix_web::test]
async fn whoever_looks_at_a_link_before_its_owner_uses_nothing_up() {
    for &(page, leads_to, ..) in PAGES {
        let (owner, link) = sent(page).await;
        for (name, value) in AHEAD {
            let scanner = owner.site.stranger();
            looks(scanner.set_header(name, Some(value)), &link).await;
            // Without the cookie that a link gives.
            looks(owner.site.stranger().set_header("cookie", Some("")), &link).await;
            looks(owner.set_header(name, Some(value)), &link).await;
            owner.headers.borrow_mut().clear();
        }
        assert_eq!(owner.open_link(&link).await.status, 200, "{page}");
        let answer = send(&owner, page).await;
        assert_eq!((answer.status, answer.location()), (303, leads_to), "{page}");
    }
}

#[actix_web::test]
async fn a_form_that_is_sent_twice_says_what_the_first_one_did_and_does_nothing_more() {
    for &(page, leads_to, done, _) in PAGES {
        let (browser, _) = opened(page).await;
        let first = send(&browser, page).await;
        assert_eq!((first.status, first.location()), (303, leads_to), "{page}");
        let before = everything(&browser.site).await;
        let second = send(&browser, page).await;
        assert_eq!((second.status, second.location()), (303, leads_to), "{page}");
        browser.follow(&second).await.shows("Done already").shows(done);
        assert_eq!(everything(&browser.site).await, before, "{page}");
    }
}

#[actix_web::test]
async fn of_two_clicks_at_once_both_are_told_that_it_is_done() {
    for &(page, leads_to, ..) in PAGES {
        let (browser, _) = opened(page).await;
        let answers = join_all([send(&browser, page), send(&browser, page)]).await;
        for answer in &answers {
            assert_eq!(answer.status, 303, "{page}: {}", answer.body);
        }
        let to_there = |answer: &&Answer| answer.location() == leads_to;
        assert!(answers.iter().any(|answer| to_there(&answer)), "{page}: {answers:?}");
        let sessions = browser.site.count("SELECT count(*) AS count FROM sessions").await;
        assert_eq!(
            sessions,
            match leads_to {
                "/login" => 0,
                "/dashboard" => 2,
                _ => 1,
            }
        );
    }
}

#[actix_web::test]
async fn of_twenty_confirmations_at_once_none_logs_the_owner_out() {
    for page in ["/confirm", "/account/email/confirm"] {
        let (ada, _) = opened(page).await;
        let answers = join_all((0..20).map(|_| send(&ada, page))).await;
        for answer in &answers {
            let to = answer.location();
            assert!(to == "/account" || to == "/login?next=%2Faccount", "{page}: {answer:?}");
        }
        let with_a_cookie = answers.iter().filter(|answer| {
            answer.cookies().iter().any(|cookie| cookie.name() == named!("__Host-" @ "_session"))
        });
        assert_eq!(with_a_cookie.count(), 1, "the one that did it");
        assert!(ada.is_logged_in().await, "{page}");
    }
}

#[actix_web::test]
async fn a_second_click_logs_nobody_in() {
    for &(page, leads_to, ..) in PAGES {
        let (browser, _) = opened(page).await;
        let (before, copy) = (browser.cookie("session"), browser.site.stranger());
        let mut purposes = Purpose::VARIANTS.iter().map(|purpose| purpose.name());
        let is_open = |purpose: &&str| browser.cookie(&format!("link_{purpose}")).is_some();
        let purpose = purposes.find(is_open).unwrap();
        let token = browser.cookie(&format!("link_{purpose}")).unwrap();
        copy.set_cookie(&format!("link_{purpose}"), &token);
        if let Some(secret) = browser.cookie("asked") {
            copy.set_cookie("asked", &secret);
        }
        let (name, mark) = copy.mark(purpose);
        copy.get(page).await;
        send(&browser, page).await;
        let answer = copy.submit(page, &[(name, &*mark), ("password", OTHER_PASSWORD)]).await;
        assert_eq!(copy.cookie("session"), None, "{page}: {before:?}");
        let login = if leads_to == "/login" { "/login" } else { "/login?next=" };
        assert!(answer.location().starts_with(login), "{page}: {answer:?}");
        assert!(!copy.is_logged_in().await);
    }
}

#[actix_web::test]
async fn a_link_that_was_used_says_when_and_what_for() {
    for &(page, _, _, deed) in PAGES {
        let (browser, link) = opened(page).await;
        send(&browser, page).await;
        browser.site.clock.advance(Duration::minutes(5));
        let used = format!("It was used already, on 1 November 2026, 12:00 UTC, {deed}.");
        if page != "/reset" {
            browser.get(page).await.shows(&used);
        }
        let answer = browser.open_link(&link).await;
        assert_eq!(answer.status, 410, "{page}");
        answer.shows(&used).hides("Nothing was changed").hides("cookies");
    }
}

#[actix_web::test]
async fn a_link_that_is_too_old_says_so_for_a_week_and_then_that_it_is_forgotten() {
    for &(page, ..) in PAGES {
        let (browser, link) = opened(page).await;
        browser.site.clock.advance(Duration::days(7));
        let needs_login = ["/confirm", "/account/email/confirm"].contains(&page);
        for sentence in ["It is too old: it worked until", "it ended more than a week ago"] {
            if needs_login {
                browser.log_in("ada").await;
            }
            let answer = browser.open_link(&link).await;
            assert_eq!(answer.status, 410, "{page}");
            answer.shows(sentence).hides("used").hides("cookies");
            browser.site.clock.advance(Duration::days(7));
            browser.site.purge().await.unwrap();
        }
    }
}

#[actix_web::test]
async fn a_link_that_something_else_ended_says_so() {
    for page in ["/reset", "/confirm", "/account/email/confirm"] {
        let (ada, link) = opened(page).await;
        let change = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
        assert_eq!(ada.submit("/account/password", &change).await.status, 303);
        let answer = ada.open_link(&link).await;
        assert_eq!(answer.status, 410, "{page}");
        answer.shows("the account got another address or password").hides("used").hides("cookies");
    }
}

#[actix_web::test]
async fn a_browser_without_a_cookie_is_told_that_cookies_may_be_the_reason() {
    for &(page, ..) in PAGES {
        let (browser, link) = opened(page).await;
        let without = browser.site.stranger();
        if ["/confirm", "/account/email/confirm"].contains(&page) {
            without.log_in("ada").await;
        }
        // It is sent the cookie and does not keep it.
        assert_eq!(browser.get(&link).await.location(), page);
        let answer = without.get(page).await;
        assert_eq!(answer.status, 410, "{page}");
        answer.shows("This link does not work here").shows("allow cookies for this site");
        answer.hides("used already").hides("too old");
    }
}

#[actix_web::test]
async fn a_form_whose_browser_has_opened_another_link_since_says_so() {
    let (ada, _) = opened("/reset").await;
    ada.submit("/forgot", &[("email", "ada@example.com")]).await;
    ada.get(&ada.site.link_to("ada").await).await;
    let answer = send(&ada, "/reset").await;
    assert_eq!(answer.status, 410);
    answer.shows("has opened another link since").shows("nothing was changed");
    assert_eq!(ada.site.stranger().log_in("ada").await.status, 303);
}

#[actix_web::test]
async fn a_form_that_names_no_link_does_nothing() {
    for &(page, ..) in PAGES {
        let (browser, _) = opened(page).await;
        for body in ["password=violet+kettle+marching+north&name=Bob", "link=", "link=2", ""] {
            let body = Some(body.to_owned());
            let answer = browser.send(Method::POST, page, body).await;
            assert_eq!(answer.status, 410, "{page}");
        }
        let used = "SELECT count(*) AS count FROM links WHERE used_at IS NOT NULL";
        assert_eq!(browser.site.count(used).await, 0, "{page}");
    }
}

#[actix_web::test]
async fn a_form_behind_a_link_does_not_tell_how_many_links_were_made() {
    for &(page, ..) in PAGES {
        let (browser, link) = opened(page).await;
        let shown = form_of(&browser.get(page).await, page).value("link").to_owned();
        assert!(shown.len() == 43 && shown.parse::<i64>().is_err(), "{page}: {shown}");
        let token = link.split_once("token=").unwrap().1;
        assert!(!shown.contains(token), "{page}: whoever sees the page has not the link");
    }
}
