//! How often strangers and people may do what costs something, or can be guessed: one table, and the guard that
//! a handler asks for. What is limited by an account as well is in [`super::tries`].

use std::marker::PhantomData;
use std::sync::Arc;

use actix_login::{Caller, SigningKey};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use kit::config::{CountedIn, LimitSettings};
use kit::http::Later;
use kit::http::device::Devices;
use kit::http::kept::brings_back;
use kit::limit::{Buckets, Key, Quota, Wait};
use kit::{Client, Clock, from_request};
use time::Duration;

use crate::db::Db;
use crate::error::{Error, Result};
use crate::people::{Event, Events, Login, buckets};

/// How many networks, people and browsers are remembered, in less than 10 MB.
const BUCKETS_MAX: usize = 100_000;

/// Whose tries are counted together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Those of a network: an IPv4 address, or the first 64 bits of an IPv6 one.
    Network,
    /// Those of somebody who is logged in, wherever they are.
    Person,
    /// Those at a password in one session: whoever has stolen another one of the same person keeps nobody
    /// waiting here. Counted where the password is looked at, so that the form is kept.
    Session,
    /// Those at the password of an account, counted there too ([`super::tries`]).
    Account,
}

/// What is limited.
pub trait Limit: 'static {
    const NAME: &'static str;
    const BY: By;

    /// All of them have to leave room.
    fn quotas(settings: &LimitSettings) -> &[Quota];
}

/// Declares them: what, by whom, and how often.
macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident by $by:ident: $quotas:expr;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl Limit for $name {
            const NAME: &'static str = stringify!($name);
            const BY: By = By::$by;

            fn quotas(settings: &LimitSettings) -> &[Quota] {
                let quotas: fn(&LimitSettings) -> &[Quota] = $quotas;
                quotas(settings)
            }
        }
    )*};
}

limits! {
    /// Passwords of who is not logged in, at every door.
    LogIn by Account: |settings| &settings.log_ins;
    /// The password of who is: a thief of the session guesses it.
    Confirm by Session: |_| const { &[Quota::new(5, Duration::minutes(15))] };
    /// Forms behind a link. Nobody guesses 256 bits: this is about what each costs, a hash.
    Redeem by Network: |_| const { &[Quota::new(20, Duration::minutes(15))] };
    /// Mails to whatever address a stranger types: they fill the outbox, and the patience of mail servers.
    Mail by Network: |settings| &settings.mails;
    /// What costs more than a page: a mail, a copy of everything.
    Costly by Person: |_| const { &[Quota::new(30, Duration::hours(1))] };
    /// Passwords to be judged while they are typed: a few milliseconds of one thread each.
    Judge by Network: |_| const { &[Quota::new(60, Duration::minutes(1))] };
    /// All that is asked for by who is not logged in, and what is no log-in of ours.
    Requests by Network: |settings| &settings.requests;
    /// The same, of who is: neighbours behind the same address keep nobody waiting.
    OwnRequests by Person: |settings| &settings.own_requests;
}

/// Counts. Cheap to clone; beside the routes.
#[derive(Clone)]
pub struct Limits(Arc<Parts>);

struct Parts {
    settings: LimitSettings,
    secret: [u8; 32],
    here: Buckets,
    db: Db,
    clock: Clock,
    events: Events,
    devices: Devices,
}

impl Limits {
    pub fn new(
        settings: &LimitSettings, keys: &[SigningKey], (db, clock, events): (Db, Clock, Events),
        devices: Devices,
    ) -> Self {
        let secret = keys.first().map_or([0; 32], |key| key.derive("limits"));
        let (settings, here) = (settings.clone(), Buckets::new(BUCKETS_MAX));
        Self(Arc::new(Parts { settings, secret, here, db, clock, events, devices }))
    }

    /// Those of the app that a request came to.
    pub fn of(req: &HttpRequest) -> &Self {
        req.app_data().expect("`State::provide` puts them beside every route")
    }

    pub(super) fn devices(&self) -> &Devices {
        &self.0.devices
    }

    /// Takes a try out of each quota, or [`kit::Error::TooOften`] and out of none.
    pub(super) async fn take(&self, client: &Client, wanted: Vec<(Key, Quota)>) -> Result<Taken> {
        let now = self.0.clock.now();
        let wait = match self.0.settings.counted_in {
            CountedIn::Memory => self.0.here.take(&wanted, now),
            CountedIn::Database => {
                let wanted = wanted.clone();
                self.0.db.write(move |conn| buckets::take(conn, &wanted, now)).await?
            }
        };
        self.tell(client, wait).await?;
        Ok(Taken { limits: self.clone(), keys: wanted })
    }

