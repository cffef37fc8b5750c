//! Clients that take their time, and how long the program takes for them: octets on a socket, to the program as it
//! runs.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::operation::with_ada;
use crate::server::{Server, free_port};
use crate::strangers::{connect, start};

const BEHIND_A_PROXY: (&str, &str) = ("TRUSTED_PROXIES", "127.0.0.1");

/// Sends one octet after the other until the server hangs up; what it said.
fn dribble(mut stream: TcpStream) -> String {
    let (mut answer, mut chunk) = (Vec::new(), [0; 4096]);
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let deadline = Instant::now() + Duration::from_secs(120);
    while Instant::now() < deadline {
        let _ = stream.write_all(b"a");
        match stream.read(&mut chunk) {
            Ok(0) => return String::from_utf8_lossy(&answer).into_owned(),
            Ok(length) => answer.extend_from_slice(&chunk[..length]),
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {}
            Err(_) => return String::from_utf8_lossy(&answer).into_owned(),
        }
    }
    panic!("it is still listened to: {}", String::from_utf8_lossy(&answer));
}

/// A connection on which this much of a request has been said.
fn begun(server: &Server, text: &str) -> TcpStream {
    let mut stream = connect(server);
    let host = server.url.replace("http://", "");
    stream.write_all(text.replace("HOST", &host).as_bytes()).unwrap();
    stream
}

const SLOW_HEAD: &str = "GET /login HTTP/1.1\r\nHost: HOST\r\nX-Slow: ";

const SLOW_BODY: &str = "POST /login HTTP/1.1\r\nHost: HOST\r\nContent-Length: 100000\r\n\
    Content-Type: application/x-www-form-urlencoded\r\n\r\nemail=";

#[test]
fn a_head_or_a_body_that_comes_octet_by_octet_is_given_up_and_others_are_served_meanwhile() {
    for settings in [&[][..], &[BEHIND_A_PROXY]] {
        let dir = tempfile::tempdir().unwrap();
        let settings = [&[("REQUEST_TIMEOUT", "2s")], settings].concat();
        let (server, mut ada) = with_ada(dir.path(), &settings);
        let slow: Vec<_> = [SLOW_HEAD, SLOW_BODY]
            .repeat(50)
            .into_iter()
            .map(|text| begun(&server, text))
            .collect();
        let slow: Vec<_> =
            slow.into_iter().map(|stream| thread::spawn(|| dribble(stream))).collect();
        assert_eq!(ada.get("/dashboard").status, 200);
        let answers: Vec<_> = slow.into_iter().map(|slow| slow.join().unwrap()).collect();
        assert!(answers.iter().all(|it| it.starts_with("HTTP/1.1 408 ")), "{answers:?}");
        assert_eq!(ada.get("/dashboard").status, 200);
    }
}

#[test]
fn whoever_says_nothing_is_hung_up_on() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &[]);
    let mut answer = String::new();
    connect(&server).read_to_string(&mut answer).expect("it hangs up");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[test]
#[ignore = "waits as long as a connection is kept: scripts/check"]
fn a_kept_connection_on_which_nothing_comes_is_hung_up() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &[BEHIND_A_PROXY]);
    let mut stream = begun(&server, "GET /livez HTTP/1.1\r\nHost: HOST\r\n\r\n");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it hangs up");
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    assert!(!answer.contains("connection: close"), "it was kept: {answer}");
}

/// A server with one thread, which keeps as many connections as one thread does.
#[cfg(target_os = "linux")]
fn with_one_thread(dir: &Path) -> Server {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let allowed = status.split_once("Cpus_allowed_list:").unwrap().1.trim_start();
    let cpu: String = allowed.chars().take_while(char::is_ascii_digit).collect();
    let port = free_port().to_string();
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &cpu, env!(named!("CARGO_BIN_EXE_" @))]).current_dir(dir);
    command.env_clear().env("PORT", &port);
    Server::launch(command, &port)
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "opens more files than a shell may: scripts/check"]
fn beside_more_slow_ones_than_are_let_in_the_next_one_waits_and_is_served() {
    let own = std::process::id().to_string();
    let raised = Command::new("prlimit").args(["--pid", &own, "--nofile=8192:"]).status();
    assert!(raised.unwrap().success(), "as many files as there are connections");
    let dir = tempfile::tempdir().unwrap();
    let server = with_one_thread(dir.path());
    let slow: Vec<_> = (0..1100).map(|_| begun(&server, SLOW_HEAD)).collect();
    assert_eq!(Client::new(&server.url).get("/login").status, 200);
    let answers = slow.into_iter().map(|mut stream| {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it hangs up");
        answer
    });
    assert!(answers.into_iter().all(|answer| answer.starts_with("HTTP/1.1 408 ")));
}
