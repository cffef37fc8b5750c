//! What a database is asked, statement by statement.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

/// What was asked of the databases that somebody records, by their name.
static RECORDED: Mutex<BTreeMap<String, Vec<String>>> = Mutex::new(BTreeMap::new());

/// Every connection that is opened after this can be recorded.
pub fn listen() {
    set_default_instrumentation(|| Some(Box::<Recorder>::default())).unwrap();
}

/// Records one database until it is dropped.
pub struct Recording(String);

impl Recording {
    /// Begins.
    pub fn of(url: &str) -> Self {
        let name = name(url);
        with(|recorded| recorded.insert(name.clone(), Vec::new()));
        Self(name)
    }

    /// The statements since the last call, with placeholders for their values.
    pub fn take(&self) -> Vec<String> {
        with(|recorded| recorded.get_mut(&self.0).map(std::mem::take)).unwrap_or_default()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        with(|recorded| recorded.remove(&self.0));
    }
}

/// Whether that is no request's: the pool opens a connection whenever it thinks fit, and asks it for
/// its health.
fn is_of_the_pool(statement: &str) -> bool {
    statement == "SELECT 1" || statement.starts_with("PRAGMA ") || statement.starts_with("SET ")
}

/// What tells one database of the tests from the others, in `DATABASE_URL` and in what a connection is opened
/// by: the path of a file, or the name on the server.
fn name(url: &str) -> String {
    if let Some((_, name)) = url.split_once("dbname=") {
        return name.split('\'').nth(1).unwrap().to_owned();
    }
    if url.starts_with("postgres") {
        return url.rsplit('/').next().unwrap().to_owned();
    }
    let path = url.split('?').next().unwrap();
    let path = path.strip_prefix("file:").unwrap_or(path);
    percent_encoding::percent_decode_str(path).decode_utf8().unwrap().into_owned()
}

/// One for each connection.
#[derive(Default)]
struct Recorder {
    database: String,
}

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => {
                self.database = name(url);
            }
            InstrumentationEvent::StartQuery { query, .. } => with(|recorded| {
                let Some(statements) = recorded.get_mut(&self.database) else { return };
                let text = query.to_string();
                if !is_of_the_pool(&text) {
                    statements.push(text.split(" -- binds:").next().unwrap().to_owned());
                }
            }),
            _ => {}
        }
    }
}

fn with<T>(work: impl FnOnce(&mut BTreeMap<String, Vec<String>>) -> T) -> T {
    work(&mut RECORDED.lock().unwrap_or_else(PoisonError::into_inner))
}
