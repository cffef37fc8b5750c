//! The real binary, started in a folder of its own.

use std::hash::{BuildHasher as _, RandomState};
use std::io::{BufRead, BufReader, Read, Write};
use std::iter;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A running server; it is killed when dropped.
pub struct Server {
    child: Child,
    /// `http://localhost:PORT`.
    pub url: String,
    /// The line that it printed when it was ready.
    pub announcement: String,
    log: Arc<Mutex<String>>,
}

/// A port that nobody listens on, below those that the system gives to connections (32768 on Linux): one of the
/// tests beside could get it before the program does.
pub fn free_port() -> u16 {
    let any = || 10_000 + u16::try_from(RandomState::new().hash_one(()) % 20_000).unwrap();
    iter::repeat_with(any).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).unwrap()
}

/// The program, to be run in `dir` with these settings and no others.
pub fn program(dir: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!(named!("CARGO_BIN_EXE_" @)));
    command.args(arguments).current_dir(dir).env_clear().envs(settings.iter().copied());
    command
}

impl Server {
    /// Starts the server in `dir` and waits until it is ready.
    pub fn start(dir: &Path, port: u16) -> Self {
        Self::start_with(dir, port, &[])
    }

    /// The same with further settings.
    pub fn start_with(dir: &Path, port: u16, settings: &[(&str, &str)]) -> Self {
        let port = port.to_string();
        let settings = [&[("PORT", port.as_str())], settings].concat();
        Self::launch(program(dir, &settings, &[]), &port)
    }

    /// Starts a program that serves at this port of its own accord.
    pub fn launch(mut command: Command, port: &str) -> Self {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let log = Arc::new(Mutex::new(String::new()));
        let mut stderr = child.stderr.take().unwrap();
        let sink = Arc::clone(&log);
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            while let Ok(n @ 1..) = stderr.read(&mut chunk) {
                sink.lock().unwrap().push_str(&String::from_utf8_lossy(&chunk[..n]));
            }
        });
        let mut announcement = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut announcement).unwrap();
        // The link stands on a line of its own.
        while announcement.contains("first account") && !announcement.contains("?token=") {
            assert_ne!(stdout.read_line(&mut announcement).unwrap(), 0);
        }
        assert!(announcement.contains("runs at"), "it did not start: {}", log.lock().unwrap());
        Self { child, url: format!("http://localhost:{port}"), announcement, log }
    }

    /// The set-up link, if it was printed.
    pub fn setup_link(&self) -> Option<&str> {
        self.announcement.split_once("by this link:").map(|(_, link)| link.trim())
    }

    /// What it logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The process, for signals.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// Sends it a signal: `INT` is what a terminal sends at Ctrl-C, and `KILL` ends it in the middle of
    /// whatever it does.
    pub fn signal(&self, name: &str) {
        signal(name, &self.id().to_string());
    }

    /// Waits until it has stopped.
    pub fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + Duration::from_secs(120);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not stop: {}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have stopped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends a signal to the process with this number.
pub fn signal(name: &str, id: &str) {
    assert!(Command::new("kill").args(["-s", name, id]).status().unwrap().success());
}

/// Runs a command with something on standard input; whether it succeeded, and what it said.
pub fn run(dir: &Path, arguments: &[&str], input: &str) -> (bool, String) {
    let mut command = program(dir, &[], arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}
