//! The session cookie in odd company.

use actix_web::cookie::SameSite;
use app::config::{APP_NAME, CookieUse};
use strum::VariantArray as _;

use crate::browser::{Answer, Browser, OTHER_PASSWORD, Site};
use crate::second_factor;
use crate::tokens::payload;

#[actix_web::test]
async fn of_two_session_cookies_none_is_believed_and_the_name_is_cleared() {
    let ada = Browser::logged_in("ada").await;
    let token = ada.cookie("session").unwrap();
    for pair in
        [("planted", token.as_str()), (token.as_str(), "planted"), (token.as_str(), token.as_str())]
    {
        let visitor = ada.site.stranger();
        let both =
            format!("__Host-{APP_NAME}_session={}; __Host-{APP_NAME}_session={}", pair.0, pair.1);
        visitor.set_header("cookie", Some(&both));
        let answer = visitor.get("/dashboard").await;
        assert_eq!(answer.status, 303);
        let cookies = answer.cookies();
        let ended = cookies.iter().find(|c| c.name() == named!("__Host-" @ "_session")).unwrap();
        assert_eq!((ended.value(), ended.max_age().unwrap().whole_seconds()), ("", 0));
    }
}

#[actix_web::test]
async fn a_cookie_that_logs_nobody_in_is_cleared_with_the_same_attributes() {
    let stranger = Browser::stranger().await;
    stranger.set_cookie("session", "nonsense");
    let answer = stranger.get("/").await;
    let ended = &answer.cookies()[0];
    assert_eq!(
        (ended.secure(), ended.http_only(), ended.path()),
        (Some(true), Some(true), Some("/"))
    );
    assert_eq!(stranger.cookie("session"), None);
}

#[actix_web::test]
async fn with_a_token_in_the_header_the_cookie_is_not_looked_at() {
    let ada = Browser::logged_in("ada").await;
    for value in ["Bearer x", "bearer x", "Bearer", "Bearer,x"] {
        ada.set_header("authorization", Some(value));
        assert_eq!(ada.get("/dashboard").await.status, 401);
    }
    ada.set_header("authorization", None);
    assert!(ada.is_logged_in().await);
}

/// As on a site that is not public yet, where the proxy asks everybody for one password.
const BASIC: Option<&str> = Some("Basic dGVhbTpzZWNyZXQ=");

#[actix_web::test]
async fn behind_http_basic_somebody_logs_in_stays_so_and_reads_pages() {
    let site = Site::open().await;
    site.user("ada").await;
    let ada = site.stranger();
    ada.set_header("authorization", BASIC);
    let asked = ada.get("/dashboard").await;
    assert_eq!((asked.status, asked.location()), (303, "/login?next=%2Fdashboard"));
    assert_eq!(ada.log_in("ada").await.status, 303);
    assert!(ada.is_logged_in().await);
    ada.get("/no-such-page").await.shows("<html");
    assert_eq!(ada.submit("/papers", &[("title", "Milk")]).await.status, 303);
}

#[actix_web::test]
async fn what_a_browser_sends_by_itself_lends_no_other_site_a_way_in() {
    let ada = Browser::logged_in("ada").await;
    ada.set_header("authorization", BASIC).set_header("sec-fetch-site", None);
    assert_eq!(ada.submit("/papers", &[("title", "Milk")]).await.status, 403);
    ada.set_header("sec-fetch-site", Some("cross-site"));
    assert_eq!(ada.submit("/papers", &[("title", "Milk")]).await.status, 403);
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM papers").await, 0);
}

/// Answers that set and end every cookie there is.
async fn with_every_cookie() -> (Browser, Vec<Answer>) {
    let ada = Site::with(&[("LOGIN_LINK", "on")]).await.logged_in("ada").await;
    let (_, codes) = second_factor::turn_on(&ada).await;
    let code = [("otp", codes[0].as_str()), ("trust", "yes")];
    let mut answers = vec![
        ada.log_in("ada").await,
        ada.submit("/login/code", &code).await,
        ada.submit("/account/appearance", &[("theme", "dark")]).await,
        ada.submit("/dashboard/steps", &[]).await,
        ada.submit("/login/link", &[("email", "ada@example.com")]).await,
        ada.submit("/logout", &[]).await,
    ];
    ada.submit("/forgot", &[("email", "ada@example.com")]).await;
    answers.push(ada.get(&ada.site.link_to("ada").await).await);
    ada.get("/reset").await;
    answers.push(ada.submit("/reset", &[("password", OTHER_PASSWORD)]).await);
    (ada, answers)
}

