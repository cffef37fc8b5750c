//! The administrators' pages.

use std::rc::Rc;

use actix_web::http::Method;
use app::people::Act;
use futures_util::future::join;
use time::Duration;

use crate::browser::{Answer, Browser, PASSWORD, Site, address};
use crate::models::is_under;
use crate::second_factor;

/// An administrator's browser, where Bob, whose id is 2, has an account.
async fn root() -> Browser {
    let site = Site::open().await;
    let root = site.administrator("root").await;
    site.user("bob").await;
    root
}

const BOB: &str = "/admin/people/2";

async fn act(root: &Browser, act: Act) -> Answer {
    root.submit(BOB, &[("act", act.name())]).await
}

/// Every page and form below `/admin`, about Bob.
async fn routes(site: &Rc<Site>) -> Vec<(Method, String)> {
    let all = site.app.routes().await.into_iter().filter(|(path, _)| is_under(path, "/admin"));
    let each = all.flat_map(|(path, methods)| {
        let path = path.replace("{id}", "2");
        methods.into_iter().map(move |method| (method.parse().unwrap(), path.clone()))
    });
    each.collect()
}

async fn send(browser: &Browser, method: &Method, path: &str) -> Answer {
    let body = (*method == Method::POST).then(|| "act=end-sessions".to_owned());
    browser.send(method.clone(), path, body).await
}

#[actix_web::test]
async fn nobody_else_sees_or_changes_anything() {
    let root = root().await;
    let (site, mut forms) = (&root.site, 0);
    let (bob, stranger) = (site.logged_in("bob").await, site.stranger());
    for (method, path) in routes(site).await {
        assert_eq!(send(&bob, &method, &path).await.status, 403, "{method} {path}");
        let answer = send(&stranger, &method, &path).await;
        let is_asked = answer.status == 401 || answer.location().starts_with("/login");
        assert!(is_asked, "{method} {path}: {} {}", answer.status, answer.location());
        forms += usize::from(method == Method::POST);
    }
    assert!(forms > 1, "{forms}");
    assert!(bob.is_logged_in().await);
    bob.get("/dashboard").await.hides("/admin");
}

#[actix_web::test]
async fn an_administrator_whose_password_was_typed_long_ago_looks_and_changes_nothing() {
    let site = Site::open().await;
    site.admin("root").await;
    let (bob, root) = (site.logged_in("bob").await, site.stale("root").await);
    for (method, path) in routes(&site).await {
        let answer = send(&root, &method, &path).await;
        let expected = if method == Method::GET { 200 } else { 403 };
        assert_eq!(answer.status, expected, "{method} {path}: {}", answer.location());
    }
    assert!(bob.is_logged_in().await);
}

#[actix_web::test]
async fn whose_address_is_not_proved_is_no_administrator_here() {
    let root = root().await;
    root.site.sql("UPDATE users SET verified_at = NULL WHERE id = 1").await;
    let answer = root.get("/admin").await;
    assert_eq!(answer.location(), "/account");
}

#[actix_web::test]
async fn people_are_found_by_name_and_address_and_in_any_order() {
    let root = root().await;
    root.site.user("eve").await;
    let names = async |query: &str| {
        let body = root.get(&format!("/admin/people{query}")).await.body;
        let links = body.split("<a href=\"/admin/people/").skip(1);
        let name = |link: &str| Some(link.split_once('>')?.1.split_once('<')?.0.to_owned());
        let named: Vec<_> = links.filter_map(name).collect();
        named.join(" ")
    };
    assert_eq!(names("").await, "eve bob root");
    assert_eq!(names("?sort=name").await, "bob eve root");
    assert_eq!(names("?sort=-name").await, "root eve bob");
    assert_eq!(names("?sort=created&q=E%40EXAMPLE").await, "eve");
    assert_eq!(names("?per_page=1&page=2").await, "bob");
}

#[actix_web::test]
async fn the_list_can_be_cut_down_to_administrators_and_to_who_needs_looking_after() {
    let root = root().await;
    let (site, bob) = (&root.site, "bob@example.com");
    root.get("/admin/people?only=administrators").await.shows("root@example.com").hides(bob);
    root.get("/admin/people?only=disabled").await.shows("Nobody here");
    root.get("/admin/people?only=unproved").await.hides(bob);
    site.sql("UPDATE users SET disabled_at = created_at, verified_at = NULL WHERE id = 2").await;
    root.get("/admin/people?only=disabled").await.shows(bob).shows("disabled</span>");
    root.get("/admin/people?only=unproved").await.shows(bob).shows("not proved");
}

