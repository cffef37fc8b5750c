//! Requests that a proxy and a server may read differently, so that one becomes two ("request smuggling"): octets on a
//! socket, to the program as it runs behind a proxy, where connections are kept.

use std::io::{Read as _, Write as _};
use std::net::Shutdown;

use tempfile::TempDir;

use crate::server::Server;
use crate::strangers::{connect, log_so_far, start};

/// What is a second request, where the first one ends before it.
const SECOND: &str = "GET /smuggled HTTP/1.1\r\nHost: HOST\r\n\r\n";

/// A body of chunks that ends at once for whom the length does not count.
const NO_CHUNKS: &str = "0\r\n\r\n";

const FORM: &str =
    "POST /login HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/x-www-form-urlencoded\r\n";

fn behind_a_proxy() -> (TempDir, Server) {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &[("TRUSTED_PROXIES", "127.0.0.1")]);
    (dir, server)
}

/// Sends this and nothing more; the statuses of all answers.
fn statuses(server: &Server, request: &str) -> Vec<u16> {
    let mut stream = connect(server);
    // It may hang up before it has heard all.
    let _ = stream.write_all(with_host(server, request).as_bytes());
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it is answered, or hung up");
    let answer = String::from_utf8_lossy(&answer);
    // Whoever speaks HTTP/1.0 is answered so.
    let lines = answer.match_indices("HTTP/1.").map(|(at, begin)| &answer[at + begin.len()..]);
    lines.map(|rest| rest[2..5].parse().unwrap()).collect()
}

fn with_host(server: &Server, request: &str) -> String {
    request.replace("HOST", server.url.trim_start_matches("http://"))
}

/// How many second requests came through.
fn smuggled(server: &Server) -> usize {
    log_so_far(server).matches("GET /smuggled").count()
}

/// Lines that leave it open how long the body is.
const LENGTHS: [&str; 30] = [
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Content-Length: 5\r\nTransfer-Encoding: identity",
    "Content-Length: 5\r\nContent-Length: 5",
    "Content-Length: 5\r\nContent-Length: 46",
    "Content-Length: 5, 5",
    "Content-Length: 5 5",
    "Content-Length: -5",
    "Content-Length: +5",
    "Content-Length: 0x5",
    "Content-Length: 5.0",
    "Content-Length: 5;",
    "Content-Length:",
    "Content-Length: 99999999999999999999",
    "Content-Length : 5",
    "Content-Length\t: 5",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunked;x=y",
    "Transfer-Encoding: \u{b}chunked",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding\t: chunked",
    "Transfer-Encoding:\r\n chunked",
    "X: y\r\n Transfer-Encoding: chunked",
    "X: y\rTransfer-Encoding: chunked",
];

#[test]
fn a_head_that_leaves_the_length_of_its_body_open_is_refused() {
    let (_dir, server) = behind_a_proxy();
    for lines in LENGTHS {
        let request = format!("{FORM}{lines}\r\n\r\n{NO_CHUNKS}{SECOND}");
        assert_eq!(statuses(&server, &request), [400], "{lines:?}");
    }
    let old = FORM.replace("/1.1", "/1.0");
    let request = format!("{old}Transfer-Encoding: chunked\r\n\r\n{NO_CHUNKS}{SECOND}");
    assert_eq!(statuses(&server, &request), [400], "HTTP/1.0 knows no chunks");
    assert_eq!(smuggled(&server), 0);
}

/// Chunks of which somebody may read another size, or another end.
const CHUNKS: [&str; 18] = [
    "-1\r\nabcde\r\n",
    "+5\r\nabcde\r\n",
    "0x5\r\nabcde\r\n",
    "5 5\r\nabcde\r\n",
    "5.\r\nabcde\r\n",
    "\r\nabcde\r\n",
    " \r\nabcde\r\n",
    "g\r\nabcde\r\n",
    "10000000000000005\r\nabcde\r\n",
    "FFFFFFFFFFFFFFFFF\r\nabcde\r\n",
    "5\u{0}\r\nabcde\r\n",
    "\u{ff15}\r\nabcde\r\n",
    "5\r\r\nabcde\r\n",
    "5\nabcde\r\n",
    "5;\nabcde\r\n",
    "5\r\nabcdeX\r\n",
    "5\r\nabcde\n",
    "5\r\nabcde",
];

#[test]
fn a_body_that_breaks_the_rules_of_chunks_ends_the_connection() {
    let (_dir, server) = behind_a_proxy();
    for chunk in CHUNKS {
        let request = format!("{FORM}Transfer-Encoding: chunked\r\n\r\n{chunk}{NO_CHUNKS}{SECOND}");
        let statuses = statuses(&server, &request);
        assert!(statuses.is_empty() || statuses == [400], "{chunk:?}: {statuses:?}");
    }
    assert_eq!(smuggled(&server), 0);
}

