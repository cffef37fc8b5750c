//! What has expired is deleted, and nothing else.

use latchkey::purge::purge;
use time::Duration;

use crate::browser::Site;

async fn rows(site: &Site, table: &str) -> i64 {
    site.count(format!("SELECT count(*) AS count FROM {table}")).await
}

/// Moves the clock and purges; how many rows are left in the table.
async fn left_after(site: &Site, time: Duration, table: &str) -> i64 {
    site.clock.advance(time);
    purge(&site.db, &site.clock).await.unwrap();
    rows(site, table).await
}

#[actix_web::test]
async fn sessions_and_tokens_go_when_their_time_is_up() {
    for (table, time) in [
        ("sessions", Duration::hours(24)),
        ("refresh_tokens", Duration::days(30)),
        // Shown as ended for a month.
        ("api_tokens", Duration::days(60)),
    ] {
        let site = Site::open().await;
        let ada = site.logged_in("ada").await;
        ada.submit("/account/tokens", &[("name", "x"), ("days", "30"), ("notes:read", "yes")])
            .await;
        site.program("ada", "notes:read").await;
        assert_eq!(left_after(&site, time - Duration::SECOND, table).await, 1, "{table}");
        assert_eq!(left_after(&site, Duration::SECOND, table).await, 0, "{table}");
        assert_eq!(rows(&site, "users").await, 1);
    }
}

#[actix_web::test]
async fn links_go_a_week_after_their_end() {
    let site = Site::open().await;
    site.user("ada").await;
    site.stranger().submit("/forgot", &[("email", "ada@example.com")]).await;
    site.mails().await;
    let time = Duration::minutes(30) + Duration::days(7);
    assert_eq!(left_after(&site, time - Duration::SECOND, "links").await, 1);
    assert_eq!(left_after(&site, Duration::SECOND, "links").await, 0);
}

#[actix_web::test]
async fn the_rows_of_sent_mails_go_after_a_day() {
    let site = Site::open().await;
    site.stranger().submit("/forgot", &[("email", "ada@example.com")]).await;
    site.mails().await;
    assert_eq!(left_after(&site, Duration::DAY - Duration::SECOND, "outbox").await, 1);
    assert_eq!(left_after(&site, Duration::SECOND, "outbox").await, 0);
}

#[actix_web::test]
async fn a_mail_that_cannot_be_sent_is_given_up_after_four_days() {
    let site = Site::with(&[("SMTP_URL", "smtp://127.0.0.1:1")]).await;
    site.user("ada").await;
    site.stranger().submit("/forgot", &[("email", "ada@example.com")]).await;
    site.app.outbox().deliver().await.unwrap();
    assert_eq!(left_after(&site, Duration::days(4) - Duration::SECOND, "outbox").await, 1);
    assert_eq!(left_after(&site, Duration::SECOND, "outbox").await, 0);
}
