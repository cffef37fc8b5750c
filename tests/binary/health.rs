//! `health`, which asks the running server whether it is ready: for containers, which have no curl.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use crate::server::{Server, free_port, program};

/// Asks at this port, and where else the settings say; the exit code and what is said.
fn health(dir: &Path, port: u16, settings: &[(&str, &str)]) -> (i32, String) {
    let port = port.to_string();
    let settings = [&[("PORT", port.as_str())], settings].concat();
    let output = program(dir, &settings, &["health"]).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), said)
}

#[test]
fn a_server_that_can_serve_is_healthy_at_whatever_address_it_listens() {
    for host in ["127.0.0.1", "0.0.0.0", "localhost"] {
        let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
        let _server = Server::start_with(dir.path(), port, &[("HOST", host)]);
        let elsewhere = tempfile::tempdir().unwrap();
        assert_eq!(health(elsewhere.path(), port, &[("HOST", host)]), (0, String::new()));
        assert!(!elsewhere.path().join("data").exists(), "who asks opens no database");
    }
}

#[test]
fn where_nobody_listens_the_operator_reads_at_which_address() {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let (code, said) = health(dir.path(), port, &[]);
    let sentence = format!("Not ready: no server answers at 127.0.0.1:{port}: Connection refused");
    assert!(code == 1 && said.starts_with(&sentence), "{said}");
}

#[cfg(not(feature = "postgres"))]
#[test]
fn a_server_whose_database_is_away_is_not_ready() {
    let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
    let _server = Server::start(dir.path(), port);
    std::fs::remove_file(dir.path().join(named!("data/" @ ".db"))).unwrap();
    let sentence = format!("Not ready: the server at 127.0.0.1:{port} answers 503.\n");
    assert_eq!(health(dir.path(), port, &[]), (1, sentence));
}

#[test]
fn another_program_at_the_port_is_no_healthy_server() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let answers = ["HTTP/1.1 200 OK\r\n\r\n", "220 mail\r\n"];
        for (mut stream, answer) in listener.incoming().map(Result::unwrap).zip(answers) {
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            lines.map(Result::unwrap).take_while(|line| !line.is_empty()).for_each(drop);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    let dir = tempfile::tempdir().unwrap();
    assert!(health(dir.path(), port, &[]).1.ends_with(" answers 200.\n"));
    assert_eq!(health(dir.path(), port, &[]).0, 1);
}

#[test]
fn wrong_settings_are_told_as_everywhere() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = health(dir.path(), 8080, &[("HOST", "nowhere.example.com")]);
    assert!(code == 78 && said.contains("HOST=nowhere.example.com"), "{said}");
}
