//! Security events: the application can listen.

use std::sync::{Arc, Mutex};

use app::people::Event::*;
use app::people::SecurityEvent;
use time::Duration;

use crate::browser::{PASSWORD, Site};

fn listen(site: &Site) -> Arc<Mutex<Vec<SecurityEvent>>> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&heard);
    site.app.state().events().listen(move |event| sink.lock().unwrap().push(event.clone()));
    heard
}

#[actix_web::test]
async fn a_persons_day_is_told() {
    let site = Site::open().await;
    site.user("ada").await;
    let heard = listen(&site);
    let ada = site.stranger();
    ada.submit("/login", &[("email", "ada@example.com"), ("password", "wrong password")]).await;
    ada.get("/dashboard").await;
    ada.log_in("ada").await;
    ada.submit("/sudo", &[("password", "wrong password")]).await;
    ada.submit("/sudo", &[("password", PASSWORD)]).await;
    ada.submit("/logout", &[]).await;
    let user_id = 1;
    let told = [
        LogInFailed.of(user_id),
        Unauthorized.of_somebody(None),
        LoggedIn.of(user_id),
        SudoDenied.of(user_id),
        SudoGranted.of(user_id),
        LoggedOut.of(user_id),
    ];
    assert_eq!(*heard.lock().unwrap(), told);
}

#[actix_web::test]
async fn an_api_token_is_told_of_when_it_is_made_and_ended() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    let heard = listen(&site);
    ada.submit("/account/tokens", &[("name", "x"), ("days", "30"), ("papers:read", "yes")]).await;
    ada.submit("/account/tokens/1/revoke", &[]).await;
    assert_eq!(*heard.lock().unwrap(), [ApiTokenCreated.of(1), TokenRevoked.of(1)]);
}

#[actix_web::test]
async fn a_programs_day_is_told() {
    let site = Site::open().await;
    site.user("ada").await;
    let heard = listen(&site);
    let ada = site.program("ada", "profile:read").await;
    ada.token(&[("username", "no@example.com")]).await;
    let tokens = ada.token(&[("username", "ada@example.com")]).await.json();
    let refresh = tokens["refresh_token"].as_str().unwrap();
    ada.refresh(refresh).await;
    ada.refresh(refresh).await;
    ada.get("/api/papers").await;
    let user_id = 1;
    let told = [
        TokenIssued.of(user_id),
        LogInFailed.of_somebody(None),
        TokenRefused.of_somebody(None),
        TokenIssued.of(user_id),
        TokenRefreshed.of(user_id),
        TokenReused.of(user_id),
        TokenRefused.of_somebody(None),
        SecurityEvent { scope: Some("papers:read"), ..OutOfScope.of_somebody(None) },
    ];
    assert_eq!(*heard.lock().unwrap(), told);
}

#[actix_web::test]
async fn who_is_logged_out_already_is_not_told_to_have_logged_out() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    let heard = listen(&site);
    let cookie = ada.cookie("session").unwrap();
    ada.submit("/logout", &[]).await;
    ada.set_cookie("session", &cookie);
    ada.submit("/logout", &[]).await;
    assert_eq!(*heard.lock().unwrap(), [LoggedOut.of(1)]);
}

#[actix_web::test]
async fn events_are_kept_for_ninety_days() {
    for (seconds, kept) in [(-1, 1), (0, 0)] {
        let site = Site::open().await;
        site.logged_in("ada").await;
        site.clock.advance(Duration::days(90) + Duration::seconds(seconds));
        site.purge().await.unwrap();
        assert_eq!(site.count("SELECT count(*) AS count FROM events").await, kept);
    }
}

#[test]
fn a_line_of_the_log_says_what_happened_and_to_whom() {
    assert_eq!(LoggedIn.of(7).to_string(), "logged_in user_id=7");
    let lacking = SecurityEvent { scope: Some("papers:read"), ..OutOfScope.of_somebody(None) };
    assert_eq!(lacking.to_string(), "out_of_scope scope=papers:read");
}
