//! The server: how connections are kept, how it stops, and what its router knows.

use std::cell::RefCell;
use std::io;
use std::net::IpAddr;
#[cfg(unix)]
use std::pin::pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, Service as _, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::KeepAlive;
use actix_web::introspection::{IntrospectionReportItem, IntrospectionTree};
#[cfg(unix)]
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::Data;
use actix_web::{App, Error, HttpServer};
use ipnet::IpNet;

use crate::cli::Failure;
use crate::http::observe::IN_FLIGHT_MAX;

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

/// Whether this process was told to stop. A signal is for all of it, whatever else runs there.
static STOPPING: AtomicBool = AtomicBool::new(false);

/// Whether this process was told to stop, and serves for a while only.
pub(crate) fn is_stopping() -> bool {
    STOPPING.load(Ordering::Relaxed)
}

/// Opens the port. What comes back serves, once it is awaited, until SIGTERM or Ctrl-C and for
/// `delay` after it: `/readyz` is 503 then, so that a load balancer sends nothing new by the time the port
/// closes. A second signal ends that time. Requests in flight are finished, for up to 10 seconds.
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
    let stopped =
        stop_signal(delay).map_err(|error| format!("Signals cannot be heard: {error}."))?;
    let server = HttpServer::new(app)
        .keep_alive(keep_alive)
        .max_connections(IN_FLIGHT_MAX)
        // Header and body leave in two writes: without it, the second waits for the client's word.
        .tcp_nodelay(true)
        .shutdown_signal(stopped)
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

/// Resolves so long after SIGTERM or Ctrl-C, or at the next of them. Left to itself, Actix drops
/// requests in flight at Ctrl-C.
fn stop_signal(delay: Duration) -> io::Result<impl Future<Output = ()> + Send> {
    let mut signals = Signals::listen()?;
    Ok(async move {
        signals.next().await;
        STOPPING.store(true, Ordering::Relaxed);
        // Whichever it was: now it stops.
        let _ = tokio::time::timeout(delay, signals.next()).await;
    })
}

/// SIGTERM and Ctrl-C, as they come.
#[cfg(unix)]
struct Signals {
    term: Signal,
    ctrl_c: Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        let (term, ctrl_c) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(Self { term, ctrl_c })
    }

    async fn next(&mut self) {
        let (term, ctrl_c) = (pin!(self.term.recv()), pin!(self.ctrl_c.recv()));
        futures_util::future::select(term, ctrl_c).await;
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        drop(actix_web::rt::signal::ctrl_c().await);
    }
}

/// Every route of an application, as its router knows it: the path and its methods.
pub async fn routes(app: App<impl Application>) -> Vec<(String, Vec<String>)> {
    // The router's own report is to be had from inside a request only.
    let found = Rc::new(RefCell::new(Vec::new()));
    let report = Rc::clone(&found);
    let app = app.wrap_fn(move |req, service| {
        let tree = req.app_data::<Data<IntrospectionTree>>();
        report.replace(tree.map_or_else(Vec::new, |tree| Vec::from(&tree.root)));
        service.call(req)
    });
    // Only the report is wanted; the probe itself comes from nowhere and is refused.
    let _ = init_service(app).await.call(TestRequest::default().to_request()).await;
    let items: Vec<IntrospectionReportItem> = found.take();
    items.into_iter().map(|item| (item.full_path, item.methods)).collect()
}
