//! What strangers send: octets on a socket, to the program as it runs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::operation::with_ada;
use crate::server::{Server, free_port};

pub fn connect(server: &Server) -> TcpStream {
    let address = server.url.replace("http://localhost", "127.0.0.1");
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// Sends these octets, and what comes back until the server hangs up.
pub fn send(server: &Server, octets: &[u8]) -> String {
    let mut stream = connect(server);
    // It may hang up before it has heard all.
    let _ = stream.write_all(octets);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// A request for a page, with these further lines.
fn get(server: &Server, path: &str, lines: &[u8]) -> String {
    let host = server.url.replace("http://", "");
    let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n");
    send(server, &[head.as_bytes(), lines, b"\r\n"].concat())
}

/// The log, once it holds the line about a request that is made now: what went before is in it.
pub fn log_so_far(server: &Server) -> String {
    get(server, "/the-last-request", b"Connection: close\r\n");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !server.log().contains("/the-last-request") && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(20));
    }
    server.log()
}

pub fn start(dir: &Path, settings: &[(&str, &str)]) -> Server {
    Server::start_with(dir, free_port(), settings)
}

/// What breaks the rules of HTTP, in requests to each of these paths.
fn broken(server: &Server, paths: &[&str]) -> Vec<Vec<u8>> {
    let host = server.url.replace("http://", "");
    let to = |path: &str, method: &str, rest: &[u8]| {
        [format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n").as_bytes(), rest].concat()
    };
    let form = "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked";
    let requests = paths.iter().map(|path| {
        [
            to(path, "GET", &[&b"X: y\r\n".repeat(97)[..], b"\r\n"].concat()),
            to(path, "GET", &[b"X: ", &b"y".repeat(200_000)[..], b"\r\n\r\n"].concat()),
            to(path, "GET", b"X\x01: y\r\n\r\n"),
            to(path, "GET", b"Content-Length: -1\r\n\r\n"),
            to(path, "GET", b"Transfer-Encoding: chunked\r\n\r\nno number\r\n"),
            to(path, "POST", format!("{form}\r\n\r\n3\r\na=b\r\nno number\r\n").as_bytes()),
            to(&format!("{path}{}", "a".repeat(200_000)), "GET", b"\r\n"),
        ]
    });
    let others: [&[u8]; 3] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ];
    requests.flatten().chain(others.map(<[u8]>::to_vec)).collect()
}

#[test]
fn a_request_that_is_no_http_alarms_nobody() {
    nobody_is_alarmed_at(&["/", "/login", "/static/app.css"]);
}

/// Nobody is, by what breaks the rules of HTTP, however much is logged.
pub fn nobody_is_alarmed_at(paths: &[&str]) {
    for filter in ["error,access=info,actix_http=debug", "error,access=info", "info"] {
        let dir = tempfile::tempdir().unwrap();
        let server = start(dir.path(), &[("RUST_LOG", filter)]);
        for octets in broken(&server, paths) {
            send(&server, &octets);
        }
        let log = log_so_far(&server);
        assert_eq!(log.contains("DEBUG actix_http"), filter.contains("debug"), "{log}");
        assert!(!log.contains("ERROR") && !log.contains("WARN"), "{log}");
    }
}

/// What comes on this connection until the server hangs up, which it does in the end.
fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it hangs up");
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn a_body_without_an_end_that_nobody_reads_is_not_waited_for() {
    for settings in [&[][..], &[("TRUSTED_PROXIES", "127.0.0.1")]] {
        let dir = tempfile::tempdir().unwrap();
        let server = start(dir.path(), &[&[("REQUEST_TIMEOUT", "1s")], settings].concat());
        let host = server.url.replace("http://", "");
        for (method, path, kind) in [
            ("GET", "/login", "text/plain"),
            ("GET", "/static/app.css", "text/plain"),
            ("POST", "/logout", "text/plain"),
            ("POST", "/login", "application/x-www-form-urlencoded"),
            ("POST", "/login", "application/json"),
            ("GET", "/no-such-page", "multipart/form-data; boundary=x"),
        ] {
            let mut stream = connect(&server);
            let lines = format!("Content-Type: {kind}\r\nTransfer-Encoding: chunked");
            write!(
                stream,
                "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n\r\n3\r\na=b\r\n"
            )
            .unwrap();
            let answer = rest(stream);
            assert!(answer.starts_with("HTTP/1.1 "), "{method} {path}: {answer}");
        }
    }
}

