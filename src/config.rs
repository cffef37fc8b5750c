//! The settings: read once at start-up, all of them checked, all problems told at once.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use actix_login::{CookieKind, KeyPair, SigningKey};
use ipnet::IpNet;
use kit::config::{
    Reader, Secret, SigningKeys, Smtp, parse_host, parse_host_name, parse_public_url, parse_sender,
};
use kit::email::Email;
use kit::http::site::is_on_loopback;
use kit::logger::LogFormat;
use kit::password::HashCost;
use lettre::message::Mailbox;
use strum::{IntoStaticStr, VariantArray};
use time::Duration;
use url::Url;

/// The name in cookies and in the database's file name.
pub const APP_NAME: &str = env!("CARGO_PKG_NAME");

/// What is said about signing keys where they are wanted.
pub const SIGNING_KEYS: SigningKeys = SigningKeys {
    command: concat!(env!("CARGO_PKG_NAME"), " secret"),
    sample: concat!("paste-here-the-line-that-", env!("CARGO_PKG_NAME"), "-secret-prints"),
};

/// The folder of static files, and where `cargo run` finds it when it is started from elsewhere.
const STATIC_DIRS: (&str, &str) = ("static", concat!(env!("CARGO_MANIFEST_DIR"), "/static"));

#[cfg(not(feature = "postgres"))]
const DEFAULT_DATABASE_URL: &str = concat!("data/", env!("CARGO_PKG_NAME"), ".db");
#[cfg(feature = "postgres")]
const DEFAULT_DATABASE_URL: &str = concat!("postgres://localhost/", env!("CARGO_PKG_NAME"));

/// The parts of the program, as the levels of the log name them.
const PARTS: [&str; 4] = ["app", "actix_login", "database", "kit"];

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

/// What our cookies are for. Each has its place here, and `tests/web/cookies.rs` plants them all.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum CookieUse {
    /// Carries the session's token.
    Session,
    /// Carries a message over a redirect.
    Flash,
    /// Carries a link's token. There are two for each purpose of a link, whose name follows: for one
    /// that was opened, and one that was used.
    Link,
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
    /// Empty until the first run in development has made the file.
    pub secret_keys: Vec<SigningKey>,
    /// Where they are kept, unless `SECRET_KEY` holds them.
    pub secret_key_file: Option<PathBuf>,
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
    pub token_key_pair: Option<Arc<KeyPair>>,
    pub request_timeout: Duration,
    pub log_filter: String,
    pub log_format: LogFormat,
}

impl Config {
    /// Reads `.env` and the environment, which counts more. The error is one message about all that
    /// is wrong in both.
    pub fn load() -> Result<Self, String> {
        kit::config::load(Self::read_all)
    }

    /// Reads every setting through `lookup`. The error lists all that is wrong.
    pub fn read<V: Into<OsString>>(lookup: impl Fn(&str) -> Option<V>) -> Result<Self, String> {
        kit::config::read(lookup, Self::read_all)
    }

    /// The name of every variable that [`Self::read`] looks at.
    pub fn variables() -> Vec<&'static str> {
        kit::config::variables(Self::read_all)
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
        let (secret_keys, secret_key_file) = read.secret_keys(production, SIGNING_KEYS);
        let config = Self {
            environment,
            host: read.value("HOST", "127.0.0.1", "must be an IP address or localhost", parse_host),
            port,
            public_url,
            allowed_hosts: read.list(
                "ALLOWED_HOSTS",
                "must be host names, as in www.example.com or localhost:8081",
                parse_host_name,
            ),
            trusted_proxies: read.list(
                "TRUSTED_PROXIES",
                "must be addresses or networks such as 10.0.0.0/8",
                |v| v.parse().ok().or_else(|| v.parse::<IpAddr>().ok().map(IpNet::from)),
            ),
            dev_insecure_cookies: read.boolean("DEV_INSECURE_COOKIES", false),
            database_url: read.database_url(cfg!(feature = "postgres"), DEFAULT_DATABASE_URL),
            database_connections: read.number("DATABASE_CONNECTIONS", "8", 1..=1000),
            secret_keys,
            secret_key_file,
            static_dir: read.folder("STATIC_DIR", STATIC_DIRS, "app.css"),
            smtp: read.smtp_url(production),
            mail_from: read.value(
                "MAIL_FROM",
                &mail_from,
                "must be an e-mail address, with or without a name before it",
                parse_sender,
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
            password_grant: read.boolean("PASSWORD_GRANT", true),
            api_docs: read.boolean("API_DOCS", !production),
            token_key_pair: read.token_key_pair(),
            request_timeout: read.duration("REQUEST_TIMEOUT", "10s"),
            log_filter: read.log_filter(&PARTS),
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
        is_on_loopback(&self.public_url)
    }

    /// A cookie's full name. It holds the app's name because cookies do not know ports: two apps
    /// on localhost would overwrite each other's. `__Host-` makes browsers refuse the cookie from
    /// a subdomain or over plain HTTP (RFC 6265bis section 4.1.3.2).
    pub fn cookie_name(&self, purpose: &str) -> String {
        let prefix = if self.secure_cookies() { "__Host-" } else { "" };
        format!("{prefix}{APP_NAME}_{purpose}")
    }

    /// The cookie for this use.
    pub fn cookie(&self, of: CookieUse) -> CookieKind {
        CookieKind { name: self.cookie_name(of.into()), secure: self.secure_cookies() }
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

/// The domain to send mail from, unless told otherwise. An IP address is no domain, and not every
/// host has a name that mail can come from.
fn mail_domain(public_url: &Url) -> &str {
    let domain = public_url.domain().map(|domain| domain.trim_end_matches('.'));
    domain.filter(|domain| Email::may_send(&format!("noreply@{domain}"))).unwrap_or("localhost")
}
