//! Telling what happens to log-ins and tokens, and keeping it for the people it happened to.

use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;
use kit::{Client, Clock, Time};
use time::Duration;

use crate::db::{Backend, Db, Export, copy_of};
use crate::error::Result;
use crate::people::SecurityEvent;
use crate::people::event::About;
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

#[derive(Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(Backend))]
struct Row {
    kind: String,
    ip_address: String,
    user_agent: String,
    created_at: Time,
}

pub const EXPORT: Export = copy_of!(events.user_id, Row; kind, ip_address, user_agent, created_at);
