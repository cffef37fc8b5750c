//! What browsers and programs send.

use std::net::{IpAddr, SocketAddr};
use std::sync::LazyLock;

use actix_login::{CookieKind, SigningKey};
use actix_web::dev::Service as _;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::rt::{System, SystemRunner};
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, FromRequest as _, HttpRequest, HttpResponse, web};
use futures_util::future::LocalBoxFuture;
use kit::clock::Clock;
use kit::http::accept::wants_html;
use kit::http::client::Client;
use kit::http::fields::Fields;
use kit::http::flash::{self, Flash};
use kit::http::kept::{Kept, Typed, typed};
use kit::http::list::Paging;
use kit::http::observe::observe;
use kit::http::site::{Addresses, Site, SiteSettings};
use percent_encoding::percent_decode;
use serde::Deserialize;
use time::macros::datetime;
use url::Url;

use crate::parser::{Parser, edited};

type Visit = Box<dyn Fn(TestRequest) -> LocalBoxFuture<'static, HttpRequest>>;

thread_local! {
    // Leaked: what Actix keeps for each thread may be gone before it.
    static SITE: &'static (SystemRunner, Visit) = {
        let system = System::new();
        let visit = system.block_on(open());
        Box::leak(Box::new((system, visit)))
    };
}

static KEY: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::parse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8").unwrap());

/// A site behind proxies of ours, and all that is sent to it.
async fn open() -> Visit {
    let settings = SiteSettings {
        clock: Clock::fixed(datetime!(2026-11-01 12:00:00)),
        public_url: &Url::parse("https://app.example.com").unwrap(),
        allowed_hosts: &[],
        trusted_proxies: ["10.0.0.0/8", "fd00::/8"]
            .map(|network| network.parse().unwrap())
            .to_vec(),
        request_timeout: time::Duration::seconds(10),
        static_dir: concat!(env!("CARGO_MANIFEST_DIR"), "/src").into(),
        static_files_change: false,
        flash_cookie: CookieKind::new("__Host-flash", true),
        cookie_prefix: "__Host-".to_owned(),
        keys: std::slice::from_ref(&KEY),
        addresses: Addresses {
            landing_page: "/",
            not_pages: &["/login"],
            for_programs: &["/api/"],
        },
        draw: |_| HttpResponse::InternalServerError().finish(),
        metrics: None,
    };
    let site = Site::new(settings).unwrap();
    let app = App::new()
        .configure(|config| site.provide(config))
        .default_service(web::to(HttpResponse::Ok))
        .wrap(from_fn(observe));
    let service = std::rc::Rc::new(init_service(app).await);
    Box::new(move |request| {
        let answer = service.call(request.to_request());
        Box::pin(async move { answer.await.unwrap().request().clone() })
    })
}

/// A request from somewhere.
fn request(path: &str) -> TestRequest {
    TestRequest::with_uri(path).peer_addr(SocketAddr::new([192, 0, 2, 1].into(), 1))
}

/// The same as handlers see it.
fn visit(request: TestRequest) -> HttpRequest {
    SITE.with(|(system, visit)| system.block_on(visit(request)))
}

fn with_lines<'a>(
    mut request: TestRequest, name: &HeaderName, lines: impl IntoIterator<Item = &'a [u8]>,
) -> TestRequest {
    for line in lines.into_iter().filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        request = request.append_header((name.clone(), line));
    }
    request
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Note {
    title: String,
    text: String,
}

