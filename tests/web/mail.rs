//! The outbox, the limits, and the development mailbox.

use app::mail::Outbox;
use time::Duration;

use crate::browser::{Browser, Site};

async fn forget(site: &std::rc::Rc<Site>, name: &str) {
    let email = format!("{name}@example.com");
    assert_eq!(site.stranger().submit("/forgot", &[("email", &email)]).await.status, 303);
}

/// The same outbox with a mail server that nobody runs.
fn without_server(site: &Site) -> Outbox {
    site.outbox_with(&[("SMTP_URL", "smtp://127.0.0.1:1")])
}

const WAITING: &str = "SELECT count(*) AS count FROM outbox WHERE sent_at IS NULL";

#[actix_web::test]
async fn a_mail_server_that_is_down_changes_no_answer_and_loses_no_mail() {
    let site = Site::open().await;
    site.user("ada").await;
    forget(&site, "ada").await;
    let down = without_server(&site);
    for _ in 0..5 {
        kit::mail::deliver(&down).await.unwrap();
        site.clock.advance(Duration::hours(6));
    }
    assert_eq!(site.count(WAITING).await, 1);
    assert_eq!(site.count("SELECT attempts AS count FROM outbox").await, 5);
    let link = site.link_to("ada").await;
    assert_eq!(site.stranger().open_link(&link).await.status, 200, "counted from its sending");
    assert_eq!(site.count(WAITING).await, 0);
}

#[actix_web::test]
async fn attempts_are_made_at_growing_intervals() {
    let site = Site::open().await;
    site.user("ada").await;
    forget(&site, "ada").await;
    let down = without_server(&site);
    for pause in [20, 40, 80, 160] {
        kit::mail::deliver(&down).await.unwrap();
        let attempts = site.count("SELECT attempts AS count FROM outbox").await;
        site.clock.advance(Duration::seconds(pause - 1));
        kit::mail::deliver(&down).await.unwrap();
        assert_eq!(site.count("SELECT attempts AS count FROM outbox").await, attempts, "{pause}");
        site.clock.advance(Duration::SECOND);
    }
}

#[actix_web::test]
async fn a_mail_that_cannot_be_written_stands_in_nobodys_way() {
    let site = Site::open().await;
    site.user("ada").await;
    forget(&site, "eve").await;
    site.sql("UPDATE outbox SET message = 'broken'").await;
    forget(&site, "ada").await;
    assert_eq!(site.mails().await.len(), 1);
    assert_eq!(site.count(WAITING).await, 0, "it is given up");
}

#[actix_web::test]
async fn of_two_who_send_at_once_one_sends_each_mail() {
    let site = Site::open().await;
    for name in ["ada", "bob", "eve"] {
        site.user(name).await;
        forget(&site, name).await;
    }
    let (one, two) = (site.app.state().outbox().clone(), site.app.state().outbox().clone());
    let (one, two) =
        futures_util::future::join(kit::mail::deliver(&one), kit::mail::deliver(&two)).await;
    one.and(two).unwrap();
    assert_eq!(site.mails().await.len(), 3);
}

#[actix_web::test]
async fn a_mail_is_as_much_part_of_a_change_as_the_change_itself() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    site.sql("ALTER TABLE outbox RENAME COLUMN kind TO other").await;
    let change =
        [("current", crate::browser::PASSWORD), ("password", "violet kettle marching north")];
    assert_eq!(ada.submit("/account/password", &change).await.status, 503);
    assert_eq!(site.stranger().log_in("ada").await.status, 303, "the password is as it was");
}

#[actix_web::test]
async fn an_address_gets_three_mails_of_a_kind_an_hour_and_ten_a_day() {
    let site = Site::open().await;
    site.user("ada").await;
    for _ in 0..5 {
        forget(&site, "ada").await;
    }
    assert_eq!(site.mails().await.len(), 3);
    site.clock.advance(Duration::HOUR - Duration::SECOND);
    forget(&site, "ada").await;
    assert_eq!(site.mails().await.len(), 3);
    site.clock.advance(Duration::SECOND);
    for _ in 0..12 {
        forget(&site, "ada").await;
        site.clock.advance(Duration::minutes(30));
    }
    assert_eq!(site.mails().await.len(), 10);
    forget(&site, "eve").await;
    site.sql("UPDATE users SET verified_at = NULL").await;
    site.logged_in("ada").await.submit("/account/confirm", &[]).await;
    assert_eq!(site.mails().await.len(), 11, "another kind");
}

