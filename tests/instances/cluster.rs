//! A `PostgreSQL` server of a test's own, to be stopped and filled.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::server::free_port;

/// A running server; it is stopped when dropped.
pub struct Cluster {
    dir: TempDir,
    port: u16,
    /// Its database.
    pub url: String,
}

impl Cluster {
    /// Starts one for so many connections, with tables.
    pub fn start(connections: u32) -> Self {
        let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
        // The server does not run as root, and makes its files itself.
        assert!(Command::new("chmod").arg("777").arg(dir.path()).status().unwrap().success());
        let url = format!("postgres://app@127.0.0.1:{port}/postgres");
        let cluster = Self { dir, port, url };
        cluster.run("initdb", &["-U", "app", "--auth", "trust"]);
        let settings = format!(
            "max_connections = {connections}\nsuperuser_reserved_connections = 0\nfsync = off\n\
             listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nport = {port}\n"
        );
        cluster.configure(&settings);
        cluster.up();
        app::db::connect(&cluster.url, 1).unwrap().migrate().unwrap();
        cluster
    }

    /// Starts it again.
    pub fn up(&self) {
        let log = self.dir.path().join("log");
        self.run("pg_ctl", &["-w", "-l", log.to_str().unwrap(), "start"]);
    }

    /// Ends it as a crash does.
    pub fn down(&self) {
        self.run("pg_ctl", &["-m", "immediate", "stop"]);
    }

    fn configure(&self, settings: &str) {
        let file = self.data().join("postgresql.auto.conf");
        let script = format!("cat > '{}' <<'END'\n{settings}END", file.display());
        assert!(as_postgres("sh").args(["-c", &script]).status().unwrap().success());
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn run(&self, tool: &str, arguments: &[&str]) {
        assert!(self.try_run(tool, arguments), "{tool} {arguments:?} at port {}", self.port);
    }

    fn try_run(&self, tool: &str, arguments: &[&str]) -> bool {
        let find = "find /usr/lib/postgresql -name initdb -printf '%h\\n' | sort -V | tail -n 1";
        let found = Command::new("sh").args(["-c", find]).output().unwrap().stdout;
        let tool = PathBuf::from(String::from_utf8(found).unwrap().trim()).join(tool);
        let mut command = as_postgres(tool.to_str().unwrap());
        command.arg("-D").arg(self.data()).args(arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It may be down already.
        let _ = self.try_run("pg_ctl", &["-m", "immediate", "stop"]);
    }
}

/// A command as a user who may run a server: root may not.
fn as_postgres(program: &str) -> Command {
    let id = Command::new("id").arg("-u").output().unwrap().stdout;
    if id != b"0\n" {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--", program]);
    command
}