#[test]
fn a_body_that_does_not_end_is_not_taken() {
    for settings in [&[][..], &[("TRUSTED_PROXIES", "127.0.0.1")]] {
        let dir = tempfile::tempdir().unwrap();
        let server = start(dir.path(), settings);
        let host = server.url.replace("http://", "");
        for kind in ["text/plain", "application/x-www-form-urlencoded"] {
            let mut stream = connect(&server);
            let lines = format!("Content-Type: {kind}\r\nTransfer-Encoding: chunked");
            write!(stream, "POST /login HTTP/1.1\r\nHost: {host}\r\n{lines}\r\n\r\n").unwrap();
            let chunk = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
            let taken = (0..1_000_000).take_while(|_| stream.write_all(chunk.as_bytes()).is_ok());
            assert!(taken.count() < 1_000_000, "all of 65 GB of {kind}");
        }
    }
}

#[test]
fn a_body_in_chunks_that_is_read_leaves_the_connection_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &[("TRUSTED_PROXIES", "127.0.0.1")]);
    let host = server.url.replace("http://", "");
    let form = "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked";
    let first =
        format!("POST /login HTTP/1.1\r\nHost: {host}\r\n{form}\r\n\r\n3\r\na=b\r\n0\r\n\r\n");
    let mut stream = connect(&server);
    write!(stream, "{first}GET /the-second HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")
        .unwrap();
    let answer = rest(stream);
    assert!(answer.contains("HTTP/1.1 422 ") && answer.contains("HTTP/1.1 404 "), "{answer}");
}

#[test]
fn a_host_that_is_refused_stands_in_the_log_with_the_setting_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &[]);
    let to = |host: &[u8]| [b"GET / HTTP/1.1\r\nHost: ", host, b"\r\n\r\n"].concat();
    for host in [&b"app.internal:9000"[..], b"a\xe9\x1b[2J\" \\", &b"x".repeat(5000), b"a, b", b""]
    {
        assert!(send(&server, &to(host)).starts_with("HTTP/1.1 4"));
    }
    send(&server, b"GET http://target.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let log = log_so_far(&server);
    for part in [
        "the host \"app.internal:9000\" is not ours; ALLOWED_HOSTS=app.internal:9000 would allow it",
        "the host \"a, b\" is not ours; ALLOWED_HOSTS would allow it",
        &format!("the host \"{}\" is not ours; ALLOWED_HOSTS would", "x".repeat(100)),
        "the host \"\" is not ours",
    ] {
        assert!(log.contains(part), "{part} is not in:\n{log}");
    }
}

#[test]
fn nobody_writes_a_line_of_the_log_with_the_name_of_a_host() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &[]);
    send(&server, b"GET / HTTP/1.1\r\nHost: a\xe2\x80\xae\t\"; ALLOWED_HOSTS=b \\\r\n\r\n");
    let log = log_so_far(&server);
    let line = log.lines().find(|line| line.contains("ALLOWED_HOSTS")).expect(&log);
    assert!(line.ends_with(r#"the host "a\u{202e}\t\"; ALLOWED_HOSTS=b \\" is not ours; ALLOWED_HOSTS would allow it"#), "{line}");
}

#[test]
fn a_load_balancers_questions_are_not_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &[]);
    for path in ["/livez", "/readyz"] {
        for method in ["GET", "HEAD"] {
            let question = format!("{method} {path} HTTP/1.1\r\nHost: 10.0.0.7\r\n\r\n");
            let answer = send(&server, question.as_bytes());
            assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
            assert!(answer.ends_with("\r\n\r\n") && !answer.contains("\r\nlocation"), "{answer}");
        }
    }
    let log = log_so_far(&server);
    assert!(!log.contains("livez") && !log.contains("readyz"), "{log}");
}

