//! How and where the log is written.

use std::path::PathBuf;

use log::LevelFilter;

use super::Reader;
use crate::logger::LogSettings;

impl Reader<'_> {
    /// `RUST_LOG`, `LOG_FORMAT` and `LOG_FILE`; without the last, the log is on standard error. `parts`
    /// are those of the program, as levels name them.
    pub fn log(&mut self, parts: &[&str]) -> LogSettings {
        let (filter, format) = (self.log_filter(parts), self.one_of("LOG_FORMAT", "text"));
        let file = self.text("LOG_FILE");
        self.show("LOG_FILE", file.as_deref().unwrap_or_default());
        LogSettings { filter, format, file: file.map(PathBuf::from) }
    }

    /// `RUST_LOG`. The logger takes a misspelt level for the name of a part that never speaks: a
    /// word alone has to be a level, or one of these parts of the program.
    fn log_filter(&mut self, parts: &[&str]) -> String {
        let (name, default) = ("RUST_LOG", "info,actix_server=warn");
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        self.show(name, &text);
        if let Err(wrong) = check_log_filter(&text, parts) {
            let rule = format!(
                "must be levels (off, error, warn, info, debug, trace), for all or as part=level, \
                 with commas between them: {wrong}"
            );
            self.problem(name, &text, &rule, default);
        }
        text
    }
}

/// What is wrong with the levels of the log.
fn check_log_filter(text: &str, parts: &[&str]) -> Result<(), String> {
    env_filter::Builder::new().try_parse(text).map_err(|error| error.to_string())?;
    let levels = text.split('/').next().unwrap_or_default().split(',').map(str::trim);
    let is_ours = |part: &str| part.split("::").next().is_some_and(|part| parts.contains(&part));
    let is_right = |item: &str| match item.split_once('=') {
        Some((part, level)) => !part.is_empty() && !part.contains(' ') && !level.is_empty(),
        None => item.is_empty() || item.parse::<LevelFilter>().is_ok() || is_ours(item),
    };
    match levels.into_iter().find(|item| !is_right(item)) {
        Some(item) => Err(format!("\"{item}\" is none")),
        None => Ok(()),
    }
}
