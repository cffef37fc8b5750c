//! The log, on standard error or in a file: lines for people, or JSON for machines.

mod file;

use std::io::Write;
use std::path::PathBuf;

use env_logger::{Builder, Logger, Target};
use log::kv::{Error, Key, Value, VisitSource};
use log::{Level, Log, Metadata, Record};
use serde_json::{Map, json};
use strum::{EnumString, VariantNames};
use time::format_description::well_known::Rfc3339;

use self::file::LogFile;
pub(crate) use self::file::{is_in_a_file, reopen};
use crate::cli::Failure;
use crate::clock::Clock;

/// What is logged, how and where.
#[derive(Clone, Debug)]
pub struct LogSettings {
    /// Levels, as `RUST_LOG` names them.
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
    /// Where they go instead of standard error.
    pub file: Option<PathBuf>,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, EnumString, PartialEq, Eq, VariantNames)]
#[strum(serialize_all = "snake_case", ascii_case_insensitive)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts the log. Panics go to it too. Fails when its file cannot be opened.
pub fn init(settings: &LogSettings) -> Result<(), Failure> {
    let format: fn(&str, &Record) -> String = match settings.format {
        LogFormat::Text => text,
        LogFormat::Json => json,
    };
    let mut builder = Builder::new();
    if let Some(path) = &settings.file {
        builder.target(Target::Pipe(Box::new(LogFile::open(path)?)));
    }
    builder.parse_filters(&settings.filter).format(move |out, record| {
        let time = Clock::System.now().assume_utc().format(&Rfc3339).unwrap_or_default();
        writeln!(out, "{}", format(&time, record))
    });
    let log = builder.build();
    log::set_max_level(log.filter());
    log::set_boxed_logger(Box::new(Calm(log))).expect("the log is started once");
    std::panic::set_hook(Box::new(|panic| log::error!(target: "panic", "{panic}")));
    Ok(())
}

/// The log, with the HTTP library's alarms about requests that are no HTTP put down to `debug`:
/// any stranger can send one, and nobody is to be woken up for it.
struct Calm(Logger);

impl Log for Calm {
    fn enabled(&self, metadata: &Metadata) -> bool {
        let level = level_of(metadata);
        self.0.enabled(&Metadata::builder().target(metadata.target()).level(level).build())
    }

    fn log(&self, record: &Record) {
        self.0.log(&record.to_builder().level(level_of(record.metadata())).build());
    }

    fn flush(&self) {
        self.0.flush();
    }
}

fn level_of(metadata: &Metadata) -> Level {
    let is_http = metadata.target().split("::").next() == Some("actix_http");
    if is_http { metadata.level().max(Level::Debug) } else { metadata.level() }
}

/// What somebody typed can stand in a message; a line break in it must not look like a new line of
/// the log (log injection).
fn text(time: &str, record: &Record) -> String {
    let message = record.args().to_string();
    let message: String =
        message.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    format!("{time} {:5} {} {message}", record.level(), record.target())
}

fn json(time: &str, record: &Record) -> String {
    let mut line = Members(Map::new());
    // Fails only when a visitor does, and ours does not.
    let _ = record.key_values().visit(&mut line);
    line.0.insert("time".to_owned(), json!(time));
    line.0.insert("level".to_owned(), json!(record.level().as_str()));
    line.0.insert("target".to_owned(), json!(record.target()));
    line.0.insert("message".to_owned(), json!(record.args().to_string()));
    serde_json::Value::Object(line.0).to_string()
}

/// The key-value pairs of a log record as members of an object.
struct Members(Map<String, serde_json::Value>);

impl<'kvs> VisitSource<'kvs> for Members {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        let value = value.to_u64().map_or_else(|| json!(value.to_string()), |number| json!(number));
        self.0.insert(key.as_str().to_owned(), value);
        Ok(())
    }
}
