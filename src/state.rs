//! The one state: every part of the program, built once, and what handlers ask for out of it.

use std::convert::Infallible;
use std::sync::Arc;

use actix_login::{Builder, LoginManager, Scopes, SetUpError, SigningKey, TokenKind};
use actix_web::web::ServiceConfig;
use actix_web::{HttpRequest, HttpResponse};
use kit::config::Environment;
use kit::http::device::{Devices, KnownFor};
use kit::http::observe::Lost;
use kit::http::site::{Addresses, Site, SiteSettings};
use kit::mail::{DevMailbox, Mailer, Queue as _};
use kit::metrics::Metrics;
use kit::password::Passwords;
use kit::vault::Vault;
use kit::{Clock, from_request, key_file};

use crate::config::{Config, CookieUse};
use crate::db::Db;
use crate::error::Result;
use crate::feature::Features;
use crate::letters;
use crate::mail::Outbox;
use crate::people::factors::authenticator::PURPOSE;
#[cfg(feature = "oidc")]
use crate::people::providers::Providers;
use crate::people::{
    Accounts, Events, Factors, Grants, Limits, Login, Sessions, grants, personal_token,
};

/// What the parts are told of the features, which stand above them.
#[derive(Clone, Copy)]
pub struct Frame {
    pub features: Features,
    /// What a token holds that was asked for without naming any scope.
    pub default_scope: &'static str,
    pub addresses: Addresses,
    /// Draws and logs the answer to a request that no handler brought to an end.
    pub draw_lost: fn(Lost) -> HttpResponse,
}

