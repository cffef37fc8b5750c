//! What happened to anybody's log-ins and tokens, for whoever runs the place to look through.

use std::collections::HashMap;
use std::net::IpAddr;

use diesel::prelude::*;
use kit::Time;
use kit::http::client::device;
use time::Date;

use crate::db::{Backend, Connection};
use crate::people::Event;
use crate::schema::{events, users};

/// Which events are asked for: those that are all of it.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub kind: Option<Event>,
    /// To whom it happened, or who did it.
    pub person: Option<i64>,
    /// The address that it came from, or how it begins; empty for all.
    pub network: String,
    pub since: Option<Date>,
    /// That day too.
    pub until: Option<Date>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(Backend))]
struct Row {
    user_id: Option<i64>,
    kind: String,
    ip_address: String,
    user_agent: String,
    created_at: Time,
    times: i64,
    by_user_id: Option<i64>,
    gone_user_id: Option<i64>,
}

/// Something that happened.
pub struct Entry {
    row: Row,
    /// Whom it happened to; empty when it is nobody's.
    pub whom: Name,
    /// The administrator who did it; empty when none did.
    pub by: Name,
}

/// Somebody in the log: their address, or their number when they are gone.
#[derive(Default)]
pub struct Name {
    pub id: Option<i64>,
    pub text: String,
}

impl Entry {
    fn event(&self) -> Option<Event> {
        self.row.kind.parse().ok()
    }

    /// Whether something went wrong: to be looked at.
    pub fn is_warning(&self) -> bool {
        self.event().is_some_and(Event::is_warning)
    }

    /// One of `static/icons.svg`.
    pub fn icon(&self) -> &'static str {
        self.event().map_or("shield", |event| event.icon(&self.row.user_agent))
    }

    /// Its name in the table.
    pub fn kind(&self) -> &str {
        &self.row.kind
    }

    pub fn sentence(&self) -> &str {
        self.event().and_then(Event::sentence).unwrap_or(&self.row.kind)
    }

    /// The last time.
    pub fn created_at(&self) -> &Time {
        &self.row.created_at
    }

    /// How often.
    pub fn times(&self) -> i64 {
        self.row.times
    }

    /// From which address; empty when an operator did it at the command line.
    pub fn ip_address(&self) -> &str {
        &self.row.ip_address
    }

    pub fn user_agent(&self) -> &str {
        &self.row.user_agent
    }

    pub fn device(&self) -> String {
        device(&self.row.user_agent)
    }
}

impl Wanted {
    /// So many of them, the newest first.
    pub fn load(
        &self, conn: &mut Connection, (offset, limit): (i64, i64),
    ) -> QueryResult<Vec<Entry>> {
        let page = self.rows().order(events::id.desc()).offset(offset).limit(limit);
        let rows: Vec<Row> = page.select(Row::as_select()).load(conn)?;
        let ids = rows.iter().flat_map(|row| [row.user_id, row.by_user_id]).flatten();
        let named = users::table.filter(users::id.eq_any(ids.collect::<Vec<_>>()));
        let named = named.select((users::id, users::email)).load(conn)?;
        let named: HashMap<i64, String> = named.into_iter().collect();
        let name = |id: Option<i64>| {
            let gone = |id: i64| format!("No. {id}, who is gone");
            let text = id.map(|id| named.get(&id).cloned().unwrap_or_else(|| gone(id)));
            Name { id: id.filter(|id| named.contains_key(id)), text: text.unwrap_or_default() }
        };
        let entry = |row: Row| Entry {
            whom: name(row.user_id.or(row.gone_user_id)),
            by: name(row.by_user_id),
            row,
        };
        Ok(rows.into_iter().map(entry).collect())
    }

    pub fn count(&self, conn: &mut Connection) -> QueryResult<i64> {
        self.rows().count().get_result(conn)
    }

    fn rows(&self) -> events::BoxedQuery<'static, Backend> {
        let mut rows = events::table.into_boxed();
        if let Some(kind) = self.kind {
            rows = rows.filter(events::kind.eq(kind.name()));
        }
        if let Some(id) = self.person {
            let (whom, by) = (events::user_id.eq(id), events::by_user_id.eq(id));
            rows = rows.filter(whom.or(by).or(events::gone_user_id.eq(id)));
        }
        if self.network.parse::<IpAddr>().is_ok() {
            rows = rows.filter(events::ip_address.eq(self.network.clone()));
        } else if !self.network.is_empty() {
            let escaped =
                self.network.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            rows = rows.filter(events::ip_address.like(format!("{escaped}%")).escape('\\'));
        }
        if let Some(since) = self.since {
            rows = rows.filter(events::created_at.ge(since.midnight()));
        }
        if let Some(until) = self.until.and_then(Date::next_day) {
            rows = rows.filter(events::created_at.lt(until.midnight()));
        }
        rows
    }
}