#[test]
fn cookies_are_read_from_the_socket_as_octets() {
    let dir = tempfile::tempdir().unwrap();
    let (server, ada) = with_ada(dir.path(), &[]);
    let jar = ada.cookies();
    let (name, value) = jar.iter().find(|(name, _)| name.ends_with("session")).unwrap();
    let greets = |line: &[u8]| get(&server, "/dashboard", line).starts_with("HTTP/1.1 200");
    let with = |before: &[u8]| {
        [b"Cookie: ", before, name.as_bytes(), b"=", value.as_bytes(), b"\r\n"].concat()
    };
    assert!(greets(&with(b"")) && greets(&with(b"name=Ren\xe9; ")) && greets(&with(b"\t")));
    assert!(greets(&[b"Cookie: \xff\xff\r\n", &with(b"")[..], b"Cookie: a=\xa0\r\n"].concat()));
    for space in [&b"\xe2\x80\x80"[..], b"\xc2\xa0", b"\xc2\x85", b"\xa0", b"\xe3\x80\x80"] {
        assert!(!greets(&with(space)), "{}", space.escape_ascii());
    }
    assert!(!greets(&[with(b""), with(b"")].concat()), "of two, none is believed");
}

/// The head of an answer in small letters, and how many octets follow it.
fn read(answer: &str) -> (String, usize) {
    let (head, body) = answer.split_once("\r\n\r\n").expect(answer);
    (head.to_lowercase(), body.len())
}

#[test]
fn an_answer_is_as_long_as_it_says() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &[]);
    let host = server.url.replace("http://", "");
    let ask = |method: &str, path: &str, lines: &str| {
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n");
        read(&send(&server, format!("{head}{lines}\r\n").as_bytes()))
    };
    for path in ["/", "/login", "/no-such-page", "/static/app.js", "/icon.svg"] {
        let (head, length) = ask("GET", path, "");
        assert!(
            length > 0 && head.contains(&format!("content-length: {length}")),
            "{path}: {head}"
        );
        let (head, none) = ask("HEAD", path, "");
        assert_eq!(none, 0, "{path}: {head}");
        assert!(head.contains(&format!("content-length: {length}")), "{path}: {head}");
    }
    for (path, lines, status) in [
        ("/livez", "", "204"),
        ("/static/app.js", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n", "304"),
    ] {
        let (head, none) = ask("GET", path, lines);
        assert!(head.starts_with(&format!("http/1.1 {status}")) && none == 0, "{path}: {head}");
    }
}

/// How long this many requests take, one after the other on one connection.
fn time(server: &Server, path: &str, count: u32) -> Duration {
    let host = server.url.replace("http://", "");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n\r\n");
    let (mut stream, mut answer) = (connect(server), Vec::new());
    let started = Instant::now();
    for _ in 0..count {
        stream.write_all(request.as_bytes()).unwrap();
        answer.clear();
        let mut chunk = vec![0; 65_536];
        while !is_whole(&answer) {
            let length = stream.read(&mut chunk).unwrap();
            assert!(length > 0, "it hung up: {}", String::from_utf8_lossy(&answer));
            answer.extend_from_slice(&chunk[..length]);
        }
    }
    started.elapsed()
}

/// Whether head and body are there.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    body.len() >= length.parse::<usize>().unwrap()
}

#[test]
fn a_file_on_a_kept_connection_does_not_wait_for_the_clients_word() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &[("TRUSTED_PROXIES", "127.0.0.1")]);
    let page = time(&server, "/login", 30);
    let file = time(&server, "/static/app.css", 30);
    assert!(file < page * 10, "30 pages: {page:?}, 30 files: {file:?}");
}
