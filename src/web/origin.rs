//! Where requests may come from: our own host, and for writes our own pages.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName};
use actix_web::http::uri::Authority;
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::config::Config;
use crate::error::Error;

/// The longest address, as most servers have it.
const URI_MAX_BYTES: usize = 4096;

/// Our names, and those of our cookies.
pub struct Origins {
    scheme: String,
    hosts: Vec<String>,
    /// What the names of our cookies begin with.
    cookie_prefix: String,
}

impl Origins {
    /// The names of `PUBLIC_URL` and `ALLOWED_HOSTS`. On a developer's machine, all of its own.
    pub fn new(config: &Config) -> Self {
        let url = &config.public_url;
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        let mut hosts = config.allowed_hosts.clone();
        // A program may name the port that goes without saying.
        hosts.extend(
            url.host_str()
                .zip(url.port_or_known_default())
                .map(|(host, port)| format!("{host}:{port}")),
        );
        hosts.extend(url.host_str().map(|host| format!("{host}{port}")));
        if config.is_on_loopback() {
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{host}{port}")));
        }
        let cookie_prefix = config.cookie_name("");
        Self { scheme: url.scheme().to_owned(), hosts, cookie_prefix }
    }

    /// An attacker's domain that suddenly points at this machine (DNS rebinding) still names
    /// itself in `Host`.
    fn is_our_host(&self, req: &ServiceRequest) -> bool {
        let host = text(req, &header::HOST).unwrap_or_default().to_ascii_lowercase();
        let target = req.head().uri.authority().map(Authority::as_str);
        self.hosts.contains(&host) && target.is_none_or(|target| target.eq_ignore_ascii_case(&host))
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
                .is_some_and(|host| self.hosts.iter().any(|ours| ours == host));
        }
        // Neither: not a browser of our time. A program is welcome as long as no cookie of ours makes
        // the request somebody's.
        let cookies = req.request().cookies_raw();
        let has_ours = cookies.is_ok_and(|all| {
            all.iter().any(|cookie| cookie.name().starts_with(&self.cookie_prefix))
        });
        headers.contains_key(header::AUTHORIZATION) || !has_ours
    }
}

/// The middleware that refuses requests from elsewhere, before anything else looks at them.
pub async fn check_origin(
    origins: Data<Origins>,
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let reads = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let refusal = if req.uri().to_string().len() > URI_MAX_BYTES {
        Some(Error::UriTooLong)
    } else if !origins.is_our_host(&req) {
        Some(Error::Misdirected)
    } else if !reads && !origins.may_write(&req) {
        Some(Error::CrossSite)
    } else {
        None
    };
    match refusal {
        Some(error) => Ok(req.error_response(error).map_into_right_body()),
        None => Ok(next.call(req).await?.map_into_left_body()),
    }
}

/// The header's text, if it is there exactly once.
fn text<'a>(req: &'a ServiceRequest, name: &HeaderName) -> Option<&'a str> {
    let mut values = req.headers().get_all(name);
    values.next().filter(|_| values.next().is_none())?.to_str().ok()
}
