//! Which database.

use std::env;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
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
        if is_file(&value) {
            self.show(NAME, &value);
        } else {
            let rule = "must be a file: this program was built for SQLite (see the README for \
                        PostgreSQL)";
            self.refuse_url(rule, &file_meant_by(&value).unwrap_or(default));
        }
        Secret(value)
    }

    fn postgres_address(&mut self, production: bool, app: &str) -> Secret {
        let default = format!("postgres://localhost/{app}");
        let value = self.text(NAME).unwrap_or_else(|| default.clone());
        match PostgresAddress::read(&value) {
            Err(rule) => self.refuse_url(rule, &default),
            Ok(address)
                if production && !address.is_private(|name| (self.lookup)(name).is_some()) =>
            {
                let example = "postgres://user:password@db.example.com/name?sslmode=verify-full&\
                               sslrootcert=/etc/ssl/certs/database-ca.pem";
                self.refuse_url(IS_PRIVATE, example);
            }
            Ok(address) => self.show(NAME, &address.shown()),
        }
        Secret(value)
    }

    /// It may hold a password.
    fn refuse_url(&mut self, rule: &str, example: &str) {
        self.problem(NAME, "(hidden)", rule, example);
    }
}

/// What [`PostgresAddress::is_private`] asks for.
pub const IS_PRIVATE: &str = "must have sslmode=verify-full where the server is not this machine (or PGHOST, \
                              PGHOSTADDR or PGSERVICE may name another one): in any other mode, who sits in \
                              between can read and change everything";

/// What libpq takes from the environment where the address says nothing, or even if it does (`PGHOSTADDR`).
const ELSEWHERE: [&str; 3] = ["PGHOST", "PGHOSTADDR", "PGSERVICE"];

/// The address of a `PostgreSQL` database, taken apart into what libpq calls keywords and values. libpq is
/// given what [`for_libpq`](Self::for_libpq) puts together of these, and never the address itself: nobody can
/// write one in which it finds another host than was judged here, and none that it repeats in a message with
/// the password.
#[derive(Clone)]
pub struct PostgresAddress(Vec<(String, String)>);

impl PostgresAddress {
    /// Takes an address apart (section 34.1.1.2 of `PostgreSQL`'s manual).
    ///
    /// # Errors
    /// What such an address must be or have: the rest of a sentence, without anything of the address.
    pub fn read(url: &str) -> Result<Self, &'static str> {
        let rest =
            ["postgres://", "postgresql://"].iter().find_map(|scheme| url.strip_prefix(scheme));
        let rest = rest.ok_or("must begin with postgres:// or postgresql://")?;
        let mut found = Vec::new();
        let mut say = |keyword: &str, value: String| {
            if !value.is_empty() {
                found.push((keyword.to_owned(), value));
            }
        };
        let user_end = rest.find(['@', '/']).filter(|at| rest[*at..].starts_with('@'));
        let (user, rest) = user_end.map_or(("", rest), |at| (&rest[..at], &rest[at + 1..]));
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        say("user", decoded(user)?);
        say("password", decoded(password)?);
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (hosts, name) = place.split_once('/').unwrap_or((place, ""));
        if name.contains(['/', '@']) {
            return Err(
                "must have no / or @ but those that separate its parts: in a password, write %2F and %40",
            );
        }
        let (hosts, ports): (Vec<_>, Vec<_>) =
            hosts.split(',').map(host_and_port).collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        say("host", hosts.join(","));
        say("port", ports.join(","));
        say("dbname", decoded(name)?);
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (keyword, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match (decoded(keyword)?.as_str(), decoded(value)?) {
                // As other programs say it.
                ("ssl", value) if value == "true" => say("sslmode", "require".to_owned()),
                (keyword, value) if is_keyword(keyword) => say(keyword, value),
                _ => return Err("must have names of small letters behind its question mark"),
            }
        }
        Ok(Self(found))
    }

    /// Whether what is sent there stays on this machine, or goes to a server that has proved to be the one
    /// that is named (`sslmode=verify-full`). The weaker modes encrypt for whoever answers, or do not even
    /// insist on that. `is_set` knows the environment's variables.
    pub fn is_private(&self, is_set: impl Fn(&str) -> bool) -> bool {
        let mut modes = self.values("sslmode").peekable();
        if modes.peek().is_some() && modes.all(|mode| mode == "verify-full") {
            return true;
        }
        let hosts = self.values("host").chain(self.values("hostaddr"));
        hosts.flat_map(|hosts| hosts.split(',')).all(is_here)
            && self.values("service").next().is_none()
            && !ELSEWHERE.into_iter().any(is_set)
    }

    /// [`Self::is_private`] in the environment of this program.
    pub fn is_private_here(&self) -> bool {
        self.is_private(|name| env::var_os(name).is_some())
    }

    /// For libpq, with these settings where the address does not say another one. It holds the password.
    pub fn for_libpq(&self, or: &[(&str, u32)]) -> String {
        let or = or.iter().map(|(keyword, value)| format!("{keyword}={value}"));
        // Of two values, libpq takes the last.
        let own = self.0.iter().map(|(keyword, value)| {
            let value = value.replace('\\', r"\\").replace('\'', r"\'");
            format!("{keyword}='{value}'")
        });
        or.chain(own).collect::<Vec<_>>().join(" ")
    }

    /// For people: the host and the database.
    pub fn shown(&self) -> String {
        let last = |keyword| self.values(keyword).last().unwrap_or_default();
        [last("host"), last("dbname")]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("/")
    }

    fn values<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(name, _)| name == keyword);
        named.map(|(_, value)| value.as_str())
    }
}

/// Without the password.
impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

/// A host, without the brackets of an IPv6 address, and its port, if there is one.
fn host_and_port(text: &str) -> Result<(String, &str), &'static str> {
    let odd =
        "must name hosts as in db.example.com, db.example.com:5432, 192.0.2.1 or [2001:db8::1]";
    let (host, port) = if let Some(bracketed) = text.strip_prefix('[') {
        let (host, rest) = bracketed.split_once(']').ok_or(odd)?;
        host.parse::<Ipv6Addr>().map_err(|_| odd)?;
        (host.to_owned(), if rest.is_empty() { "" } else { rest.strip_prefix(':').ok_or(odd)? })
    } else {
        let (host, port) = text.split_once(':').unwrap_or((text, ""));
        (decoded(host)?, port)
    };
    let is_plain = !host.contains(',') && port.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then_some((host, port)).ok_or(odd)
}

/// What percent-encoded text says (RFC 3986 section 2.1).
fn decoded(text: &str) -> Result<String, &'static str> {
    let is_code =
        |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    if !text.split('%').skip(1).all(is_code) {
        return Err(
            "must have two hexadecimal digits behind each %: in a password, write % as %25",
        );
    }
    let text = percent_decode_str(text).decode_utf8().ok().filter(|text| !text.contains('\0'));
    text.map(String::from).ok_or("must be a text")
}

fn is_keyword(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
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
