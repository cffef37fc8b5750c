//! The server that takes our mail.

use url::{Host, Url};

use super::{Reader, Secret};

/// A mail server, from `SMTP_URL`.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// Its name or address.
    pub host: String,
    /// Where it listens.
    pub port: u16,
    /// How the way to it is protected.
    pub security: SmtpSecurity,
    /// The user and the password to log in with.
    pub credentials: Option<(String, Secret)>,
}

/// How the way to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// TLS from the first byte (RFC 8314 section 3.3).
    Tls,
    /// STARTTLS, and nothing is sent to a server that does not offer it.
    StartTls,
    /// Nothing: it never leaves this machine.
    Loopback,
}

impl Reader<'_> {
    /// `SMTP_URL`: where mail goes. Unset, it stays in the development mailbox.
    pub fn smtp_url(&mut self, production: bool) -> Option<Smtp> {
        const EXAMPLE: &str = "smtps://user:password@smtp.example.com";
        let name = "SMTP_URL";
        let Some(text) = self.text(name) else {
            if production {
                let rule = "must be set in production: without mail nobody can set a new password";
                self.problem(name, "", rule, EXAMPLE);
            }
            return None;
        };
        let smtp = parse(&text);
        if smtp.is_none() {
            let rule = "must be smtps://user:password@host:port, or smtp:// for STARTTLS, with \
                        what is special in them percent-encoded";
            self.problem(name, "(hidden)", rule, EXAMPLE);
        }
        smtp
    }
}

fn parse(text: &str) -> Option<Smtp> {
    let url = Url::parse(text).ok()?;
    // The brackets of an IPv6 address belong to the URL.
    let host = Host::parse(url.host_str()?).ok()?;
    let (security, port) = match url.scheme() {
        "smtps" => (SmtpSecurity::Tls, 465),
        // Mail holds links that open accounts: off this machine it is never sent in the clear.
        "smtp" if is_loopback(&host) => (SmtpSecurity::Loopback, 25),
        "smtp" => (SmtpSecurity::StartTls, 587),
        _ => return None,
    };
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return None;
    }
    let credentials = match (url.username(), url.password()) {
        ("", None) => None,
        (user, Some(password)) => Some((decode(user)?, Secret(decode(password)?))),
        (_, None) => return None,
    };
    let host = match host {
        Host::Ipv6(ip) => ip.to_string(),
        other => other.to_string(),
    };
    Some(Smtp { host, port: url.port().unwrap_or(port), security, credentials })
}

pub(super) fn decode(text: &str) -> Option<String> {
    let text = percent_encoding::percent_decode_str(text).decode_utf8().ok()?;
    Some(text.into_owned())
}

/// By its name only: what a name server says may change.
pub(super) fn is_loopback(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}
