//! Cookies: one way to make, end and read them.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::{self, HeaderValue};

/// A cookie: its full name, and whether it may only travel encrypted.
///
/// ```
/// # use actix_login::{CookieKind, Presented};
/// # use actix_web::test::TestRequest;
/// let kind = CookieKind::new("__Host-theme", true);
/// let cookie = kind.with("dark", None);
/// assert_eq!(cookie.to_string(), "__Host-theme=dark; HttpOnly; SameSite=Lax; Secure; Path=/");
///
/// let request = TestRequest::default().cookie(cookie).to_http_request();
/// assert_eq!(kind.read(&request), Presented::One("dark".to_owned()));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CookieKind {
    /// The full name, with the `__Host-` prefix where it applies.
    pub name: String,
    /// Whether the cookie carries `Secure`.
    pub secure: bool,
}

/// What a browser sent under one name.
#[derive(Debug, PartialEq, Eq)]
pub enum Presented {
    /// No such cookie.
    Nothing,
    /// Its value, as it was sent.
    One(String),
    /// Several of that name, or a value of a kind that we never set. Something was planted ("cookie
    /// tossing"), so nothing is believed.
    Planted,
}

impl Presented {
    /// The value, if there is one to be believed.
    pub(crate) fn value(&self) -> Option<&str> {
        if let Self::One(value) = self { Some(value) } else { None }
    }
}

impl CookieKind {
    /// The cookie called `name`. Only for a site without TLS is it not `secure`.
    pub fn new(name: impl Into<String>, secure: bool) -> Self {
        Self { name: name.into(), secure }
    }

    /// What browsers drop without a word: a name that is none (RFC 6265 section 4.1.1), and a prefix that
    /// promises more than the cookie keeps (RFC 6265bis section 4.1.3).
    pub(crate) fn check(&self) -> Result<(), String> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if self.name.is_empty() || !self.name.bytes().all(is_name) {
            return Err(format!(
                "{:?} is no name of a cookie: give `CookieKind::new` another.",
                self.name
            ));
        }
        let name = self.name.to_ascii_lowercase();
        let has_prefix = name.starts_with("__host-") || name.starts_with("__secure-");
        if has_prefix && !self.secure {
            return Err(format!(
                "Browsers drop {} unless it is secure: give `CookieKind::new` a name without that prefix.",
                self.name
            ));
        }
        Ok(())
    }

    /// The cookie with `value`. Without `max_age` it ends with the browser.
    ///
    /// `Lax`, not `Strict`, so that a link in a mail arrives logged in; let the application check
    /// where writes come from (`Sec-Fetch-Site`, `Origin`).
    pub fn with(&self, value: impl Into<String>, max_age: Option<Duration>) -> Cookie<'static> {
        let mut cookie = Cookie::build(self.name.clone(), value.into())
            .path("/")
            .secure(self.secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .finish();
        cookie.set_max_age(max_age.map(|age| age.try_into().unwrap_or(time::Duration::MAX)));
        cookie
    }

    /// The cookie that ends this one: the same attributes, and no time left.
    pub fn expired(&self) -> Cookie<'static> {
        self.with("", Some(Duration::ZERO))
    }

    /// What the request carries under this name.
    pub fn read(&self, req: &HttpRequest) -> Presented {
        let mut ours = pairs(req).filter(|(name, _)| *name == self.name.as_bytes());
        match (ours.next(), ours.next()) {
            (None, _) => Presented::Nothing,
            (Some((_, value)), None) if value.iter().all(|byte| is_cookie_octet(*byte)) => {
                Presented::One(value.iter().copied().map(char::from).collect())
            }
            _ => Presented::Planted,
        }
    }
}

/// The names and values of all cookies that came along, as octets, as browsers take them apart (RFC
/// 6265bis section 5.7). A browser looks at `__Host-` after it has stripped spaces and tabs: whoever
/// strips more here (a no-break space, say) takes a cookie for ours that any subdomain may set. And
/// whatever other programs on this host put into theirs, ours are found beside it.
pub fn pairs(req: &HttpRequest) -> impl Iterator<Item = (&[u8], &[u8])> {
    let lines = req.headers().get_all(header::COOKIE).map(HeaderValue::as_bytes);
    lines.flat_map(|line| line.split(|byte| *byte == b';')).map(|pair| {
        // Without `=` it is a value that has no name.
        let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (&[][..], pair),
        };
        (strip(name), strip(value))
    })
}

/// Takes off spaces and tabs, and nothing else that looks like one.
fn strip(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// What the value of a cookie is made of (RFC 6265 section 4.1.1).
fn is_cookie_octet(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)
}
