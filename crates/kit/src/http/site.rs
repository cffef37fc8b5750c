//! What the middlewares and the arguments of handlers know of the site.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;

use actix_login::{CookieKind, SigningKey};
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use ipnet::IpNet;
use time::Duration;
use tokio::sync::Semaphore;
use url::Url;

use crate::clock::Clock;
use crate::http::assets::Assets;
use crate::http::client::Proxies;
use crate::http::flash::FlashCookie;
use crate::http::observe::{IN_FLIGHT_MAX, Lost};
use crate::http::origin::Hosts;
use crate::http::seal::Seals;
use crate::metrics::Metrics;

/// What has to be known of the application's addresses.
#[derive(Clone, Copy)]
pub struct Addresses {
    /// Where somebody goes who logged in and wanted nothing else.
    pub landing_page: &'static str,
    /// Where nobody is led after a log-in: an address, and all below it.
    pub not_pages: &'static [&'static str],
    /// How the addresses for programs begin, where no cookie counts. What is added under one of these
    /// is for programs without being asked.
    pub for_programs: &'static [&'static str],
}

/// The settings of a [`Site`].
pub struct SiteSettings<'a> {
    /// The time.
    pub clock: Clock,
    /// The address that people type.
    pub public_url: &'a Url,
    /// Further names of this site, as they stand in the header `Host`.
    pub allowed_hosts: &'a [String],
    /// The proxies that tell the truth about who is calling.
    pub trusted_proxies: Vec<IpNet>,
    /// How long a body may take to arrive, and again its answer.
    pub request_timeout: Duration,
    /// The folder of static files.
    pub static_dir: PathBuf,
    /// Whether they may change while the program runs.
    pub static_files_change: bool,
    /// Carries a message over a redirect.
    pub flash_cookie: CookieKind,
    /// What the names of all our cookies begin with.
    pub cookie_prefix: String,
    /// Their first seals what was typed, all open.
    pub keys: &'a [SigningKey],
    /// The addresses.
    pub addresses: Addresses,
    /// Draws and logs the answer to a request that no handler brought to an end.
    pub draw: fn(Lost) -> HttpResponse,
    /// What counts the requests, where they are counted.
    pub metrics: Option<Metrics>,
}

pub(crate) struct Parts {
    pub(crate) clock: Clock,
    pub(crate) timeout: std::time::Duration,
    pub(crate) https: bool,
    pub(crate) proxies: Proxies,
    pub(crate) hosts: Hosts,
    pub(crate) assets: Assets,
    pub(crate) flash: FlashCookie,
    pub(crate) seals: Seals,
    pub(crate) addresses: Addresses,
    pub(crate) draw: fn(Lost) -> HttpResponse,
    metrics: Option<Metrics>,
}

/// All of it. Cheap to clone.
#[derive(Clone)]
pub struct Site(pub(crate) Arc<Parts>);

/// One thread's share.
pub(crate) struct OfThread {
    site: Site,
    /// Room for [`IN_FLIGHT_MAX`] requests. Who finds none gets [`crate::Error::Busy`].
    pub(crate) places: Semaphore,
}

impl Site {
    /// Reads the folder of static files. The error is a sentence for the operator.
    pub fn new(settings: SiteSettings) -> Result<Self, String> {
        let folder = settings.static_dir.display().to_string();
        let assets = Assets::new(settings.static_dir, settings.static_files_change);
        let hosts = Hosts::new(settings.public_url, settings.allowed_hosts, settings.cookie_prefix);
        Ok(Self(Arc::new(Parts {
            timeout: settings.request_timeout.unsigned_abs(),
            https: settings.public_url.scheme() == "https",
            proxies: Proxies::new(settings.trusted_proxies),
            hosts,
            assets: assets.map_err(|e| format!("The folder {folder} cannot be read: {e}."))?,
            flash: FlashCookie(settings.flash_cookie),
            seals: Seals::new(settings.keys, settings.clock.clone()),
            clock: settings.clock,
            addresses: settings.addresses,
            draw: settings.draw,
            metrics: settings.metrics,
        })))
    }

    /// Puts it beside the routes of one thread, for all that asks for it.
    pub fn provide(&self, config: &mut ServiceConfig) {
        let places = Semaphore::new(IN_FLIGHT_MAX);
        config.app_data(Data::new(OfThread { site: self.clone(), places }));
    }

    /// The site that a request came to.
    pub fn of(req: &HttpRequest) -> &Self {
        &OfThread::of(req).site
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What counts the requests, where they are counted.
    pub fn metrics(&self) -> Option<&Metrics> {
        self.0.metrics.as_ref()
    }

    /// The static files.
    pub fn assets(&self) -> &Assets {
        &self.0.assets
    }
}

crate::from_request!(Clock, Infallible, |req| Ok(Site::of(req).clock().clone()));

impl OfThread {
    pub(crate) fn of(req: &HttpRequest) -> &Data<Self> {
        req.app_data().expect("the application calls `Site::provide` beside its routes")
    }
}

/// Whether an address is this machine's own.
pub fn is_on_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}
