//! What was set, and where, for developers.

use std::fmt;

use strum::IntoStaticStr;

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq)]
pub enum Origin {
    /// It is set nowhere.
    #[strum(serialize = "default")]
    Default,
    /// From `.env`.
    #[strum(serialize = ".env")]
    File,
    /// From the environment, which counts more.
    #[strum(serialize = "environment")]
    Environment,
}

/// A setting, as developers may see it.
#[derive(Clone)]
pub struct Setting {
    /// Its variable.
    pub name: &'static str,
    /// Where it comes from.
    pub origin: Origin,
    /// Its value. `None` if that is a secret, or might be one; or if there is none.
    pub shown: Option<String>,
}

/// All of them.
#[derive(Clone, Default)]
pub struct Settings(pub Vec<Setting>);

impl fmt::Debug for Settings {
    /// What is printed ends up in a log, where nobody looks for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Settings")
    }
}

impl Settings {
    pub(super) fn add(&mut self, name: &'static str, origin: Origin) {
        self.0.retain(|setting| setting.name != name);
        self.0.push(Setting { name, origin, shown: None });
    }

    pub(super) fn show(&mut self, name: &str, value: &str) {
        let asked = self.0.iter_mut().find(|setting| setting.name == name);
        if let Some(setting) = asked.filter(|_| !value.is_empty()) {
            setting.shown = Some(value.to_owned());
        }
    }
}
