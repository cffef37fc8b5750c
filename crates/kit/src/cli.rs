//! What a command prints, why it stops early, and how it asks for a password.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

/// `EX_CONFIG` of BSD's sysexits.h: the settings are wrong, and starting again will not help.
const EXIT_CONFIG: u8 = 78;

/// Why the program stops early: a text for the operator. Whatever can be written as text becomes one.
pub struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// The settings are wrong.
    pub fn config(message: String) -> Self {
        Self { message, code: EXIT_CONFIG }
    }

    /// The text.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl<Reason: Display> From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self { message: reason.to_string(), code: 1 }
    }
}

/// How the program ends: the operator is told why it stopped early.
pub fn end(done: Result<(), Failure>) -> ExitCode {
    let Err(Failure { message, code }) = done else { return ExitCode::SUCCESS };
    if !message.is_empty() {
        // Where nobody can be told, there is nobody to tell that.
        let _ = writeln!(io::stderr(), "{}", message.trim_end());
    }
    ExitCode::from(code)
}

/// Prints a line. (`println!` panics when nobody reads.)
pub fn say(line: impl Display) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}").and_then(|()| output.flush()).map_err(|error| match error.kind() {
        // `user list | head -1`: who reads has read enough, and nothing went wrong.
        io::ErrorKind::BrokenPipe => Failure { message: String::new(), code: 0 },
        _ => Failure::from(format!("The output cannot be written: {error}.")),
    })
}

/// Prints a line that a server begins with. It serves also where nobody reads it; the log does not get the
/// line, which may hold a link that is for the operator alone.
pub fn announce(line: impl Display) {
    let mut output = io::stdout().lock();
    if let Err(error) = writeln!(output, "{line}").and_then(|()| output.flush()) {
        log::warn!("standard output cannot be written ({error}); what was to stand there is lost");
    }
}

/// Prints lines.
pub fn say_all(lines: impl IntoIterator<Item = impl Display>) -> Result<(), Failure> {
    lines.into_iter().try_for_each(say)
}

/// A new password: typed twice and unseen at a terminal, else a line of standard input.
pub fn read_new_password() -> Result<String, Failure> {
    let read = || -> io::Result<Option<String>> {
        if io::stdin().is_terminal() {
            let password = rpassword::prompt_password("New password: ")?;
            let again = rpassword::prompt_password("Once more: ")?;
            return Ok((again == password).then_some(password));
        }
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
    };
    let password = read().map_err(|error| format!("The password cannot be read: {error}."))?;
    password.ok_or_else(|| "The two passwords differ.".into())
}