/// A form holds what browsers mean by these octets (<https://url.spec.whatwg.org/#urlencoded-parsing>), or is refused
/// because they are no text.
pub const FORMS: Parser = Parser {
    name: "forms",
    #[rustfmt::skip]
    pieces: &[
        "title", "text", "form_id", "title=a", "=", "=", "&", "&", "+", "%", "%41", "%C3%A9", "%FF",
        "%26", "%3D", "%00", "%zz", ";", "é", "\0",
    ],
    holds: |input| {
        let browsers: Vec<_> = url::form_urlencoded::parse(input).into_owned().collect();
        let own = |fields: &Fields| -> Vec<_> {
            fields.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        assert_eq!(own(&Fields::beginning(input)), browsers);
        let octets: Vec<_> = percent_decode(input).collect();
        let is_text = std::str::from_utf8(&octets).is_ok();
        let fields = Fields::read(input);
        assert_eq!(fields.is_ok(), is_text, "{}", input.escape_ascii());
        let Ok(fields) = fields else { return false };
        assert_eq!(own(&fields), browsers);
        let last =
            |name: &str| browsers.iter().rfind(|(n, _)| n == name).map(|(_, value)| value.as_str());
        let (note, fits) = fields.fit::<Note>();
        assert!(fits, "texts fit into texts");
        for (name, text) in [("title", &note.title), ("text", &note.text)] {
            assert_eq!(fields.get(name), last(name));
            assert_eq!(text, last(name).unwrap_or_default());
        }
        let mut names: Vec<_> = browsers.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        assert_eq!(fields.repeat(), names.windows(2).any(|pair| pair[0] == pair[1]));
        !browsers.is_empty()
    },
};

/// The address is what a proxy of ours saw, whatever somebody wrote into the header before.
pub const ADDRESSES: Parser = Parser {
    name: "addresses",
    #[rustfmt::skip]
    pieces: &[
        "10.0.0.1", "10.9.9.9", "203.0.113.1", "198.51.100.7", "[2001:db8::1]", "2001:db8::1",
        "::ffff:10.0.0.3", "fd00::1", ":443", ",", ", ", ",", "\n", "\t", "unknown", "_hidden",
        "\"", "é", "256.1.1.1",
    ],
    holds: |input| {
        let header = HeaderName::from_static("x-forwarded-for");
        let lines: Vec<_> = input.split(|byte| *byte == b'\n').collect();
        let seen = |peer: &str, more: Option<&str>| -> IpAddr {
            let request =
                TestRequest::default().peer_addr(SocketAddr::new(peer.parse().unwrap(), 1));
            let all = lines.iter().copied().chain(more.map(str::as_bytes));
            Client::of(&visit(with_lines(request, &header, all))).ip_address.parse().unwrap()
        };
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(seen("192.0.2.1", None), ip("192.0.2.1"), "no proxy of ours");
        assert_eq!(seen("10.0.0.1", Some("203.0.113.9")), ip("203.0.113.9"), "what ours saw");
        let found = seen("10.0.0.1", None);
        assert_eq!(found, found.to_canonical());
        let text = String::from_utf8_lossy(input).replace('\n', ",");
        let hops = text.split(',').map(|hop| hop.trim_matches([' ', '\t', '[', ']']));
        let hops = hops.filter_map(|hop| {
            hop.parse().ok().or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip()))
        });
        let mut hops = hops.map(|hop: IpAddr| hop.to_canonical());
        let is_named = hops.any(|hop| hop == found);
        assert!(
            is_named || found == ip("10.0.0.1") || text.contains(['[', ']']),
            "{found} in {text:?}"
        );
        let further = seen("10.0.0.1", Some("10.9.9.9"));
        assert!(further == found || (found == ip("10.0.0.1") && further == ip("10.9.9.9")));
        found != ip("10.0.0.1")
    },
};

/// A page is drawn for who names one, and for no program.
pub const ACCEPT: Parser = Parser {
    name: "accept",
    #[rustfmt::skip]
    pieces: &[
        "text/html", "text/html", "application/json", "*/*", "text/*", "application/*",
        "application/xhtml+xml", ",", ", ", ";q=0.5", ";q=0", ";q=1", ";q=2", ";x=\",\"", "\"",
        "\n", "TEXT/HTML", "é",
    ],
    holds: |input| {
        let lines: Vec<_> = input.split(|byte| *byte == b'\n').collect();
        let wants = |path: &str, more: Option<&str>| {
            let all = lines.iter().copied().chain(more.map(str::as_bytes));
            wants_html(&visit(with_lines(request(path), &header::ACCEPT, all)))
        };
        let is_wanted = wants("/", None);
        let text = String::from_utf8_lossy(input).to_ascii_lowercase();
        assert!(!is_wanted || text.contains("text/") || text.contains("xhtml"), "{text:?}");
        assert!(wants("/", Some("text/html")), "nothing is liked better: {text:?}");
        assert_eq!(wants("/", Some("?, q=1")), is_wanted, "what is no range says nothing");
        assert!(!wants("/api/me", None) && !wants("/%61pi/me", None), "for programs");
        is_wanted
    },
};