/// Declares the parts: each is to be had from the state, and those before the line are arguments of
/// handlers by themselves (`events: Events`).
macro_rules! parts {
    ($($(#[$only:meta])* $argument:ident: $name:ty,)* --- $($part:ident: $type:ty,)*) => {
        struct Parts {
            $($(#[$only])* $argument: $name,)*
            $($part: $type,)*
        }

        impl State {
            $($(#[$only])* pub fn $argument(&self) -> &$name { &self.0.$argument })*
            $(pub fn $part(&self) -> &$type { &self.0.$part })*
        }

        $($(#[$only])* from_request!($name, Infallible, |req| Ok(State::of(req).$argument().clone()));)*
    };
}

parts! {
    accounts: Accounts,
    events: Events,
    factors: Factors,
    features: Features,
    grants: Grants,
    outbox: Outbox,
    #[cfg(feature = "oidc")]
    providers: Providers,
    sessions: Sessions,
    ---
    config: Config,
    db: Db,
    limits: Limits,
    logins: LoginManager<Login>,
    scopes: Scopes,
    site: Site,
}
from_request!(State, Infallible, |req| Ok(State::of(req).clone()));

/// Every part of the program. Cheap to clone: the threads share it.
#[derive(Clone)]
pub struct State(Arc<Parts>);

impl State {
    /// Puts the parts together around a database that is up to date. The error is a sentence for
    /// the operator.
    pub fn new(
        config: Config, db: Db, clock: Clock, passwords: Passwords, frame: Frame,
    ) -> Result<Self, String> {
        let keys = key_file::or_in(&config.secret_keys, config.secret_key_file.as_deref())?;
        let scopes = frame.features.scopes(frame.default_scope);
        let login = login(&config, &keys, clock.clone());
        let login = grants::set_up(login, &config);
        let login = personal_token::set_up(login, &db, &clock);
        let events = Events::new(db.clone(), clock.clone());
        let sessions = Sessions::new(&config, db.clone(), clock.clone(), login.session_cookie());
        let shared = (db.clone(), clock.clone(), events.clone());
        let device_cookie = config.cookie(CookieUse::Device);
        let devices = Devices::new(&keys, KnownFor::LOG_INS, device_cookie, clock.clone());
        let factors = factors(&config, &keys, shared.clone());
        let limits = Limits::new(&config.limits, &keys, shared.clone(), devices.clone());
        let accounts = Accounts::new(shared.clone(), sessions.clone(), devices, passwords);
        let lifetime = config.token_lifetimes.refresh;
        let grants = Grants::new(shared, login.access_tokens(), scopes.clone(), lifetime);
        let login = login.may_hold(holds(scopes.clone()));
        let logins = recognise(login, &db, &sessions, &grants)?;
        let mailer = Mailer::new(config.smtp.as_ref(), &config.mail_from, config.host_name())?;
        let outbox =
            Outbox::new(db.clone(), clock.clone(), mailer, config.origin(), letters::write);
        #[cfg(feature = "oidc")]
        let providers =
            Providers::new(db.clone(), clock.clone(), &config.providers, &config.origin())?;
        let site = site(&config, &keys, clock, frame)?;
        Ok(Self(Arc::new(Parts {
            accounts,
            events,
            factors,
            features: frame.features,
            grants,
            outbox,
            #[cfg(feature = "oidc")]
            providers,
            sessions,
            config,
            db,
            limits,
            logins,
            scopes,
            site,
        })))
    }

    /// Puts it beside the routes of one thread. There is no other way to it, and no route without it.
    pub fn provide(&self, config: &mut ServiceConfig) {
        config.app_data(self.clone()).app_data(self.0.scopes.clone()).app_data(self.0.db.clone());
        config.app_data(self.0.limits.clone());
        self.0.site.provide(config);
    }

    /// The state of the app that a request came to.
    pub fn of(req: &HttpRequest) -> &Self {
        req.app_data().expect("`App::web` provides it to every route")
    }

    /// The mailbox, where it may be read in the browser.
    pub fn dev_mailbox(&self) -> Option<&DevMailbox> {
        self.outbox().mailer().mailbox().filter(|_| self.config().is_for_developers())
    }
}

/// How tokens and cookies are made.
fn login(config: &Config, keys: &[SigningKey], clock: Clock) -> Builder<Login> {
    LoginManager::builder(keys.to_vec())
        .issuer(config.origin())
        .cookie(config.cookie(CookieUse::Session))
        .clock(move || clock.timestamp())
}

/// How second factors are asked for.
fn factors(config: &Config, keys: &[SigningKey], parts: (Db, Clock, Events)) -> Factors {
    let known_for = KnownFor { purpose: "trusted", lifetime: config.trust_browsers };
    let cookie = config.cookie(CookieUse::Trusted);
    let trusted = Devices::new(keys, known_for, cookie, parts.1.clone());
    let trusted = Some(trusted).filter(|_| !config.trust_browsers.is_zero());
    let waiting = config.cookie(CookieUse::HalfLogIn);
    let vault = Vault::new(keys, PURPOSE);
    Factors::new(parts, vault, trusted, waiting, config.require_second_factor)
}

/// Which scopes somebody may hold.
fn holds(scopes: Scopes) -> impl Fn(&Login, &str) -> bool {
    move |login, name| scopes.may_hold(login.is_verified_admin(), name)
}

/// How people are recognised: by a session's cookie, or an access token.
fn recognise(
    login: Builder<Login>, db: &Db, sessions: &Sessions, grants: &Grants,
) -> Result<LoginManager<Login>, SetUpError> {
    let [sessions, in_time, used] = [0; 3].map(|_| sessions.clone());
    let (version, grants) = (db.clone(), grants.clone());
    login
        .user_loader(move |claims| {
            let sessions = sessions.clone();
            let grants = grants.clone();
            async move {
                Ok(match claims.kind() {
                    TokenKind::Session => sessions.find(claims).await?,
                    TokenKind::Access => grants.find(claims).await?,
                })
            }
        })
        .cache(move || version.version(), move |login| in_time.is_in_time(login))
        .listener(move |_, caller| used.note_use(caller))
        .build()
}

fn site(config: &Config, keys: &[SigningKey], clock: Clock, frame: Frame) -> Result<Site, String> {
    Site::new(SiteSettings {
        clock,
        public_url: &config.public_url,
        allowed_hosts: &config.allowed_hosts,
        trusted_proxies: config.trusted_proxies.clone(),
        request_timeout: config.request_timeout,
        static_dir: config.static_dir.clone(),
        static_files_change: config.environment == Environment::Development,
        flash_cookie: config.cookie(CookieUse::Flash),
        cookie_prefix: config.cookies().prefix().to_owned(),
        keys,
        addresses: frame.addresses,
        draw: frame.draw_lost,
        metrics: config.metrics.is_some().then(Metrics::default),
    })
}
