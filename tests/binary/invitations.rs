//! Invitations from the command line.

use crate::client::Client;
use crate::commands::with_ada;
use crate::mail_server::wait_for;
use crate::server::{Server, free_port, program, run};
use crate::serving::wait_for_line;

const PASSWORD: &str = "violet kettle marching north\n";

#[test]
fn mistakes_of_who_invites_are_explained() {
    let dir = tempfile::tempdir().unwrap();
    for (address, sentence) in [
        ("a..b@example.com", "like name@example.com"),
        ("nobody", "like name@example.com"),
        ("bob@example.com", "Make the first account first"),
    ] {
        let (done, said) = run(dir.path(), &["user", "invite", address], "");
        assert!(!done && said.contains(sentence), "{address}: {said}");
    }
}

#[test]
fn an_invitation_from_the_command_line_is_sent_by_the_running_server() {
    let dir = tempfile::tempdir().unwrap();
    let server = with_ada(dir.path());
    let (done, said) = run(dir.path(), &["user", "invite", "grace@example.com"], "");
    assert!(done && said.contains("waits to be sent by the running server"), "{said}");
    let mut grace = Client::new(&server.url);
    let sent = |page: &String| page.contains("You are invited");
    let page = wait_for("the invitation", || Some(grace.get("/dev/mail").body).filter(sent));
    assert!(page.contains("To grace@example.com"), "{page}");
    let id = page.split_once("/dev/mail/").unwrap().1.split('"').next().unwrap();
    let mail = grace.get(&format!("/dev/mail/{id}")).body;
    let link = mail.split_once("href=\"http").unwrap().1.split('"').next().unwrap();
    assert_eq!(grace.get(&format!("http{link}")).location, "/join");
    assert!(grace.get("/join").body.contains("grace@example.com"));
    let fields = [("name", "Grace"), ("password", "violet kettle marching north")];
    assert_eq!(grace.submit("/join", &fields).status, 303);
    assert!(grace.get("/dashboard").body.contains("Grace"));
}

#[test]
fn a_closed_site_invites_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["user", "invite", "grace@example.com"];
    let closed = [("REGISTRATION", "closed")];
    let output = program(dir.path(), &closed, &arguments).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && said.contains("Use `user add`"), "{said}");
    let server = Server::start(dir.path(), free_port());
    assert!(Client::new(&server.url).get("/dev/mail").body.contains("No mail yet"));
}

#[test]
fn who_is_no_administrator_and_tries_is_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let (server, mut ada) = crate::operation::with_ada(dir.path(), &[]);
    let (done, said) = run(dir.path(), &["user", "add", "grace@example.com"], PASSWORD);
    assert!(done, "{said}");
    ada.submit("/logout", &[]);
    let grace = [("email", "grace@example.com"), ("password", PASSWORD.trim())];
    assert_eq!(ada.submit("/login", &grace).status, 303);
    assert_eq!(ada.get("/account/invitations").status, 403);
    let line = wait_for_line(&server, &["INFO", " 403: Forbidden"]);
    let id = line.split(" 403: ").next().unwrap().rsplit(' ').next().unwrap();
    wait_for_line(&server, &[&format!("{id} 127.0.0.1 GET /account/invitations 403")]);
}
