//! What is answered here and not by the program: the script that asks for a page again, when to do so, and
//! a page that says why there is no other.

use std::io::{self, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use askama::Template;
use askama::filters::{Html, escape};

use super::head::Head;
use super::stage::{Failure, Stage};
use crate::project::Project;

/// The addresses.
pub const SCRIPT: &str = "/dev/refresh.js";
pub const EVENTS: &str = "/dev/refresh?";

/// How often it is looked whether somebody who waits is still there.
const BEAT: Duration = Duration::from_secs(15);

/// The style of the app's own pages.
pub struct Look(PathBuf);

impl Look {
    pub fn of(project: &Project) -> Self {
        Self(project.path("static"))
    }

    /// As it is now. Without it, the page is still one to be read.
    fn sheets(&self) -> String {
        let sheets = ["brand.css", "app.css", "outside.css"];
        sheets.map(|sheet| std::fs::read_to_string(self.0.join(sheet)).unwrap_or_default()).concat()
    }
}

#[derive(Template)]
#[template(path = "dev/failure.html")]
struct Page<'a> {
    title: &'a str,
    /// Escaped: what the compiler quotes is no part of the page.
    said: String,
    sheets: String,
    script: String,
}

/// Whether somebody wants to look at the answer.
pub fn wants_page(head: &Head) -> bool {
    head.word(0) == "GET" && head.header("accept").is_some_and(|kinds| kinds.contains("text/html"))
}

/// Whether the answer is a page by itself. What a script asks for (a fragment, for htmx) becomes part of one, and
/// with each the script would come, and wait, once more.
pub fn is_for_page(head: &Head) -> bool {
    head.word(0) == "GET" && head.header("sec-fetch-dest").is_none_or(|it| it == "document")
}

/// What is put behind a page that may have it. A page that was an answer to a form has none: asked for again,
/// the form would be sent again.
pub fn script_for(head: &Head, number: u64) -> Option<String> {
    let is = |name, value: &str| head.header(name).is_some_and(|found| found.contains(value));
    let may = is("content-type", "text/html") && is("content-security-policy", "script-src 'self'");
    (may && head.header("content-encoding").is_none()).then(|| script(number))
}

fn script(number: u64) -> String {
    format!("<script src=\"{SCRIPT}?{number}\" defer></script>\n")
}

pub fn send_script(client: &mut TcpStream) -> io::Result<()> {
    send(client, "200 OK", "text/javascript", "", include_str!("../../templates/dev/refresh.js"))
}

/// Says so when pages are to be asked for again: at once to one that is of before already.
pub fn send_events(client: &mut TcpStream, head: &Head, stage: &Stage) -> io::Result<()> {
    let target = head.word(1);
    let number = target.rsplit('?').next().and_then(|number| number.parse().ok()).unwrap_or(0);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-store\r\nconnection: close\r\n\r\n";
    client.write_all(head.as_bytes())?;
    while !stage.has_changed_since(number, BEAT) {
        // Fails when nobody is there any more.
        client.write_all(b":\n\n")?;
    }
    client.write_all(b"data: changed\n\n")
}

/// Why there is no page, for this machine's own browsers; for others, that there is none.
pub fn send_failure(
    client: &mut TcpStream, failure: Option<&Failure>, number: u64, stage: &Stage,
) -> io::Result<()> {
    let status = "503 Service Unavailable";
    let Some(failure) = failure else {
        return send(client, status, "text/plain", "", "This app is being worked at.\n");
    };
    let said = escape(&failure.said, Html).map_err(io::Error::other)?.to_string();
    let (sheets, script) = (stage.look.sheets(), script(number));
    let page = Page { title: failure.title, said, sheets, script };
    let page = page.render().map_err(io::Error::other)?;
    let policy = "content-security-policy: default-src 'none'; style-src 'unsafe-inline'; \
                  script-src 'self'; connect-src 'self'; frame-ancestors 'none'\r\n";
    send(client, status, "text/html", policy, &page)
}

fn send(
    client: &mut TcpStream, status: &str, kind: &str, more: &str, body: &str,
) -> io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {length}\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\n{more}connection: close\r\n\r\n"
    );
    client.write_all(head.as_bytes())?;
    client.write_all(body.as_bytes())
}

/// What the compiler refuses, without what it only warns of, and what cargo tells beside.
pub fn errors_of(said: &str) -> String {
    let said = plain(said);
    let errors: Vec<_> = said.split("\n\n").filter_map(error_in).collect();
    if errors.is_empty() { said } else { errors.join("\n\n") }
}

/// An error with what belongs to it. Before the first one, cargo's own lines stand without a gap.
fn error_in(part: &str) -> Option<&str> {
    let begin = part.find("error").filter(|at| *at == 0 || part[..*at].ends_with('\n'))?;
    Some(part[begin..].trim_end())
}

/// A text of a terminal without its colours.
pub fn plain(said: &str) -> String {
    let mut parts = said.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('m').map_or("", |(_, text)| text));
    first + &rest.collect::<String>()
}
