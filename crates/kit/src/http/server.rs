//! The server: how connections are kept, how it stops, and what its router knows.

use std::cell::RefCell;
use std::io;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, Service as _, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::KeepAlive;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, Error, HttpServer};
use ipnet::IpNet;

use crate::cli::Failure;
use crate::http::observe::IN_FLIGHT_MAX;
use crate::http::resource::Route;
use crate::signals;

/// How many threads each thread of the server has to read files. (Passwords and the database have their own.)
const BLOCKING_THREADS: usize = 8;

/// What an [`App`] is made of, in one word.
pub trait Application:
    ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<<Self as Application>::Body>,
        Error = Error,
        InitError = (),
    > + 'static
{
    /// The bodies of its answers.
    type Body: MessageBody + 'static;
}

impl<T, B: MessageBody + 'static> Application for T
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
{
    type Body = B;
}

/// Opens the port. What comes back serves, once it is awaited, until SIGTERM or Ctrl-C and for
/// `delay` after it: `/readyz` is 503 then, so that a load balancer sends nothing new by the time the port
/// closes; a second signal ends that time. Then requests in flight are finished, for 10 seconds and until a
/// further signal. Before, [`signals::hear`] has to listen.
pub fn open<T: Application>(
    app: impl Fn() -> App<T> + Clone + Send + 'static, (host, port): (IpAddr, u16),
    trusted_proxies: &[IpNet], delay: Duration,
) -> Result<Server, Failure> {
    // A slow client could hold a kept-alive connection for ever by sending a second head byte
    // by byte. A proxy in front reads it whole first.
    let keep_alive = if trusted_proxies.is_empty() {
        KeepAlive::Disabled
    } else {
        KeepAlive::Timeout(Duration::from_secs(15))
    };
    let server = HttpServer::new(app)
        .keep_alive(keep_alive)
        .max_connections(IN_FLIGHT_MAX)
        .worker_max_blocking_threads(BLOCKING_THREADS)
        // Header and body leave in two writes: without it, the second waits for the client's word.
        .tcp_nodelay(true)
        .shutdown_signal(signals::stop(delay)?)
        .shutdown_timeout(10)
        .bind((host, port))
        .map_err(|error| not_opened(&error, host, port))?;
    Ok(server.run())
}

fn not_opened(error: &io::Error, host: IpAddr, port: u16) -> Failure {
    match error.kind() {
        io::ErrorKind::AddrInUse => Failure::from(format!(
            "Port {port} of {host} is in use by another program. Stop that one, or set PORT."
        )),
        io::ErrorKind::AddrNotAvailable => Failure::config(format!(
            "HOST={host} is no address of this machine. 0.0.0.0 and :: are all that it has."
        )),
        _ => Failure::from(format!("The port {port} of {host} cannot be opened: {error}.")),
    }
}

/// Every route of an application.
pub async fn routes(app: App<impl Application>) -> Vec<Route> {
    let found = Rc::new(RefCell::new(Vec::new()));
    let report = Rc::clone(&found);
    let app = app.wrap_fn(move |req, service| {
        report.replace(Route::all(req.request()));
        service.call(req)
    });
    // Only the report is wanted; the probe itself comes from nowhere and is refused.
    let _ = init_service(app).await.call(TestRequest::default().to_request()).await;
    found.take()
}
