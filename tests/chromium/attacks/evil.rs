//! A server of somebody else, on another port of this machine and under whatever name.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

use url::form_urlencoded;

/// Where it listens; it ends with the tests.
pub struct Evil {
    port: u16,
}

impl Evil {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // A browser that leaves in the middle is not missed.
                thread::spawn(move || answer(&stream).ok());
            }
        });
        Self { port }
    }

    /// An address of it, under this name.
    pub fn at(&self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.port)
    }
}

/// `/` is the page that attacks, `/on?to=URL` sends a form on to there, and `/plant?a=b&…` sets the cookies in its
/// query, names with their attributes.
fn answer(mut stream: &TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let lines = reader.by_ref().lines().map_while(Result::ok);
    let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    let length = |line: &String| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok();
    let mut sent = vec![0; head.iter().find_map(length).unwrap_or(0)];
    reader.read_exact(&mut sent)?;
    let first = head.first().map_or("", String::as_str);
    let target = first.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = form_urlencoded::parse(query.as_bytes());
    let (status, headers, body) = match path {
        "/on" => {
            let to = query.map(|(_, url)| url).collect::<String>();
            ("307 Temporary Redirect", format!("Location: {to}\r\n"), "")
        }
        "/plant" => {
            let cookies =
                query.fold(String::new(), |lines, (_, it)| lines + "Set-Cookie: " + &it + "\r\n");
            ("200 OK", cookies, "")
        }
        "/evil.js" => ("200 OK", String::new(), include_str!("evil.js")),
        _ => (
            "200 OK",
            String::new(),
            "<!doctype html><title>Evil</title><body><script src=/evil.js></script>",
        ),
    };
    let kind = if path == "/evil.js" { "text/javascript" } else { "text/html" };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
}