/// What is no head, or one of another language.
const HEADS: [&str; 25] = [
    "GET /\r\n\r\n",
    "GET / HTTP/0.9\r\n\r\n",
    "GET / HTTP/1.2\r\nHost: HOST\r\n\r\n",
    "GET / HTTP/9.9\r\nHost: HOST\r\n\r\n",
    "GET / http/1.1\r\nHost: HOST\r\n\r\n",
    "GET / HTTP/1.1 \r\nHost: HOST\r\n\r\n",
    "GET  / HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "GET / / HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "GET /\tx HTTP/1.1\r\nHost: HOST\r\n\r\n",
    " GET / HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "G(T / HTTP/1.1\r\nHost: HOST\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : HOST\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: HOST\r\nX\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: HOST\r\n: y\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: HOST\r\nX y: z\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: HOST\r\nX\u{0}: y\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: HOST\r\nX: \u{0}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: HOST\r\nX: y\r\n z\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: HOST\r\nX: y\rz\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: HOST\r\nX\u{e9}: y\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\r\n\r\n",
];

#[test]
fn a_head_that_is_none_is_refused_with_all_that_follows_it() {
    let (_dir, server) = behind_a_proxy();
    for head in HEADS {
        assert_eq!(statuses(&server, &format!("{head}{SECOND}")), [400], "{head:?}");
    }
    assert_eq!(smuggled(&server), 0);
}

#[test]
fn whoever_names_another_host_is_misdirected() {
    let (_dir, server) = behind_a_proxy();
    for head in [
        "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: HOST, HOST\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: HOST evil.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: evil.example@HOST\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: HOST/\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET http://HOST/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        "GET http://evil.example@HOST/ HTTP/1.1\r\nHost: HOST\r\n\r\n",
    ] {
        assert_eq!(statuses(&server, head), [421], "{head:?}");
    }
}

#[test]
fn what_is_said_to_be_a_body_is_none_of_the_requests_behind_it() {
    let (_dir, server) = behind_a_proxy();
    let second = with_host(&server, SECOND);
    let (length, lines) = (second.len(), format!("Content-Length: {}", second.len()));
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket";
    for (request, status) in [
        (format!("{FORM}{lines}\r\n\r\n{SECOND}"), &[422][..]),
        (format!("{FORM}Expect: 100-continue\r\n{lines}\r\n\r\n{SECOND}"), &[100, 422]),
        (format!("{FORM}{upgrade}\r\n{lines}\r\n\r\n{SECOND}"), &[400]),
        (format!("{FORM}Connection: Content-Length\r\n{lines}\r\n\r\n{SECOND}"), &[422]),
        (format!("GET / HTTP/1.1\r\nHost: HOST\r\n{lines}\r\n\r\n{SECOND}"), &[200]),
        (format!("HEAD / HTTP/1.1\r\nHost: HOST\r\n{lines}\r\n\r\n{SECOND}"), &[200]),
        (format!("OPTIONS / HTTP/1.1\r\nHost: HOST\r\n{lines}\r\n\r\n{SECOND}"), &[405]),
        (format!("CONNECT HOST HTTP/1.1\r\nHost: HOST\r\n\r\n{SECOND}"), &[404]),
        (
            format!(
                "{FORM}Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{SECOND}\r\n{NO_CHUNKS}"
            ),
            &[422],
        ),
        (
            format!(
                "GET / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n\
                 {length:x}\r\n{SECOND}\r\n{NO_CHUNKS}"
            ),
            &[200],
        ),
    ] {
        assert_eq!(statuses(&server, &request), status, "{request:?}");
    }
    assert_eq!(smuggled(&server), 0);
}

/// Else the tests above would prove nothing.
#[test]
fn two_requests_are_two() {
    let (_dir, server) = behind_a_proxy();
    for (first, status) in [
        ("GET / HTTP/1.1\r\nHost: HOST\r\n\r\n".to_owned(), 200),
        ("GET / HTTP/1.1\nHost: HOST\n\n".to_owned(), 200),
        (format!("{FORM}Content-Length: 5\r\n\r\n{NO_CHUNKS}"), 422),
        (format!("{FORM}Transfer-Encoding: chunked\r\n\r\n{NO_CHUNKS}"), 422),
        (format!("{FORM}Transfer-Encoding: chunked\r\n\r\n5;x=\"y\r\nabcde\r\n{NO_CHUNKS}"), 422),
        (format!("{FORM}Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n\r\n"), 422),
    ] {
        assert_eq!(statuses(&server, &format!("{first}{SECOND}")), [status, 404], "{first:?}");
    }
    assert_eq!(smuggled(&server), 6);
}
