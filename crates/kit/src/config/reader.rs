//! Reads one setting at a time, and remembers what was asked and what was wrong.

use std::ffi::OsString;
use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ipnet::IpNet;
use lettre::message::Mailbox;
use strum::VariantNames;
use time::Duration;
use url::Url;

use super::settings::{Origin, Settings};
use crate::email::Email;
use crate::password::{Breached, HashCost, MEMORY_MAX_KIB};
use crate::text;

/// What is wrong with a variable.
pub(super) struct Problem {
    name: String,
    /// Its lines in the list.
    text: String,
}

impl Problem {
    pub(super) fn new(name: impl Into<String>, text: String) -> Self {
        Self { name: name.into(), text }
    }
}

/// All that is wrong, as one message.
pub(super) fn complain(problems: &[Problem]) -> String {
    let texts: Vec<_> = problems.iter().map(|problem| problem.text.as_str()).collect();
    format!("The settings need attention:\n\n{}\n", texts.join("\n\n"))
}

/// Reads one setting at a time, and remembers what was asked and what was wrong. Each method takes the
/// name of the variable and its default, which keeps the same rule.
pub struct Reader<'a> {
    pub(super) lookup: &'a dyn Fn(&str) -> Option<OsString>,
    /// What was asked for so far.
    pub(super) settings: Settings,
    /// What stands in `.env`, and not in the environment.
    in_file: &'a [String],
    pub(super) problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// Begins with what is known to be wrong already.
    pub(super) fn new(
        lookup: &'a dyn Fn(&str) -> Option<OsString>, problems: Vec<Problem>, in_file: &'a [String],
    ) -> Self {
        Self { lookup, settings: Settings::default(), in_file, problems }
    }

    /// All settings, if nothing was wrong with them.
    pub(super) fn finish<T>(mut self, read_all: impl FnOnce(&mut Self) -> T) -> Result<T, String> {
        let settings = read_all(&mut self);
        if self.problems.is_empty() { Ok(settings) } else { Err(complain(&self.problems)) }
    }

    /// The variable's text; an empty one counts as not set. One that is no text is refused: taken
    /// for not set, it would open another database than the one that was meant. It is shown to nobody, unless
    /// [`Self::show`] says otherwise.
    pub fn text(&mut self, name: &'static str) -> Option<String> {
        let value = (self.lookup)(name);
        let text = value.as_ref().map(|value| value.to_str().map(text::trim));
        if text == Some(None) {
            self.add(name, format!("  {name}=(hidden)\n    must be text in UTF-8"));
        }
        let text = text.flatten().filter(|text| !text.is_empty()).map(str::to_owned);
        let origin = match text {
            None => Origin::Default,
            Some(_) if self.in_file.iter().any(|other| other == name) => Origin::File,
            Some(_) => Origin::Environment,
        };
        self.settings.add(name, origin);
        text
    }

    /// Lets developers see this value of a setting that was asked for.
    pub fn show(&mut self, name: &str, value: &str) {
        self.settings.show(name, masked(value));
    }

    /// All that were asked for so far, for developers.
    pub fn settings(&self) -> Settings {
        self.settings.clone()
    }

    /// Notes what is wrong with a variable.
    pub fn problem(&mut self, name: &str, value: &str, rule: &str, example: &str) {
        let value = masked(value);
        self.add(name, format!("  {name}={value}\n    {rule}\n    example: {name}={example}"));
    }

    /// The first one of a variable counts: what follows from it would only confuse.
    fn add(&mut self, name: &str, text: String) {
        if !self.problems.iter().any(|problem| problem.name == name) {
            self.problems.push(Problem::new(name, text));
        }
    }

    /// A value that `parse` reads, or else breaks `rule`.
    pub fn value<T>(
        &mut self, name: &'static str, default: &str, rule: &str, parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        let text = self.text(name);
        self.show(name, text.as_deref().unwrap_or(default));
        let Some(value) = text else {
            return parse(default).expect("every default keeps its own rule");
        };
        parse(&value).unwrap_or_else(|| {
            self.problem(name, &value, rule, default);
            parse(default).expect("every default keeps its own rule")
        })
    }

    /// A whole number.
    pub fn number<T>(&mut self, name: &'static str, default: &str, range: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + Display,
    {
        let rule = format!("must be a number from {} to {}", range.start(), range.end());
        self.value(name, default, &rule, |v| v.parse().ok().filter(|n| range.contains(n)))
    }

    /// One of the words for the variants of `T`.
    pub fn one_of<T: FromStr + VariantNames>(&mut self, name: &'static str, default: &str) -> T {
        let rule = format!("must be {}", T::VARIANTS.join(" or "));
        self.value(name, default, &rule, |v| v.parse().ok())
    }

    /// The one way to write yes and no.
    pub fn boolean(&mut self, name: &'static str, default: bool) -> bool {
        const TRUE: [&str; 4] = ["true", "on", "yes", "1"];
        const FALSE: [&str; 4] = ["false", "off", "no", "0"];
        let is = |words: [&str; 4], v: &str| words.iter().any(|w| w.eq_ignore_ascii_case(v));
        let default = if default { "true" } else { "false" };
        self.value(name, default, "must be true or false (on and off will do)", |v| {
            if is(TRUE, v) { Some(true) } else { is(FALSE, v).then_some(false) }
        })
    }

    /// Several values with commas between them, or none.
    pub fn list<T>(
        &mut self, name: &'static str, rule: &str, parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let rule = format!("{rule}, with commas between them");
        self.value(name, "", &rule, |v| {
            v.split(',').map(text::trim).filter(|item| !item.is_empty()).map(&parse).collect()
        })
    }

    /// A time, as in `15m`.
    pub fn duration(&mut self, name: &'static str, default: &str) -> Duration {
        let rule = "must be a whole number and a unit: s, m, h or d, and at most 400d";
        self.value(name, default, rule, parse_duration)
    }

    /// The same, where none at all (`0s`) is a choice, too.
    pub fn delay(&mut self, name: &'static str, default: &str) -> Duration {
        let rule = "must be 0s, or a whole number and a unit: s, m, h or d, and at most 400d";
        let parse = |v: &str| if v == "0s" { Some(Duration::ZERO) } else { parse_duration(v) };
        self.value(name, default, rule, parse)
    }

    /// The address that people type: http or https, with a host and nothing after it.
    pub fn public_url(&mut self, name: &'static str, default: &str) -> Url {
        let rule = "must be the address that people type, without a path";
        self.value(name, default, rule, parse_public_url)
    }

    /// An address to listen on.
    pub fn host(&mut self, name: &'static str, default: &str) -> IpAddr {
        self.value(name, default, "must be an IP address or localhost", parse_host)
    }

    /// Names as they stand in the header `Host`.
    pub fn host_names(&mut self, name: &'static str) -> Vec<String> {
        let rule = "must be host names, as in www.example.com or localhost:8081";
        self.list(name, rule, parse_host_name)
    }

    /// Addresses and networks.
    pub fn networks(&mut self, name: &'static str) -> Vec<IpNet> {
        let rule = "must be addresses or networks such as 10.0.0.0/8";
        self.list(name, rule, |v| {
            v.parse().ok().or_else(|| v.parse::<IpAddr>().ok().map(IpNet::from))
        })
    }

    /// Refuses in production what is convenient on a developer's machine and a hole on a server.
    pub fn refuse_conveniences(
        &mut self, production: bool, public_url: &Url, dev_insecure_cookies: bool,
    ) {
        if !production {
            return;
        }
        if public_url.scheme() != "https" {
            let rule = "must begin with https in production: passwords and cookies travel there";
            let origin = public_url.origin().ascii_serialization();
            self.problem("PUBLIC_URL", &origin, rule, "https://app.example.com");
        }
        if dev_insecure_cookies {
            self.problem("DEV_INSECURE_COOKIES", "true", "must be false in production", "false");
        }
    }

    /// What a password's hash costs. The floors are OWASP's minimum for argon2id with one lane.
    pub fn hash_cost(&mut self) -> HashCost {
        HashCost {
            memory_kib: self.number("ARGON2_MEMORY_KIB", "19456", 19_456..=MEMORY_MAX_KIB),
            iterations: self.number("ARGON2_ITERATIONS", "2", 2..=16),
        }
    }

    /// Passwords that were stolen elsewhere: a file of Have I Been Pwned, if there is one.
    pub fn breached_passwords(&mut self, name: &'static str) -> Option<Breached> {
        let path = self.text(name)?;
        self.show(name, &path);
        let opened = Breached::open(Path::new(&path));
        opened.map_err(|rule| self.problem(name, &path, &rule, "data/pwned-passwords.txt")).ok()
    }

    /// Who mail comes from: unless told otherwise, `noreply` at the public address.
    pub fn sender(&mut self, name: &'static str, brand: &str, public_url: &Url) -> Mailbox {
        let rule = "must be an e-mail address, with or without a name before it";
        let default = format!("{brand} <noreply@{}>", mail_domain(public_url));
        self.value(name, &default, rule, parse_sender)
    }

    /// A folder that holds `file`. On the machine that built the program, it may be that of the source.
    pub fn folder(
        &mut self, name: &'static str, (default, source): (&str, &str), file: &str,
    ) -> PathBuf {
        // The source tree of the machine that built it is of use on that machine only.
        let is_here = Path::new(default).join(file).is_file() || !cfg!(debug_assertions);
        let from = if is_here { default } else { source };
        let folder = self.value(name, from, "", |v| Some(PathBuf::from(v)));
        if !folder.join(file).is_file() {
            let rule = format!("must be the folder that holds {file}");
            self.problem(name, &folder.display().to_string(), &rule, default);
        }
        folder
    }
}

