//! The log in a file that others move away while we write (`logrotate`).

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::cli::Failure;

/// The one file of the program's one log.
static OPENED: OnceLock<Opened> = OnceLock::new();

struct Opened {
    path: PathBuf,
    file: Mutex<File>,
}

impl Opened {
    fn lock(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way into the file that is open now.
pub(super) struct LogFile(&'static Opened);

impl LogFile {
    /// Opens the file behind its last line, or makes it. The error is a sentence for the operator.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let file = open(path).map_err(|error| {
            let path = path.display();
            Failure::config(format!(
                "The log file {path} cannot be opened: {error}. Check LOG_FILE."
            ))
        })?;
        Ok(Self(OPENED.get_or_init(|| Opened { path: path.to_owned(), file: Mutex::new(file) })))
    }
}

impl Write for LogFile {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether the log goes to a file.
pub(crate) fn is_in_a_file() -> bool {
    OPENED.get().is_some()
}

/// Opens the file by its name again, after it was moved away. When that fails, the log goes on in the one
/// that was moved: no line is lost.
pub(crate) fn reopen() {
    let Some(opened) = OPENED.get() else {
        return log::info!(
            "SIGHUP: the log is on standard error, and there is no file to open again"
        );
    };
    match open(&opened.path) {
        Ok(file) => {
            *opened.lock() = file;
            log::info!("SIGHUP: the log goes on in this file");
        }
        Err(error) => log::error!("SIGHUP: LOG_FILE cannot be opened again: {error}"),
    }
}

/// Each line goes behind the last one, whoever else writes. A new file is for this user alone (0600): the
/// log holds addresses of visitors. Whoever wants others to read it makes it before, as `create 0640` of
/// logrotate does; a file that is there keeps its rights.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