#[actix_web::test]
async fn every_cookie_is_out_of_reach_of_scripts_other_sites_subdomains_and_plain_http() {
    let (ada, answers) = with_every_cookie().await;
    let cookies: Vec<_> = answers.iter().flat_map(Answer::cookies).collect();
    for of in CookieUse::VARIANTS {
        let name = ada.site.config.cookie(*of).name;
        assert!(cookies.iter().any(|cookie| cookie.name().starts_with(&name)), "{name}");
    }
    for cookie in cookies {
        assert!(cookie.name().starts_with("__Host-"), "{cookie}");
        assert_eq!((cookie.secure(), cookie.http_only()), (Some(true), Some(true)), "{cookie}");
        assert_eq!((cookie.path(), cookie.domain()), (Some("/"), None), "{cookie}");
        assert_eq!(cookie.same_site(), Some(SameSite::Lax), "{cookie}");
        assert!(cookie.to_string().len() < 4096, "{cookie}");
    }
}

#[actix_web::test]
async fn no_page_says_what_the_sessions_cookie_holds() {
    let ada = Browser::logged_in("ada").await;
    ada.submit("/papers", &[("title", "Milk")]).await;
    for (path, _) in ada.site.app.routes().await {
        let token = ada.cookie("session").unwrap();
        let secret = payload(&token)["jti"].as_str().unwrap().to_owned();
        let answer = ada.get(&path.replace("{id}", "1")).await;
        answer.hides(&token).hides(&secret);
        for (name, value) in &answer.headers {
            let told = String::from_utf8_lossy(value.as_bytes()).contains(&secret);
            assert!(!told && !value.as_bytes().ends_with(token.as_bytes()), "{path} {name}");
        }
    }
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn on_a_lan_address_the_cookie_does_without_what_browsers_would_drop() {
    let ada = Site::with(&[("PUBLIC_URL", "http://192.168.1.5:8080")]).await.logged_in("ada").await;
    let cookie = ada.log_in("ada").await.cookies().remove(0);
    assert_eq!(
        (cookie.name(), cookie.secure(), cookie.http_only()),
        (named!(@ "_session"), None, Some(true))
    );
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn behind_https_the_cookie_has_the_host_prefix() {
    let ada = Site::with(&[("PUBLIC_URL", "https://app.example.com")]).await.logged_in("ada").await;
    let cookie = ada.log_in("ada").await.cookies().remove(0);
    assert_eq!((cookie.name(), cookie.secure()), (named!("__Host-" @ "_session"), Some(true)));
}

#[actix_web::test]
async fn a_flash_message_is_shown_exactly_once() {
    let ada = Browser::logged_in("ada").await;
    let answer = ada.submit("/papers", &[("title", "Milk"), ("body", "")]).await;
    assert_eq!(ada.get("/static/app.css").await.status, 200);
    assert_eq!(ada.get("/no-such-page").await.status, 404);
    ada.follow(&answer).await.shows("Your paper is saved.");
    ada.get("/papers").await.hides("Your paper is saved.");
}

#[actix_web::test]
async fn a_forged_flash_cookie_is_text_or_nothing() {
    let stranger = Browser::stranger().await;
    for value in ["", "x", "notice.", "notice.%%%", "evil.SGk", &"A".repeat(4000), "notice.PGI-"] {
        stranger.set_cookie("flash", value);
        let answer = stranger.get("/").await;
        assert_eq!(answer.status, 200);
        answer.hides("<b>");
    }
}

#[actix_web::test]
async fn an_old_cookie_that_arrives_late_does_not_end_the_new_one() {
    let ada = Browser::logged_in("ada").await;
    let other_tab = ada.site.stranger();
    other_tab.set_cookie("session", &ada.cookie("session").unwrap());
    ada.submit("/sudo", &[("password", crate::browser::PASSWORD)]).await;
    assert!(other_tab.get("/").await.cookies().is_empty());
}
