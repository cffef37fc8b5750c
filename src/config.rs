//! The settings: read once at start-up, all of them checked, all problems told at once.

mod reader;
mod smtp;

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use lettre::message::Mailbox;
use time::Duration;
use url::Url;

use self::reader::{Reader, parse_public_url};
pub use self::smtp::{Smtp, SmtpSecurity};
use crate::keys::SigningKey;

/// The name in cookies and in the database's file name.
pub const APP_NAME: &str = env!("CARGO_PKG_NAME");

/// Where `cargo run` finds `static/` when it is started from another folder.
const SOURCE_STATIC_DIR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/static");

#[cfg(not(feature = "postgres"))]
const DEFAULT_DATABASE_URL: &str = concat!("data/", env!("CARGO_PKG_NAME"), ".db");
#[cfg(feature = "postgres")]
const DEFAULT_DATABASE_URL: &str = concat!("postgres://localhost/", env!("CARGO_PKG_NAME"));

/// What the program is run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// On a developer's machine: a key is made at the first run, the tables are kept up to date.
    Development,
    /// For real: nothing is made up, and unsafe settings are refused.
    Production,
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Everybody, at `/register`, and whoever an administrator invites.
    Open,
    /// Whoever an administrator invites.
    Invite,
    /// Nobody; an operator adds users with `user add`.
    Closed,
}

/// What happens to a session that is suddenly used from another browser and another network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionProtection {
    /// Nothing.
    Off,
    /// The password is asked for before anything that needs a fresh log-in.
    Basic,
    /// It ends.
    Strong,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// How long sessions and tokens live.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// A session ends after this long without a request (NIST SP 800-63B-4, AAL2: one hour).
    pub idle: Duration,
    /// A session ends this long after the log-in (NIST SP 800-63B-4, AAL2: 24 hours).
    pub absolute: Duration,
    /// The same two for "remember me" (AAL1: 30 days).
    pub remembered_idle: Duration,
    /// See [`Self::remembered_idle`].
    pub remembered_absolute: Duration,
    /// An access token that names no other expiry.
    pub access_token: Duration,
    /// A refresh token, counted from the log-in: refreshing does not make it longer.
    pub refresh_token: Duration,
}

/// A text that is never printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// The cost of a password hash (argon2id, one lane).
#[derive(Clone, Copy, Debug)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
}

/// Every setting. `.env.example` explains each.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each field is documented once, in .env.example")]
pub struct Config {
    pub environment: Environment,
    pub host: IpAddr,
    pub port: u16,
    pub public_url: Url,
    pub allowed_hosts: Vec<String>,
    pub trusted_proxies: Vec<IpNet>,
    pub dev_insecure_cookies: bool,
    pub database_url: Secret,
    pub database_connections: u32,
    pub secret_keys: Vec<SigningKey>,
    pub secret_key_file: PathBuf,
    pub static_dir: PathBuf,
    pub smtp: Option<Smtp>,
    pub mail_from: Mailbox,
    pub registration: Registration,
    pub password_min_length: usize,
    pub hash_cost: HashCost,
    pub lifetimes: Lifetimes,
    pub session_protection: SessionProtection,
    pub password_grant: bool,
    pub api_docs: bool,
    pub token_private_key_file: Option<PathBuf>,
    pub token_private_key_password: Option<Secret>,
    pub request_timeout: Duration,
    pub log_filter: String,
    pub log_format: LogFormat,
}