#[actix_web::test]
async fn somebodys_page_tells_where_they_are_logged_in_and_what_happened() {
    let root = root().await;
    root.get(BOB).await.shows("Logged in nowhere").shows("Nothing in the last 90 days");
    let bob = root.site.logged_in("bob").await;
    let token = [("name", "Script"), ("days", "30"), ("papers:read", "yes")];
    bob.submit("/account/tokens", &token).await;
    let page = root.get(BOB).await;
    page.shows("bob@example.com").shows("From 127.0.0.1").shows("Logged in</strong>");
    page.shows("Script").shows("papers:read").shows("An API token was made");
    assert_eq!(root.get("/admin/people/7").await.status, 404);
    assert_eq!(root.get("/admin/people/bob").await.status, 404);
}

#[actix_web::test]
async fn bob_is_disabled_is_told_so_and_is_enabled_again() {
    let root = root().await;
    let bob = root.site.logged_in("bob").await;
    assert_eq!(act(&root, Act::Disable).await.location(), BOB);
    assert!(!bob.is_logged_in().await);
    assert_eq!(bob.log_in("bob").await.status, 422);
    assert!(root.site.mail_to("bob").await.text.contains("It is disabled"));
    root.get(BOB).await.shows("disabled</span>").hides("value=\"disable\"");
    act(&root, Act::Enable).await;
    bob.log_in("bob").await;
    assert!(bob.is_logged_in().await);
    assert!(root.site.mails().await.iter().any(|mail| mail.text.contains("It is enabled")));
}

#[actix_web::test]
async fn bob_becomes_an_administrator_and_is_none_any_more() {
    let root = root().await;
    let bob = root.site.logged_in("bob").await;
    act(&root, Act::Promote).await;
    assert_eq!(bob.get("/admin").await.status, 200);
    assert!(root.site.mail_to("bob").await.text.contains("It is an administrator's now"));
    act(&root, Act::Demote).await;
    assert_eq!(bob.get("/admin").await.status, 403);
    assert!(root.site.mail_to("bob").await.text.contains("no administrator's any more"));
}

#[actix_web::test]
async fn bob_is_logged_out_everywhere_and_told_so() {
    let root = root().await;
    let bob = root.site.logged_in("bob").await;
    let program = root.site.program("bob", "profile:read").await;
    act(&root, Act::EndSessions).await;
    assert!(!bob.is_logged_in().await);
    assert_eq!(program.get("/api/me").await.status, 401);
    assert!(root.site.mail_to("bob").await.text.contains("logged out everywhere"));
}

#[actix_web::test]
async fn bob_gets_a_link_to_a_new_password() {
    let root = root().await;
    act(&root, Act::SendResetLink).await;
    let bob = root.site.stranger();
    bob.open_link(&root.site.link_to("bob").await).await.shows("bob@example.com");
}

#[actix_web::test]
async fn bobs_lost_second_factor_is_removed_and_he_is_told_so() {
    let root = root().await;
    root.get(BOB).await.hides("remove-second-factor");
    let bob = root.site.logged_in("bob").await;
    second_factor::turn_on(&bob).await;
    root.get(BOB).await.shows("value=\"remove-second-factor\"");
    act(&root, Act::RemoveSecondFactor).await;
    assert!(!bob.is_logged_in().await);
    assert_eq!(bob.log_in("bob").await.location(), "/dashboard");
    let mails = root.site.mails().await;
    assert!(mails.iter().any(|mail| mail.subject == "The second factor is removed"));
}

#[actix_web::test]
async fn bobs_account_is_deleted_after_a_question() {
    let root = root().await;
    let bob = root.site.logged_in("bob").await;
    root.get(BOB).await.shows("/admin/people/2/delete").hides("value=\"delete\"");
    root.get("/admin/people/2/delete").await.shows("bob@example.com").shows("value=\"delete\"");
    let answer = act(&root, Act::Delete).await;
    root.follow(&answer).await.shows("The account is deleted").hides("bob@example.com");
    assert!(!bob.is_logged_in().await);
    assert_eq!(root.site.mail_to("bob").await.subject, "Your account is deleted");
    root.get("/admin/log").await.shows("deleted by an administrator").shows("No. 2, who is gone");
}

