//! Counting what the table of limits is about, and the guard that a handler asks for.

use std::convert::Infallible;
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

use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::people::limits::{By, Limit};
use crate::people::{Event, Events, Login, buckets};

/// How many networks, people and browsers are remembered, in less than 10 MB.
const BUCKETS_MAX: usize = 100_000;

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
        let wanted = self.wanted::<L>(&self.subject(req, L::BY));
        self.take_each(req, wanted, L::IS_SHARED).await
    }

    /// The same out of these.
    pub(super) async fn take_each(
        &self, req: &HttpRequest, keys: Vec<(Key, Quota)>, is_shared: bool,
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
            self.0.events.tell(&Client::of(req), Event::LimitReached.of_somebody(None)).await;
        }
        taken?;
        Ok(Taken { limits: self.clone(), keys, is_shared })
    }

    /// What somebody may do of this.
    pub(super) fn wanted<L: Limit>(&self, subject: &str) -> Vec<(Key, Quota)> {
        self.each(L::quotas(&self.0.settings), L::NAME, subject)
    }

    /// A bucket for each of the quotas.
    pub(super) fn each(&self, quotas: &[Quota], name: &str, subject: &str) -> Vec<(Key, Quota)> {
        let key = |n: usize| Key::new(&self.0.secret, &format!("{name} {n}"), subject);
        quotas.iter().enumerate().map(|(n, quota)| (key(n), *quota)).collect()
    }

    /// Whose tries are counted together with this one.
    fn subject(&self, req: &HttpRequest, by: By) -> String {
        let caller = Caller::<Login>::of(req);
        match (by, caller.as_deref().and_then(Caller::user)) {
            (By::Person, Some(login)) => format!("user {}", login.id),
            (By::LogIn, Some(login)) => login.right_name(),
            _ => match self.device(req) {
                Some(device) => format!("browsers of {}", device.user),
                None => network(req),
            },
        }
    }
}

from_request!(Limits, Infallible, |req| Ok(Limits::of(req).clone()));

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

/// The network that a request comes from, as it is counted.
pub(super) fn network(req: &HttpRequest) -> String {
    Client::of(req).subnet().map_or_else(String::new, |subnet| subnet.to_string())
}