/// An address may hold a password, wherever it was put by mistake.
fn masked(value: &str) -> &str {
    if value.contains("://") && value.contains('@') { "(hidden)" } else { value }
}

/// An `http` or `https` address with a host and nothing after it.
fn parse_public_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}

/// An address to listen on.
fn parse_host(text: &str) -> Option<IpAddr> {
    if text.eq_ignore_ascii_case("localhost") {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    // As an IPv6 address stands in a URL.
    text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).parse().ok()
}

/// A name as it stands in the header `Host`, with a port or without.
fn parse_host_name(text: &str) -> Option<String> {
    let url = Url::parse(&format!("http://{text}")).ok()?;
    let is_host = text.is_ascii() && !text.contains(['/', '\\', '?', '#', '@', '%', '*']);
    (is_host && url.has_host()).then(|| text.to_ascii_lowercase())
}

/// The domain to send mail from, unless told otherwise. An IP address is no domain, and not every
/// host has a name that mail can come from.
fn mail_domain(public_url: &Url) -> &str {
    let domain = public_url.domain().map(|domain| domain.trim_end_matches('.'));
    domain.filter(|domain| Email::may_send(&format!("noreply@{domain}"))).unwrap_or("localhost")
}

/// Who mail comes from: one that the mail library can write, and that can exist.
fn parse_sender(text: &str) -> Option<Mailbox> {
    let sender: Mailbox = text.parse().ok()?;
    Email::may_send(sender.email.as_ref()).then_some(sender)
}

/// `90s`, `15m`, `24h` or `30d`.
pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return None,
    };
    let number: u32 = number.parse().ok().filter(|n| *n > 0)?;
    let duration = Duration::seconds(i64::from(number) * seconds);
    // Browsers keep no cookie for longer (RFC 6265bis section 5.5).
    (duration <= Duration::days(400)).then_some(duration)
}
