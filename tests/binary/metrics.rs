//! The numbers for Prometheus, read from the program as it runs.

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::path::Path;

use crate::client::{Client, Page};
use crate::mail_server::wait_for;
use crate::operation::{ADA, with_ada};
use crate::server::{Server, free_port};

const TOKEN: &str = "a-token-of-thirty-characters-1";

/// A server with Ada logged in that shows its numbers, and where.
fn counted(dir: &Path, settings: &[(&str, &str)]) -> (Server, Client, String) {
    let address = format!("127.0.0.1:{}", free_port());
    let settings = [&[("METRICS_ADDRESS", address.as_str())], settings].concat();
    let (server, ada) = with_ada(dir, &settings);
    (server, ada, format!("http://{address}"))
}

/// What somebody gets who says this in the header `Authorization`.
fn read_with(url: &str, authorization: Option<&str>) -> Page {
    let mut reader = Client::new(url);
    if let Some(says) = authorization {
        reader.set_header("authorization", says);
    }
    reader.get("/metrics")
}

fn read(url: &str) -> String {
    let page = read_with(url, None);
    assert_eq!(page.status, 200, "{}", page.body);
    page.body
}

/// The number behind a name with its labels, if it is there.
fn number(text: &str, sample: &str) -> Option<f64> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
    lines.map(|number| number.parse().unwrap()).next()
}

/// All names with their labels.
fn samples(text: &str) -> BTreeSet<&str> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit_once(' ').unwrap().0).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn nothing_listens_for_readers_of_numbers_unless_it_is_set() {
    let dir = tempfile::tempdir().unwrap();
    let (server, mut ada) = with_ada(dir.path(), &[]);
    assert_eq!(crate::process::ports(&server).len(), 1);
    assert_eq!(ada.get("/metrics").status, 404);
    let dir = tempfile::tempdir().unwrap();
    let (server, mut ada, url) = counted(dir.path(), &[]);
    assert_eq!(crate::process::ports(&server).len(), 2);
    assert_eq!(ada.get("/metrics").status, 404, "it has a port of its own");
    assert_eq!(Client::new(&url).get("/").status, 404, "and nothing else is there");
}

#[test]
fn what_ada_does_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let (_server, mut ada, url) = counted(dir.path(), &[]);
    let wrong = [ADA[0], ("password", "a wrong password")];
    assert_eq!(ada.submit("/login", &wrong).status, 422);
    assert_eq!(ada.submit("/login", &ADA).status, 303);
    assert_eq!((ada.get("/account").status, ada.get("/account?page=2").status), (200, 200));
    let text = read(&url);
    for (sample, times) in [
        ("http_requests_total{method=\"POST\",route=\"/login\",status=\"422\"}", 1.0),
        ("http_requests_total{method=\"POST\",route=\"/login\",status=\"303\"}", 1.0),
        ("http_requests_total{method=\"GET\",route=\"/account\",status=\"200\"}", 2.0),
        ("http_request_duration_seconds_count{method=\"POST\",route=\"/login\"}", 2.0),
        ("security_events_total{event=\"log_in_failed\"}", 1.0),
        ("security_events_total{event=\"logged_in\"}", 2.0),
        ("http_requests_in_flight", 0.0),
    ] {
        assert_eq!(number(&text, sample), Some(times), "{sample}\n{text}");
    }
}

#[test]
fn a_request_that_waits_for_its_body_is_in_flight() {
    use std::io::Write as _;
    let dir = tempfile::tempdir().unwrap();
    let (server, _ada, url) = counted(dir.path(), &[("REQUEST_TIMEOUT", "5m")]);
    let host = server.url.replace("http://localhost", "127.0.0.1");
    let mut slow = TcpStream::connect(&host).unwrap();
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 9";
    write!(slow, "POST /login HTTP/1.1\r\nHost: {host}\r\n{form}\r\n\r\n").unwrap();
    let in_flight = |count| {
        let found =
            || (number(&read(&url), "http_requests_in_flight") == Some(count)).then_some(());
        wait_for("the number of requests in flight", found);
    };
    in_flight(1.0);
    write!(slow, "email=a&b").unwrap();
    in_flight(0.0);
}

#[test]
fn what_strangers_make_up_makes_no_new_label() {
    let dir = tempfile::tempdir().unwrap();
    let (server, mut ada, url) = counted(dir.path(), &[]);
    let visit = |ada: &mut Client, n: usize| {
        for path in ["/no-such-page/", "/dev/mail/", "/static/", "/%61ccount?q=", "/login/"] {
            ada.get(&format!("{path}{n}"));
        }
        let host = server.url.replace("http://localhost", "127.0.0.1");
        ask(&host, &format!("BREW{n} /account HTTP/1.1\r\nHost: {host}\r\nConnection: close"));
    };
    visit(&mut ada, 0);
    let first = read(&url);
    (1..20).for_each(|n| visit(&mut ada, n));
    let text = read(&url);
    assert_eq!(samples(&text), samples(&first));
    for (sample, times) in [
        ("http_requests_total{method=\"GET\",route=\"none\",status=\"404\"}", 40.0),
        ("http_requests_total{method=\"GET\",route=\"/dev/mail/{id}\",status=\"404\"}", 20.0),
        ("http_requests_total{method=\"GET\",route=\"/account\",status=\"200\"}", 20.0),
        ("http_request_duration_seconds_count{method=\"other\",route=\"/account\"}", 20.0),
    ] {
        assert_eq!(number(&text, sample), Some(times), "{sample}\n{text}");
    }
}

