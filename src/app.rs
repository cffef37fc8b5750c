//! The app: its parts put together, its features listed, its server started.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Server, Service, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::KeepAlive;
use actix_web::introspection::{IntrospectionReportItem, IntrospectionTree};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, PathConfig, QueryConfig, ServiceConfig};
use actix_web::{HttpServer, rt};
use tokio::sync::Semaphore;

use crate::accounts::data::{Export, Exports};
use crate::accounts::opened::Links;
use crate::accounts::setup::SetupLink;
use crate::api::token::PasswordGrant;
use crate::auth::activity::Activity;
use crate::auth::api_token::{self, ApiToken};
use crate::auth::authenticator::Authenticator;
use crate::auth::event::SecurityEvents;
use crate::auth::grant::{self, Grants};
use crate::auth::guard::identify;
use crate::auth::keep::keep;
use crate::auth::login::Login;
use crate::auth::manager::LoginManager;
use crate::auth::password::Passwords;
use crate::auth::scope;
use crate::auth::session::Session;
use crate::auth::sessions::Sessions;
use crate::auth::token::{Keys, Kind};
use crate::clock::Clock;
use crate::config::{Config, Environment, Registration};
use crate::cookie::{CookieKind, CookieUse};
use crate::db::Db;
use crate::error::Error;
use crate::keys::{self, SigningKey};
use crate::link::Link;
use crate::mail::{DevMailbox, Mailer, Outbox};
use crate::peer::Peers;
use crate::user::User;
use crate::web::assets::Assets;
use crate::web::body::FORM_MAX_BYTES;
use crate::web::errors::{self, Refusals, render_errors};
use crate::web::flash::{self, FlashCookie};
use crate::web::health;
use crate::web::kept::Doors;
use crate::web::observe::{IN_FLIGHT_MAX, Outermost, observe};
use crate::web::origin::{Origins, check_origin};
use crate::web::programs::without_cookies;
use crate::web::seal::Seals;
use crate::web::slash::not_routed;
use crate::{accounts, api, dev_mail, docs, home, notes, purge};

/// The features: each a file or folder that lists its own routes.
pub fn features(config: &mut ServiceConfig) {
    config
        .configure(home::routes)
        .configure(accounts::routes)
        .configure(notes::routes)
        .configure(notes::api::routes)
        .configure(api::routes);
}

/// What is handed out to somebody who wants a copy of their data, for each table that has a
/// `user_id`. A new one belongs here; `tests/web/data.rs` fails until it is.
pub const EXPORTS: &[(&str, Export)] = &[
    ("users", User::export),
    ("notes", notes::export),
    ("sessions", Session::export),
    ("api_tokens", ApiToken::export),
    ("refresh_tokens", grant::export),
    ("links", Link::export),
    ("events", Activity::export),
];

/// What a stranger and a token without the scope get. Replace either to answer in another way.
const REFUSALS: Refusals =
    Refusals { not_authenticated: errors::ask_to_log_in, out_of_scope: errors::name_the_scope };

/// The pages that ask who somebody is, for what was typed when a session had ended.
const DOORS: Doors = Doors { log_in: accounts::login::ask, confirm: accounts::sudo::ask };

/// Everything that handlers and middleware ask for. Cheap to clone: the threads share it.
#[derive(Clone)]
pub struct App {
    config: Config,
    db: Db,
    clock: Clock,
    logins: Data<LoginManager<Login>>,
    sessions: Data<Sessions>,
    grants: Data<Grants>,
    events: SecurityEvents,
    accounts: Data<Authenticator>,
    setup_link: Data<SetupLink>,
    assets: Data<Assets>,
    outbox: Outbox,
    seals: Data<Seals>,
}

impl App {
    /// Puts the parts together around a database that is up to date. The error is a sentence for
    /// the operator.
    pub fn new(config: Config, db: Db, clock: Clock, passwords: Passwords) -> Result<Self, String> {
        let in_development = config.environment == Environment::Development;
        let events = SecurityEvents::new(db.clone(), clock.clone());
        let sessions = Sessions::new(&config, db.clone(), clock.clone(), events.clone());
        let grants = Grants {
            db: db.clone(),
            clock: clock.clone(),
            lifetime: config.lifetimes.refresh_token,
            events: events.clone(),
        };
        let logins = login_manager(&config, &clock, &db, (sessions.clone(), grants.clone()))?;
        let logins = Data::new(logins);
        let accounts = Authenticator {
            db: db.clone(),
            logins: logins.clone(),
            sessions: sessions.clone(),
            passwords,
            clock: clock.clone(),
            events: events.clone(),
        };
        let assets = Assets::new(config.static_dir.clone(), in_development).map_err(|e| {
            format!("The folder {} cannot be read: {e}.", config.static_dir.display())
        })?;
        let outbox = Outbox {
            db: db.clone(),
            mailer: Mailer::new(&config)?,
            clock: clock.clone(),
            origin: config.origin(),
        };
        let seals = Seals::new(&signing_keys(&config)?, clock.clone());
        Ok(Self {
            outbox,
            seals: Data::new(seals),
            logins,
            sessions: Data::new(sessions),
            grants: Data::new(grants),
            events,
            accounts: Data::new(accounts),
            setup_link: Data::new(SetupLink::closed(clock.clone())),
            assets: Data::new(assets),
            config,
            db,
            clock,
        })
    }

