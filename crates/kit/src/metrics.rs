//! Numbers for Prometheus: what is counted while the program runs, and what is looked up when they are read.

mod process;
mod scrape;

use std::sync::Arc;
use std::time::Instant;

use actix_web::Error;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::clock::Clock;
use crate::http::site::Site;

/// The upper ends of the classes in which the time of an answer is counted, in seconds: from a page
/// without a query to the default of `REQUEST_TIMEOUT`. Each class is a line for each route and method.
const SECONDS: [f64; 6] = [0.005, 0.025, 0.1, 0.5, 2.5, 10.0];

/// The methods that are told apart. Any other is `other`: a client can make up as many as it likes
/// (RFC 9110 section 9.1), and each value of a label is kept for as long as the program runs.
const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// What an address without a route is counted as. Its path is the client's to choose, too.
const NO_ROUTE: &str = "none";

/// What is counted. Cheap to clone: the threads share it. The values of all labels are bounded: they are
/// routes, methods from a list, statuses that handlers answer with, and names that the program's text holds.
#[derive(Clone)]
pub struct Metrics(Arc<Counted>);

struct Counted {
    requests: Family<Answered, Counter>,
    durations: Family<Asked, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    events: Family<[(&'static str, &'static str); 1], Counter>,
    /// In seconds since 1970.
    started_at: i64,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct Asked {
    method: &'static str,
    route: String,
}

#[derive(Clone, Debug, EncodeLabelSet, Hash, PartialEq, Eq)]
struct Answered {
    method: &'static str,
    route: String,
    status: u16,
}

/// A number that is looked up when the metrics are read.
#[derive(Clone)]
pub struct Reading {
    /// Its name, with its unit at the end.
    pub name: &'static str,
    /// What it is, in a sentence without its full stop.
    pub about: &'static str,
    /// Its values, by a label's name and value; without a label there is one.
    pub values: Vec<(&'static [(&'static str, &'static str)], f64)>,
}

impl Reading {
    /// One value, without a label.
    pub fn new(name: &'static str, about: &'static str, value: f64) -> Self {
        Self { name, about, values: vec![(&[], value)] }
    }

    /// The same of something that is counted in whole numbers.
    pub fn count(name: &'static str, about: &'static str, count: impl TryInto<u32>) -> Self {
        Self::new(name, about, f64::from(count.try_into().unwrap_or(u32::MAX)))
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self(Arc::new(Counted {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            in_flight: Gauge::default(),
            events: Family::default(),
            started_at: Clock::System.timestamp(),
        }))
    }
}

impl Metrics {
    /// Counts something that happened, by one of the names that the program has for such.
    pub fn count_event(&self, name: &'static str) {
        self.0.events.get_or_create(&[("event", name)]).inc();
    }

    fn register(&self, registry: &mut Registry) {
        let Counted { requests, durations, in_flight, events, .. } = &*self.0;
        registry.register("http_requests", "Requests that were answered", requests.clone());
        let about = "From a request's head to the head of its answer";
        registry.register("http_request_duration_seconds", about, durations.clone());
        let about = "Requests that are being answered";
        registry.register("http_requests_in_flight", about, in_flight.clone());
        let about = "What happened to log-ins and tokens";
        registry.register("security_events", about, events.clone());
    }

    fn begin(&self, req: &ServiceRequest) -> InFlight {
        self.0.in_flight.inc();
        let known = METHODS.iter().find(|known| **known == req.method().as_str());
        // The path as the router reads it: `/%6cogin` is `/login`.
        let route = req.resource_map().match_pattern(req.match_info().as_str());
        InFlight {
            counted: Arc::clone(&self.0),
            method: known.copied().unwrap_or("other"),
            route: route.unwrap_or_else(|| NO_ROUTE.to_owned()),
            since: Instant::now(),
        }
    }
}

/// A request that is being answered. However it ends, it is then none any more.
struct InFlight {
    counted: Arc<Counted>,
    method: &'static str,
    route: String,
    since: Instant,
}

impl InFlight {
    fn end(self, status: StatusCode) {
        let (method, route, status) = (self.method, self.route.clone(), status.as_u16());
        let asked = Asked { method, route: route.clone() };
        let seconds = self.since.elapsed().as_secs_f64();
        self.counted.durations.get_or_create(&asked).observe(seconds);
        self.counted.requests.get_or_create(&Answered { method, route, status }).inc();
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.counted.in_flight.dec();
    }
}

/// Answers a request, and counts it if the site counts.
pub(crate) async fn measure<B, F>(
    req: ServiceRequest, answer: impl FnOnce(ServiceRequest) -> F,
) -> Result<ServiceResponse<B>, Error>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    let in_flight = Site::of(req.request()).metrics().map(|metrics| metrics.begin(&req));
    let answered = answer(req).await;
    if let Some(in_flight) = in_flight {
        in_flight.end(match &answered {
            Ok(res) => res.status(),
            Err(error) => error.as_response_error().status_code(),
        });
    }
    answered
}
