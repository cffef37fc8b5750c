//! The settings: read once at start-up, all of them checked, all problems told at once.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use actix_login::{CookieKind, KeyPair, SigningKey};
use ipnet::IpNet;
use kit::config::{
    Environment, Lifetimes, LimitSettings, MetricsSettings, Provider, Reader, Secret,
    SessionProtection, Settings, SigningKeys, Smtp, TokenLifetimes,
};
use kit::http::cookies::Cookies;
use kit::http::site::is_on_loopback;
use kit::logger::LogSettings;
use kit::password::{Breached, HashCost};
use lettre::message::Mailbox;
use strum::{EnumString, IntoStaticStr, VariantArray, VariantNames};
use time::Duration;
use url::Url;

use crate::brand;

/// The name in cookies, in tokens and in the database's file name.
pub const APP_NAME: &str = env!("CARGO_PKG_NAME");

/// What is said about signing keys where they are wanted.
pub const SIGNING_KEYS: SigningKeys = SigningKeys {
    command: concat!(env!("CARGO_PKG_NAME"), " secret"),
    sample: "paste-here-the-line-that-cargo-run-secret-prints",
};

/// The folder of static files, and where `cargo run` finds it when it is started from elsewhere.
const STATIC_DIRS: (&str, &str) = ("static", concat!(env!("CARGO_MANIFEST_DIR"), "/static"));

/// The parts of the program, as the levels of the log name them.
const PARTS: [&str; 4] = ["app", "actix_login", "database", "kit"];

/// Who may make an account.
#[derive(Clone, Copy, Debug, EnumString, PartialEq, Eq, VariantNames)]
#[strum(serialize_all = "snake_case", ascii_case_insensitive)]
pub enum Registration {
    /// Everybody, at `/register`.
    Open,
    /// Whoever an administrator invites. (They may where everybody may, too.)
    Invite,
    /// Nobody; an operator adds users with `user add`.
    Closed,
}

impl Registration {
    /// Whether administrators may invite.
    pub fn invites(self) -> bool {
        self != Self::Closed
    }
}

/// Who must have a second factor.
#[derive(Clone, Copy, Debug, EnumString, PartialEq, Eq, VariantNames)]
#[strum(serialize_all = "snake_case", ascii_case_insensitive)]
pub enum RequiredFor {
    /// Nobody; it is up to them.
    Off,
    Admins,
    All,
}

/// Something that an operator switches on.
#[derive(Clone, Copy, Debug, EnumString, PartialEq, Eq, VariantNames)]
#[strum(serialize_all = "snake_case", ascii_case_insensitive)]
pub enum Switch {
    Off,
    On,
}

/// What our cookies are for. Each has its place here, and `tests/web/cookies.rs` plants them all.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum CookieUse {
    Session,
    /// Carries a message over a redirect.
    Flash,
    /// There are two for each purpose of a link: for one that was opened, and one that was used.
    Link,
    /// Light or dark.
    Theme,
    /// Whether the first steps were dismissed.
    Steps,
    /// That somebody has logged in here before.
    Device,
    /// That a link to log in was asked for here, or another site who this is.
    Asked,
    /// Names a log-in that waits for the second factor.
    HalfLogIn,
    /// That the password alone is enough here.
    Trusted,
}

/// How long a browser remembers what was chosen for it: a year.
pub const CHOICE_LASTS: std::time::Duration = std::time::Duration::from_secs(365 * 24 * 60 * 60);

/// Every setting. `.env.example` explains each.
#[derive(Clone, Debug)]
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
    pub breached_passwords: Option<Breached>,
    pub hash_cost: HashCost,
    pub lifetimes: Lifetimes,
    pub session_protection: SessionProtection,
    pub require_second_factor: RequiredFor,
    /// How long a browser is trusted without it; zero: not at all.
    pub trust_browsers: Duration,
    /// Whether people may log in by a link that is mailed to them.
    pub login_link: Switch,
    /// Other sites that people may log in through.
    pub providers: Arc<[Provider]>,
    pub token_lifetimes: TokenLifetimes,
    pub limits: LimitSettings,
    pub password_grant: bool,
    pub api_docs: bool,
    /// The first signs access tokens, all verify them; empty where `SECRET_KEY` does.
    pub token_key_pairs: Vec<KeyPair>,
    pub request_timeout: Duration,
    pub shutdown_delay: Duration,
    pub log: LogSettings,
    pub metrics: Option<MetricsSettings>,
    /// All of these as they were set, for developers to look at.
    pub settings: Settings,
}

