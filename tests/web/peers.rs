//! Where requests come from, behind proxies and from odd browsers.

use actix_web::test::TestRequest;

use crate::browser::{Browser, Site};

/// The address that is noted when Ada logs in with these lines of `X-Forwarded-For` in one.
async fn noted(ada: &Browser, forwarded: &[u8]) -> String {
    ada.set_octets("x-forwarded-for", forwarded);
    ada.log_in("ada").await;
    let page = ada.get("/account/sessions").await.body;
    let (_, rest) = page.split_once("<p>From ").unwrap_or_else(|| panic!("{page}"));
    rest.split('<').next().unwrap().to_owned()
}

#[actix_web::test]
async fn the_client_is_found_in_whatever_its_proxy_writes() {
    let site = Site::with(&[("TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8,2001:db8:ffff::/48")]).await;
    let ada = site.logged_in("ada").await;
    for (forwarded, client) in [
        (&b"8.8.8.8"[..], "8.8.8.8"),
        (b"\xe9, 8.8.8.8", "8.8.8.8"),
        (b"1.1.1.1, \xe9, 8.8.8.8", "8.8.8.8"),
        (b"8.8.8.8, \xe9", "127.0.0.1"),
        (b"203.0.113.7:51234", "203.0.113.7"),
        (b"\xff, 8.8.8.8:1234", "8.8.8.8"),
        (b"[2001:db8::1]:443", "2001:db8::1"),
        (b"[2001:db8::1]", "2001:db8::1"),
        (b"2001:DB8::1", "2001:db8::1"),
        (b"::ffff:8.8.8.8", "8.8.8.8"),
        (b"[::ffff:8.8.8.8]:80", "8.8.8.8"),
        (b"8.8.8.8:80,\t10.0.0.1:81 , [2001:db8:ffff::1]:82", "8.8.8.8"),
        (b"1.1.1.1, 8.8.8.8, 10.0.0.1", "8.8.8.8"),
        (b"8.8.8.8,, ,", "8.8.8.8"),
        (b",", "127.0.0.1"),
        (b"1.1.1.1, unknown, 10.0.0.1", "10.0.0.1"),
        (b"8.8.8.8:99999", "127.0.0.1"),
        (b"8.8.8.8.8", "127.0.0.1"),
        (b"[8.8.8.8", "127.0.0.1"),
    ] {
        assert_eq!(noted(&ada, forwarded).await, client, "{}", forwarded.escape_ascii());
    }
}

#[actix_web::test]
async fn a_port_in_a_strangers_header_changes_nothing() {
    let ada = Browser::logged_in("ada").await;
    assert_eq!(noted(&ada, b"8.8.8.8:1234").await, "127.0.0.1");
}

#[actix_web::test]
async fn an_odd_octet_does_not_hide_a_browser() {
    let ada = Browser::logged_in("ada").await;
    ada.set_octets("user-agent", b"Ren\xe9 (Windows NT 10.0) Chrome/140.0 \xff");
    ada.log_in("ada").await;
    ada.get("/account/sessions").await.shows("<strong>Chrome on Windows</strong>");
}

#[actix_web::test]
async fn a_stolen_session_is_noticed_whatever_octets_the_thief_sends() {
    let settings = [("TRUSTED_PROXIES", "127.0.0.1"), ("SESSION_PROTECTION", "strong")];
    let site = Site::with(&settings).await;
    site.user("ada").await;
    let (ada, thief) = (site.stranger(), site.stranger());
    for (browser, address) in [(&ada, &b"203.0.113.7:51234"[..]), (&thief, b"\xe9, 8.8.8.8:1234")] {
        browser.set_octets("x-forwarded-for", address);
    }
    ada.log_in("ada").await;
    thief.set_octets("user-agent", b"curl/8 \xe9");
    thief.set_cookie("session", &ada.cookie("session").unwrap());
    assert!(ada.is_logged_in().await && !thief.is_logged_in().await && !ada.is_logged_in().await);
}

#[actix_web::test]
async fn who_is_gone_before_their_address_is_known_is_not_served() {
    let site = Site::open().await;
    site.user("ada").await;
    let form = "email=ada%40example.com&password=wrong+password+that+is+long";
    let request = TestRequest::post().uri("/login").set_payload(form);
    let request = request.insert_header(("content-type", "application/x-www-form-urlencoded"));
    assert_eq!(site.send_from_nowhere(request).await.status, 400);
    assert_eq!(site.count("SELECT count(*) AS count FROM events").await, 0);
}
