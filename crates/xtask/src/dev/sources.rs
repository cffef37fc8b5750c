//! What is watched, and what follows from a change there.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::project::{Project, Result};

/// An editor writes several files for one: what comes within this time is one change.
const SETTLED: Duration = Duration::from_millis(30);

const FOLDERS: [&str; 5] = ["src", "crates", "templates", "migrations", "static"];

/// What is to be done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Refresh,
    Build,
    Restart,
}

pub struct Sources {
    root: PathBuf,
    events: Receiver<notify::Result<Event>>,
    _watcher: RecommendedWatcher,
}

impl Sources {
    pub fn watch(project: &Project) -> Result<Self> {
        let (sender, events) = channel();
        let fail = |error: notify::Error| format!("The sources cannot be watched: {error}.");
        let mut watcher = notify::recommended_watcher(sender).map_err(fail)?;
        for folder in FOLDERS.into_iter().filter(|folder| project.has(folder)) {
            watcher.watch(&project.path(folder), RecursiveMode::Recursive).map_err(fail)?;
        }
        watcher.watch(&project.path(""), RecursiveMode::NonRecursive).map_err(fail)?;
        Ok(Self { root: project.path(""), events, _watcher: watcher })
    }

    /// Waits for the next change.
    pub fn wait(&self) -> Change {
        let event = || self.events.recv().expect("the watcher lives as long as this");
        let mut change = loop {
            if let Some(change) = self.meaning(event()) {
                break change;
            }
        };
        let mut quiet_since = Instant::now();
        while let Some(left) = SETTLED.checked_sub(quiet_since.elapsed()) {
            // Whatever else happens there (somebody reads a file) is no reason to wait longer.
            let Ok(event) = self.events.recv_timeout(left) else { break };
            if let Some(more) = self.meaning(event) {
                change = change.max(more);
                quiet_since = Instant::now();
            }
        }
        change
    }

    fn meaning(&self, event: notify::Result<Event>) -> Option<Change> {
        let event = event.ok()?;
        // Cargo reads all of them: a build would follow from each build.
        if matches!(event.kind, EventKind::Access(_)) {
            return None;
        }
        let paths = event.paths.iter().filter_map(|path| path.strip_prefix(&self.root).ok());
        paths.filter_map(meaning).max()
    }
}

/// What a change of this file means.
fn meaning(file: &Path) -> Option<Change> {
    let name = file.file_name()?.to_str()?;
    // What editors put beside a file while they write it.
    let is_draft = name.ends_with(['~', '#'])
        || name.starts_with(".#")
        || [".swp", ".swx", ".tmp"].iter().any(|end| name.ends_with(end))
        || name.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = file.iter().filter_map(|part| part.to_str());
    match (parts.next()?, parts.next()) {
        _ if is_draft => None,
        (".env", None) => Some(Change::Restart),
        ("Cargo.toml" | "Cargo.lock" | "build.rs", None) => Some(Change::Build),
        ("crates", Some("xtask")) => None,
        ("static", Some(_)) => Some(Change::Refresh),
        (folder, Some(_)) if FOLDERS.contains(&folder) => Some(Change::Build),
        _ => None,
    }
}
