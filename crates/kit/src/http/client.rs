//! Where a request comes from: the network, and the browser.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::str;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest};
use ipnet::IpNet;

/// Longer user agents are cut.
const USER_AGENT_MAX: usize = 200;

/// Knows which proxies are ours.
pub(crate) struct Proxies {
    trusted: Vec<IpNet>,
}

impl Proxies {
    /// Believes `X-Forwarded-For` from these proxies, and from nobody else.
    pub(crate) fn new(trusted: Vec<IpNet>) -> Self {
        Self { trusted }
    }

    /// The client's address. Proxies append to `X-Forwarded-For`, so it is read from the right, up
    /// to the first address that is no proxy of ours: whatever stands further left was written by
    /// the client, who may have made it up, and may be no text at all.
    pub(crate) fn address(&self, req: &HttpRequest) -> Option<IpAddr> {
        let mut address = req.peer_addr()?.ip().to_canonical();
        let lines = req.headers().get_all("x-forwarded-for").map(HeaderValue::as_bytes);
        let hops: Vec<_> = lines.flat_map(|line| line.split(|byte| *byte == b',')).collect();
        // A list may hold empty elements (RFC 9110 section 5.6.1).
        for hop in hops.into_iter().rev().map(<[u8]>::trim_ascii).filter(|hop| !hop.is_empty()) {
            if !self.trusts(address) {
                break;
            }
            let Some(next) = parse_hop(hop) else { break };
            address = next.to_canonical();
        }
        Some(address)
    }

    /// The request's address and browser, with its id.
    pub(crate) fn client(&self, req: &HttpRequest, request_id: String) -> Client {
        let user_agent =
            req.headers().get(header::USER_AGENT).map_or(&[][..], HeaderValue::as_bytes);
        // Lossily: one odd byte must not hide the browser from the protection of sessions.
        let user_agent = String::from_utf8_lossy(user_agent);
        Client {
            ip_address: self.address(req).map_or_else(String::new, |ip| ip.to_string()),
            user_agent: user_agent.chars().take(USER_AGENT_MAX).collect(),
            request_id,
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }
}

/// An address as proxies write it: by itself, with a port, in brackets, or both.
fn parse_hop(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop).ok()?;
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let with_port = || hop.parse::<SocketAddr>().map(|address| address.ip());
    bare.parse().or_else(|_| with_port()).ok()
}

/// How the place that a request comes from differs from an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// In the browser or in the network.
    One,
    /// In both.
    Both,
}

/// Where a request comes from, as far as it tells.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// The address; empty when nobody sent a request.
    pub ip_address: String,
    /// The browser's description of itself.
    pub user_agent: String,
    /// The id under which the log knows the request; empty where there is none.
    pub request_id: String,
}

impl Client {
    /// What was found out about a request when it arrived.
    pub fn of(req: &HttpRequest) -> Self {
        req.extensions().get::<Self>().cloned().unwrap_or_default()
    }

    /// The browser and the system, as far as they tell: "Firefox on Linux".
    pub fn device(&self) -> String {
        device(&self.user_agent)
    }

    /// What has changed since then, if anything.
    pub fn change_since(&self, then: &Self) -> Option<Change> {
        match (self.device() == then.device(), self.is_near(then)) {
            (true, true) => None,
            (false, false) => Some(Change::Both),
            _ => Some(Change::One),
        }
    }

    /// Whose tries are counted together: an IPv4 address, or the first 64 bits of an IPv6 one, which is the
    /// least that a single customer has.
    pub fn subnet(&self) -> Option<IpNet> {
        self.network(32, 64)
    }

    /// As many bits of the address.
    fn network(&self, v4: u8, v6: u8) -> Option<IpNet> {
        let address: IpAddr = self.ip_address.parse().ok()?;
        let bits = if address.is_ipv4() { v4 } else { v6 };
        IpNet::new(address, bits).ok().map(|network| network.trunc())
    }

    /// Whether the network is the same, as it hardly changes while somebody travels with one provider.
    pub fn is_near(&self, other: &Self) -> bool {
        self.network(24, 48) == other.network(24, 48)
    }
}

crate::from_request!(Client, Infallible, |req| Ok(Client::of(req)));

/// The browser and the system that a user agent names.
pub fn device(user_agent: &str) -> String {
    // In this order: most browsers name others too.
    let browsers = ["Edg", "OPR", "Firefox", "Chrome", "Safari", "curl"];
    let shown = ["Edge", "Opera", "Firefox", "Chrome", "Safari", "curl"];
    let systems = ["Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"];
    let named = |words: &[&str]| words.iter().position(|word| user_agent.contains(word));
    let browser = named(&browsers).map_or("A program", |found| shown[found]);
    match named(&systems) {
        Some(found) => format!("{browser} on {}", systems[found]),
        None => browser.to_owned(),
    }
}

/// What a user agent runs on, as the name of a picture: "phone", "desktop", or "program" for what is no browser.
pub fn device_icon(user_agent: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| user_agent.contains(word));
    if has(&["Android", "iPhone", "iPad"]) {
        "phone"
    } else if has(&["Windows", "Mac OS", "Linux"]) {
        "desktop"
    } else {
        "program"
    }
}

/// Whose turn it is, where many wait for the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// An IPv4 address, or the first 48 bits of an IPv6 one: what a single customer can have (RFC
    /// 6177), who would fill the queue by themselves if each 64 counted.
    Address(IpNet),
    /// Requests without an address.
    Unknown,
    /// The command line: whoever runs it competes with nobody.
    Operator,
}

impl From<&Client> for Network {
    fn from(client: &Client) -> Self {
        client.network(32, 48).map_or(Self::Unknown, Self::Address)
    }
}