/// Sends a head, and waits until the server hangs up.
fn ask(host: &str, head: &str) -> String {
    use std::io::{Read as _, Write as _};
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "{head}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn who_does_not_know_the_token_reads_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (_server, _ada, url) = counted(dir.path(), &[("METRICS_TOKEN", TOKEN)]);
    let right = format!("Bearer {TOKEN}");
    let (shorter, longer) = (&right[..right.len() - 1], format!("{right}1"));
    let other = right.replace("-1", "-2");
    for says in [None, Some("Bearer"), Some(shorter), Some(&longer), Some(&other), Some(TOKEN)] {
        let answer = read_with(&url, says);
        assert_eq!((answer.status, answer.body.as_str()), (401, ""), "{says:?}");
    }
    assert!(read_with(&url, Some(&right)).body.contains("http_requests_total"));
}

#[test]
fn every_line_is_one_that_prometheus_reads() {
    let dir = tempfile::tempdir().unwrap();
    let (_server, mut ada, url) = counted(dir.path(), &[]);
    ada.get("/dashboard");
    let text = read(&url);
    let mut described = BTreeSet::new();
    for line in text.lines() {
        match line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' ')) {
            Some((name, kind)) => {
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert!(described.insert(name), "twice: {line}");
            }
            None if line.starts_with("# HELP ") => {}
            None => assert!(is_sample(line, &described), "{line}"),
        }
    }
    assert_eq!(samples(&text).len(), text.lines().filter(|line| !line.starts_with('#')).count());
    assert!(described.len() > 12 && text.ends_with('\n'), "{text}");
}

/// A name that was described, labels in quotes, and a number.
fn is_sample(line: &str, described: &BTreeSet<&str>) -> bool {
    let Some((sample, number)) = line.rsplit_once(' ') else { return false };
    let (name, labels) = sample.split_once('{').unwrap_or((sample, "}"));
    let is_name = |name: &str| name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
    let ends = ["", "_bucket", "_sum", "_count"];
    let is_described =
        ends.iter().any(|end| name.strip_suffix(end).is_some_and(|name| described.contains(name)));
    let labels = labels.strip_suffix('}').unwrap_or("no end").split(',');
    let mut labels = labels.filter(|label| !label.is_empty());
    let is_label = |label: &str| {
        label.split_once("=\"").is_some_and(|(name, value)| is_name(name) && value.ends_with('"'))
    };
    is_name(name) && is_described && labels.all(is_label) && number.parse::<f64>().is_ok()
}

#[test]
fn mails_that_wait_are_counted_when_somebody_asks() {
    let dir = tempfile::tempdir().unwrap();
    let nobody = format!("smtp://127.0.0.1:{}", free_port());
    let (_server, _ada, url) = counted(dir.path(), &[("SMTP_URL", &nobody)]);
    assert_eq!(number(&read(&url), "outbox_mails"), Some(1.0), "to prove her address");
    wait_for("a mail that has waited", || {
        number(&read(&url), "outbox_oldest_mail_age_seconds").filter(|age| *age >= 1.0)
    });
    let dir = tempfile::tempdir().unwrap();
    let (_server, _ada, url) = counted(dir.path(), &[]);
    wait_for("the mailbox", || number(&read(&url), "outbox_mails").filter(|count| *count == 0.0));
    assert_eq!(number(&read(&url), "outbox_oldest_mail_age_seconds"), Some(0.0));
}

#[test]
fn what_the_program_holds_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let (_server, _ada, url) = counted(dir.path(), &[("DATABASE_CONNECTIONS", "5")]);
    let text = read(&url);
    assert_eq!(number(&text, "password_hashes_waiting"), Some(0.0));
    assert_eq!(number(&text, "password_hashes_running"), Some(0.0));
    if cfg!(not(feature = "postgres")) {
        let most = ["read", "write"]
            .map(|lane| number(&text, &format!("database_connections_max{{lane=\"{lane}\"}}")));
        assert_eq!(most, [Some(4.0), Some(1.0)]);
    }
    assert_eq!(number(&text, "database_connections_waiting{lane=\"write\"}"), Some(0.0));
    if cfg!(target_os = "linux") {
        assert!(number(&text, "process_resident_memory_bytes").unwrap() > 1_000_000.0, "{text}");
        let files = |text: &str| number(text, "process_open_fds").unwrap();
        let _held: Vec<_> = (0..10).map(|_| TcpStream::connect(&url[7..]).unwrap()).collect();
        wait_for("ten files more", || (files(&read(&url)) >= files(&text) + 10.0).then_some(()));
    }
}
