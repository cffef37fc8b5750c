//! The address a request comes from.

use std::net::IpAddr;

use actix_web::HttpRequest;
use ipnet::IpNet;

/// Knows which proxies are ours.
#[derive(Clone, Debug)]
pub struct Peers {
    trusted: Vec<IpNet>,
}

impl Peers {
    /// Believes `X-Forwarded-For` from these proxies, and from nobody else.
    pub fn new(trusted: Vec<IpNet>) -> Self {
        Self { trusted }
    }

    /// The client's address. Proxies append to `X-Forwarded-For`, so it is read from the right, up
    /// to the first address that is no proxy of ours: whatever stands further left was written by
    /// the client, who may have made it up.
    pub fn address(&self, req: &HttpRequest) -> Option<IpAddr> {
        let mut address = req.peer_addr()?.ip().to_canonical();
        let forwarded = req.headers().get_all("x-forwarded-for").filter_map(|v| v.to_str().ok());
        let hops: Vec<_> = forwarded.flat_map(|line| line.split(',')).collect();
        for hop in hops.into_iter().rev() {
            let Ok(next) = hop.trim().parse::<IpAddr>() else { break };
            if !self.trusts(address) {
                break;
            }
            address = next.to_canonical();
        }
        Some(address)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }
}
