//! Settings: read once at start-up from the environment and the file `.env`, all of them checked, all
//! problems told at once.

mod database;
mod dotenv;
mod lifetimes;
mod limits;
mod log;
mod metrics;
mod providers;
mod reader;
mod secrets;
mod settings;
mod smtp;

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::Path;

use strum::{EnumString, VariantNames};

pub use self::database::{IS_PRIVATE, PostgresAddress};
pub use self::lifetimes::{Lifetimes, SessionProtection, TokenLifetimes};
pub use self::limits::{CountedIn, LimitSettings};
pub use self::metrics::MetricsSettings;
pub use self::providers::Provider;
pub use self::reader::Reader;
use self::reader::complain;
pub use self::secrets::SigningKeys;
pub use self::settings::{Origin, Setting, Settings};
pub use self::smtp::{Smtp, SmtpSecurity};
use crate::cli::Failure;

/// What the program is run for.
#[derive(Clone, Copy, Debug, EnumString, PartialEq, Eq, VariantNames)]
#[strum(serialize_all = "snake_case", ascii_case_insensitive)]
pub enum Environment {
    /// On a developer's machine: a key is made at the first run, the tables are kept up to date.
    Development,
    /// For real: nothing is made up, and unsafe settings are refused.
    Production,
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

/// Reads all settings from `.env` and the environment, which counts more. The error is one message
/// about all that is wrong in both.
pub fn load<T>(read_all: impl FnOnce(&mut Reader) -> T) -> Result<T, Failure> {
    let file = dotenv::read(Path::new(".env"));
    if file.is_cut_off {
        // What was not read is not known to be missing.
        return Err(Failure::config(complain(&file.problems)));
    }
    // Also what is set there and is no text: the settings refuse it by its name.
    let reader = Reader::new(&|name| env::var_os(name), file.problems, &file.names);
    reader.finish(read_all).map_err(Failure::config)
}

/// Reads all settings through `lookup`. The error lists all that is wrong: each with the variable, its
/// value (secrets masked), the rule and an example.
pub fn read<T, V: Into<OsString>>(
    lookup: impl Fn(&str) -> Option<V>, read_all: impl FnOnce(&mut Reader) -> T,
) -> Result<T, String> {
    Reader::new(&|name| lookup(name).map(Into::into), Vec::new(), &[]).finish(read_all)
}

/// The name of every variable that `read_all` looks at.
pub fn variables<T>(read_all: impl FnOnce(&mut Reader) -> T) -> Vec<&'static str> {
    let mut reader = Reader::new(&|_| None, Vec::new(), &[]);
    read_all(&mut reader);
    reader.settings.0.iter().map(|setting| setting.name).collect()
}
