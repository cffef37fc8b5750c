//! Who may read the metrics, and where.

use std::net::SocketAddr;

use super::{Reader, Secret};

/// The shortest token: 20 characters at random are more than 100 bits.
const TOKEN_MIN: usize = 20;

/// Where the metrics are read, and by whom.
#[derive(Clone, Debug)]
pub struct MetricsSettings {
    /// The port, and the network that can reach it.
    pub address: SocketAddr,
    /// What readers send as a bearer token; without it, whoever reaches the port may read.
    pub token: Option<Secret>,
}

impl Reader<'_> {
    /// `METRICS_ADDRESS` and `METRICS_TOKEN`. Without the first there are no metrics. In production, a port
    /// that other machines reach wants a token.
    pub fn metrics(&mut self, production: bool) -> Option<MetricsSettings> {
        let name = "METRICS_ADDRESS";
        let rule = "must be an IP address (or localhost) and a port";
        let address = self.value(name, "", rule, |v| match v {
            "" => Some(None),
            set => set.replacen("localhost", "127.0.0.1", 1).parse::<SocketAddr>().ok().map(Some),
        });
        let token = self.metrics_token();
        let address = address?;
        if production && token.is_none() && !address.ip().is_loopback() {
            let rule = "must be this machine's own in production, unless METRICS_TOKEN is set";
            self.problem(name, &address.to_string(), rule, "127.0.0.1:9464");
        }
        Some(MetricsSettings { address, token })
    }

    /// As it stands in a header (RFC 6750 section 2.1).
    fn metrics_token(&mut self) -> Option<Secret> {
        let name = "METRICS_TOKEN";
        let token = self.text(name)?;
        let is_b64token = |c: u8| c.is_ascii_alphanumeric() || b"-._~+/=".contains(&c);
        if token.len() < TOKEN_MIN || !token.bytes().all(is_b64token) {
            let rule =
                format!("must be {TOKEN_MIN} characters or more, of letters, digits and -._~+/=");
            self.problem(name, "(hidden)", &rule, "(what `openssl rand -hex 20` prints)");
        }
        Some(Secret(token))
    }
}
