//! How the program is, for whoever looks after it: a load balancer, a supervisor. They ask by address, so
//! let these two stand before the check of the host.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse};

use crate::cli::Failure;
use crate::error::Error;
use crate::http::resource::resource;
use crate::signals::is_stopping;

/// Asked many times a minute, so that nobody would read it in the log.
pub(crate) const PATHS: [&str; 2] = ["/livez", "/readyz"];

/// How long the server may be silent. Longer than it waits for its database, so that it is its own
/// answer that is told.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// The routes `/livez` (the program runs: a database that is away is no reason to start it again) and
/// `/readyz` (requests can be served, as `ready` says, and the program was not told to stop).
pub fn routes<F, Fut>(config: &mut ServiceConfig, ready: F)
where
    F: Fn(HttpRequest) -> Fut + Clone + 'static,
    Fut: Future<Output = actix_web::Result<()>> + 'static,
{
    let [live_path, ready_path] = PATHS;
    config.service(resource(live_path).get(async || HttpResponse::NoContent().finish()));
    config.service(resource(ready_path).get(move |req: HttpRequest| {
        let ready = ready(req);
        async move {
            if is_stopping() {
                return Err(Error::Busy.into());
            }
            ready.await.map(|()| HttpResponse::NoContent().finish())
        }
    }));
}

/// Asks the server that listens at these settings on this machine for `/readyz`, in place of the HTTP
/// client that a small container lacks. The error is a sentence for the operator.
pub fn ask(host: IpAddr, port: u16) -> Result<(), Failure> {
    let host = match host {
        IpAddr::V4(any) if any.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(any) if any.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        one => one,
    };
    let address = SocketAddr::new(host, port);
    match status(address) {
        Ok(status) if status == "204" => Ok(()),
        Ok(status) => Err(format!("Not ready: the server at {address} answers {status}.").into()),
        Err(error) => Err(format!("Not ready: no server answers at {address}: {error}.").into()),
    }
}

/// The status of the answer to `/readyz`.
fn status(address: SocketAddr) -> io::Result<String> {
    let mut server = TcpStream::connect_timeout(&address, SILENCE_MAX)?;
    server.set_read_timeout(Some(SILENCE_MAX))?;
    let request = format!("GET {} HTTP/1.1\r\nHost: {address}\r\n\r\n", PATHS[1]);
    server.write_all(request.as_bytes())?;
    let mut line = [0; "HTTP/1.1 204".len()];
    server.read_exact(&mut line)?;
    let line = String::from_utf8_lossy(&line);
    Ok(line.trim_start_matches("HTTP/1.1 ").to_owned())
}
