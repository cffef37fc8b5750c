//! `cargo xtask dev`: the app is built and started again whenever its sources change, and pages that are open
//! are asked for again. The program knows nothing of it: what is deployed has none of this.

mod answer;
mod head;
mod program;
mod relay;
mod sources;
mod stage;

use std::io::{self, IsTerminal as _, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::SystemTime;

use crate::project::{Project, Result};
use answer::Look;
use program::{Program, Settings, told};
use sources::{Change, Sources};
use stage::{Failure, Stage};

/// Serves until Ctrl+C; an error is what kept it from beginning. `arguments` are for `cargo build`.
pub fn run(project: &Project, arguments: &[String]) -> Result<String> {
    let settings = Settings::read(project)?;
    let address = settings.public;
    let listener = TcpListener::bind(address).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "Port {} of {} is in use by another program. Stop that one, or set PORT.",
            address.port(),
            address.ip()
        ),
        _ => format!("The port {} of {} cannot be opened: {error}.", address.port(), address.ip()),
    })?;
    let sources = Sources::watch(project)?;
    let stage = Arc::new(Stage::new(Look::of(project)));
    let ending = Arc::clone(&stage);
    ctrlc::set_handler(move || ending.end()).map_err(|error| error.to_string())?;
    relay::open(listener, &stage);
    let mut cycle = Cycle { project, arguments, address, stage, shown: None };
    let mut change = Change::Build;
    loop {
        cycle.follow(change);
        change = sources.wait();
    }
}

/// The executable, and when it was made.
type Built = (PathBuf, SystemTime);

/// From a change to what is shown of it.
struct Cycle<'a> {
    project: &'a Project,
    arguments: &'a [String],
    /// Where people find the app, until all of this ends.
    address: SocketAddr,
    stage: Arc<Stage>,
    /// What runs.
    shown: Option<Built>,
}

impl Cycle<'_> {
    fn follow(&mut self, change: Change) {
        if change == Change::Refresh {
            self.stage.refresh();
        }
        // A style sheet may be read by the build, too: cargo knows.
        match self.build() {
            Err(said) => self.stage.fail(Failure::of_build(&said)),
            Ok(built) if change == Change::Restart || self.is_other(&built) => self.start(built),
            Ok(_) => self.stage.mend(),
        }
    }

    /// Builds the program. The error is what cargo said.
    fn build(&self) -> Result<Built> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let program = self.project.program().map_err(|sentence| format!("error: {sentence}"))?;
        let color = if io::stderr().is_terminal() { "always" } else { "never" };
        let mut cargo = Command::new(cargo)
            .args(["build", "--bin", &program, "--message-format", "json-render-diagnostics"])
            .args(["--color", color])
            .args(self.arguments)
            .current_dir(self.project.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("error: cargo cannot be started: {error}"))?;
        let (stdout, stderr) = (cargo.stdout.take(), cargo.stderr.take());
        let listener =
            thread::spawn(move || stderr.map(|said| told(said, usize::MAX)).unwrap_or_default());
        let mut messages = String::new();
        if let Some(mut stdout) = stdout {
            let _ = stdout.read_to_string(&mut messages);
        }
        let said = listener.join().unwrap_or_default();
        if !cargo.wait().is_ok_and(|status| status.success()) {
            return Err(said);
        }
        let executable = messages.lines().filter_map(executable_of).next_back();
        let executable = executable.ok_or("error: cargo built no program")?;
        let made = executable.metadata().and_then(|file| file.modified());
        made.map(|made| (executable, made)).map_err(|error| format!("error: {error}"))
    }

    /// Lets the new program take over. While it starts, the one of before answers.
    fn start(&mut self, built: Built) {
        let started = Settings::read(self.project)
            .and_then(|settings| settings.at(self.address))
            .and_then(|settings| Program::start(&built.0, self.project, &settings, &self.stage));
        self.shown = started.is_ok().then_some(built);
        match started {
            Ok(program) => self.stage.show(program),
            Err(said) => self.stage.fail(Failure::of_start(&said)),
        }
    }

    /// Whether this is not what runs.
    fn is_other(&self, built: &Built) -> bool {
        self.shown.as_ref() != Some(built) || self.stage.scene().program.is_none()
    }
}

/// The program in a message of cargo's.
fn executable_of(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    message["executable"].as_str().map(PathBuf::from)
}
