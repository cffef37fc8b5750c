//! The log, on standard error: lines for people, or JSON for machines.

use std::io::Write;

use env_logger::Builder;
use log::Record;
use log::kv::{Error, Key, Value, VisitSource};
use serde_json::{Map, json};
use time::format_description::well_known::Rfc3339;

use crate::clock::Clock;
use crate::config::{Config, LogFormat};

/// Starts the log. Panics go to it too.
pub fn init(config: &Config) {
    let format: fn(&str, &Record) -> String = match config.log_format {
        LogFormat::Text => text,
        LogFormat::Json => json,
    };
    let mut builder = Builder::new();
    builder.parse_filters(&config.log_filter).format(move |out, record| {
        let time = Clock::System.now().assume_utc().format(&Rfc3339).unwrap_or_default();
        writeln!(out, "{}", format(&time, record))
    });
    builder.init();
    std::panic::set_hook(Box::new(|panic| log::error!(target: "panic", "{panic}")));
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
