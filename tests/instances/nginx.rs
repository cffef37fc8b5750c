//! nginx before the instances, as a careful operator would set it up.

use std::fs;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::instance::wait_for;
use crate::server::{free_port, signal};

/// A running nginx; it is stopped when dropped.
pub struct Nginx {
    child: Child,
    dir: TempDir,
    pub url: String,
    instances: [String; 2],
}

impl Nginx {
    /// Starts it before these, and waits until it listens.
    pub fn start(instances: [String; 2]) -> Self {
        let (dir, port) = (tempfile::tempdir().unwrap(), free_port());
        fs::write(dir.path().join("nginx.conf"), configuration(&dir, port)).unwrap();
        write_upstream(&dir, &instances, [true, true]);
        let mut command = Command::new("nginx");
        command.arg("-c").arg(dir.path().join("nginx.conf")).arg("-p").arg(dir.path());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let address = format!("127.0.0.1:{port}");
        wait_for("nginx", || TcpStream::connect(&address).ok());
        Self { child, dir, url: format!("http://{address}"), instances }
    }

    /// Tells it which of the two are in service. Requests that it has begun go on.
    pub fn serve_by(&self, are_up: [bool; 2]) {
        write_upstream(&self.dir, &self.instances, are_up);
        let id = self.child.id().to_string();
        signal("HUP", &id);
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Asked to stop, it takes its workers along.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

fn write_upstream(dir: &TempDir, instances: &[String; 2], are_up: [bool; 2]) {
    let server = |(address, is_up): (&String, bool)| {
        let down = if is_up { "" } else { " down" };
        format!("server {address} max_fails=1 fail_timeout=1s{down};\n")
    };
    let servers: String = instances.iter().zip(are_up).map(server).collect();
    fs::write(dir.path().join("upstream.conf"), servers).unwrap();
}

/// Another instance is asked when one cannot be reached, says nothing, or is busy. A write that was sent
/// is not sent again (there is no `non_idempotent`): it may have been carried out.
fn configuration(dir: &TempDir, port: u16) -> String {
    let dir = dir.path().display();
    format!(
        "daemon off;
user root;
worker_processes 1;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    upstream app {{
        include {dir}/upstream.conf;
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://app;
            proxy_http_version 1.1;
            proxy_set_header Connection \"\";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_connect_timeout 2s;
            proxy_read_timeout 20s;
            proxy_next_upstream error timeout http_503;
        }}
    }}
}}
"
    )
}
