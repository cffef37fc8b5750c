//! More of everything than there should be: octets on a socket, to the program as it runs.

use crate::server::Server;
use crate::strangers::{send, start};

/// The status of the answer to a request with these lines.
fn status(server: &Server, (method, path): (&str, &str), lines: &str, body: &str) -> String {
    let host = server.url.replace("http://", "");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nConnection: close\r\n{lines}"
    );
    let answer = send(server, format!("{head}\r\n{body}").as_bytes());
    answer.strip_prefix("HTTP/1.1 ").map_or("", |rest| &rest[..3]).to_owned()
}

/// The same for a form.
fn form(server: &Server, body: &str) -> String {
    let kind = "Content-Type: application/x-www-form-urlencoded";
    let lines = format!("{kind}\r\nContent-Length: {}\r\n", body.len());
    status(server, ("POST", "/login"), &lines, body)
}

#[test]
fn whatever_there_is_too_much_of_is_refused_and_the_next_one_finds_all_well() {
    let dir = tempfile::tempdir().unwrap();
    let server = start(dir.path(), &[]);
    let get = |path: &str, lines: &str| status(&server, ("GET", path), lines, "");
    let long = |length| "a".repeat(length);
    let headers =
        |count| (0..count).fold(String::new(), |lines, n| lines + &format!("X-{n}: y\r\n"));
    let cookies = |count| format!("Cookie: {}\r\n", vec!["a=b"; count].join("; "));
    for (what, seen, status) in [
        ("a long address", get(&format!("/login?next={}", long(4000)), ""), "200"),
        ("a longer one", get(&format!("/login?next={}", long(4096)), ""), "414"),
        ("one of 60 KB", get(&format!("/login?next={}", long(60_000)), ""), "414"),
        ("one of 200 KB", get(&format!("/login?next={}", long(200_000)), ""), "431"),
        ("a line of 8 KB", get("/login", &format!("X: {}\r\n", long(8192))), "200"),
        ("one of 200 KB", get("/login", &format!("X: {}\r\n", long(200_000))), "431"),
        // Actix panics, and hangs up.
        ("a name of 70 KB", get("/login", &format!("{}: y\r\n", long(70_000))), ""),
        ("80 lines", get("/login", &headers(80)), "200"),
        ("200 lines", get("/login", &headers(200)), "431"),
        ("a cookie of 8 KB", get("/login", &format!("Cookie: a={}\r\n", long(8192))), "200"),
        ("10,000 cookies", get("/login", &cookies(10_000)), "200"),
        ("a method of 60 KB", status(&server, (&long(60_000), "/login"), "", ""), "405"),
        ("a form of 250 KB", form(&server, &format!("email={}", long(250 * 1024))), "422"),
        ("one of more than 256 KB", form(&server, &format!("email={}", long(256 * 1024))), "413"),
        ("10,000 fields", form(&server, &fields(10_000)), "422"),
        ("10,000 times one", form(&server, &vec!["email=a"; 10_000].join("&")), "422"),
        ("fields without a name", form(&server, &"&".repeat(200_000)), "422"),
        ("percent signs", form(&server, &"%".repeat(200_000)), "422"),
    ] {
        assert_eq!(seen, status, "{what}");
    }
    assert_eq!(get("/login", ""), "200");
}

/// A form with as many fields.
fn fields(count: usize) -> String {
    (0..count).map(|n| format!("a{n}=x")).collect::<Vec<_>>().join("&")
}
