//! Cookies as octets: what a neighbour can plant under a name that only looks like ours, and what
//! foreign cookies may hold.

use std::rc::Rc;

use actix_login::{CookieKind, Presented};
use actix_web::http::header::COOKIE;
use actix_web::test::TestRequest;
use app::config::{APP_NAME, CookieUse};
use app::people::Purpose;
use strum::VariantArray as _;

use crate::browser::{Browser, Site, config};

/// Every cookie of ours.
fn ours() -> Vec<CookieKind> {
    let config = config(&[]);
    let of = |of: &CookieUse| {
        let kind = config.cookie(*of);
        let for_links = |purpose: &Purpose| {
            CookieKind::new(format!("{}_{}", kind.name, purpose.name()), kind.secure)
        };
        match of {
            CookieUse::Link => Purpose::VARIANTS.iter().map(for_links).collect(),
            CookieUse::Session
            | CookieUse::Flash
            | CookieUse::Theme
            | CookieUse::Steps
            | CookieUse::Device
            | CookieUse::Asked
            | CookieUse::HalfLogIn
            | CookieUse::Trusted => vec![kind],
        }
    };
    CookieUse::VARIANTS.iter().flat_map(of).collect()
}

/// A site on which one can ask for as many pages as one likes.
async fn boundless() -> Rc<Site> {
    Site::with(&[("LIMIT_REQUESTS", "off"), ("LIMIT_OWN_REQUESTS", "off")]).await
}

/// Characters that nobody sees, as UTF-8; and every single octet that is no ASCII.
fn unseen() -> Vec<Vec<u8>> {
    let spaces = (char::MIN..=char::MAX).filter(|c| c.is_whitespace() && !c.is_ascii());
    let others = [
        '\u{80}'..='\u{9f}',
        '\u{ad}'..='\u{ad}',
        '\u{34f}'..='\u{34f}',
        '\u{61c}'..='\u{61c}',
        '\u{115f}'..='\u{1160}',
        '\u{17b4}'..='\u{17b5}',
        '\u{180b}'..='\u{180f}',
        '\u{200b}'..='\u{200f}',
        '\u{202a}'..='\u{202e}',
        '\u{2060}'..='\u{206f}',
        '\u{2800}'..='\u{2800}',
        '\u{3164}'..='\u{3164}',
        '\u{fe00}'..='\u{fe0f}',
        '\u{feff}'..='\u{feff}',
        '\u{ffa0}'..='\u{ffa0}',
        '\u{fff9}'..='\u{fffd}',
        '\u{e0000}'..='\u{e007f}',
    ];
    let characters = spaces.chain(others.into_iter().flatten()).map(|c| c.to_string().into());
    characters.chain((0x80..=0xff).map(|octet| vec![octet])).collect()
}

/// The pair under names that look like this one: with something before it, and after it.
fn disguised(name: &str, value: &str) -> Vec<[Vec<u8>; 2]> {
    let (name, value) = (name.as_bytes(), value.as_bytes());
    let before = |c: &Vec<u8>| [c, name, b"=", value].concat();
    let after = |c: &Vec<u8>| [name, c, b"=", value].concat();
    unseen().iter().map(|c| [before(c), after(c)]).collect()
}

fn read(kind: &CookieKind, lines: &[&[u8]]) -> Presented {
    let mut request = TestRequest::default();
    for line in lines {
        request = request.append_header((COOKIE, line.to_vec()));
    }
    kind.read(&request.to_http_request())
}

fn one(value: &str) -> Presented {
    Presented::One(value.to_owned())
}

#[test]
fn no_cookie_of_ours_is_read_from_a_name_that_looks_like_it() {
    for kind in ours() {
        let name = &kind.name;
        assert_eq!(read(&kind, &[format!("{name}=x").as_bytes()]), one("x"));
        for pair in disguised(name, "x").concat() {
            let company = [b"a=b; ", &pair[..], b"; c=d"].concat();
            assert_eq!(read(&kind, &[&company]), Presented::Nothing, "{}", pair.escape_ascii());
        }
        for pair in [name.clone(), format!("={name}=x"), format!("{}=x", name.to_lowercase())] {
            assert_eq!(read(&kind, &[pair.as_bytes()]), Presented::Nothing, "{pair}");
        }
    }
}

#[actix_web::test]
async fn at_the_door_a_name_that_looks_like_ours_is_a_strangers() {
    let program = boundless().await.stranger();
    program.set_header("sec-fetch-site", None);
    for kind in ours() {
        let all = disguised(&kind.name, "x").into_iter().map(|[before, _]| (before, 404));
        for (pair, status) in all.chain([(format!("{}=x", kind.name).into(), 403)]) {
            let answer = program.set_octets("cookie", &pair).submit("/no-such-page", &[]).await;
            assert_eq!(answer.status, status, "{}", pair.escape_ascii());
        }
    }
}

