//! How often strangers and people may do what costs something, or can be guessed: one table, and the guard that
//! a handler asks for. What is limited by an account as well is in [`super::tries`].

use std::marker::PhantomData;
use std::sync::Arc;

use actix_login::{Caller, SigningKey};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use kit::config::{CountedIn, LimitSettings};
use kit::http::Later;
use kit::http::deadline;
use kit::http::device::{Device, Devices};
use kit::limit::{Buckets, Key, Quota};
use kit::{Client, Clock, from_request};
use time::Duration;

use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::people::{Event, Events, Login, buckets};

/// How many networks, people and browsers are remembered, in less than 10 MB.
const BUCKETS_MAX: usize = 100_000;

/// Whose tries are counted together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Those of a network: an IPv4 address, or the first 64 bits of an IPv6 one. In a browser in which somebody
    /// has logged in before, theirs: what neighbours do is not their doing.
    Network,
    /// Those of somebody who is logged in, wherever they are.
    Person,
    /// Those of one session or one token: whoever has stolen another one keeps nobody waiting here.
    LogIn,
    /// Those at one account, too: [`super::tries`].
    Account,
}

/// What is limited.
pub trait Limit: 'static {
    const NAME: &'static str;
    const BY: By;
    /// Whether it guards a password, or mails: counted for all instances together, where they are told to.
    const IS_SHARED: bool;

    /// All of them have to leave room.
    fn quotas(settings: &LimitSettings) -> &[Quota];
}

/// Declares them: what, by whom, where, and how often.
macro_rules! limits {
    (@is_shared here) => { false };
    (@is_shared shared) => { true };
    ($($(#[$doc:meta])* $name:ident by $by:ident, $place:ident: $quotas:expr;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl Limit for $name {
            const NAME: &'static str = stringify!($name);
            const BY: By = By::$by;
            const IS_SHARED: bool = limits!(@is_shared $place);

            fn quotas(settings: &LimitSettings) -> &[Quota] {
                let quotas: fn(&LimitSettings) -> &[Quota] = $quotas;
                quotas(settings)
            }
        }
    )*};
}

limits! {
    /// Passwords of who is not logged in, at every door; failures.
    LogIn by Account, shared: |settings| &settings.log_ins;
    /// The password of who is: a thief of the session guesses it.
    Confirm by LogIn, shared: |_| const {
        &[Quota::new(5, Duration::minutes(15)), Quota::new(20, Duration::days(1))]
    };
    /// Mails to whatever address a stranger types: they fill the outbox, and the patience of mail servers.
    Mail by Network, shared: |settings| &settings.mails;
    /// Forms behind a link. Nobody guesses 256 bits: this is about what each costs, a hash.
    Redeem by Network, here: |settings| &settings.links;
    /// What costs more than a page: a mail, a copy of everything.
    Costly by Person, here: |_| const { &[Quota::new(30, Duration::hours(1))] };
    /// Passwords to be judged while they are typed: a few milliseconds of one thread each.
    Judge by Network, here: |_| const { &[Quota::new(60, Duration::minutes(1))] };
    /// All that is asked for by who is not logged in, and what is no log-in of ours.
    Requests by Network, here: |settings| &settings.requests;
    /// The same, of who is.
    OwnRequests by LogIn, here: |settings| &settings.own_requests;
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

    /// The browser that a request comes from, if somebody has logged in there before.
    pub(super) fn device(&self, req: &HttpRequest) -> Option<Device> {
        self.0.devices.of(req)
    }

    /// Takes a try for this request out of each quota, or [`kit::Error::TooOften`] and out of none.
    pub async fn take<L: Limit>(&self, req: &HttpRequest) -> Result<Taken> {
        let wanted = self.each(L::quotas(&self.0.settings), L::NAME, &self.subject(req, L::BY));
        self.take_each(&Client::of(req), wanted, L::IS_SHARED).await
    }

    /// The same out of these.
    pub(super) async fn take_each(
        &self, client: &Client, keys: Vec<(Key, Quota)>, is_shared: bool,
    ) -> Result<Taken> {
        let now = self.0.clock.now();
        let is_shared = is_shared && self.0.settings.counted_in == CountedIn::Database;
        let taken = if is_shared {
            let wanted = keys.clone();
            let take = move |conn: &mut Connection| buckets::take(conn, &wanted, now);
            deadline::aside(self.0.db.write(take)).await
        } else {
            let taken = self.0.here.take(&keys, now);
            taken.map_err(|wait| kit::Error::TooOften(wait).into())
        };
        if matches!(taken, Err(Error::Request(kit::Error::TooOften(_)))) {
            self.0.events.tell(client, Event::LimitReached.of_somebody(None)).await;
        }
        taken?;
        Ok(Taken { limits: self.clone(), keys, is_shared })
    }

    /// A bucket for each of the quotas.
    pub(super) fn each(&self, quotas: &[Quota], name: &str, subject: &str) -> Vec<(Key, Quota)> {
        let key = |n: usize| Key::new(&self.0.secret, &format!("{name} {n}"), subject);
        quotas.iter().enumerate().map(|(n, quota)| (key(n), *quota)).collect()
    }

    /// What a network may try.
    pub(super) fn each_of_network<L: Limit>(&self, client: &Client) -> Vec<(Key, Quota)> {
        self.each(L::quotas(&self.0.settings), L::NAME, &network(client))
    }

    /// Whose tries are counted together with this one.
    fn subject(&self, req: &HttpRequest, by: By) -> String {
        let caller = Caller::<Login>::of(req);
        match (by, caller.as_deref().and_then(login_of)) {
            (By::Person, Some(login)) => format!("user {}", login.id),
            (By::LogIn, Some(login)) => login.right_name(),
            _ => match self.device(req) {
                Some(device) => format!("browsers of {}", device.user),
                None => network(&Client::of(req)),
            },
        }
    }
}

