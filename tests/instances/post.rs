//! A mail server that takes its time, and counts.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How long it takes for a mail, so that one instance does not take all of them.
const SLOW: Duration = Duration::from_millis(50);

/// A running mail server; it ends with the tests.
pub struct Post {
    pub url: String,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Post {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&taken);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, sink) = (stream.unwrap(), Arc::clone(&sink));
                thread::spawn(move || serve(&stream, &sink));
            }
        });
        Self { url, taken }
    }

    /// To whom it has taken a mail, as often as it has.
    pub fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

fn serve(mut stream: &TcpStream, taken: &Mutex<Vec<String>>) -> Option<()> {
    let (mut to, mut is_mail) = (String::new(), false);
    stream.write_all(b"220 post\r\n").ok()?;
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if is_mail && line != "." {
            continue;
        }
        let answer = match line.split(' ').next()? {
            "." => {
                thread::sleep(SLOW);
                taken.lock().unwrap().push(to.clone());
                "250 Kept"
            }
            "RCPT" => {
                line.clone_into(&mut to);
                "250 Fine"
            }
            "EHLO" => "250 post",
            "DATA" => "354 Go on",
            _ => "250 Fine",
        };
        is_mail = line == "DATA";
        stream.write_all(format!("{answer}\r\n").as_bytes()).ok()?;
    }
    Some(())
}