impl Config {
    /// Reads `.env` and the environment, which counts more. The error is one message about all that
    /// is wrong in both.
    pub fn load() -> Result<Self, kit::cli::Failure> {
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
        let environment = read.one_of("APP_ENV", "development");
        let production = environment == Environment::Production;
        let port = read.number("PORT", "8080", 1..=65_535);
        let public_url = read.public_url("PUBLIC_URL", &format!("http://localhost:{port}"));
        let mail_from = read.sender("MAIL_FROM", brand::NAME, &public_url);
        let (secret_keys, secret_key_file) = read.secret_keys(production, SIGNING_KEYS);
        let config = Self {
            environment,
            host: read.host("HOST", "127.0.0.1"),
            port,
            public_url,
            allowed_hosts: read.host_names("ALLOWED_HOSTS"),
            trusted_proxies: read.networks("TRUSTED_PROXIES"),
            dev_insecure_cookies: read.boolean("DEV_INSECURE_COOKIES", false),
            database_url: read.database_url(cfg!(feature = "postgres"), production, APP_NAME),
            database_connections: read.number("DATABASE_CONNECTIONS", "8", 1..=1000),
            secret_keys,
            secret_key_file,
            static_dir: read.folder("STATIC_DIR", STATIC_DIRS, "app.css"),
            smtp: read.smtp_url(production),
            mail_from,
            registration: read.one_of("REGISTRATION", "open"),
            password_min_length: read.number("PASSWORD_MIN_LENGTH", "12", 8..=64),
            breached_passwords: read.breached_passwords("BREACHED_PASSWORDS"),
            hash_cost: read.hash_cost(),
            lifetimes: read.lifetimes(),
            session_protection: read.one_of("SESSION_PROTECTION", "basic"),
            require_second_factor: read.one_of("REQUIRE_SECOND_FACTOR", "off"),
            trust_browsers: read.delay("TRUST_BROWSERS", "14d"),
            login_link: read.one_of("LOGIN_LINK", "off"),
            providers: read.providers("OIDC_PROVIDERS"),
            token_lifetimes: read.token_lifetimes(),
            limits: read.limits(),
            password_grant: read.boolean("PASSWORD_GRANT", true),
            api_docs: read.boolean("API_DOCS", !production),
            token_key_pairs: read.token_key_pairs(),
            request_timeout: read.duration("REQUEST_TIMEOUT", "10s"),
            shutdown_delay: read.delay("SHUTDOWN_DELAY", "0s"),
            log: read.log(&PARTS),
            metrics: read.metrics(production),
            settings: read.settings(),
        };
        read.refuse_conveniences(production, &config.public_url, config.dev_insecure_cookies);
        if !cfg!(feature = "oidc") && !config.providers.is_empty() {
            let rule = "wants a program that is built with the feature `oidc`";
            read.problem("OIDC_PROVIDERS", "(hidden)", rule, "");
        }
        config
    }

    /// Whether the pages for developers are served: in development and a debug build, on an address that
    /// nobody else reaches. Through a proxy or a tunnel, known by its address or by another name, everybody
    /// seems to be on this machine.
    pub fn is_for_developers(&self) -> bool {
        cfg!(debug_assertions)
            && self.environment == Environment::Development
            && self.host.is_loopback()
            && is_on_loopback(&self.public_url)
            && self.allowed_hosts.is_empty()
            && self.trusted_proxies.is_empty()
    }

    pub fn cookies(&self) -> Cookies {
        Cookies::new(APP_NAME, &self.public_url, self.dev_insecure_cookies)
    }

    pub fn cookie(&self, of: CookieUse) -> CookieKind {
        self.cookies().of(of.into())
    }

    pub fn host_name(&self) -> &str {
        self.public_url.host_str().unwrap_or_default()
    }

    /// The public address without the last slash, as it is shown, compared and signed.
    pub fn origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }
}