/// A list stays within its bounds, and is the same on all of its pages.
pub const LISTS: Parser = Parser {
    name: "lists",
    #[rustfmt::skip]
    pieces: &[
        "page=", "page=2", "per_page=", "per_page=50", "per_page=999", "q=", "q=tea", "sort=",
        "sort=-title", "only=", "&", "&", "1", "0", "-", "4294967295", "%25", "_", "%5C", "+",
        "%20", "%00", "%0A", "%E2%80%8B", "%C4%B0", "a",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ],
    holds: |input| {
        let Some(asked) = paging(input) else { return false };
        assert!((2..=101).contains(&asked.limit()) && asked.offset() >= 0);
        assert!(asked.search().chars().count() <= 100);
        assert!(!asked.search().contains(char::is_control));
        let pattern = asked.pattern().unwrap_or_else(|| "%%".to_owned());
        let inside = pattern.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).unwrap();
        let plain = inside.replace("\\\\", "").replace("\\%", "").replace("\\_", "");
        assert!(!plain.contains(['%', '_', '\\']), "a pattern was typed: {pattern:?}");
        for page in [1, 2, 7] {
            let other = paging(asked.at(page).as_bytes()).unwrap();
            assert_eq!((other.search(), other.sort()), (asked.search(), asked.sort()));
            assert_eq!((other.only(), other.limit()), (asked.only(), asked.limit()));
            assert_eq!(other.offset(), (page - 1) * (asked.limit() - 1));
        }
        true
    },
};

fn paging(query: &[u8]) -> Option<Paging> {
    // What a server does not take for an address does not come this far.
    let text = std::str::from_utf8(query).ok()?;
    let uri = format!("/?{text}").parse::<actix_web::http::Uri>().ok()?;
    let request = TestRequest::with_uri(&uri.to_string()).to_http_request();
    futures_util::FutureExt::now_or_never(Paging::extract(&request)).unwrap().ok()
}

/// What was typed comes back to whom it belongs, as it was, or not at all.
pub const SEALS: Parser = Parser {
    name: "seals",
    #[rustfmt::skip]
    pieces: &[
        "\0\x01\0A", "\0\x20\x01A", "\0\x7f\x02A", "\x01\x10\x01B", "\x01\x2a\x01=", "\0\0\0.",
        "\x02",
    ],
    holds: |input| {
        let form = request("/notes/new?x=1").method(Method::POST).set_form([("title", "Milk")]);
        let Ok(Typed::Kept(seal)) = typed(&visit(form), Some("ada".to_owned())) else {
            panic!("not sealed")
        };
        let Ok(text) = String::from_utf8(edited(&seal, input)) else { return false };
        let here = visit(request("/"));
        assert!(Kept::open(&here, &text, "bob").is_none(), "somebody else's");
        let kept = Kept::open(&here, &text, "ada");
        assert_eq!(kept.is_some(), text == seal, "{text}");
        let Some(kept) = kept else { return false };
        assert_eq!(kept.path, "/notes/new?x=1");
        assert_eq!(kept.fields, [("title".to_owned(), "Milk".to_owned())]);
        true
    },
};

/// A message is text of a known kind, or there is none.
pub const FLASHES: Parser = Parser {
    name: "flashes",
    #[rustfmt::skip]
    pieces: &[
        "success", "success.", "error.", "mailed", ".", "TWlsaw", "YWRh", "_-", "=", "AA", "/w",
        "\u{a0}", ";", "x",
    ],
    holds: |input| {
        let cookie = [b"__Host-flash=", input].concat();
        let sent = with_lines(request("/"), &header::COOKIE, [&cookie[..]]);
        let Some(Flash { category, .. }) = flash::take(&visit(sent)) else { return false };
        assert!(input.trim_ascii().len() <= 1000);
        assert!(input.trim_ascii().starts_with(category.name().as_bytes()));
        true
    },
};