impl Config {
    /// Reads every setting through `lookup`. The error lists all that is wrong: each with the
    /// variable, its value (secrets masked), the rule and an example.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let mut reader = Reader { lookup: &lookup, names: Vec::new(), problems: Vec::new() };
        let config = Self::read_all(&mut reader);
        if reader.problems.is_empty() {
            return Ok(config);
        }
        Err(format!("The settings need attention:\n\n{}\n", reader.problems.join("\n\n")))
    }

    /// The name of every variable that [`Self::read`] looks at.
    pub fn variables() -> Vec<&'static str> {
        let mut reader = Reader { lookup: &|_| None, names: Vec::new(), problems: Vec::new() };
        Self::read_all(&mut reader);
        reader.names
    }

    fn read_all(read: &mut Reader) -> Self {
        use Environment::{Development, Production};
        let environments = [("development", Development), ("production", Production)];
        let environment = read.choice("APP_ENV", "development", environments);
        let production = environment == Production;
        let port = read.number("PORT", "8080", 1..=65_535);
        let public_url = read.value(
            "PUBLIC_URL",
            &format!("http://localhost:{port}"),
            "must be the address that people type, without a path",
            parse_public_url,
        );
        let mail_from = format!("Latchkey <noreply@{}>", mail_domain(&public_url));
        let config = Self {
            environment,
            host: read.value("HOST", "127.0.0.1", "must be an IP address", |v| v.parse().ok()),
            port,
            public_url,
            allowed_hosts: read
                .list("ALLOWED_HOSTS", "must be host names", |v| Some(v.to_ascii_lowercase())),
            trusted_proxies: read.list(
                "TRUSTED_PROXIES",
                "must be addresses or networks such as 10.0.0.0/8",
                |v| v.parse().ok().or_else(|| v.parse::<IpAddr>().ok().map(IpNet::from)),
            ),
            dev_insecure_cookies: read.choice(
                "DEV_INSECURE_COOKIES",
                "false",
                [("false", false), ("true", true)],
            ),
            database_url: read.database_url(),
            database_connections: read.number("DATABASE_CONNECTIONS", "8", 1..=1000),
            secret_keys: read.secret_keys(),
            secret_key_file: read.secret_key_file(production),
            static_dir: read.static_dir(),
            smtp: read.smtp_url(production),
            mail_from: read.value(
                "MAIL_FROM",
                &mail_from,
                "must be an e-mail address, with or without a name before it",
                |v| v.parse().ok(),
            ),
            registration: read.choice(
                "REGISTRATION",
                "open",
                [
                    ("open", Registration::Open),
                    ("invite", Registration::Invite),
                    ("closed", Registration::Closed),
                ],
            ),
            password_min_length: read.number("PASSWORD_MIN_LENGTH", "12", 8..=64),
            hash_cost: HashCost {
                // The floors are OWASP's minimum for argon2id with one lane.
                memory_kib: read.number("ARGON2_MEMORY_KIB", "19456", 19_456..=1_048_576),
                iterations: read.number("ARGON2_ITERATIONS", "2", 2..=16),
            },
            lifetimes: Lifetimes {
                idle: read.duration("SESSION_IDLE", "60m"),
                absolute: read.duration("SESSION_LIFETIME", "24h"),
                remembered_idle: read.duration("REMEMBER_IDLE", "14d"),
                remembered_absolute: read.duration("REMEMBER_LIFETIME", "30d"),
                access_token: read.duration("TOKEN_EXPIRY", "15m"),
                refresh_token: read.duration("REFRESH_EXPIRY", "30d"),
            },
            session_protection: read.choice(
                "SESSION_PROTECTION",
                "basic",
                [
                    ("off", SessionProtection::Off),
                    ("basic", SessionProtection::Basic),
                    ("strong", SessionProtection::Strong),
                ],
            ),
            password_grant: read.choice("PASSWORD_GRANT", "on", [("on", true), ("off", false)]),
            api_docs: read.choice(
                "API_DOCS",
                if production { "false" } else { "true" },
                [("true", true), ("false", false)],
            ),
            token_private_key_file: read.text("TOKEN_PRIVATE_KEY_FILE").map(PathBuf::from),
            token_private_key_password: read.text("TOKEN_PRIVATE_KEY_PASSWORD").map(Secret),
            request_timeout: read.duration("REQUEST_TIMEOUT", "10s"),
            log_filter: read
                .value("RUST_LOG", "info,actix_server=warn", "", |v| Some(v.to_owned())),
            log_format: read.choice(
                "LOG_FORMAT",
                "text",
                [("text", LogFormat::Text), ("json", LogFormat::Json)],
            ),
        };
        if production {
            config.check_production(read);
        }
        config
    }

    /// What would be convenient on a developer's machine and a hole on a server.
    fn check_production(&self, read: &mut Reader) {
        if self.public_url.scheme() != "https" {
            read.problem(
                "PUBLIC_URL",
                &self.origin(),
                "must begin with https in production: passwords and cookies travel there",
                "https://app.example.com",
            );
        }
        if self.dev_insecure_cookies {
            read.problem("DEV_INSECURE_COOKIES", "true", "must be false in production", "false");
        }
    }

    /// Whether cookies carry `Secure` and the `__Host-` prefix. Browsers take both over plain HTTP
    /// from this machine; from another machine of the network they drop the cookie without a word.
    pub fn secure_cookies(&self) -> bool {
        if self.dev_insecure_cookies {
            return false;
        }
        self.public_url.scheme() == "https" || self.is_on_loopback()
    }

    /// Whether the public address is this machine's own.
    pub fn is_on_loopback(&self) -> bool {
        match self.public_url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        }
    }

    /// A cookie's full name. It holds the app's name because cookies do not know ports: two apps
    /// on localhost would overwrite each other's. `__Host-` makes browsers refuse the cookie from
    /// a subdomain or over plain HTTP (RFC 6265bis section 4.1.3.2).
    pub fn cookie_name(&self, purpose: &str) -> String {
        let prefix = if self.secure_cookies() { "__Host-" } else { "" };
        format!("{prefix}{APP_NAME}_{purpose}")
    }

    /// The host that people type.
    pub fn host_name(&self) -> &str {
        self.public_url.host_str().unwrap_or_default()
    }

    /// The public address without the last slash, as it is shown, compared and signed.
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }
}

/// The domain to send mail from, unless told otherwise. An IP address is no domain.
fn mail_domain(public_url: &Url) -> &str {
    public_url.domain().unwrap_or("localhost")
}
