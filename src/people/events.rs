//! Telling what happens to log-ins and tokens, and keeping it for the people it happened to.

use std::cmp::Reverse;
use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use kit::{Client, Clock, Time, export};
use time::Duration;

use crate::db::{Backend, Connection, Db, Export};
use crate::error::Result;
use crate::people::event::About;
use crate::people::{SecurityEvent, User};
use crate::schema::events;

/// How long events are kept: long enough to find out what happened, no longer than that needs.
pub const KEPT_FOR: Duration = Duration::days(90);

type Condition = dyn BoxableExpression<events::table, Backend, SqlType = Nullable<Bool>>;

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
        self.tell_and(client, happened, |_| Ok(())).await;
    }

    /// The same, and what follows from it, in one transaction.
    pub async fn tell_and(
        &self, client: &Client, happened: SecurityEvent,
        more: impl FnOnce(&mut Connection) -> Result<()> + Send + 'static,
    ) {
        let Client { request_id, ip_address, .. } = client;
        log::info!(
            target: "security", request_id = request_id.as_str(), peer = ip_address.as_str();
            "{happened} from={ip_address} request={request_id}"
        );
        self.call_listeners(&happened);
        if happened.event.about() == About::Logged {
            return;
        }
        let (client, now) = (client.clone(), self.clock.now());
        let keep = move |conn: &mut Connection| -> Result<()> {
            keep(conn, &happened, &client, now)?;
            more(conn)
        };
        if let Err(error) = self.db.write(keep).await {
            log::error!("an event was not kept: {error}");
        }
    }

    fn call_listeners(&self, happened: &SecurityEvent) {
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().for_each(|listener| listener(happened));
    }
}

/// Writes the row. What goes wrong again and again in the same place takes the place of its last row of that
/// day: nobody fills the table by failing.
fn keep(
    conn: &mut Connection, happened: &SecurityEvent, client: &Client, now: Time,
) -> QueryResult<()> {
    let mut times = 1;
    if matches!(happened.event.about(), About::Warning(_)) {
        // Whoever deletes an account takes its row first, too. For nobody too, so that it takes as long.
        User::lock(conn, happened.user_id.unwrap_or(0))?;
        let of: Box<Condition> = match happened.user_id {
            Some(id) => Box::new(events::user_id.eq(id)),
            None => Box::new(events::user_id.is_null().nullable()),
        };
        let same = events::table
            .filter(of)
            .filter(events::kind.eq(happened.event.name()))
            .filter(events::ip_address.eq(&client.ip_address))
            .filter(events::user_agent.eq(&client.user_agent))
            .filter(events::created_at.ge(now.replace_time(time::Time::MIDNIGHT)));
        let before: Vec<i64> = diesel::delete(same).returning(events::times).get_results(conn)?;
        times += before.iter().sum::<i64>();
    }
    let is_gone = matches!(happened.event.about(), About::Farewell(_));
    let row = (
        events::user_id.eq(happened.user_id.filter(|_| !is_gone)),
        events::gone_user_id.eq(happened.user_id.filter(|_| is_gone)),
        events::by_user_id.eq(happened.by),
        events::kind.eq(happened.event.name()),
        events::ip_address.eq(&client.ip_address),
        events::user_agent.eq(&client.user_agent),
        events::created_at.eq(now),
        events::times.eq(times),
    );
    diesel::insert_into(events::table).values(row).execute(conn).map(drop)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(Backend))]
struct Row {
    kind: String,
    ip_address: String,
    user_agent: String,
    created_at: Time,
    times: i64,
    by_user_id: Option<i64>,
}

/// What an administrator did, without where they sat: that is not about its owner.
pub const EXPORT: Export = |conn, user_id| {
    let own = events::table.filter(events::user_id.eq(user_id));
    let mut rows: Vec<(i64, Row)> = own.select((events::id, Row::as_select())).load(conn)?;
    rows.sort_unstable_by_key(|(id, _)| Reverse(*id));
    let rows = rows.into_iter().map(|(_, row)| row.for_its_owner());
    Ok(rows.map(|row| export!(row; kind, ip_address, user_agent, created_at, times)).collect())
};

impl Row {
    fn for_its_owner(self) -> Self {
        match self.by_user_id {
            None => self,
            Some(_) => Self { ip_address: String::new(), user_agent: String::new(), ..self },
        }
    }
}