    /// The web application of one thread, with these features. Of two `wrap`s, the later one is
    /// the outer one.
    pub fn web(
        &self,
        features: fn(&mut ServiceConfig),
    ) -> actix_web::App<
        impl ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<impl MessageBody + use<>>,
            Error = actix_web::Error,
            InitError = (),
        > + use<>,
    > {
        let pages = web::scope("")
            .wrap(from_fn(keep))
            .wrap(from_fn(identify::<Login>))
            .configure(features)
            .configure(|config| {
                if self.config.api_docs {
                    docs::routes(config);
                }
                if self.dev_mailbox().is_some() {
                    dev_mail::routes(config);
                }
            })
            .default_service(web::to(not_routed));
        let site = web::scope("")
            .service(self.assets.service())
            .configure(accounts::login::way_out)
            .service(pages);
        actix_web::App::new()
            .configure(|config| self.provide(config))
            .configure(health::routes)
            .service(site.wrap(from_fn(check_origin)))
            .wrap(from_fn(render_errors))
            .wrap(from_fn(flash::carry))
            .wrap(from_fn(without_cookies))
            .wrap(from_fn(observe))
    }

    /// What the arguments of handlers and middleware are made from.
    fn provide(&self, config: &mut ServiceConfig) {
        let cookie = |of| CookieKind::new(&self.config, of);
        config
            .app_data(self.logins.clone())
            .app_data(self.sessions.clone())
            .app_data(self.grants.clone())
            .app_data(Data::new(self.events.clone()))
            .app_data(Data::new(PasswordGrant(self.config.password_grant)))
            .app_data(self.accounts.clone())
            .app_data(self.setup_link.clone())
            .app_data(self.assets.clone())
            .app_data(Data::new(self.db.clone()))
            .app_data(Data::new(self.clock.clone()))
            .app_data(Data::<Registration>::new(self.config.registration))
            .app_data(Data::new(REFUSALS))
            .app_data(Data::new(DOORS))
            .app_data(self.seals.clone())
            .app_data(Data::new(Exports(EXPORTS)))
            .app_data(Data::new(self.outbox.clone()))
            .app_data(Data::new(Links {
                db: self.db.clone(),
                clock: self.clock.clone(),
                registration: self.config.registration,
                cookie: cookie(CookieUse::Link),
            }))
            .app_data(Data::new(FlashCookie(cookie(CookieUse::Flash))))
            .app_data(Data::new(Origins::new(&self.config)))
            .app_data(Data::new(Outermost {
                timeout: self.config.request_timeout.unsigned_abs(),
                https: self.config.public_url.scheme() == "https",
                peers: Peers::new(self.config.trusted_proxies.clone()),
                places: Semaphore::new(IN_FLIGHT_MAX),
            }))
            .app_data(web::PayloadConfig::new(FORM_MAX_BYTES))
            // The extractors' own answers quote the parser.
            .app_data(PathConfig::default().error_handler(|_, _| Error::NotFound.into()))
            .app_data(QueryConfig::default().error_handler(|_, _| Error::BadRequest.into()));
        if let Some(mailbox) = self.dev_mailbox() {
            config.app_data(Data::new(mailbox.clone()));
        }
    }

