//! Telling what happens to log-ins and tokens, and keeping it for the people it happened to.

use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;
use kit::http::client::{device, device_icon};
use kit::http::list::Paging;
use kit::{Client, Clock, Time};
use time::Duration;

use crate::db::{Backend, Connection, Db, Export, copy_of};
use crate::error::Result;
use crate::people::event::About;
use crate::people::{Event, SecurityEvent};
use crate::schema::events;

/// How long events are kept: long enough to find out what happened, no longer than that needs.
pub const KEPT_FOR: Duration = Duration::days(90);

type Listener = Box<dyn Fn(&SecurityEvent) + Send + Sync>;

/// Where events go: to the log, to the table, and to whoever listens. Cheap to clone.
#[derive(Clone)]
pub struct Events {
    db: Db,
    clock: Clock,
    listeners: Arc<RwLock<Vec<Listener>>>,
}

impl Events {
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, listeners: Arc::default() }
    }

    /// Calls `listener` for each event from now on, on the thread where it happens: it must not
    /// wait for anything.
    pub fn listen(&self, listener: impl Fn(&SecurityEvent) + Send + Sync + 'static) {
        let mut listeners = self.listeners.write().unwrap_or_else(PoisonError::into_inner);
        listeners.push(Box::new(listener));
    }

    /// Tells that something happened to a request from `client`. What happened has happened: a row
    /// that cannot be written is a line in the log.
    pub async fn tell(&self, client: &Client, happened: SecurityEvent) {
        log::info!(target: "security", "{happened}");
        self.call_listeners(&happened);
        if happened.event.about() == About::Logged {
            return;
        }
        let row = diesel::insert_into(events::table).values((
            events::user_id.eq(happened.user_id),
            events::kind.eq(happened.event.name()),
            events::ip_address.eq(client.ip_address.clone()),
            events::user_agent.eq(client.user_agent.clone()),
            events::created_at.eq(self.clock.now()),
        ));
        let written: Result<usize> = self.db.write(move |conn| row.execute(conn)).await;
        if let Err(error) = written {
            log::error!("an event was not kept: {error}");
        }
    }

    fn call_listeners(&self, happened: &SecurityEvent) {
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().for_each(|listener| listener(happened));
    }
}

/// What happened to a user: all of it, or what is to be looked at.
fn events_of(user_id: i64, only_warnings: bool) -> events::BoxedQuery<'static, Backend> {
    let own = events::table.filter(events::user_id.eq(user_id)).into_boxed();
    if only_warnings { own.filter(events::kind.eq_any(Event::warnings())) } else { own }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(Backend))]
pub struct Activity {
    kind: String,
    /// From which address; empty when an operator did it at the command line.
    pub ip_address: String,
    user_agent: String,
    pub created_at: Time,
}

impl Activity {
    /// What happened to a user, the newest first.
    pub fn of(
        conn: &mut Connection, user_id: i64, only_warnings: bool, paging: &Paging,
    ) -> QueryResult<Vec<Self>> {
        let own = events_of(user_id, only_warnings).order(events::id.desc());
        own.offset(paging.offset()).limit(paging.limit()).select(Self::as_select()).load(conn)
    }

    pub fn count(conn: &mut Connection, user_id: i64, only_warnings: bool) -> QueryResult<i64> {
        events_of(user_id, only_warnings).count().get_result(conn)
    }

    /// Whether it is the same once more, so that one line says both. Not by another device: a thief behind the
    /// owner's own address would vanish in the owner's line.
    pub fn is_like(&self, other: &Self) -> bool {
        let same = self.kind == other.kind && self.ip_address == other.ip_address;
        same && self.device() == other.device()
    }

    /// One of `static/icons.svg`.
    pub fn icon(&self) -> &'static str {
        match self.kind.parse() {
            _ if self.is_warning() => "error",
            Ok(Event::LoggedIn | Event::LoggedOut) => device_icon(&self.user_agent),
            Ok(Event::TokenIssued | Event::TokenRevoked | Event::ApiTokenCreated) => "key",
            Ok(
                Event::EmailConfirmed
                | Event::EmailChangeAsked
                | Event::EmailChanged
                | Event::Invited,
            ) => "mailed",
            _ => "shield",
        }
    }

    pub const EXPORT: Export =
        copy_of!(events.user_id, Self; kind, ip_address, user_agent, created_at);

    pub fn device(&self) -> String {
        device(&self.user_agent)
    }

    /// Whether something went wrong: to be looked at.
    pub fn is_warning(&self) -> bool {
        matches!(self.about(), Some(About::Warning(_)))
    }

    pub fn sentence(&self) -> &'static str {
        match self.about() {
            Some(About::News(sentence) | About::Warning(sentence)) => sentence,
            Some(About::Logged) | None => "Something of an earlier version",
        }
    }

    fn about(&self) -> Option<About> {
        self.kind.parse().ok().map(Event::about)
    }
}
