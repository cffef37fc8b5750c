//! The app: its features listed, its middlewares in their order, its server started.

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{self, PathConfig, PayloadConfig, QueryConfig, ServiceConfig};
use actix_web::{HttpRequest, rt};
use kit::Clock;
use kit::cli::Failure;
use kit::http::body::FORM_MAX_BYTES;
use kit::http::observe::observe;
use kit::http::origin::check_origin;
use kit::http::programs::without_cookies;
use kit::http::server::{self, Application};
use kit::http::site::Addresses;
use kit::http::{flash, health, slash};
use kit::mail::Queue as _;
use kit::metrics::Reading;
use kit::password::Passwords;

use crate::config::Config;
use crate::db::Db;
use crate::error::{Error, Response, Result};
use crate::feature::{Feature, Features};
use crate::people::keep::keep;
use crate::people::requests::limit_requests;
use crate::people::{Email, Link, Purpose};
use crate::state::{Frame, State};
use crate::web::draw::draw_lost;
use crate::web::errors::render_errors;
use crate::web::kept::Doors;
use crate::web::refusals::{self, Refusals};
use crate::web::words::in_english;
use crate::{accounts, api, dev, docs, purge};

/// The features. Each is a file or folder, and tells here all that the rest of the program knows of it:
/// its routes, its scopes, its tables with something of users.
pub const FEATURES: &[Feature] = &[
    crate::home::FEATURE,
    // Yours.
    crate::notes::FEATURE,
    // Ours.
    crate::accounts::FEATURE,
    crate::factors::FEATURE,
    crate::admin::FEATURE,
    crate::api::FEATURE,
];

/// What the parts below are told of the features.
const FRAME: Frame = Frame {
    features: Features(FEATURES),
    default_scope: api::DEFAULT_SCOPE,
    addresses: Addresses {
        landing_page: "/dashboard",
        // Where these would lead is not where anybody wanted to go.
        not_pages: &[
            "/login",
            "/logout",
            "/register",
            "/setup",
            "/auth",
            "/static",
            "/forgot",
            "/reset",
            "/join",
        ],
        for_programs: &["/api/", "/auth/", "/.well-known/"],
    },
    draw_lost,
};

/// What those get who may not, the pages that ask who somebody is, and the words: replace any.
pub const REFUSALS: Refusals = Refusals {
    not_authenticated: refusals::ask_to_log_in,
    not_fresh: refusals::ask_for_password,
    not_verified: refusals::ask_to_verify,
    out_of_scope: refusals::name_the_scope,
    doors: Doors { log_in: accounts::login::ask, confirm: accounts::sudo::ask },
    words: in_english,
};

/// The app. Cheap to clone: the threads share it.
#[derive(Clone)]
pub struct App {
    state: State,
    refusals: Refusals,
}

impl App {
    /// Puts the parts together around a database that is up to date, and these features: [`FEATURES`]. The
    /// error is a sentence for the operator.
    pub fn new(
        config: Config, db: Db, clock: Clock, passwords: Passwords, features: &'static [Feature],
    ) -> Result<Self, String> {
        let frame = Frame { features: Features(features), ..FRAME };
        Ok(Self { state: State::new(config, db, clock, passwords, frame)?, refusals: REFUSALS })
    }

    /// The same app that refuses in another way.
    #[must_use]
    pub fn with_refusals(self, refusals: Refusals) -> Self {
        Self { refusals, ..self }
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// The web application of one thread. Of two `wrap`s, the later one is the outer one.
    pub fn web(&self) -> actix_web::App<impl Application + use<>> {
        let (refusals, features) = (self.refusals, *self.state.features());
        let pages = web::scope("")
            .wrap(from_fn(keep))
            .wrap(from_fn(limit_requests))
            .wrap(self.state.logins().middleware())
            .configure(|config| features.configure(config))
            .configure(|config| self.configure_extras(config))
            .default_service(web::to(not_routed));
        let site = web::scope("")
            .service(self.state.site().assets().service())
            .configure(accounts::login::way_out)
            .service(pages);
        actix_web::App::new()
            .configure(|config| self.state.provide(config))
            .app_data(PayloadConfig::new(FORM_MAX_BYTES))
            // The extractors' own answers quote the parser.
            .app_data(PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
            .app_data(QueryConfig::default().error_handler(|_, _| kit::Error::BadRequest.into()))
            .configure(|config| health::routes(config, is_ready))
            .service(site.wrap(from_fn(check_origin)))
            .wrap(from_fn(move |req, next| render_errors(refusals, req, next)))
            .wrap(from_fn(flash::carry))
            .wrap(from_fn(without_cookies))
            .wrap(from_fn(observe))
    }

    /// The pages that not every installation has.
    fn configure_extras(&self, config: &mut ServiceConfig) {
        if self.state.config().api_docs {
            docs::routes(config);
        }
        if self.state.config().is_for_developers() {
            dev::routes(config);
        }
    }

    /// Makes a set-up link while there is no user; returns its path. It works on every server, as theirs
    /// do here.
    pub async fn open_setup_link(&self) -> Result<Option<String>> {
        let (accounts, nowhere) = (self.state.accounts(), Email::nowhere());
        if !accounts.are_none().await? {
            return Ok(None);
        }
        let now = accounts.now();
        let make = move |conn: &mut _| Link::make(conn, Purpose::SetUp, &nowhere, None, now);
        Ok(Some(Purpose::SetUp.url("", &self.state.db().write(make).await?)))
    }

    /// Every route, as the router knows it: the path and its methods.
    pub async fn routes(&self) -> Vec<(String, Vec<String>)> {
        let routes = server::routes(self.web()).await.into_iter();
        routes.map(|route| (route.path, route.methods)).collect()
    }

    /// Opens the port. What comes back serves, once it is awaited, until it is told to stop.
    pub fn serve(self) -> Result<Server, Failure> {
        let (state, config) = (self.state.clone(), self.state.config().clone());
        let outbox = state.outbox().clone();
        if outbox.mailer().mailbox().is_some() && state.dev_mailbox().is_none() {
            log::warn!("SMTP_URL is not set, and nobody can read the mailbox here: mail is lost");
        }
        rt::spawn(kit::mail::work(outbox));
        rt::spawn(state.db().clone().write_uses_for_ever());
        let (db, clock) = (state.db().clone(), state.site().clock().clone());
        rt::spawn(database::purge_hourly(async move || {
            purge::purge(&db, &clock, FRAME.features).await
        }));
        if let (Some(settings), Some(metrics)) = (&config.metrics, state.site().metrics()) {
            let (counted, state) = (metrics.clone(), state.clone());
            state.events().listen(move |happened| counted.count_event(happened.event.name()));
            metrics.serve(settings, move || look_up(state.clone()))?;
        }
        let (address, delay) = ((config.host, config.port), config.shutdown_delay.unsigned_abs());
        server::open(move || self.web(), address, &config.trusted_proxies, delay)
    }
}

/// What is asked for when the metrics are read.
async fn look_up(state: State) -> Vec<Reading> {
    let mail = kit::mail::readings(state.outbox()).await;
    [state.accounts().passwords().readings(), state.db().readings(), mail].concat()
}

/// Whether requests can be served: the database answers, and its tables are those of this program.
async fn is_ready(req: HttpRequest) -> actix_web::Result<()> {
    Ok(State::of(&req).db().is_ready().await?)
}

/// The handler of whatever has no route.
async fn not_routed(req: HttpRequest) -> Response {
    slash::lead_on(&req).ok_or(Error::NotFound)
}
