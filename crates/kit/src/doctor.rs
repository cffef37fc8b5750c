//! What a program says of the machine that it is to run on: one line for each thing, and what to do about it.
//! Nothing is changed.

use std::fs::{self, File};
use std::io;
use std::ops::RangeInclusive;
use std::path::Path;
use std::process;
use std::time::{Duration, Instant};

use self::Finding::{Fine, Problem, Warning};
use crate::Network;
use crate::cli::{Failure, say};
use crate::config::Environment;
use crate::files::create_private;
use crate::password::Passwords;

/// How many milliseconds a hash should take: long for whoever guesses, and short for a crowd.
const HASH_TIME: RangeInclusive<u128> = 20..=1000;

/// A line, with what to do about it if it is not fine.
pub enum Finding {
    /// It is as it should be.
    Fine(String),
    /// It works, and not as it should.
    Warning(String),
    /// It does not work.
    Problem(String),
}

/// What was found so far.
#[derive(Default)]
pub struct Report {
    problems: usize,
}

impl Report {
    /// Prints what was found about something.
    pub fn tell(&mut self, about: &str, finding: &Finding) -> Result<(), Failure> {
        let (word, line) = match finding {
            Fine(line) => ("ok", line),
            Warning(line) => ("warning", line),
            Problem(line) => ("problem", line),
        };
        self.problems += usize::from(matches!(finding, Problem(_)));
        say(format!("{word:8} {about:11} {line}"))
    }

    /// Fails if there was a problem.
    pub fn end(&self) -> Result<(), Failure> {
        // All of it has been said.
        if self.problems == 0 { Ok(()) } else { Err("".into()) }
    }
}

/// How long a hash takes: the quickest of three, for another program may have held up the others.
pub async fn hash_cost(passwords: &Passwords, environment: Environment) -> Finding {
    let mut quickest = Duration::MAX;
    for _ in 0..3 {
        let begun = Instant::now();
        if let Err(error) = passwords.hash(Network::Operator, "a password".to_owned()).await {
            return Problem(format!("A password cannot be hashed: {error}."));
        }
        quickest = quickest.min(begun.elapsed());
    }
    let took = format!("A hash takes {} ms", quickest.as_millis());
    match quickest.as_millis() {
        // While one develops, the quicker the better.
        ms if ms < *HASH_TIME.start() && environment == Environment::Production => {
            Warning(format!("{took}: raise ARGON2_MEMORY_KIB, for this machine can do more."))
        }
        ms if ms > *HASH_TIME.end() => Warning(format!(
            "{took}: lower ARGON2_MEMORY_KIB or ARGON2_ITERATIONS, or log-ins queue."
        )),
        _ => Fine(format!("{took}.")),
    }
}

/// Whether files can be made in a folder. (A look at the permissions would not know of a disk that is full, or
/// only read.)
pub fn is_writable(folder: &Path) -> Finding {
    let shown = folder.display();
    // One that is to be made is made in the nearest one that there is.
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let probe = there.join(format!(".doctor-{}", process::id()));
    match create_private(&probe).and_then(|_| fs::remove_file(&probe)) {
        Ok(()) => Fine(format!("The folder {shown} can be written to.")),
        Err(error) => Problem(format!(
            "The folder {shown} cannot be written to: {error}. Give it to the user that runs this program."
        )),
    }
}

/// A file, if others can read what is for this user alone.
#[cfg(unix)]
pub fn is_open_to_others(file: &Path, environment: Environment) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    let others = fs::metadata(file).ok()?.permissions().mode() & 0o077;
    let shown = file.display();
    let line = format!("Other users of this machine can read {shown}: `chmod 600 {shown}`.");
    match environment {
        _ if others == 0 => None,
        Environment::Development => Some(Warning(line)),
        Environment::Production => Some(Problem(line)),
    }
}

/// Nothing: there are no permissions here that are known.
#[cfg(not(unix))]
pub fn is_open_to_others(_: &Path, _: Environment) -> Option<Finding> {
    None
}

/// How many files of a folder can be read.
///
/// # Errors
/// One cannot, or the folder cannot.
pub fn count_readable(folder: &Path) -> io::Result<usize> {
    fs::read_dir(folder)?.map(|entry| File::open(entry?.path())).try_fold(0, |count, file| {
        file?;
        Ok(count + 1)
    })
}
