//! The program as a process: signals, descriptors that are closed or used up, and the first place.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
#[cfg(target_os = "linux")]
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::client::Client;
use crate::mail_server::wait_for;
use crate::operation::{ADA, with_ada};
use crate::server::{Server, free_port, run, signal};
use crate::serving::{LOGIN, begin_to_log_in, wait_for_line};

/// Where it can be reached without a name.
fn address(server: &Server) -> String {
    server.url.replace("http://localhost", "127.0.0.1")
}

/// Stops the server by one signal and then another, while somebody logs in; its exit code.
fn stopped_twice(first: &str, second: &str) -> Option<i32> {
    let dir = tempfile::tempdir().unwrap();
    let (mut server, _ada) = with_ada(dir.path(), &[("REQUEST_TIMEOUT", "5m")]);
    let _slow = begin_to_log_in(&address(&server));
    server.signal(first);
    wait_for_line(&server, &["stopping: requests in flight are finished"]);
    server.signal(second);
    let code = server.wait().code();
    wait_for_line(&server, &["WARN", "stopped at once by another signal"]);
    code
}

#[test]
fn a_second_signal_ends_what_was_begun_and_the_exit_code_tells() {
    assert_eq!(stopped_twice("TERM", "TERM"), Some(128 + 15));
    assert_eq!(stopped_twice("INT", "INT"), Some(128 + 2));
}

/// A program that waits at its start for another one, and has begun its log; goes on when the lock is dropped.
fn that_waits(dir: &Path, command: &mut Command) -> (Child, fs::File) {
    fs::create_dir(dir.join("data")).unwrap();
    let lock = fs::File::open(dir.join("data")).unwrap();
    lock.lock().unwrap();
    let port = free_port().to_string();
    command.current_dir(dir).env_clear().envs([("LOG_FILE", "app.log"), ("PORT", &port)]);
    let child = command.stdout(Stdio::null()).spawn().unwrap();
    wait_for("a log", || dir.join("app.log").exists().then_some(()));
    (child, lock)
}

#[test]
fn a_hangup_ends_nothing_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!(named!("CARGO_BIN_EXE_" @)));
    let (mut child, lock) = that_waits(dir.path(), &mut command);
    signal("HUP", &child.id().to_string());
    let log = || fs::read_to_string(dir.path().join("app.log")).unwrap();
    wait_for("a line", || log().contains("SIGHUP: the log goes on in this file").then_some(()));
    drop(lock);
    wait_for("a server", || log().contains("rows were deleted").then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn whoever_is_told_to_stop_at_the_start_stops_at_once() {
    for (name, number) in [("TERM", 15), ("INT", 2)] {
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!(named!("CARGO_BIN_EXE_" @)));
        let (mut child, _lock) = that_waits(dir.path(), &mut command);
        signal(name, &child.id().to_string());
        assert_eq!(child.wait().unwrap().code(), Some(128 + number));
    }
}

/// A server of which nobody reads what it prints; killed when dropped.
struct Mute(Child, Client);

impl Mute {
    /// Ada has an account; `shell` starts the program, `$0`, at `port`.
    fn start(dir: &Path, shell: &str, output: [Stdio; 2]) -> Self {
        assert!(run(dir, &["user", "add", ADA[0].1], &format!("{}\n", ADA[1].1)).0);
        let port = free_port().to_string();
        let mut command = Command::new("sh");
        command.args(["-c", shell, env!(named!("CARGO_BIN_EXE_" @))]).current_dir(dir);
        let [stdout, stderr] = output;
        command.env_clear().env("PORT", &port).stdout(stdout).stderr(stderr);
        let child = command.spawn().unwrap();
        wait_for("an open port", || TcpStream::connect(format!("127.0.0.1:{port}")).ok());
        Self(child, Client::new(&format!("http://localhost:{port}")))
    }

    /// Ada logs in, changes her name and reads it; what cannot be found makes a line in the log.
    fn serves(&mut self) {
        assert_eq!(self.1.submit("/login", &ADA).status, 303);
        assert_eq!(self.1.submit("/account", &[("name", "Countess Ada")]).status, 303);
        assert_eq!(self.1.get("/no-such-page").status, 404);
        assert!(self.1.get("/dashboard").body.contains("Hello, Countess Ada"));
        assert!(self.0.try_wait().unwrap().is_none());
    }
}

impl Drop for Mute {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn with_standard_output_and_standard_error_closed_the_program_serves() {
    let dir = tempfile::tempdir().unwrap();
    let closed = "exec \"$0\" >&- 2>&-";
    let mut server = Mute::start(dir.path(), closed, [Stdio::null(), Stdio::null()]);
    server.serves();
    drop(server);
    // What is opened next would get the free numbers 1 and 2, and the log with them.
    for file in fs::read_dir(dir.path().join("data")).unwrap() {
        let octets = fs::read(file.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&octets).contains(" access "));
    }
    assert!(run(dir.path(), &["user", "list"], "").1.contains(ADA[0].1));
}

