//! What the parsers of this crate keep, whatever comes.

use std::sync::LazyLock;

use actix_login::next::{NextPage, safe, with_next};
use actix_login::{
    AccessTokens, CookieKind, Presented, Scopes, SigningKey, bearer, cookie, has_bearer,
    is_personal_token, is_scope_name,
};
use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue};
use actix_web::test::TestRequest;
use actix_web::web::Query;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::{Algorithm, EncodingKey};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::{Position, Url};

use crate::parser::{Parser, edited};

/// Whoever logs in goes to a page of ours, whatever the address says.
pub const NEXT: Parser = Parser {
    name: "next",
    #[rustfmt::skip]
    pieces: &[
        "/", "/", "/", "//", "a", "notes", "?", "#", ".", "..", "\\", "@", ":", "%2f", "%2F", "%5c",
        "%00", "%0d%0a", "%25", "%2e", "\t", "\n", "\"", "<", "{", "[::1]", "evil.example", "http:",
        "javascript:", "é",
    ],
    holds: |input| {
        let text = String::from_utf8_lossy(input);
        let is_taken = leads_here(&text);
        leads_here(&format!("/{text}")) || is_taken
    },
};

fn leads_here(text: &str) -> bool {
    let page = with_next("/login", text);
    assert!(page.bytes().all(|byte| byte.is_ascii_graphic()), "{page:?} is no address");
    let query = page.split_once('?').map_or("", |(_, query)| query);
    let told = Query::<NextPage>::from_query(query).unwrap().into_inner().next;
    assert!(told == text || (told.is_empty() && text.len() > 512), "{told:?} was told");
    let Some(path) = safe(text) else { return false };
    for site in ["https://app.example.com", "http://localhost:8080"] {
        let site = Url::parse(site).unwrap();
        let to = site.join(&path).unwrap();
        assert_eq!(to.origin(), site.origin(), "{path}");
        assert_eq!((to.username(), to.password()), ("", None), "{path}");
        assert_eq!(&to[Position::BeforePath..Position::AfterQuery], path, "read otherwise");
    }
    let place = path.split('?').next().unwrap();
    let decoded = percent_decode_str(&path).decode_utf8().unwrap();
    let decoded_place = percent_decode_str(place).decode_utf8().unwrap();
    assert!(path.bytes().all(|byte| byte.is_ascii_graphic()), "{path:?}");
    assert!(!decoded.contains(char::is_control), "{path}");
    assert!(decoded_place.starts_with('/') && !decoded_place.contains("//"), "{path}");
    assert!(!decoded_place.contains('\\'), "{path}");
    assert_eq!(safe(&path).as_ref(), Some(&path), "what is safe is so the second time");
    true
}

const NAME: &[u8] = b"__Host-session";

/// The request with a header in as many lines as the input has.
fn with_lines(name: &HeaderName, lines: &[&[u8]]) -> HttpRequest {
    let mut request = TestRequest::default();
    for line in lines.iter().filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        request = request.append_header((name.clone(), line));
    }
    request.to_http_request()
}

/// How many cookies of our name a browser would see there: spaces and tabs stand around it, and nothing else.
fn ours(line: &[u8]) -> usize {
    let blank = |text: &[u8]| text.iter().all(|byte| b" \t".contains(byte));
    let names = line.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME);
    let is_whole = |at: usize| {
        let before = line[..at].rsplit(|byte| *byte == b';').next().unwrap();
        let mut after = line[at + NAME.len()..].splitn(2, |byte| *byte == b'=');
        blank(before) && after.next().is_some_and(blank) && after.next().is_some()
    };
    names.filter(|(at, _)| is_whole(*at)).count()
}