    /// The same for what is counted at every request: always in memory.
    pub(super) async fn take_here<L: Limit>(&self, client: &Client, subject: &str) -> Result<()> {
        let wanted = self.wanted::<L>(subject);
        self.tell(client, self.0.here.take(&wanted, self.0.clock.now())).await
    }

    async fn tell(&self, client: &Client, wait: Result<(), Wait>) -> Result<()> {
        let Err(wait) = wait else { return Ok(()) };
        self.0.events.tell(client, Event::LimitReached.of_somebody(None)).await;
        Err(kit::Error::TooOften(wait).into())
    }

    fn wanted<L: Limit>(&self, subject: &str) -> Vec<(Key, Quota)> {
        self.each(L::quotas(&self.0.settings), L::NAME, subject)
    }

    /// A bucket for each of the quotas.
    pub(super) fn each(&self, quotas: &[Quota], name: &str, subject: &str) -> Vec<(Key, Quota)> {
        let key = |n: usize| Key::new(&self.0.secret, &format!("{name} {n}"), subject);
        quotas.iter().enumerate().map(|(n, quota)| (key(n), *quota)).collect()
    }
}

from_request!(Limits, Error, |req| Ok(Limits::of(req).clone()));

/// A try that was counted.
#[must_use = "a try that succeeded is taken back"]
pub struct Taken {
    limits: Limits,
    keys: Vec<(Key, Quota)>,
}

impl Taken {
    /// Takes it back, and no other one: whoever guesses does not get their tries back by logging in to an
    /// account of their own in between.
    pub async fn give_back(self) -> Result<()> {
        let Parts { settings, here, db, .. } = &*self.limits.0;
        match settings.counted_in {
            CountedIn::Memory => here.give_back(&self.keys),
            CountedIn::Database => {
                let keys = self.keys;
                db.write(move |conn| buckets::give_back(conn, &keys)).await?;
            }
        }
        Ok(())
    }
}

/// Guard: this was not done too often. Otherwise [`kit::Error::TooOften`]. As a handler's first argument it
/// counts also what another guard refuses.
pub struct Limited<L> {
    limit: PhantomData<L>,
    pub(super) limits: Limits,
    pub(super) req: HttpRequest,
    taken: Option<Taken>,
}

impl<L: Limit> Limited<L> {
    async fn admit(req: HttpRequest) -> Result<Self> {
        let limits = Limits::of(&req).clone();
        let mut limited = Self { limit: PhantomData, limits, req, taken: None };
        // What is only brought back does nothing yet.
        if matches!(L::BY, By::Network | By::Person) && !brings_back(&limited.req) {
            limited.taken = Some(limited.take_one().await?);
        }
        Ok(limited)
    }

    /// Nothing came of it: a mistake in the form costs nobody anything.
    pub async fn give_back(self) -> Result<()> {
        match self.taken {
            Some(taken) => taken.give_back().await,
            None => Ok(()),
        }
    }

    pub(super) async fn take_one(&self) -> Result<Taken> {
        let wanted = self.limits.wanted::<L>(&subject(&self.req, L::BY));
        self.limits.take(&Client::of(&self.req), wanted).await
    }

    /// What is to be taken for somebody who comes from `client`.
    pub(super) fn of_network(&self, client: &Client) -> Vec<(Key, Quota)> {
        self.limits.wanted::<L>(&network(client))
    }
}

impl<L: Limit> FromRequest for Limited<L> {
    type Error = Error;
    type Future = Later<Self, Self::Error>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(Self::admit(req.clone()))
    }
}

/// Whose tries are counted together with this one. Who is not logged in is their network.
fn subject(req: &HttpRequest, by: By) -> String {
    let caller = Caller::<Login>::of(req);
    let login = caller.as_deref().and_then(login_of);
    let session = login.and_then(|login| login.session.as_ref());
    match (by, login, session) {
        (By::Person, Some(login), _) => format!("user {}", login.id),
        (By::Session, _, Some(session)) => format!("session {}", session.id),
        _ => network(&Client::of(req)),
    }
}

/// Who is calling, if anybody.
pub(super) fn login_of(caller: &Caller<Login>) -> Option<&Login> {
    match caller {
        Caller::Person { user, .. } | Caller::Program { user, .. } => Some(user),
        _ => None,
    }
}

/// A network, as it is counted.
pub(super) fn network(client: &Client) -> String {
    client.subnet().map_or_else(String::new, |subnet| subnet.to_string())
}
