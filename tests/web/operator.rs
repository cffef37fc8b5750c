//! An operator at the command line, beside a site that runs: the real program on its database.

use std::io::Write;
use std::process::Stdio;

use crate::browser::Site;
use crate::server::program;

/// Runs a command with something on standard input; what it said. It has to succeed.
pub fn command(site: &Site, arguments: &[&str], input: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let mut command = program(dir.path(), &[("DATABASE_URL", site.database_url())], arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}
