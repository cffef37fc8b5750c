//! What has expired is deleted, and nothing else.

use time::Duration;

use crate::browser::Site;

async fn rows(site: &Site, table: &str) -> i64 {
    site.count(format!("SELECT count(*) AS count FROM {table}")).await
}

/// Moves the clock and purges; how many rows are left in the table.
async fn left_after(site: &Site, time: Duration, table: &str) -> i64 {
    site.clock.advance(time);
    site.purge().await.unwrap();
    rows(site, table).await
}

/// Fails unless the one row of a table goes after this time.
async fn goes_after(site: &Site, time: Duration, table: &str) {
    assert_eq!(left_after(site, time - Duration::SECOND, table).await, 1, "{table}");
    assert_eq!(left_after(site, Duration::SECOND, table).await, 0, "{table}");
    assert_eq!(rows(site, "users").await, 1);
}

#[actix_web::test]
async fn sessions_go_when_their_time_is_up() {
    let site = Site::open().await;
    site.logged_in("ada").await;
    goes_after(&site, Duration::hours(24), "sessions").await;
}

#[actix_web::test]
async fn so_do_the_tokens_of_programs() {
    let site = Site::open().await;
    site.program("ada", "papers:read").await;
    goes_after(&site, Duration::days(30), "refresh_tokens").await;
}

#[actix_web::test]
async fn an_api_token_is_shown_as_ended_for_a_month() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    ada.submit("/account/tokens", &[("name", "x"), ("days", "30"), ("papers:read", "yes")]).await;
    goes_after(&site, Duration::days(60), "api_tokens").await;
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
    kit::mail::deliver(site.app.state().outbox()).await.unwrap();
    assert_eq!(left_after(&site, Duration::days(4) - Duration::SECOND, "outbox").await, 1);
    assert_eq!(left_after(&site, Duration::SECOND, "outbox").await, 0);
}

/// Events that happened long ago.
fn old_events(site: &Site, count: usize) {
    let sql = format!(
        "INSERT INTO events (kind, ip_address, user_agent, created_at)
             WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
             SELECT 'logged_in', '', '', '2020-01-01 00:00:00' FROM n"
    );
    drop(site.database.other_program(&sql));
}

/// Stops whoever deletes the event with the id 2200.
const STOP: &str = if cfg!(feature = "postgres") {
    "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'stop'; END $$;
     CREATE TRIGGER stop BEFORE DELETE ON events FOR EACH ROW WHEN (OLD.id = 2200)
         EXECUTE FUNCTION stop()"
} else {
    "CREATE TRIGGER stop BEFORE DELETE ON events WHEN OLD.id = 2200
         BEGIN SELECT RAISE(ABORT, 'stop'); END"
};

#[actix_web::test]
async fn a_purge_that_is_stopped_in_the_middle_keeps_what_it_has_done() {
    let site = Site::open().await;
    old_events(&site, 2500);
    drop(site.database.other_program(STOP));
    assert!(site.purge().await.is_err());
    let left = rows(&site, "events").await;
    assert!((1..2500).contains(&left), "{left}");
    let go_on = if cfg!(feature = "postgres") { "stop ON events" } else { "stop" };
    site.sql(format!("DROP TRIGGER {go_on}")).await;
    assert_eq!(site.purge().await.unwrap(), usize::try_from(left).unwrap());
    assert_eq!(rows(&site, "events").await, 0);
}

#[actix_web::test]
async fn however_much_has_piled_up_it_goes() {
    let site = Site::open().await;
    old_events(&site, 200_000);
    assert_eq!(site.purge().await.unwrap(), 200_000);
}
