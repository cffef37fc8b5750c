//! What is found, and how it is told.

use kit::cli::{Failure, say};

/// A line, with what to do about it if it is not fine.
pub(super) enum Finding {
    Fine(String),
    /// It works, and not as it should.
    Warning(String),
    /// It does not work.
    Problem(String),
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Report {
    problems: usize,
}

impl Report {
    pub(super) fn tell(&mut self, about: &str, finding: &Finding) -> Result<(), Failure> {
        let (word, line) = match finding {
            Finding::Fine(line) => ("ok", line),
            Finding::Warning(line) => ("warning", line),
            Finding::Problem(line) => ("problem", line),
        };
        self.problems += usize::from(matches!(finding, Finding::Problem(_)));
        say(format!("{word:8} {about:11} {line}"))
    }

    /// Fails if there was a problem.
    pub(super) fn end(&self) -> Result<(), Failure> {
        // All of it has been said.
        if self.problems == 0 { Ok(()) } else { Err("".into()) }
    }
}