    /// The mailbox, where it may be read in the browser.
    fn dev_mailbox(&self) -> Option<&DevMailbox> {
        let config = &self.config;
        let is_here = config.environment == Environment::Development
            && config.host.is_loopback()
            && config.is_on_loopback();
        self.outbox.mailer.mailbox().filter(|_| cfg!(debug_assertions) && is_here)
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The mails that wait, and the way out.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// What the command line does with people.
    pub fn accounts(&self) -> &Authenticator {
        &self.accounts
    }

    /// Where the app tells what happens to log-ins and tokens: listen here.
    pub fn events(&self) -> &SecurityEvents {
        &self.events
    }

    /// The tokens and the cookie.
    pub fn logins(&self) -> &LoginManager<Login> {
        &self.logins
    }

    /// Opens the set-up link while there is no user; returns its path.
    pub async fn open_setup_link(&self) -> Result<Option<String>, Error> {
        let has_users = self.db.run(User::any_exists).await?;
        Ok((!has_users).then(|| self.setup_link.open()))
    }

    /// Every route, as the router knows it: the path and its methods.
    pub async fn routes(&self) -> Vec<(String, Vec<String>)> {
        // The router's own report is to be had from inside a request only.
        let found = Rc::new(RefCell::new(Vec::new()));
        let report = Rc::clone(&found);
        let app = self.web(features).wrap_fn(move |req, service| {
            let tree = req.app_data::<Data<IntrospectionTree>>();
            report.replace(tree.map_or_else(Vec::new, |tree| Vec::from(&tree.root)));
            service.call(req)
        });
        let service = actix_web::test::init_service(app).await;
        // Only the report is wanted; the probe itself comes from nowhere and is refused.
        let probe = actix_web::test::TestRequest::with_uri("/livez").to_request();
        let _ = service.call(probe).await;
        let items: Vec<IntrospectionReportItem> = found.take();
        items.into_iter().map(|item| (item.full_path, item.methods)).collect()
    }

    /// Opens the port. What comes back serves, once it is awaited, until SIGTERM or Ctrl-C; requests
    /// in flight are finished.
    pub fn serve(self) -> io::Result<Server> {
        if self.outbox.mailer.mailbox().is_some() && self.dev_mailbox().is_none() {
            log::warn!("SMTP_URL is not set, and nobody can read the mailbox here: mail is lost");
        }
        let address = (self.config.host, self.config.port);
        // A slow client could hold a kept-alive connection for ever by sending a second head byte
        // by byte. A proxy in front reads it whole first.
        let behind_proxy = !self.config.trusted_proxies.is_empty();
        let keep_alive = if behind_proxy {
            KeepAlive::Timeout(Duration::from_secs(15))
        } else {
            KeepAlive::Disabled
        };
        rt::spawn(self.outbox.clone().work());
        rt::spawn(purge::work(self.db.clone(), self.clock.clone()));
        let server = HttpServer::new(move || self.web(features))
            .keep_alive(keep_alive)
            .max_connections(IN_FLIGHT_MAX)
            // Header and body leave in two writes: without it, the second waits for the client's word.
            .tcp_nodelay(true)
            .shutdown_signal(stop_signal()?)
            .shutdown_timeout(10)
            .bind(address)?
            .run();
        Ok(server)
    }
}

/// Resolves at SIGTERM and at Ctrl-C. Left to itself, Actix drops requests in flight at Ctrl-C.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    use std::pin::pin;

    use actix_web::rt::signal::unix::{SignalKind, signal};

    let mut term = signal(SignalKind::terminate())?;
    let mut ctrl_c = signal(SignalKind::interrupt())?;
    Ok(async move {
        let (term, ctrl_c) = (pin!(term.recv()), pin!(ctrl_c.recv()));
        futures_util::future::select(term, ctrl_c).await;
    })
}

/// Resolves at Ctrl-C.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async { drop(rt::signal::ctrl_c().await) })
}

/// All of log-in is configured here.
fn login_manager(
    config: &Config,
    clock: &Clock,
    db: &Db,
    (sessions, grants): (Sessions, Grants),
) -> Result<LoginManager<Login>, String> {
    let (db, token_clock) = (db.clone(), clock.clone());
    let mut manager = LoginManager::builder(signing_keys(config)?)
        .issuer(config.origin())
        .cookie(CookieKind::new(config, CookieUse::Session))
        .default_expiry(config.lifetimes.access_token)
        .clock(clock.clone())
        .scopes(|login: &Login, name| scope::may_hold(login, name))
        .user_loader(move |claims| {
            let (sessions, grants) = (sessions.clone(), grants.clone());
            async move {
                match claims.kind() {
                    Kind::Session => sessions.find(claims).await,
                    Kind::Access => grants.find(claims).await,
                }
            }
        })
        .request_loader(move |req| api_token::load(db.clone(), token_clock.clone(), req));
    if let Some(pair) = &config.token_key_pair {
        manager = manager.access_keys(Keys::Pair(pair.clone()));
    }
    manager.build()
}

/// As the settings hold them; at the first run in development, their file is made.
fn signing_keys(config: &Config) -> Result<Vec<SigningKey>, String> {
    match &config.secret_key_file {
        Some(file) if config.secret_keys.is_empty() => keys::read_or_create(file),
        _ => Ok(config.secret_keys.clone()),
    }
}