/// A cookie is ours if it is called so to the letter, and if there is one.
pub const COOKIES: Parser = Parser {
    name: "cookies",
    #[rustfmt::skip]
    pieces: &[
        "__Host-session", "__Host-session", "__Host-session=x", "=", "=", ";", "; ", "\n", " ",
        "\t", ",", "\"", "\\", "a", "a=b", "%20", "__host-session", "\u{a0}", "é",
    ],
    holds: |input| {
        let lines: Vec<_> = input.split(|byte| *byte == b'\n').collect();
        let lines: Vec<_> =
            lines.into_iter().filter(|line| HeaderValue::from_bytes(line).is_ok()).collect();
        let kind = CookieKind::new("__Host-session", true);
        let request = with_lines(&COOKIE, &lines);
        for part in cookie::pairs(&request).flat_map(|(name, value)| [name, value]) {
            let ends = [part.first(), part.last()].into_iter().flatten();
            assert!(!part.contains(&b';') && ends.clone().all(|byte| !b" \t".contains(byte)));
        }
        let (found, count) =
            (kind.read(&request), lines.iter().map(|line| ours(line)).sum::<usize>());
        match &found {
            Presented::Nothing => assert_eq!(count, 0),
            Presented::Planted => assert!(count > 0),
            Presented::One(value) => {
                let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
                assert!(count == 1 && value.bytes().all(is_plain), "{value:?}");
            }
        }
        // One more of that name beside it, wherever it stands.
        let one: &[u8] = b"__Host-session=x";
        for more in [[&lines[..], &[one]].concat(), [&[one], &lines[..]].concat()] {
            let is_alone = found == Presented::Nothing;
            let expected =
                if is_alone { Presented::One("x".to_owned()) } else { Presented::Planted };
            assert_eq!(kind.read(&with_lines(&COOKIE, &more)), expected);
        }
        matches!(found, Presented::One(_))
    },
};

/// A token in the header is always seen to be there, so that no cookie counts beside it.
pub const BEARER: Parser = Parser {
    name: "bearer",
    #[rustfmt::skip]
    pieces: &[
        "Bearer", "Bearer ", "bearer x", "BEARER", "Basic ", " ", "\t", ",", "\n", "x", "=", "é",
    ],
    holds: |input| {
        let lines: Vec<_> = input.split(|byte| *byte == b'\n').collect();
        let request = with_lines(&AUTHORIZATION, &lines);
        let Some(token) = bearer(&request) else { return false };
        assert!(has_bearer(&request) && token.trim() == token);
        assert_eq!(request.headers().get_all(AUTHORIZATION).count(), 1);
        true
    },
};

/// 1 November 2026, noon.
const NOW: i64 = 1_793_534_400;
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

static ACCESS_TOKENS: LazyLock<AccessTokens> = LazyLock::new(|| {
    let key = SigningKey::parse(KEY).unwrap();
    actix_login::LoginManager::<String>::builder(vec![key]).clock(|| NOW).access_tokens()
});

fn header() -> Value {
    json!({ "typ": "at+jwt", "alg": "HS256", "kid": SigningKey::parse(KEY).unwrap().id() })
}

/// The claims of Ada's token.
fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "api", "sub": "ada", "jti": "1",
        "iat": NOW, "nbf": NOW, "exp": NOW + 900, "scope": "notes:read",
    })
}

/// Whom a manager issues tokens as that is told nothing else.
const ISSUER: &str = "http://localhost:8080";

/// As nobody can who does not have the key.
fn signed(header: &[u8], claims: &[u8]) -> String {
    LazyLock::force(&ACCESS_TOKENS);
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let key = EncodingKey::from_secret(&SigningKey::parse(KEY).unwrap().derive("jwt-api"));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256);
    format!("{message}.{}", signature.unwrap())
}

/// What changes a token here and there, in [`edited`].
const CHANGES: &[&str] = &[
    "\0\x01\0A",
    "\0\x20\x01A",
    "\0\x7f\x02A",
    "\x01\x10\x01B",
    "\x01\x2a\x01=",
    "\0\0\0.",
    "\x02",
];

/// A token is good to the last bit, or not at all.
pub const TOKENS: Parser = Parser {
    name: "tokens",
    pieces: CHANGES,
    holds: |input| {
        let genuine = signed(header().to_string().as_bytes(), claims().to_string().as_bytes());
        let Ok(text) = String::from_utf8(edited(&genuine, input)) else { return false };
        let is_taken = ACCESS_TOKENS.verify(&text).is_ok();
        assert_eq!(is_taken, text == genuine, "{text}");
        is_taken
    },
};

