//! Where to go after log-in.

use actix_web::HttpRequest;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use url::{Position, Url};

use crate::http::site::Site;

/// The longest address that is remembered over a log-in.
const MAX_BYTES: usize = 512;

/// The page that somebody wanted before they were asked who they are: `?next=…`.
#[derive(Deserialize)]
pub struct Next {
    /// As it came; see [`Site::landing_page`].
    #[serde(default)]
    pub next: String,
}

/// The address that was asked for.
pub fn here(req: &HttpRequest) -> &str {
    req.uri().path_and_query().map_or("/", |here| here.as_str())
}

/// The page, with where to go after it.
pub fn with_next(page: &str, next: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{page}?next={next}")
}

impl Site {
    /// Where to go once somebody is recognised: the page they wanted, or the one for everybody.
    pub fn landing_page(&self, next: &str) -> String {
        self.safe_next(next).unwrap_or_else(|| self.0.addresses.landing_page.to_owned())
    }

    /// `next` as a path of this site, or `None` for anything else. It comes from the address bar: an
    /// attacker's link to our log-in page must not lead to the attacker's copy of it (open redirect).
    pub fn safe_next(&self, next: &str) -> Option<String> {
        let url = path_here(next).filter(|_| next.len() <= MAX_BYTES)?;
        let path = percent_decode_str(url.path()).decode_utf8().ok()?;
        let is_page = !self.0.addresses.not_pages.iter().any(|prefix| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        is_page.then(|| url[Position::BeforePath..Position::AfterQuery].to_owned())
    }
}

/// A path that leads nowhere but here, whoever reads it; as an address of a host that is none.
pub(crate) fn path_here(text: &str) -> Option<Url> {
    // Browsers drop TAB and line breaks and read `\` as `/`, so "/\t/evil.example" is theirs.
    let plain = |text: &str| text.bytes().all(|b| (0x21..=0x7e).contains(&b) && b != b'\\');
    if !plain(text) || !text.starts_with('/') {
        return None;
    }
    let here = Url::parse("http://here.invalid").expect("a constant that parses");
    let url = here.join(text).ok()?;
    // Whoever decodes it once more must find no host and no control character in it either.
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    let path = percent_decode_str(url.path()).decode_utf8().ok()?;
    let is_safe = url.origin() == here.origin()
        && url.username().is_empty()
        && url.password().is_none()
        && !decoded.contains(char::is_control)
        && !path.contains("//")
        && !path.contains('\\');
    is_safe.then_some(url)
}
