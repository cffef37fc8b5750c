//! The port at which Prometheus reads the numbers: `/metrics` and nothing else.

use std::fmt;
use std::sync::atomic::AtomicU64;

use actix_login::bearer;
use actix_web::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use actix_web::web::resource;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use prometheus_client::encoding::prometheus_text;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use subtle::ConstantTimeEq as _;

use super::{Metrics, Reading, process};
use crate::cli::Failure;
use crate::config::MetricsSettings;

/// Connections that are open at the most: whoever finds the port takes no files from those who read pages.
const CONNECTIONS_MAX: usize = 16;

impl Metrics {
    /// Opens the port, with a thread of its own: the numbers can be read while all others are busy. It ends
    /// with the program. `look_up` is asked at each reading, and for nothing else.
    pub fn serve<F>(
        &self, settings: &MetricsSettings, look_up: impl Fn() -> F + Clone + Send + 'static,
    ) -> Result<(), Failure>
    where
        F: Future<Output = Vec<Reading>> + 'static,
    {
        let (metrics, token, address) = (self.clone(), settings.token.clone(), settings.address);
        let server = HttpServer::new(move || {
            let (metrics, token, look_up) = (metrics.clone(), token.clone(), look_up.clone());
            let read = move |req: HttpRequest| {
                let may_read =
                    token.as_ref().is_none_or(|token| is_sent(&req, token.expose().as_bytes()));
                let (metrics, found) = (metrics.clone(), may_read.then(&look_up));
                async move {
                    match found {
                        Some(found) => metrics.answer(found.await),
                        None => refused(),
                    }
                }
            };
            App::new().service(resource("/metrics").get(read))
        })
        .workers(1)
        .max_connections(CONNECTIONS_MAX)
        .disable_signals()
        .bind(address)
        .map_err(|error| {
            format!(
                "The port for metrics, {address}, cannot be opened: {error}. Check METRICS_ADDRESS."
            )
        })?;
        rt::spawn(server.run());
        Ok(())
    }

    fn answer(&self, found: Vec<Reading>) -> HttpResponse {
        match self.exposition(found) {
            Ok(text) => HttpResponse::Ok()
                .insert_header((CONTENT_TYPE, prometheus_text::CONTENT_TYPE))
                .body(text),
            Err(error) => {
                log::error!("the metrics cannot be written: {error}");
                HttpResponse::InternalServerError().finish()
            }
        }
    }

    /// All numbers, in the text format of Prometheus, version 0.0.4.
    fn exposition(&self, mut found: Vec<Reading>) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        self.register(&mut registry);
        found.extend(process::readings(self.0.started_at));
        for Reading { name, about, values } in found {
            let gauges = Family::<Vec<(&str, &str)>, Gauge<f64, AtomicU64>>::default();
            for (labels, value) in values {
                gauges.get_or_create(&labels.to_vec()).set(value);
            }
            registry.register(name, about, gauges);
        }
        let mut text = String::new();
        prometheus_text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

/// In a time that does not tell how much of the token was right.
fn is_sent(req: &HttpRequest, token: &[u8]) -> bool {
    bearer(req).is_some_and(|sent| sent.as_bytes().ct_eq(token).into())
}

fn refused() -> HttpResponse {
    HttpResponse::Unauthorized().insert_header((WWW_AUTHENTICATE, "Bearer")).finish()
}
