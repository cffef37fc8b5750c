//! The session's cookie: what it looks like, how it is read, and when it is ended.

use actix_login::{CookieKind, Presented};
use actix_web::cookie::SameSite;
use actix_web::http::header::{AUTHORIZATION, COOKIE};
use actix_web::test::TestRequest;

use crate::site::{HOUR, NOW, Site, builder, key, pair, session, token, with_key};

const NAME: &str = "__Host-session";

fn ours() -> CookieKind {
    CookieKind::new(NAME, true)
}

fn read(lines: &[&[u8]]) -> Presented {
    let mut request = TestRequest::default();
    for line in lines {
        request = request.append_header((COOKIE, line.to_vec()));
    }
    ours().read(&request.to_http_request())
}

fn one(value: &str) -> Presented {
    Presented::One(value.to_owned())
}

#[test]
fn the_cookie_is_out_of_reach_of_scripts_subdomains_and_other_sites() {
    let cookie = builder().build().unwrap().cookie("token", None);
    assert_eq!(cookie.name(), NAME);
    assert_eq!((cookie.secure(), cookie.http_only()), (Some(true), Some(true)));
    assert_eq!((cookie.path(), cookie.domain()), (Some("/"), None));
    assert_eq!((cookie.same_site(), cookie.max_age()), (Some(SameSite::Lax), None));
}

#[test]
fn a_cookie_ends_with_the_browser_or_after_its_time() {
    assert_eq!(ours().with("x", Some(HOUR)).max_age(), Some(time::Duration::HOUR));
    assert_eq!(ours().with("x", None).max_age(), None);
    assert_eq!(ours().expired().max_age(), Some(time::Duration::ZERO));
}

#[test]
fn the_cookie_is_found_among_others_whatever_they_hold() {
    assert_eq!(read(&[b"__Host-session=x"]), one("x"));
    assert_eq!(read(&[b"a=b;\t__Host-session = x ;c=d"]), one("x"));
    assert_eq!(read(&[b"a=b", b"__Host-session=x"]), one("x"), "HTTP/2 sends a line for each");
    assert_eq!(read(&[b"a=\xff\"; ;;=; __Host-session=x; \xa0=y"]), one("x"));
    assert_eq!(read(&[b"__Host-session=a=b%20c"]), one("a=b%20c"), "nothing is decoded");
}

#[test]
fn a_name_that_only_looks_like_the_cookies_is_another() {
    for octet in (0x80..=0xff).map(|octet| vec![octet]).chain(spaces()) {
        let before = [&octet, &b"__Host-session=x"[..]].concat();
        let after = [b"__Host-session", &octet[..], b"=x"].concat();
        for pair in [before, after] {
            assert_eq!(read(&[&pair]), Presented::Nothing, "{}", pair.escape_ascii());
        }
    }
    for pair in ["__host-session=x", "=__Host-session=x", "__Host-session", "x__Host-session=x"] {
        assert_eq!(read(&[pair.as_bytes()]), Presented::Nothing, "{pair}");
    }
}

/// Unicode's spaces, which are not those of a cookie.
fn spaces() -> impl Iterator<Item = Vec<u8>> {
    let spaces = (char::MIN..=char::MAX).filter(|c| c.is_whitespace() && !c.is_ascii());
    spaces.map(|c| c.to_string().into_bytes())
}

#[test]
fn a_value_that_is_never_set_is_planted() {
    for value in [&b"\"x\""[..], b"a,b", b"a\\b", b"a b", b"\xc3\xa4", b"\xa0x"] {
        let pair = [b"__Host-session=", value].concat();
        assert_eq!(read(&[&pair]), Presented::Planted, "{}", value.escape_ascii());
    }
}

#[actix_web::test]
async fn two_cookies_of_the_same_name_log_nobody_in() {
    let site = Site::new(builder().build().unwrap());
    let pair = pair(&site.manager, &session(&site.manager));
    assert_eq!(site.with_cookies("/current", &pair).await, 200);
    for planted in [format!("{pair}; {pair}"), format!("{NAME}=x; {pair}; {NAME}=")] {
        assert_eq!(site.with_cookies("/current", &planted).await, 401, "{planted}");
    }
    let lines = TestRequest::with_uri("/current")
        .append_header((COOKIE, pair.clone()))
        .append_header((COOKIE, pair));
    assert_eq!(site.send(lines).await.status, 401);
}

