//! `cargo xtask dev`, around an app that is small enough to be built in a second.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const PAGE: &str = "Accept: text/html\r\n";

/// An app that answers every request with its one template.
const MAIN: &str = r#"
use std::io::{Read, Write};
fn main() {
    if std::env::var("BROKEN").is_ok() { eprintln!("PORT=abc is no port"); std::process::exit(78); }
    let port = std::env::var("PORT").unwrap().parse::<u16>().unwrap();
    for stream in std::net::TcpListener::bind(("127.0.0.1", port)).unwrap().incoming() {
        let mut stream = stream.unwrap();
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap();
        if length == 0 { continue }
        if request.starts_with(b"GET /end ") { std::process::exit(3); }
        let page = include_str!("../templates/page.html");
        let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\nContent-Security-Policy: script-src 'self'\r\n\r\n{page}", page.len());
    }
}
"#;

/// The app, served by `cargo xtask dev`; all of it ends with this.
struct Loop {
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
}

impl Loop {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("Cargo.toml", "[package]\nname = \"tiny\"\nedition = \"2024\"\n[workspace]\n");
        write("src/main.rs", MAIN);
        // Another program of the same project, which is not the app.
        write("src/bin/import.rs", "fn main() { std::process::exit(9) }");
        write("templates/page.html", "<p>one</p>");
        write("static/app.css", "p { color: red }");
        write("crates/xtask/Cargo.toml", "");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("dev").env("CARGO_MANIFEST_DIR", folder.path().join("crates/xtask"));
        command.env("PORT", port.to_string()).env_remove("CARGO_TARGET_DIR");
        let child = command.stderr(Stdio::null()).spawn().unwrap();
        let begun = Self { folder, port, child };
        begun.shows("<p>one</p>");
        begun
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.path().join(file), text).unwrap();
    }

    fn connect(&self) -> TcpStream {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match TcpStream::connect(("127.0.0.1", self.port)) {
                Ok(stream) => return stream,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
        }
    }

    /// The whole answer to a request with these headers.
    fn ask(&self, line: &str, headers: &str) -> String {
        let mut stream = self.connect();
        let host = if headers.contains("Host:") { "" } else { "Host: localhost\r\n" };
        stream.write_all(format!("{line} HTTP/1.1\r\n{host}{headers}\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Waits until the page has this in it.
    #[track_caller]
    fn shows(&self, text: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let page = self.ask("GET /", PAGE);
            if page.contains(text) {
                return page;
            }
            assert!(Instant::now() < deadline, "no {text} in {page}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks for the page again and again; all that came.
    fn click_until(&self, done: &AtomicBool) -> Vec<String> {
        let mut answers = Vec::new();
        while !done.load(Ordering::Relaxed) {
            answers.push(self.ask("GET /", PAGE));
        }
        answers
    }

    /// What the script on a page waits for; read until it comes.
    fn listen(&self, page: &str) -> impl FnOnce() -> String + use<> {
        let number = page.split_once("refresh.js?").unwrap().1.split('"').next().unwrap();
        let mut stream = self.connect();
        let ask = format!("GET /dev/refresh?{number} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        stream.write_all(ask.as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let lines = BufReader::new(stream).lines().map(Result::unwrap);
        move || lines.skip_while(|line| !line.starts_with("data:")).collect()
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        let id = self.child.id().to_string();
        let _ = Command::new("kill").args(["-s", "TERM", &id]).status();
        let _ = self.child.wait();
    }
}

#[test]
fn a_page_is_asked_for_again_when_its_template_or_a_style_sheet_changes() {
    let app = Loop::start();
    let changed = app.listen(&app.shows("<p>one</p>"));
    app.write("templates/page.html", "<p>two</p>");
    assert_eq!(changed(), "data: changed");
    let changed = app.listen(&app.shows("<p>two</p>"));
    app.write("static/app.css", "p { color: green }");
    assert_eq!(changed(), "data: changed");
    assert!(app.ask("GET /dev/refresh.js", "").contains("EventSource"));
}

#[test]
fn errors_stand_in_the_page_until_they_are_mended_and_a_form_finds_the_app_of_before() {
    let app = Loop::start();
    app.write("src/main.rs", "fn main() { let a: Vec<u8> = \"<b>\"; }");
    let page = app.shows("<h1>The build failed</h1>");
    assert!(page.starts_with("HTTP/1.1 503") && page.contains("error[E0308]"), "{page}");
    assert!(page.contains("&#60;b&#62;") && page.contains("color: red"), "{page}");
    let answer = app.ask("POST /", "Content-Length: 0\r\n");
    assert!(answer.contains("<p>one</p>") && !answer.contains("<script"), "{answer}");
    let changed = app.listen(&page);
    app.write("src/main.rs", MAIN);
    assert_eq!(changed(), "data: changed");
    app.shows("<p>one</p>");
}

#[test]
fn no_click_fails_while_the_app_is_replaced() {
    let app = Loop::start();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let visitor = scope.spawn(|| app.click_until(&done));
        for text in ["<p>two</p>", "<p>three</p>"] {
            app.write("templates/page.html", text);
            app.shows(text);
        }
        done.store(true, Ordering::Relaxed);
        let answers = visitor.join().unwrap();
        assert!(answers.len() > 20 && answers.iter().all(|page| page.contains(" 200 OK")));
    });
}

#[test]
fn what_an_app_says_that_does_not_start_is_shown_and_one_that_ended_starts_again() {
    let app = Loop::start();
    app.write("src/main.rs", &MAIN.replace("is_ok()", "is_err()"));
    let page = app.shows("<h1>The program stopped</h1>");
    assert!(page.contains("PORT=abc is no port\n") && page.contains("status: 78"), "{page}");
    app.write("src/main.rs", MAIN);
    app.shows("<p>one</p>");
    app.ask("GET /end", "");
    app.shows("<h1>The program stopped</h1>");
    app.write(".env", "");
    app.shows("<p>one</p>");
}

#[test]
fn other_sites_learn_no_errors_by_a_name_that_points_here() {
    let app = Loop::start();
    let page = app.ask("GET /", &format!("Host: evil.example\r\n{PAGE}"));
    assert!(page.contains("<p>one</p>") && !page.contains("<script"), "{page}");
    app.write("src/main.rs", "fn main() { secret }");
    app.shows("secret");
    for other in ["Host: evil.example", "Host: 192.0.2.7", "X-Forwarded-For: 192.0.2.7"] {
        let page = app.ask("GET /", &format!("{other}\r\n{PAGE}"));
        assert!(page.starts_with("HTTP/1.1 503") && !page.contains("secret"), "{page}");
    }
}

#[test]
fn a_fragment_that_a_script_asks_for_has_no_script_of_its_own() {
    let app = Loop::start();
    let is_followed = |by: &str| app.ask("GET /", &format!("{PAGE}{by}")).contains("<script");
    assert!(is_followed("Sec-Fetch-Dest: document\r\n"));
    assert!(!is_followed("Sec-Fetch-Dest: empty\r\n"));
}

#[test]
fn at_another_address_nothing_starts_until_all_of_it_does() {
    let app = Loop::start();
    app.write(".env", "HOST=127.0.0.2");
    let page = app.shows("<h1>The program stopped</h1>");
    assert!(page.contains("HOST and PORT are 127.0.0.2:"), "{page}");
    app.write(".env", "");
    app.shows("<p>one</p>");
}

#[test]
fn all_ends_together() {
    let mut app = Loop::start();
    let running = || {
        let name = app.folder.path().join("target/debug/tiny");
        let found = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path().join("exe"));
        found.filter_map(|exe| fs::read_link(exe).ok()).any(|exe| is(&exe, &name))
    };
    let is_linux = Path::new("/proc/self/exe").exists();
    assert!(!is_linux || running());
    let id = app.child.id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
    assert_eq!(app.child.wait().unwrap().code(), Some(130));
    let deadline = Instant::now() + Duration::from_secs(10);
    while is_linux && running() {
        assert!(Instant::now() < deadline, "it goes on");
    }
}

fn is(one: &Path, other: &Path) -> bool {
    one.canonicalize().ok() == other.canonicalize().ok() || one.starts_with(other)
}
