//! A mail server that takes its time: it answers to a mail when the test says so.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// A running mail server; it ends with the tests.
pub struct SlowPost {
    port: u16,
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The addresses of the mails that came, in this order.
    came: Vec<String>,
    /// How many of them may be answered.
    let_go: usize,
    /// How long each answer takes then.
    pause: Duration,
}

impl SlowPost {
    /// Starts it. It answers to no mail yet.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let desk = Arc::new(Desk::default());
        let same = Arc::clone(&desk);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let desk = Arc::clone(&same);
                thread::spawn(move || desk.talk(&stream.unwrap()));
            }
        });
        Self { port, desk }
    }

    /// The setting that leads here.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// To whom mails came so far.
    pub fn came(&self) -> Vec<String> {
        self.desk.state.lock().unwrap().came.clone()
    }

    /// Waits until so many have come; to whom.
    pub async fn wait_for(&self, count: usize) -> Vec<String> {
        for _ in 0..12_000 {
            if self.came().len() >= count {
                return self.came();
            }
            actix_web::rt::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("only {:?} came", self.came());
    }

    /// Answers to so many more.
    pub fn let_go(&self, count: usize) {
        self.desk.state.lock().unwrap().let_go += count;
        self.desk.changed.notify_all();
    }

    /// Answers to each from now on, after a while.
    pub fn let_all_go_after(&self, pause: Duration) {
        self.desk.state.lock().unwrap().pause = pause;
        self.let_go(1_000_000);
    }
}

impl Desk {
    fn talk(&self, mut stream: &TcpStream) {
        let (mut to, mut is_mail) = (String::new(), false);
        stream.write_all(b"220 post\r\n").unwrap();
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let answer = match line.split([' ', ':']).next().unwrap() {
                "." => self.take(&to),
                _ if is_mail => continue,
                "DATA" => "354 Go on\r\n",
                "QUIT" => "221 Bye\r\n",
                _ => "250 Fine\r\n",
            };
            if let Some(rest) = line.strip_prefix("RCPT TO:<") {
                rest.split('>').next().unwrap().clone_into(&mut to);
            }
            is_mail = line == "DATA";
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }

    fn take(&self, to: &str) -> &'static str {
        let mut state = self.state.lock().unwrap();
        let place = state.came.len();
        state.came.push(to.to_owned());
        let state = self.changed.wait_while(state, |state| state.let_go <= place).unwrap();
        let pause = state.pause;
        drop(state);
        thread::sleep(pause);
        "250 Kept\r\n"
    }
}