#[actix_web::test]
async fn a_planted_session_logs_nobody_in_and_nobody_out() {
    let mallory = boundless().await.logged_in("mallory").await;
    let (evil, victim) = (mallory.cookie("session").unwrap(), mallory.site.logged_in("ada").await);
    let own = victim.cookie("session").unwrap();
    for pair in disguised(named!("__Host-" @ "_session"), &evil).concat() {
        let stranger = mallory.site.stranger();
        let answer = stranger.set_octets("cookie", &pair).get("/dashboard").await;
        assert!(
            answer.status == 303 && answer.cookies().iter().all(|c| c.name().contains("flash"))
        );
        let both = [&pair, named!("; __Host-" @ "_session=").as_bytes(), own.as_bytes()].concat();
        let answer = victim.set_octets("cookie", &both).get("/dashboard").await;
        assert_eq!(answer.status, 200, "{}", pair.escape_ascii());
        answer.shows("ada").hides("mallory");
    }
}

#[actix_web::test]
async fn a_planted_link_opens_nothing_and_a_planted_message_says_nothing() {
    let site = boundless().await;
    let (eve, victim) = (site.stranger(), site.stranger());
    site.user("eve").await;
    eve.submit("/forgot", &[("email", "eve@example.com")]).await;
    eve.open_link(&site.link_to("eve").await).await.shows("password");
    let token = eve.cookie("link_reset").unwrap();
    for pair in disguised(named!("__Host-" @ "_link_reset"), &token).concat() {
        assert_eq!(victim.set_octets("cookie", &pair).get("/reset").await.status, 410);
    }
    for pair in disguised(named!("__Host-" @ "_flash"), "notice.cGxhbnRlZA").concat() {
        victim.set_octets("cookie", &pair).get("/").await.hides("planted");
    }
    victim.set_octets("cookie", named!("__Host-" @ "_flash=notice.cGxhbnRlZA").as_bytes());
    victim.get("/").await.shows("planted");
}

#[actix_web::test]
async fn a_foreign_cookie_may_hold_any_octets() {
    let ada = Browser::logged_in("ada").await;
    let own = format!("__Host-{APP_NAME}_session={}", ada.cookie("session").unwrap());
    for foreign in
        [&b"name=Ren\xe9"[..], b"\xff\xfe=1", b"\xc3\x28", b"", b"=", b"a=%ff", b"a=\"\xa0"]
    {
        for cookies in [[foreign, own.as_bytes()], [own.as_bytes(), foreign]] {
            ada.set_octets("cookie", &cookies.join(&b"; "[..]));
            assert!(ada.is_logged_in().await, "{}", foreign.escape_ascii());
            assert_eq!(ada.submit("/papers", &[("title", "Milk")]).await.status, 303);
        }
    }
}

#[actix_web::test]
async fn a_foreign_octet_does_not_hide_our_cookie_from_the_check_of_the_origin() {
    let ada = Browser::logged_in("ada").await;
    let own = named!("__Host-" @ "_session=").to_owned() + &ada.cookie("session").unwrap();
    ada.set_header("sec-fetch-site", None);
    ada.set_octets("cookie", &[b"name=Ren\xe9; ", own.as_bytes()].concat());
    assert_eq!(ada.submit("/papers", &[("title", "Milk")]).await.status, 403);
}

#[test]
fn spaces_and_tabs_around_name_and_value_are_nothing() {
    for kind in ours() {
        let pair = format!("a=b;\t {} \t=\t x=y \t;c=d", kind.name);
        assert_eq!(read(&kind, &[pair.as_bytes()]), one("x=y"));
    }
}

#[test]
fn all_lines_of_the_header_are_read() {
    for kind in ours() {
        let pair = format!("{}=x", kind.name);
        assert_eq!(read(&kind, &[b"a=b", b"\xe9", pair.as_bytes()]), one("x"));
        assert_eq!(read(&kind, &[pair.as_bytes(), b"a=b", pair.as_bytes()]), Presented::Planted);
    }
}

#[actix_web::test]
async fn a_value_that_we_never_set_is_not_believed_and_ended() {
    let ada = Browser::logged_in("ada").await;
    let token = ada.cookie("session").unwrap();
    for odd in [&b"\xe9"[..], b"\xc2\xa0", b"\"", b" x", b",", b"\\"] {
        let pair = [named!("__Host-" @ "_session=").as_bytes(), token.as_bytes(), odd].concat();
        let answer = ada.site.stranger().set_octets("cookie", &pair).get("/").await;
        let ended = &answer.cookies()[0];
        assert_eq!((ended.name(), ended.value()), (named!("__Host-" @ "_session"), ""));
        answer.shows("href=\"/login\"");
    }
}
