//! Where requests may come from: our own host, and for writes our own pages.

use actix_login::cookie;
use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::uri::Authority;
use actix_web::middleware::Next;
use url::{Position, Url};

use crate::error::Error;
use crate::http::site::{Site, is_on_loopback};

/// The longest address, as most servers have it.
const URI_MAX_BYTES: usize = 4096;

/// Longer names of hosts are cut in the log.
const HOST_MAX: usize = 100;

/// Our names, and those of our cookies.
pub(crate) struct Hosts {
    scheme: String,
    names: Vec<String>,
    /// What the names of our cookies begin with.
    cookie_prefix: String,
}

impl Hosts {
    /// The names of the public address, and others. On a developer's machine, all of its own.
    pub(crate) fn new(url: &Url, others: &[String], cookie_prefix: String) -> Self {
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        let mut names = others.to_vec();
        // A program may name the port that goes without saying.
        names.extend(
            url.host_str()
                .zip(url.port_or_known_default())
                .map(|(host, port)| format!("{host}:{port}")),
        );
        names.extend(url.host_str().map(|host| format!("{host}{port}")));
        if is_on_loopback(url) {
            names.extend(["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{host}{port}")));
        }
        let names = names.iter().map(|name| without_dot(name)).collect();
        Self { scheme: url.scheme().to_owned(), names, cookie_prefix }
    }

    /// The host that the request names, if it is not ours. An attacker's domain that suddenly points
    /// at this machine (DNS rebinding) still names itself in `Host`.
    fn foreign_host(&self, req: &ServiceRequest) -> Option<String> {
        let named: Vec<_> =
            req.headers().get_all(header::HOST).map(HeaderValue::as_bytes).collect();
        // Several become one that nobody has.
        let named = String::from_utf8_lossy(&named.join(&b", "[..])).into_owned();
        let host = without_dot(&named.to_ascii_lowercase());
        let target = req.head().uri.authority().map(Authority::as_str);
        if !self.names.contains(&host) {
            return Some(named);
        }
        let other = target.filter(|target| without_dot(&target.to_ascii_lowercase()) != host);
        other.map(str::to_owned)
    }

    /// The path and the query of an address of ours.
    pub(crate) fn path_of(&self, url: &str) -> Option<String> {
        let url = Url::parse(url).ok().filter(|url| url.scheme() == self.scheme)?;
        let host = without_dot(&url[Position::BeforeHost..Position::AfterPort]);
        let is_ours = self.names.contains(&host);
        is_ours.then(|| url[Position::BeforePath..Position::AfterQuery].to_owned())
    }

    /// Cross-site request forgery: a browser tells where a request comes from, and a page cannot
    /// make it lie. (OWASP's sheet on CSRF, "Fetch Metadata headers".)
    fn may_write(&self, req: &ServiceRequest) -> bool {
        let headers = req.headers();
        let fetch_site = HeaderName::from_static("sec-fetch-site");
        if headers.contains_key(&fetch_site) {
            // `same-site` too is refused: that is any other port of localhost, and any subdomain.
            return matches!(text(req, &fetch_site), Some("same-origin" | "none"));
        }
        if headers.contains_key(header::ORIGIN) {
            return text(req, &header::ORIGIN)
                .and_then(|origin| origin.strip_prefix(&self.scheme)?.strip_prefix("://"))
                .is_some_and(|host| self.names.contains(&without_dot(host)));
        }
        // Neither: not a browser of our time. A program is welcome as long as no cookie of ours makes
        // the request somebody's.
        !cookie::pairs(req.request())
            .any(|(name, _)| name.starts_with(self.cookie_prefix.as_bytes()))
    }
}

/// Whether a page of another site makes this request, as far as the browser tells. For what may be asked for from
/// here alone, because somebody would notice that it was: other sites may send people to any page, and show none of it.
pub fn is_from_elsewhere(req: &HttpRequest) -> bool {
    let told = req.headers().get("sec-fetch-site");
    told.is_some_and(|from| from != "same-origin" && from != "none")
}

/// The middleware that refuses requests from elsewhere, before anything else looks at them.
pub async fn check_origin(
    req: ServiceRequest, next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let hosts = &Site::of(req.request()).0.hosts;
    let reads = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let refusal = if req.uri().to_string().len() > URI_MAX_BYTES {
        Some(Error::UriTooLong)
    } else if let Some(host) = hosts.foreign_host(&req) {
        Some(misdirected(&host))
    } else if !reads && !hosts.may_write(&req) {
        Some(Error::CrossSite)
    } else {
        None
    };
    match refusal {
        Some(error) => Ok(req.error_response(error).map_into_right_body()),
        None => Ok(next.call(req).await?.map_into_left_body()),
    }
}

/// What the operator reads: somebody scans the internet, or a setting lacks a name. It was sent by a
/// stranger, so nothing in it may pass as a part of the log.
fn misdirected(host: &str) -> Error {
    let name: String = host.chars().take(HOST_MAX).flat_map(char::escape_default).collect();
    let is_name = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let setting = if name == host && !host.is_empty() && host.chars().all(is_name) {
        format!("ALLOWED_HOSTS={host}")
    } else {
        "ALLOWED_HOSTS".to_owned()
    };
    Error::Misdirected(format!("the host \"{name}\" is not ours; {setting} would allow it"))
}

/// A host with the dot that ends a full name in the DNS taken off: it is the same host.
fn without_dot(host: &str) -> String {
    let port_at = host.rfind(':').filter(|_| !host.ends_with(']')).unwrap_or(host.len());
    let (name, port) = host.split_at(port_at);
    format!("{}{port}", name.strip_suffix('.').unwrap_or(name))
}

/// The header's text, if it is there exactly once.
fn text<'a>(req: &'a ServiceRequest, name: &HeaderName) -> Option<&'a str> {
    let mut values = req.headers().get_all(name);
    values.next().filter(|_| values.next().is_none())?.to_str().ok()
}