#[actix_web::test]
async fn each_change_is_in_the_log_with_who_did_it_and_in_bobs_own_without_where() {
    let root = root().await;
    let bob = root.site.logged_in("bob").await;
    for done in [Act::Promote, Act::Demote, Act::SendResetLink] {
        act(&root, done).await;
        let kind = done.event().name();
        let row = format!("kind = '{kind}' AND user_id = 2 AND by_user_id = 1");
        let sql = format!("SELECT count(*) AS count FROM events WHERE {row}");
        assert_eq!(root.site.count(sql).await, 1, "{kind}");
    }
    root.get("/admin/log").await.shows("by <a href=\"/admin/people/1\">root@example.com");
    bob.get("/account/activity").await.shows("By an administrator");
    let copy = bob.get("/account/export").await.json();
    let [last, .., first] = copy["events"].as_array().unwrap().as_slice() else { panic!("{copy}") };
    assert_eq!((&last["ip_address"], &first["ip_address"]), (&"".into(), &"127.0.0.1".into()));
}

#[actix_web::test]
async fn what_is_so_already_is_no_change_and_no_mail() {
    let root = root().await;
    for done in [Act::Enable, Act::Demote, Act::RemoveSecondFactor] {
        assert_eq!(act(&root, done).await.location(), BOB);
    }
    assert_eq!(root.site.mails().await.len(), 0);
    assert_eq!(root.site.count("SELECT count(*) AS count FROM events WHERE user_id = 2").await, 0);
}

#[actix_web::test]
async fn an_unknown_act_and_one_on_oneself_are_refused() {
    let root = root().await;
    assert_eq!(root.submit(BOB, &[("act", "promote-twice")]).await.status, 400);
    let answer = root.submit("/admin/people/1", &[("act", "disable")]).await;
    assert_eq!(answer.status, 403);
    assert_eq!(root.get("/admin/people/1/delete").await.status, 403);
    root.get("/admin/people/1").await.shows("This is you").hides("name=\"act\"");
    assert!(root.is_logged_in().await);
}

#[actix_web::test]
async fn of_two_administrators_who_take_each_others_role_one_stays() {
    let root = root().await;
    let bob = root.site.administrator("bob").await;
    let (by_root, by_bob) = join(
        root.submit(BOB, &[("act", "demote")]),
        bob.submit("/admin/people/1", &[("act", "demote")]),
    )
    .await;
    let statuses = (by_root.status, by_bob.status);
    let admins = root.site.count("SELECT count(*) AS count FROM users WHERE is_admin").await;
    assert_eq!(admins, 1, "{statuses:?}");
}

async fn log(root: &Browser, query: &str) -> Answer {
    root.get(&format!("/admin/log?{query}")).await
}

#[actix_web::test]
async fn the_log_is_searched_by_kind_person_network_and_day() {
    let root = root().await;
    let (site, who) = (&root.site, "(user_id, kind, ip_address, user_agent, created_at)");
    site.sql("DELETE FROM events").await;
    let old = "(2, 'password_changed', '203.0.113.7', '', '2026-10-03 23:59:59')";
    let new = "(1, 'log_in_failed', '198.51.100.1', '', '2026-10-05 00:00:00')";
    site.sql(format!("INSERT INTO events {who} VALUES {old}, {new}")).await;
    let (old, new) =
        ("The password was changed</strong>", "A log-in failed: wrong password</strong>");
    log(&root, "").await.shows(old).shows(new);
    for query in [
        "kind=password_changed",
        "person=BOB@example.com",
        "network=203.0.113.",
        "until=2026-10-03",
    ] {
        log(&root, query).await.shows(old).hides(new);
    }
    for query in ["person=root@example.com", "network=198.51.100.1", "since=2026-10-04&until="] {
        log(&root, query).await.hides(old).shows(new);
    }
    for query in ["person=eve@example.com", "person=nobody", "network=198.51.100.10"] {
        log(&root, query).await.shows("Nothing found");
    }
}

#[actix_web::test]
async fn a_day_that_is_none_is_said_at_its_field() {
    let root = root().await;
    let page = log(&root, "since=yesterday&person=bob%40example.com").await;
    assert_eq!(page.status, 422);
    page.shows("value=\"yesterday\"").shows("since-error").shows("value=\"bob@example.com\"");
}

#[actix_web::test]
async fn the_pages_of_a_search_lead_on_in_it() {
    let root = root().await;
    for _ in 0..21 {
        root.submit("/account/sessions/end-others", &[]).await;
    }
    let page = log(&root, "kind=other_sessions_ended").await;
    page.shows("href=\"/admin/log?kind=other_sessions_ended&#38;page=2\"");
    log(&root, "kind=other_sessions_ended&page=2")
        .await
        .shows("rel=\"prev\"")
        .hides("rel=\"next\"");
}

