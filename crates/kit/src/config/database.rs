//! Which database.

use std::env;
use std::net::IpAddr;
use std::path::Path;

use percent_encoding::percent_decode_str;

use super::{Reader, Secret};

const NAME: &str = "DATABASE_URL";

impl Reader<'_> {
    /// `DATABASE_URL`: a file for `SQLite`, an address for `PostgreSQL`; by default it is called after the
    /// app.
    pub fn database_url(&mut self, for_postgres: bool, production: bool, app: &str) -> Secret {
        if for_postgres { self.postgres_address(production, app) } else { self.sqlite_file(app) }
    }

    /// A `DATABASE_URL` that is a file, by default in `data/`. Other tools have other forms; taken for the
    /// name of a file, they would open an empty database without a word.
    pub fn sqlite_file(&mut self, app: &str) -> Secret {
        let default = format!("data/{app}.db");
        let value = self.text(NAME).unwrap_or_else(|| default.clone());
        if !is_file(&value) {
            let rule = "must be a file: this program was built for SQLite (see the README for \
                        PostgreSQL)";
            self.refuse_url(rule, &file_meant_by(&value).unwrap_or(default));
        }
        Secret(value)
    }

    fn postgres_address(&mut self, production: bool, app: &str) -> Secret {
        let default = format!("postgres://localhost/{app}");
        let value = self.text(NAME).unwrap_or_else(|| default.clone());
        if !["postgres://", "postgresql://"].iter().any(|scheme| value.starts_with(scheme)) {
            let rule = "must begin with postgres:// or postgresql://: this program was built for \
                        PostgreSQL";
            self.refuse_url(rule, &default);
        } else if production && !is_private(&value, |name| (self.lookup)(name).is_some()) {
            let example = "postgres://user:password@db.example.com/name?sslmode=verify-full&\
                           sslrootcert=/etc/ssl/certs/database-ca.pem";
            self.refuse_url(IS_PRIVATE, example);
        }
        Secret(value)
    }

    /// It may hold a password.
    fn refuse_url(&mut self, rule: &str, example: &str) {
        self.problem(NAME, "(hidden)", rule, example);
    }
}

/// What [`is_private`] asks for.
pub const IS_PRIVATE: &str = "must have sslmode=verify-full where the server is not this machine (or PGHOST, \
                              PGHOSTADDR or PGSERVICE may name another one): in any other mode, who sits in \
                              between can read and change everything";

/// What libpq takes from the environment where the address says nothing, or even if it does (`PGHOSTADDR`).
const ELSEWHERE: [&str; 3] = ["PGHOST", "PGHOSTADDR", "PGSERVICE"];

/// Whether what is sent to a `PostgreSQL` address stays on this machine, or goes to a server that has
/// proved to be the one that is named there (`sslmode=verify-full`). The weaker modes encrypt for whoever
/// answers, or do not even insist on that. `is_set` knows the environment's variables.
pub fn is_private(url: &str, is_set: impl Fn(&str) -> bool) -> bool {
    let address = Address::read(url);
    let modes: Vec<_> = address.values(&["sslmode", "ssl"]).collect();
    if !modes.is_empty() {
        // Of two, libpq takes the last, and `ssl=true` is a weaker mode.
        return modes.iter().all(|mode| *mode == "verify-full");
    }
    let mut named = address.values(&["host", "hostaddr"]).flat_map(|hosts| hosts.split(','));
    address.hosts.iter().all(|host| is_here(host))
        && named.all(is_here)
        && address.values(&["service"]).next().is_none()
        && !ELSEWHERE.into_iter().any(is_set)
}

/// [`is_private`] in the environment of this program.
pub fn is_private_here(url: &str) -> bool {
    is_private(url, |name| env::var_os(name).is_some())
}

/// An address as libpq takes it apart (`conninfo_uri_parse_options` in fe-connect.c), so that nobody can
/// write one that means another host there than here.
struct Address {
    hosts: Vec<String>,
    parameters: Vec<(String, String)>,
}

impl Address {
    fn read(url: &str) -> Self {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let user_end = rest.find(['@', '/']).filter(|at| rest[*at..].starts_with('@'));
        let rest = user_end.map_or(rest, |at| &rest[at + 1..]);
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let hosts = place.split('/').next().unwrap_or_default().split(',').map(|host| {
            // An IPv6 address stands in brackets; what follows a host is its port.
            let end = if host.starts_with('[') { ']' } else { ':' };
            decoded(host.split(end).next().unwrap_or_default().trim_start_matches('['))
        });
        let parameters = query.split('&').filter_map(|part| part.split_once('='));
        let parameters = parameters.map(|(key, value)| (decoded(key), decoded(value))).collect();
        Self { hosts: hosts.collect(), parameters }
    }

    fn values<'a>(&'a self, keys: &'a [&str]) -> impl Iterator<Item = &'a str> {
        let named = self.parameters.iter().filter(|(key, _)| keys.contains(&key.as_str()));
        named.map(|(_, value)| value.as_str())
    }
}

/// Whether a host is this machine: by its name, by address, or as the folder of a Unix socket. Without one,
/// it is such a socket.
fn is_here(host: &str) -> bool {
    host.is_empty()
        || host.eq_ignore_ascii_case("localhost")
        || host.starts_with(['/', '@'])
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether this is the name of a file, and nothing that means more to `SQLite` or to another tool:
/// an address (`sqlite:`, `file:`, `jdbc:`, `:memory:`) or keywords (`host=`, `Data Source=`).
fn is_file(value: &str) -> bool {
    let first = value.split(['/', '\\']).next().unwrap_or_default();
    // One letter is a drive of Windows.
    let is_address = first.find(':').is_some_and(|colon| colon != 1);
    !is_address && !first.contains('=') && !value.contains('?') && !Path::new(value).is_dir()
}

/// The file that another tool's address of an `SQLite` database names, to be shown. Other addresses
/// may hold a password.
fn file_meant_by(value: &str) -> Option<String> {
    let path = value.strip_prefix("jdbc:").unwrap_or(value);
    let path = path.split_once(':').filter(|(scheme, _)| {
        ["sqlite", "sqlite3", "file"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    });
    let path = path.map_or("", |(_, path)| path.split(['?', '#']).next().unwrap_or_default());
    let path = path.strip_prefix("//").unwrap_or(path);
    // To some tools three slashes begin a relative path and four an absolute one; nobody keeps a
    // database in the root.
    let rest = path.strip_prefix('/');
    let path = rest.filter(|rest| rest.starts_with('/') || !rest.contains('/')).unwrap_or(path);
    let is_shown = !path.is_empty() && !path.contains('@') && is_file(path);
    is_shown.then(|| path.to_owned())
}
