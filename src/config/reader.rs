//! Reads one setting at a time, and remembers what was asked and what was wrong.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use time::Duration;
use url::Url;

use super::{DEFAULT_DATABASE_URL, SOURCE_STATIC_DIR, Secret};
use crate::keys::{self, SigningKey};

/// The lookup, with a record of what was asked and what was wrong.
pub(super) struct Reader<'a> {
    pub(super) lookup: &'a dyn Fn(&str) -> Option<String>,
    pub(super) names: Vec<&'static str>,
    pub(super) problems: Vec<String>,
}

impl Reader<'_> {
    /// The variable's text; an empty one counts as not set.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        self.names.push(name);
        (self.lookup)(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty())
    }

    pub(super) fn problem(&mut self, name: &str, value: &str, rule: &str, example: &str) {
        self.problems.push(format!("  {name}={value}\n    {rule}\n    example: {name}={example}"));
    }

    pub(super) fn value<T>(
        &mut self,
        name: &'static str,
        default: &str,
        rule: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> T {
        let Some(value) = self.text(name) else {
            return parse(default).expect("every default keeps its own rule");
        };
        parse(&value).unwrap_or_else(|| {
            self.problem(name, &value, rule, default);
            parse(default).expect("every default keeps its own rule")
        })
    }

    pub(super) fn number<T>(
        &mut self,
        name: &'static str,
        default: &str,
        range: RangeInclusive<T>,
    ) -> T
    where
        T: FromStr + PartialOrd + Display,
    {
        let rule = format!("must be a number from {} to {}", range.start(), range.end());
        self.value(name, default, &rule, |v| v.parse().ok().filter(|n| range.contains(n)))
    }

    pub(super) fn choice<T: Copy, const N: usize>(
        &mut self,
        name: &'static str,
        default: &str,
        choices: [(&str, T); N],
    ) -> T {
        let rule = format!("must be {}", choices.map(|(word, _)| word).join(" or "));
        self.value(name, default, &rule, |v| {
            choices.iter().find(|(word, _)| *word == v).map(|(_, choice)| *choice)
        })
    }

    pub(super) fn list<T>(
        &mut self,
        name: &'static str,
        rule: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let rule = format!("{rule}, with commas between them");
        self.value(name, "", &rule, |v| {
            v.split(',').map(str::trim).filter(|item| !item.is_empty()).map(&parse).collect()
        })
    }

    pub(super) fn duration(&mut self, name: &'static str, default: &str) -> Duration {
        let rule = "must be a whole number and a unit: s, m, h or d, and at most 400d";
        self.value(name, default, rule, parse_duration)
    }

    pub(super) fn database_url(&mut self) -> Secret {
        let rule = if cfg!(feature = "postgres") {
            "must begin with postgres://: this program was built for PostgreSQL"
        } else {
            "must be a file: this program was built for SQLite (see the README for PostgreSQL)"
        };
        let name = "DATABASE_URL";
        let value = self.text(name).unwrap_or_else(|| DEFAULT_DATABASE_URL.to_owned());
        // SQLite's URLs would get around the file's rights, and `:memory:` is empty for each
        // connection.
        let is_url = value.contains("://") || value.starts_with("file:") || value == ":memory:";
        if (is_url || value.starts_with("postgres")) != cfg!(feature = "postgres") {
            // It may hold a password.
            self.problem(name, "(hidden)", rule, DEFAULT_DATABASE_URL);
        }
        Secret(value)
    }

    pub(super) fn secret_keys(&mut self) -> Vec<SigningKey> {
        let Some(text) = self.text("SECRET_KEY") else { return Vec::new() };
        keys::parse_list(&text).unwrap_or_else(|rule| {
            self.problem(
                "SECRET_KEY",
                "(hidden)",
                &rule,
                "(the line that `latchkey secret` prints)",
            );
            Vec::new()
        })
    }

    pub(super) fn secret_key_file(&mut self, production: bool) -> PathBuf {
        let file = self.text("SECRET_KEY_FILE");
        if production
            && file.is_none()
            && (self.lookup)("SECRET_KEY").is_none_or(|v| v.trim().is_empty())
        {
            self.problem(
                "SECRET_KEY",
                "",
                "must be set in production, or SECRET_KEY_FILE: see `latchkey secret`",
                "(the line that `latchkey secret` prints)",
            );
        }
        PathBuf::from(file.unwrap_or_else(|| "data/secret_key".to_owned()))
    }

    pub(super) fn static_dir(&mut self) -> PathBuf {
        // The source tree of the machine that built it is of use on that machine only.
        let is_here = Path::new("static/app.css").is_file() || !cfg!(debug_assertions);
        let default = if is_here { "static" } else { SOURCE_STATIC_DIR };
        let dir = self.value("STATIC_DIR", default, "", |v| Some(PathBuf::from(v)));
        if !dir.join("app.css").is_file() {
            let rule = "must be the folder that holds app.css";
            self.problem("STATIC_DIR", &dir.display().to_string(), rule, "static");
        }
        dir
    }
}

/// An `http` or `https` address with a host and nothing after it.
pub(super) fn parse_public_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}

/// `90s`, `15m`, `24h` or `30d`.
fn parse_duration(text: &str) -> Option<Duration> {
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