#[actix_web::test]
async fn the_log_is_taken_along_as_a_file_in_which_nothing_is_a_formula() {
    let root = root().await;
    let eve = root.site.stranger();
    eve.set_header("user-agent", Some("=cmd|' /C calc'!A0;=x \"quoted\""));
    eve.submit("/login", &[("email", "bob@example.com"), ("password", "a bad guess")]).await;
    let file = root.get("/admin/log.csv?kind=log_in_failed").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let lines: Vec<_> = file.body.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[1].contains(
        "\"log_in_failed\",\"A log-in failed: wrong password\",\"bob@example.com\",\"\""
    ));
    assert!(lines[1].ends_with(r#""'=cmd|' /C calc'!A0,=x ""quoted""","1""#), "{}", lines[1]);
}

/// An outbox whose mail server does not answer.
const DOWN: [(&str, &str); 2] =
    [("SMTP_URL", "smtp://127.0.0.1:1"), ("MAIL_FROM", "app@example.com")];

#[actix_web::test]
async fn a_mail_that_was_not_sent_is_shown_with_why_and_tried_again() {
    let root = root().await;
    let (site, stranger) = (&root.site, root.site.stranger());
    stranger.submit("/forgot", &[("email", &address("bob"))]).await;
    root.get("/admin/outbox").await.shows("bob@example.com").shows("reset").hides("Try again");
    root.get("/admin/outbox?only=failed").await.hides("bob@example.com");
    kit::mail::deliver(&site.outbox_with(&DOWN)).await.unwrap();
    root.get("/admin/outbox?only=failed").await.shows("onnection").shows("Try again");
    site.clock.advance(Duration::seconds(5));
    assert_eq!(site.mails().await.len(), 0, "not before the pause is over");
    root.submit("/admin/outbox/1", &[]).await;
    assert_eq!(site.mail_to("bob").await.subject, "Choose a new password");
    root.get("/admin/outbox").await.shows("Nothing waits");
}

#[actix_web::test]
async fn a_mail_that_was_given_up_is_shown_until_it_is_sent_all_the_same() {
    let root = root().await;
    let site = &root.site;
    site.stranger().submit("/forgot", &[("email", &address("bob"))]).await;
    site.sql("UPDATE outbox SET message = 'broken'").await;
    assert_eq!(site.mails().await.len(), 0);
    root.get("/admin/outbox").await.shows("given up").shows("Try again");
    site.clock.advance(Duration::days(2));
    site.purge().await.unwrap();
    site.sql("UPDATE outbox SET message = '{\"kind\":\"reset\"}'").await;
    site.logged_in("root").await.submit("/admin/outbox/1", &[]).await;
    assert_eq!(site.mail_to("bob").await.subject, "Choose a new password");
}

#[actix_web::test]
async fn an_invitation_that_failed_and_was_taken_back_is_sent_by_nobody() {
    let root = root().await;
    let eve = [("email", "eve@example.com")];
    root.submit("/account/invitations", &eve).await;
    root.site.sql("UPDATE outbox SET failure = 'refused', sent_at = created_at").await;
    root.get("/admin/outbox").await.shows("eve@example.com");
    root.submit("/account/invitations/take-back", &eve).await;
    root.get("/admin/outbox").await.hides("eve@example.com");
    root.submit("/admin/outbox/1", &[]).await;
    assert_eq!(root.site.mails().await.len(), 0);
}

#[actix_web::test]
async fn the_first_page_tells_how_the_place_is() {
    let root = root().await;
    let page = root.get("/admin").await;
    page.shows("2 accounts").shows("its tables up to date").shows("None waits");
    page.shows("/account/invitations").shows(named!(@ " ")).shows(env!("CARGO_PKG_VERSION"));
    root.site.stranger().submit("/forgot", &[("email", &address("bob"))]).await;
    root.get("/admin").await.shows("1 waits, the oldest since");
    root.get("/dashboard").await.shows("href=\"/admin\"");
    let closed = Site::with(&[("REGISTRATION", "closed")]).await.administrator("root").await;
    closed.get("/admin").await.hides("/account/invitations");
}

#[actix_web::test]
async fn who_must_have_a_second_factor_and_has_none_sees_none_of_it() {
    let site = Site::with(&[("REQUIRE_SECOND_FACTOR", "admins")]).await;
    let root = site.administrator("root").await;
    assert_eq!(root.get("/admin/people").await.location(), "/account/second-factor/new");
    let answer = root.submit(BOB, &[("act", "promote"), ("password", PASSWORD)]).await;
    assert_ne!(answer.location(), BOB);
}