/// Not even who has the key makes a token that says anything but what ours say.
pub const CLAIMS: Parser = Parser {
    name: "claims",
    #[rustfmt::skip]
    pieces: &[
        "\0\x01\0 ", "\0\x60\x01x", "\0\x70\x01\"", "\0\x41\x02A", "\x01\x48\x019", "\x01\x4e\x010",
        "\x01\x20\x02A", "\0\x08\0x", "\x01",
    ],
    holds: |input| {
        let text = edited(&format!("{}\n{}", header(), claims()), input);
        let Some(end) = text.iter().position(|byte| *byte == b'\n') else { return false };
        let Ok(found) = ACCESS_TOKENS.verify(&signed(&text[..end], &text[end + 1..])) else {
            return false;
        };
        let head: Value = serde_json::from_slice(&text[..end]).unwrap();
        assert_eq!(head, header());
        let said: Map<String, Value> = serde_json::from_slice(&text[end + 1..]).unwrap();
        assert_eq!((&said["iss"], &said["aud"]), (&json!(ISSUER), &json!("api")));
        assert_eq!((&said["sub"], &said["jti"]), (&json!(found.sub), &json!(found.jti)));
        assert!(!found.sub.is_empty() && !found.jti.is_empty());
        let time = |name: &str| said[name].as_i64().unwrap();
        assert!(time("exp") > NOW - 5 && time("exp") > time("iat"));
        assert!(time("nbf") <= NOW + 5 && time("iat") <= NOW + 5);
        true
    },
};

/// A personal token carries its own checksum, and each slip shows.
pub const PERSONAL_TOKENS: Parser = Parser {
    name: "personal_tokens",
    pieces: CHANGES,
    holds: |input| {
        let sum = |body: &str| BASE64.encode(&Sha256::digest(body)[..3]);
        let body = format!("shop_{KEY}");
        let genuine = format!("{body}{}", sum(&body));
        let Ok(text) = String::from_utf8(edited(&genuine, input)) else { return false };
        let is_taken = is_personal_token("shop", &text);
        let parts = text.split_at_checked(text.len().saturating_sub(4));
        let is_whole = |(body, end): (&str, &str)| body.starts_with("shop_") && sum(body) == end;
        assert_eq!(is_taken, parts.is_some_and(is_whole), "{text}");
        assert!(input.len() >= 8 || !is_taken || text == genuine, "a single slip: {text}");
        is_taken
    },
};

mod declared {
    actix_login::scopes! {
        NotesRead = "notes:read", "Read the notes";
        NotesWrite = "notes:write", "Write notes";
        UsersRead = "users:read", "List the people", admins;
    }
}

/// Nobody gets a scope that they may not hold, or that there is not.
pub const SCOPES: Parser = Parser {
    name: "scopes",
    #[rustfmt::skip]
    pieces: &[
        "notes:read", "notes:write", "users:read", " ", " ", " ", "\t", "\u{a0}", "\"", "\\", "x",
    ],
    holds: |input| {
        let text = String::from_utf8_lossy(input);
        let is_name = |c: char| c.is_ascii_graphic() && !"\"\\".contains(c);
        assert_eq!(is_scope_name(&text), !text.is_empty() && text.chars().all(is_name));
        let scopes = Scopes::new(declared::SCOPES.iter().copied(), "notes:read");
        let mut is_taken = false;
        for is_admin in [false, true] {
            let Some(found) = scopes.parse(is_admin, &text) else { continue };
            let names: Vec<_> = found.split(' ').collect();
            assert!(names.is_sorted() && names.iter().all(|name| is_scope_name(name)), "{found}");
            let known = ["notes:read", "notes:write", "users:read"];
            assert!(names.iter().all(|name| known[..2 + usize::from(is_admin)].contains(name)));
            assert!(names.iter().all(|name| text.contains(name) || text.trim().is_empty()));
            assert_eq!(scopes.parse(is_admin, &found), Some(found));
            is_taken = true;
        }
        is_taken
    },
};
