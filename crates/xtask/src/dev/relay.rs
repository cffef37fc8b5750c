//! The port that people know: each request is passed on to the newest program, and pages get a script that
//! asks for them again. It stays open while programs come and go, so no click is lost.

use std::io::{self, Read, Write as _};
use std::net::{IpAddr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::answer;
use super::head::Head;
use super::program::Program;
use super::stage::{Failure, Stage};

/// How long a browser that was told so may take to close a connection.
const GOODBYE: Duration = Duration::from_secs(10);

/// What proxies add to a request.
const FORWARDED: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host"];

pub fn open(listener: TcpListener, stage: &Arc<Stage>) {
    let stage = Arc::clone(stage);
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let stage = Arc::clone(&stage);
            // Of a visitor who has gone, nobody wants to hear.
            thread::spawn(move || drop(serve(client, &stage)));
        }
    });
}

fn serve(mut client: TcpStream, stage: &Stage) -> io::Result<()> {
    client.set_nodelay(true)?;
    let head = Head::read(&mut client)?;
    // Errors show sources: they are for browsers of this machine.
    let is_here =
        client.peer_addr()?.ip().to_canonical().is_loopback() && names_this_machine(&head);
    if is_here && head.word(1).starts_with(answer::SCRIPT) {
        return answer::send_script(&mut client);
    }
    if is_here && head.word(1).starts_with(answer::EVENTS) {
        return answer::send_events(&mut client, &head, stage);
    }
    let wants_page = answer::wants_page(&head);
    loop {
        let scene = stage.scene();
        let is_shown =
            |failure: &&Failure| wants_page || scene.program.is_none() && !failure.passes;
        if let Some(failure) = scene.failure.as_ref().filter(is_shown) {
            let failure = is_here.then_some(failure);
            return answer::send_failure(&mut client, failure, scene.number, stage);
        }
        // A form goes to the program of before: nothing that was typed is lost.
        if let Some(program) = &scene.program {
            let is_page = is_here && answer::is_for_page(&head);
            return pass_on(&client, head, program, is_page.then_some(scene.number));
        }
        stage.has_changed_since(scene.number, Duration::MAX);
    }
}

/// Whether the request was made for this machine. A page of another site, whose name suddenly points here (DNS
/// rebinding), still names itself, and so does a tunnel; a proxy tells for whom it asks.
fn names_this_machine(head: &Head) -> bool {
    let host = head.header("host").unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(ip) => ip.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    // RFC 6761: nobody else can be called so.
    let is_local = matches!(name.rsplit('.').next(), Some("localhost" | "test"));
    let is_here = is_local || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    is_here && FORWARDED.iter().all(|name| head.header(name).is_none())
}

/// Lets the program answer. `number` is for the script of a page.
fn pass_on(
    client: &TcpStream, mut head: Head, program: &Program, number: Option<u64>,
) -> io::Result<()> {
    let server = TcpStream::connect(program.address)?;
    server.set_nodelay(true)?;
    // One request for each connection, so that the next one finds the next program. (What is no HTTP from
    // there on goes both ways as it comes.)
    if head.header("upgrade").is_none() {
        head.set("connection", "close");
    }
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    let sending = thread::spawn(move || {
        let _ = send(&head, from_client, &to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let answered = answer(&server, client, number);
    // Whoever still sends is not cut off before they have read the answer.
    client.set_read_timeout(Some(GOODBYE))?;
    client.shutdown(Shutdown::Write)?;
    let _ = sending.join();
    answered
}

fn send(head: &Head, mut from: TcpStream, mut to: &TcpStream) -> io::Result<u64> {
    to.write_all(&head.octets())?;
    to.write_all(&head.rest)?;
    io::copy(&mut from, &mut to)
}

fn answer(server: &TcpStream, mut client: &TcpStream, number: Option<u64>) -> io::Result<()> {
    let mut early = Vec::new();
    loop {
        let mut head = Head::read(&mut early.as_slice().chain(server))?;
        let script = number.and_then(|number| answer::script_for(&head, number));
        let length = head.header("content-length").and_then(|length| length.parse::<u64>().ok());
        let longer = script.zip(length).map(|(script, length)| {
            head.set("content-length", &(length + script.len() as u64).to_string());
            (script, length)
        });
        client.write_all(&head.octets())?;
        early = std::mem::take(&mut head.rest);
        // "Go on, send the rest": the answer proper is still to come.
        if head.word(1).starts_with('1') && head.word(1) != "101" {
            continue;
        }
        let mut body = early.as_slice().chain(server);
        if let Some((script, length)) = longer {
            io::copy(&mut (&mut body).take(length), &mut client)?;
            client.write_all(script.as_bytes())?;
        } else {
            io::copy(&mut body, &mut client)?;
        }
        return Ok(());
    }
}