from_request!(Limits, Error, |req| Ok(Limits::of(req).clone()));

/// A try that was counted.
#[must_use = "a try that succeeded is taken back"]
pub struct Taken {
    limits: Limits,
    keys: Vec<(Key, Quota)>,
    is_shared: bool,
}

impl Taken {
    /// The same, of which only so many of the first are to be taken back.
    pub(super) fn but_only(mut self, count: usize) -> Self {
        self.keys.truncate(count);
        self
    }

    /// Takes it back, and no other one: whoever guesses does not get their tries back by logging in to an
    /// account of their own in between.
    pub async fn give_back(self) -> Result<()> {
        let Parts { here, db, .. } = &*self.limits.0;
        if self.is_shared {
            let keys = self.keys;
            let give_back = move |conn: &mut Connection| buckets::give_back(conn, &keys);
            return deadline::aside(db.write(give_back)).await;
        }
        here.give_back(&self.keys);
        Ok(())
    }
}

/// Guard: this was not done too often. Otherwise [`kit::Error::TooOften`]. Let it be a handler's first argument,
/// so that it counts also what another guard refuses. Passwords are counted where they are looked at
/// ([`super::Accounts`]), which wants this guard, too: the form is kept then.
pub struct Limited<L> {
    limit: PhantomData<L>,
    pub(super) limits: Limits,
    pub(super) req: HttpRequest,
    taken: Option<Taken>,
}

impl<L: Limit> Limited<L> {
    async fn admit(req: HttpRequest) -> Result<Self> {
        let limits = Limits::of(&req).clone();
        let taken = match L::BY {
            By::Network | By::Person => Some(limits.take::<L>(&req).await?),
            By::LogIn | By::Account => None,
        };
        Ok(Self { limit: PhantomData, limits, req, taken })
    }

    /// Nothing came of it: a mistake in the form costs nobody anything.
    pub async fn give_back(self) -> Result<()> {
        match self.taken {
            Some(taken) => taken.give_back().await,
            None => Ok(()),
        }
    }

    pub(super) async fn take_one(&self) -> Result<Taken> {
        self.limits.take::<L>(&self.req).await
    }
}

impl<L: Limit> FromRequest for Limited<L> {
    type Error = Error;
    type Future = Later<Self, Self::Error>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(Self::admit(req.clone()))
    }
}

/// Who is calling, if anybody.
pub(super) fn login_of(caller: &Caller<Login>) -> Option<&Login> {
    match caller {
        Caller::Person { user, .. } | Caller::Program { user, .. } => Some(user),
        _ => None,
    }
}

fn network(client: &Client) -> String {
    client.subnet().map_or_else(String::new, |subnet| subnet.to_string())
}
