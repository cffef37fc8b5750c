//! The way to `PostgreSQL`, to be watched, and to be cut without a word.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A way that leads to a server; it ends with the tests.
pub struct Wire {
    /// The database, by this way.
    pub url: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    is_silent: AtomicBool,
    turns: Mutex<Vec<Vec<String>>>,
}

/// What is known of one connection.
#[derive(Default)]
struct Talk {
    server_spoke: bool,
    /// Statements by their names.
    prepared: HashMap<String, String>,
}

impl Wire {
    /// A way to the database at `url`.
    pub fn to(url: &str) -> Self {
        let mut url = url::Url::parse(url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let shared = Arc::new(Shared::default());
        let here = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming() {
                connect(&client.unwrap(), &server, &here);
            }
        });
        Self { url: url.into(), shared }
    }

    /// Carries nothing any more, and tells nobody.
    pub fn fall_silent(&self) {
        self.shared.is_silent.store(true, Ordering::Relaxed);
    }

    /// Carries on with all that it was given.
    pub fn carry_on(&self) {
        self.shared.is_silent.store(false, Ordering::Relaxed);
    }

    /// The statements of each turn so far: of what the program said after the server had spoken.
    pub fn turns(&self) -> Vec<Vec<String>> {
        self.shared.turns.lock().unwrap().clone()
    }
}

fn connect(client: &TcpStream, server: &str, shared: &Arc<Shared>) {
    // A server that is full or gone hangs up.
    let Ok(server) = TcpStream::connect(server) else { return };
    let talk = Arc::new(Mutex::new(Talk::default()));
    let ways = [(client, &server, true), (&server, client, false)];
    for (from, to, is_program) in ways {
        let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        let (talk, shared) = (Arc::clone(&talk), Arc::clone(shared));
        thread::spawn(move || {
            carry(&from, &to, &shared, |said| {
                if is_program {
                    shared.note(&mut talk.lock().unwrap(), said);
                } else {
                    talk.lock().unwrap().server_spoke = true;
                }
            });
            // Whoever hangs up hangs up on both sides.
            let _ = to.shutdown(std::net::Shutdown::Both);
        });
    }
}

fn carry(mut from: &TcpStream, mut to: &TcpStream, shared: &Shared, note: impl Fn(&[u8])) {
    let mut chunk = vec![0; 65_536];
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        while shared.is_silent.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(10));
        }
        note(&chunk[..length]);
        if to.write_all(&chunk[..length]).is_err() {
            return;
        }
    }
}

impl Shared {
    fn note(&self, talk: &mut Talk, said: &[u8]) {
        // The first words on a connection have no type, and their length begins with zero.
        if said.first() == Some(&0) {
            return;
        }
        let statements = statements(talk, said);
        let mut turns = self.turns.lock().unwrap();
        match turns.last_mut().filter(|_| !talk.server_spoke) {
            Some(turn) => turn.extend(statements),
            None => turns.push(statements),
        }
        talk.server_spoke = false;
    }
}

/// The statements that these messages begin: type, length, texts that end with a zero ("Message Formats"
/// in `PostgreSQL`'s manual).
fn statements(talk: &mut Talk, mut said: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while let [kind, a, b, c, d, ..] = *said {
        let end = 1 + u32::from_be_bytes([a, b, c, d]) as usize;
        let body = &said[5..end.min(said.len())];
        let mut texts = body.split(|byte| *byte == 0).map(|t| String::from_utf8_lossy(t).into());
        let mut text = || -> String { texts.next().unwrap_or_default() };
        match kind {
            b'Q' => found.push(text()),
            b'P' => drop(talk.prepared.insert(text(), text())),
            // The portal's name is empty, and the statement's name follows.
            b'B' => {
                text();
                found.push(talk.prepared.get(&text()).cloned().unwrap_or_default());
            }
            _ => {}
        }
        said = &said[end.min(said.len())..];
    }
    found
}
