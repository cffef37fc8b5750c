//! What the commands print, and why they stop early.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::error::Error;

/// `EX_CONFIG` of BSD's sysexits.h: the settings are wrong, and starting again will not help.
const EXIT_CONFIG: u8 = 78;

/// Why the program stops early: a text for the operator.
pub(super) struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// The settings are wrong.
    pub(super) fn config(message: String) -> Self {
        Self { message, code: EXIT_CONFIG }
    }

    /// Tells the operator.
    pub(super) fn report(&self) -> ExitCode {
        if !self.message.is_empty() {
            // Where nobody can be told, there is nobody to tell that.
            let _ = writeln!(io::stderr(), "{}", self.message.trim_end());
        }
        ExitCode::from(self.code)
    }
}

/// Prints a line. (`println!` panics when nobody reads.)
pub(super) fn say(line: impl Display) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}").and_then(|()| output.flush()).map_err(|error| match error.kind() {
        // `user list | head -1`: who reads has read enough, and nothing went wrong.
        io::ErrorKind::BrokenPipe => Failure { message: String::new(), code: 0 },
        _ => Failure::from(format!("The output cannot be written: {error}.")),
    })
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self { message, code: 1 }
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self::from(message.to_owned())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::from(error.to_string())
    }
}