#[actix_web::test]
async fn links_are_made_for_the_public_address_whatever_a_request_calls_us() {
    let site = Site::with(&[("ALLOWED_HOSTS", "other.example:8080")]).await;
    site.user("ada").await;
    let eve = site.stranger();
    eve.set_header("host", Some("other.example:8080"))
        .set_header("x-forwarded-host", Some("evil.example"));
    assert_eq!(eve.submit("/forgot", &[("email", "ada@example.com")]).await.status, 303);
    let mail = site.mail_to("ada").await;
    assert!(mail.text.contains("http://localhost:8080/reset?token="), "{}", mail.text);
    assert!(!mail.html.contains("other.example") && !mail.html.contains("evil.example"));
}

#[actix_web::test]
async fn the_mailbox_shows_each_mail_as_text_and_as_html_with_links_that_work() {
    let eve = Browser::stranger().await;
    eve.site.user("ada").await;
    eve.get("/dev/mail").await.shows("No mail yet");
    forget(&eve.site, "ada").await;
    eve.get("/dev/mail").await.shows("Choose a new password").shows("To ada@example.com");
    let link = eve.site.link_to("ada").await;
    eve.get("/dev/mail/1").await.shows(&format!("href=\"http://localhost:8080{link}\""));
    let html = eve.get("/dev/mail/1/html").await;
    html.shows(&format!("href=\"http://localhost:8080{link}\""));
    assert!(html.header("content-security-policy").starts_with("default-src 'none'; style-src"));
    assert_eq!(eve.get("/dev/mail/2").await.status, 404);
}

#[actix_web::test]
async fn elsewhere_there_is_no_mailbox_and_no_word_of_it() {
    let with_a_server = Site::with(&[("SMTP_URL", "smtp://127.0.0.1:1")]).await;
    for site in [Site::in_production(&[]).await, with_a_server] {
        let stranger = site.stranger();
        for path in ["/dev/mail", "/dev/mail/1", "/dev/mail/1/html"] {
            assert_eq!(stranger.get(path).await.status, 404);
        }
        stranger.get("/forgot/sent").await.hides("/dev/mail");
    }
}

#[actix_web::test]
async fn what_somebody_typed_is_only_text_in_a_mail() {
    let site = Site::open().await;
    site.admin("ada").await;
    site.sql("UPDATE users SET name = '<b>Ada</b>'").await;
    let ada = site.logged_in("ada").await;
    ada.submit("/account/invitations", &[("email", "bob@example.com")]).await;
    let mail = site.mail_to("bob").await;
    assert!(mail.html.contains("&#60;b&#62;Ada") && !mail.html.contains("<b>Ada"), "{}", mail.html);
    assert!(mail.text.contains("<b>Ada</b> invites you"), "{}", mail.text);
}

#[actix_web::test]
async fn notices_overtake_a_flood_of_questions() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    for n in 0..5 {
        site.user(&format!("user{n}")).await;
        forget(&site, &format!("user{n}")).await;
    }
    let change =
        [("current", crate::browser::PASSWORD), ("password", "violet kettle marching north")];
    ada.submit("/account/password", &change).await;
    let mails = site.mails().await;
    assert_eq!(mails.len(), 6);
    assert_eq!(mails.last().unwrap().subject, "Your password was changed", "the first of all");
}

#[actix_web::test]
async fn a_mail_that_was_taken_by_a_program_that_died_is_sent_two_minutes_later() {
    let site = Site::open().await;
    site.user("ada").await;
    forget(&site, "ada").await;
    // What a program leaves that is stopped after it has taken the mail.
    site.sql("UPDATE outbox SET attempts = 1, due_at = '2026-11-01 12:02:00'").await;
    site.clock.advance(Duration::seconds(119));
    assert_eq!(site.mails().await.len(), 0);
    site.clock.advance(Duration::SECOND);
    assert_eq!(site.mails().await.len(), 1);
}

#[actix_web::test]
async fn on_an_address_that_others_reach_there_is_no_mailbox() {
    for settings in [[("HOST", "0.0.0.0")], [("PUBLIC_URL", "http://192.0.2.7:8080")]] {
        let stranger = Site::with(&settings).await.stranger();
        assert_eq!(stranger.get("/dev/mail").await.status, 404);
    }
}