#[test]
fn when_nobody_reads_its_pipes_any_more_the_program_serves() {
    let dir = tempfile::tempdir().unwrap();
    let gone = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Stdio::from(writer)
    };
    Mute::start(dir.path(), "exec \"$0\"", [gone(), gone()]).serves();
    let full = || fs::File::options().write(true).open("/dev/full").unwrap().into();
    Mute::start(tempfile::tempdir().unwrap().path(), "exec \"$0\"", [full(), full()]).serves();
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;

    /// A number of `proc_pid_stat(5)`, counted from 1.
    fn stat(id: u32, field: usize) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
        let behind_name = stat.rsplit_once(')').unwrap().1;
        behind_name.split_whitespace().nth(field - 3).unwrap().parse().unwrap()
    }

    /// How long it has kept processors busy.
    fn busy(server: &Server) -> Duration {
        // In ticks of a hundredth of a second, on every Linux.
        Duration::from_millis(10 * (stat(server.id(), 14) + stat(server.id(), 15)))
    }

    /// Ada at a server that may open 64 files.
    fn with_few_files(dir: &Path) -> (Server, Client) {
        let port = free_port().to_string();
        let mut command = Command::new("sh");
        let shell = "ulimit -n 64 && exec \"$0\"";
        command.args(["-c", shell, env!(named!("CARGO_BIN_EXE_" @))]).current_dir(dir);
        command.env_clear().env("PORT", &port);
        let server = Server::launch(command, &port);
        let mut ada = Client::new(&server.url);
        assert_eq!(ada.submit(server.setup_link().unwrap(), &ADA).status, 303);
        (server, ada)
    }

    #[test]
    fn with_64_files_a_crowd_is_answered_or_refused_and_the_next_one_finds_all_well() {
        let dir = tempfile::tempdir().unwrap();
        let (server, mut ada) = with_few_files(dir.path());
        (0..30).for_each(|_| assert_eq!(ada.get("/dashboard").status, 200));
        let host = address(&server);
        let crowd: Vec<_> = (0..100).map(|_| TcpStream::connect(&host).unwrap()).collect();
        wait_for_line(&server, &["ERROR", "accepting connection", "Too many open files"]);
        let (before, waited) = (busy(&server), Duration::from_secs(2));
        std::thread::sleep(waited);
        let after = busy(&server);
        assert!(after < before + waited / 4, "it spins: {before:?}, then {after:?}");
        let answers: Vec<_> = crowd.into_iter().map(|visitor| ask(visitor, &host)).collect();
        let good = answers.iter().filter(|answer| answer.starts_with("HTTP/1.1 200")).count();
        let is_known = |answer: &&String| answer.is_empty() || answer.starts_with("HTTP/1.1 ");
        assert!(good > 0 && answers.iter().filter(is_known).count() == 100, "{good} of 100");
        wait_for("Ada's page", || (ada.get("/dashboard").status == 200).then_some(()));
    }

    /// What comes back for a request for a page, until the server hangs up.
    fn ask(mut visitor: TcpStream, host: &str) -> String {
        let mut answer = Vec::new();
        let request = format!("GET /login HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\n\r\n");
        // It may hang up before it has heard or said all.
        let _ = visitor.write_all(request.as_bytes());
        let _ = visitor.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The program as the first process of a namespace.
    fn first_process() -> Command {
        let mut command = Command::new("unshare");
        let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
        command.args(["--user", "--map-root-user"].iter().filter(|_| !is_root));
        command.args(["--fork", "--pid", "--kill-child", env!(named!("CARGO_BIN_EXE_" @))]);
        command
    }

    /// The number that the first process of a namespace has outside.
    fn outside(child: u32) -> String {
        let children = format!("/proc/{child}/task/{child}/children");
        fs::read_to_string(children).unwrap().trim().to_owned()
    }

    #[test]
    #[ignore = "needs root or user namespaces: scripts/check"]
    fn as_the_first_process_it_hears_from_its_first_moment_on() {
        for arguments in [&[][..], &["migrate"]] {
            let dir = tempfile::tempdir().unwrap();
            let mut command = first_process();
            let (mut child, _lock) = that_waits(dir.path(), command.args(arguments));
            signal("TERM", &outside(child.id()));
            assert_eq!(child.wait().unwrap().code(), Some(128 + 15), "{arguments:?}");
        }
    }

    #[test]
    #[ignore = "needs root or user namespaces: scripts/check"]
    fn as_the_first_process_it_stops_when_it_is_told_to() {
        let dir = tempfile::tempdir().unwrap();
        let port = free_port().to_string();
        let mut command = first_process();
        command.current_dir(dir.path()).env_clear().env("PORT", &port);
        let mut server = Server::launch(command, &port);
        let child = outside(server.id());
        let status = fs::read_to_string(format!("/proc/{child}/status")).unwrap();
        let numbers = status.lines().find(|line| line.starts_with("NSpid:")).unwrap();
        assert!(numbers.ends_with("\t1"), "{numbers}");
        let mut slow = begin_to_log_in(&address(&server));
        signal("TERM", &child);
        wait_for("a closed door", || TcpStream::connect(address(&server)).is_err().then_some(()));
        slow.write_all(LOGIN.as_bytes()).unwrap();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 422"), "nobody has an account: {answer}");
        assert!(server.wait().success());
    }

    /// The ports that it listens at.
    pub fn ports(server: &Server) -> Vec<u16> {
        let files = fs::read_dir(format!("/proc/{}/fd", server.id())).unwrap();
        let open = files.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
        let open: Vec<_> = open.map(|file| file.display().to_string()).collect();
        let table = fs::read_to_string("/proc/net/tcp").unwrap();
        let rows = table.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
        // proc_net(5): 0A is LISTEN, and the tenth field names the socket.
        let own =
            rows.filter(|row| row[3] == "0A" && open.contains(&format!("socket:[{}]", row[9])));
        own.map(|row| u16::from_str_radix(row[1].split_once(':').unwrap().1, 16).unwrap()).collect()
    }
}

#[cfg(target_os = "linux")]
pub use linux::ports;
