//! The mail server of `smtp_server.py`, and one that takes nothing.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Where it listens: not where the connections of other tests could take its port while it is down.
pub const HOST: &str = "127.0.0.2";

/// A running mail server; it is killed when dropped. Its mails stay in `mail/`.
pub struct MailServer(Child);

impl MailServer {
    /// Starts it with a mood, and waits until it listens.
    pub fn start(dir: &Path, port: u16, mood: &str) -> Self {
        Self::start_with(dir, HOST, port, &[mood.as_ref()])
    }

    /// Starts it with a certificate, at 127.0.0.1: it wants STARTTLS and a log-in.
    pub fn start_encrypted(dir: &Path, port: u16, certificate: &Path) -> Self {
        Self::start_with(dir, "127.0.0.1", port, &["works".as_ref(), certificate])
    }

    fn start_with(dir: &Path, host: &str, port: u16, arguments: &[&Path]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/binary/smtp_server.py");
        std::fs::create_dir_all(dir.join("mail")).unwrap();
        // Debian's Python, which has Debian's python3-aiosmtpd.
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).args([host, &port.to_string()]).arg(dir.join("mail")).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "listens\n", "is python3-aiosmtpd installed?");
        Self(child)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // It may have died already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What was taken with this subject.
pub fn mails(dir: &Path, subject: &str) -> Vec<Value> {
    let files = std::fs::read_dir(dir.join("mail")).unwrap().map(|entry| entry.unwrap().path());
    let whole = files.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let read = |path: PathBuf| serde_json::from_slice::<Value>(&std::fs::read(path).unwrap());
    let all = whole.map(|path| read(path).unwrap());
    all.filter(|mail| mail["headers"]["subject"] == subject).collect()
}

/// Waits for the mail with this subject.
pub fn mail(dir: &Path, subject: &str) -> Value {
    wait_for(subject, || mails(dir, subject).pop())
}

/// Waits for longer than the first pause of the outbox.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(120);
    while Instant::now() < deadline {
        if let Some(found) = look() {
            return found;
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not come: {what}");
}

/// A mail server without TLS that takes passwords and mails from everybody, and writes down all that
/// it hears.
pub struct Eavesdropper {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    heard: Arc<Mutex<String>>,
}

impl Eavesdropper {
    /// Starts it; it ends with the tests.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(String::new()));
        let sink = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming() {
                listen(&stream.unwrap(), &sink);
            }
        });
        Self { port, heard }
    }

    /// Every line so far.
    pub fn heard(&self) -> String {
        self.heard.lock().unwrap().clone()
    }
}

fn listen(mut stream: &TcpStream, heard: &Mutex<String>) {
    let mut is_mail = false;
    stream.write_all(b"220 eve\r\n").unwrap();
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        heard.lock().unwrap().extend([line.as_str(), "\n"]);
        let answer = match line.split(' ').next().unwrap() {
            "." => "250 Kept\r\n",
            _ if is_mail => continue,
            "EHLO" => "250-eve\r\n250 AUTH PLAIN LOGIN\r\n",
            "AUTH" => "235 Welcome\r\n",
            "DATA" => "354 Go on\r\n",
            _ => "250 Fine\r\n",
        };
        is_mail = line == "DATA";
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}