#[actix_web::test]
async fn a_cookie_is_ignored_when_there_is_a_token_in_the_header() {
    let site = Site::new(builder().build().unwrap());
    let pair = pair(&site.manager, &session(&site.manager));
    let token = format!("Bearer {}", token(&site.manager, &[]));
    for (value, api) in [("Bearer", 401), ("bearer x", 401), ("Bearer,x", 401), (&token, 200)] {
        let both = |path| {
            let with_cookie = TestRequest::with_uri(path).insert_header((COOKIE, pair.clone()));
            with_cookie.insert_header((AUTHORIZATION, value))
        };
        assert_eq!(site.send(both("/current")).await.status, 401, "{value}");
        let answer = site.send(both("/api")).await;
        assert_eq!((answer.status, answer.cookies.len()), (api, 0), "{value}");
    }
}

#[actix_web::test]
async fn a_stale_cookie_is_ended_on_the_answer() {
    let key = key();
    let yesterday = with_key(key.clone()).clock(|| NOW - 86_400).build().unwrap();
    let site = Site::new(with_key(key).build().unwrap());
    let old = pair(&site.manager, &session(&yesterday));
    for pair in [old, format!("{NAME}=nonsense"), format!("{NAME}=a; {NAME}=b")] {
        for (path, status) in [("/optional", 200), ("/current", 401), ("/nowhere", 404)] {
            let answer =
                site.send(TestRequest::with_uri(path).insert_header((COOKIE, &*pair))).await;
            assert_eq!((answer.status, answer.cookies.len()), (status, 1), "{pair} at {path}");
            assert_eq!(answer.cookies[0], ours().expired());
        }
    }
}

#[actix_web::test]
async fn a_cookie_that_logs_somebody_in_is_left_alone() {
    let site = Site::new(builder().build().unwrap());
    let pair = pair(&site.manager, &session(&site.manager));
    let answer = site.send(TestRequest::with_uri("/current").insert_header((COOKIE, pair))).await;
    assert_eq!((answer.status, answer.cookies.len()), (200, 0));
    assert_eq!(site.send(TestRequest::with_uri("/optional")).await.cookies, []);
}

#[actix_web::test]
async fn a_cookie_that_is_not_looked_at_is_left_alone() {
    let site = Site::new(builder().use_cookie(false).build().unwrap());
    let foreign = TestRequest::with_uri("/optional").insert_header((COOKIE, "__Host-session=x"));
    assert_eq!(site.send(foreign).await.cookies, []);
}

#[actix_web::test]
async fn a_cookie_of_a_user_who_is_gone_is_not_ended() {
    // Another tab may just have got the next one.
    let site = Site::new(builder().build().unwrap());
    let token = site.manager.create_session_token("eve", "id".to_owned(), HOUR).unwrap();
    let pair = pair(&site.manager, &token);
    let answer = site.send(TestRequest::with_uri("/current").insert_header((COOKIE, pair))).await;
    assert_eq!((answer.status, answer.cookies.len()), (401, 0));
}

#[actix_web::test]
async fn logging_in_with_a_stale_cookie_keeps_the_new_one() {
    let site = Site::new(builder().build().unwrap());
    let form = TestRequest::post().uri("/login").set_form([("name", "ada")]);
    let answer = site.send(form.insert_header((COOKIE, format!("{NAME}=nonsense")))).await;
    assert_eq!(answer.cookies.len(), 1);
    let pair = answer.cookies[0].stripped().to_string();
    assert_eq!(site.with_cookies("/current", &pair).await, 200);
}

#[actix_web::test]
async fn without_tls_the_cookie_may_have_another_name_and_travel_openly() {
    let kind = CookieKind::new("session", false);
    let site = Site::new(builder().cookie(kind).build().unwrap());
    let cookie = site.manager.cookie(&session(&site.manager), None);
    assert_eq!((cookie.name(), cookie.secure()), ("session", Some(false)));
    assert_eq!(site.with_cookies("/current", &cookie.stripped().to_string()).await, 200);
}
