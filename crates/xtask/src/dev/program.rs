//! The program, at a port of its own.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use super::stage::Stage;
use crate::project::{Project, Result};

/// How many lines of what the program says are kept, to be shown if they are its last.
const LAST_LINES: usize = 60;

/// The settings that matter here.
pub struct Settings {
    /// Where people find the app.
    pub public: SocketAddr,
    has_public_url: bool,
}

impl Settings {
    /// From the environment, or else `.env`, as the program does it.
    pub fn read(project: &Project) -> Result<Self> {
        let file = dotenvy::from_path_iter(project.path(".env"));
        // Of what is wrong there, the program tells.
        let file = file.into_iter().flatten().filter_map(Result::ok);
        let file: BTreeMap<String, String> = file.collect();
        let setting = |name: &str| {
            let set = std::env::var(name).ok().or_else(|| file.get(name).cloned());
            set.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        if setting("APP_ENV").is_some_and(|value| value.eq_ignore_ascii_case("production")) {
            return Err("APP_ENV=production: this is for development alone.".to_owned());
        }
        let host = setting("HOST").unwrap_or_else(|| "127.0.0.1".to_owned());
        let ip = match host.trim_matches(['[', ']']) {
            name if name.eq_ignore_ascii_case("localhost") => Ok(Ipv4Addr::LOCALHOST.into()),
            ip => ip.parse::<IpAddr>(),
        };
        let ip = ip.map_err(|_| format!("HOST={host} must be an IP address or localhost."))?;
        let port = setting("PORT").unwrap_or_else(|| "8080".to_owned());
        let number = port.parse::<u16>().ok().filter(|port| *port > 0);
        let port = number.ok_or_else(|| format!("PORT={port} must be a number up to 65535."))?;
        Ok(Self {
            public: SocketAddr::new(ip, port),
            has_public_url: setting("PUBLIC_URL").is_some(),
        })
    }

    /// These, if people find the app where they did: that port is open, and another one is not.
    pub fn at(self, address: SocketAddr) -> Result<Self> {
        if self.public == address {
            return Ok(self);
        }
        Err(format!(
            "HOST and PORT are {} now, and pages are served at {address}: end `cargo xtask dev`, and begin it anew.",
            self.public
        ))
    }
}

pub struct Program {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its number among the processes.
    pub id: u32,
}

impl Program {
    /// Starts it, and waits until it listens. The error is what it said instead.
    pub fn start(
        executable: &Path, project: &Project, settings: &Settings, stage: &Arc<Stage>,
    ) -> Result<Self> {
        let fail = |error: io::Error| format!("{}: {error}", executable.display());
        let address = free(settings.public.ip()).map_err(fail)?;
        let mut command = Command::new(executable);
        command.current_dir(project.path("")).env("PORT", address.port().to_string());
        // Of two programs, for a moment there are two, the second would not get that port.
        command.env("METRICS_ADDRESS", "");
        if !settings.has_public_url {
            command.env("PUBLIC_URL", format!("http://localhost:{}", settings.public.port()));
        }
        let mut child =
            command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().map_err(fail)?;
        let (id, stderr) = (child.id(), child.stderr.take());
        stage.begun(id);
        let (sender, end) = channel();
        let stage = Arc::clone(stage);
        thread::spawn(move || {
            let said = stderr.map(|stderr| told(stderr, LAST_LINES)).unwrap_or_default();
            let status = child.wait().map_or_else(|error| error.to_string(), |s| s.to_string());
            let said = format!("{said}\n{status}");
            stage.ended(id, &said);
            // Nobody waits for it, if it was ready once.
            let _ = sender.send(said);
        });
        while TcpStream::connect(address).is_err() {
            match end.recv_timeout(Duration::from_millis(5)) {
                Err(RecvTimeoutError::Timeout) => {}
                said => return Err(said.unwrap_or_default()),
            }
        }
        Ok(Self { address, id })
    }
}

/// A port that nobody listens on, and where it is reached from here.
fn free(ip: IpAddr) -> io::Result<SocketAddr> {
    let port = TcpListener::bind((ip, 0))?.local_addr()?.port();
    let ip = match ip {
        IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        one => one,
    };
    Ok(SocketAddr::new(ip, port))
}

/// Tells the process with this number to end. (A signal is `unsafe` to send from here.)
pub fn stop(id: u32) {
    let id = id.to_string();
    let [program, arguments @ ..] =
        if cfg!(windows) { ["taskkill", "/F", "/PID", &id] } else { ["kill", "-s", "TERM", &id] };
    // It may have ended by itself.
    let _ = Command::new(program).args(arguments).stderr(Stdio::null()).status();
}

/// What comes, shown here as it comes: the last lines of it.
pub fn told(from: impl io::Read, last: usize) -> String {
    let mut lines = VecDeque::new();
    for line in BufReader::new(from).split(b'\n').map_while(io::Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned() + "\n";
        // Whoever closed the terminal does not read it.
        let _ = io::stderr().write_all(line.as_bytes());
        if lines.len() == last {
            lines.pop_front();
        }
        lines.push_back(line);
    }
    lines.into_iter().collect()
}
