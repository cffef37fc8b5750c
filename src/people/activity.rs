//! What happened to somebody's log-ins and tokens, for them to look through.

use diesel::prelude::*;
use kit::Time;
use kit::http::client::device;
use kit::http::list::Paging;
use strum::VariantArray as _;

use crate::db::{Backend, Connection};
use crate::people::Event;
use crate::schema::events;

/// What happened to a user: all of it, or what is to be looked at.
fn events_of(user_id: i64, only_warnings: bool) -> events::BoxedQuery<'static, Backend> {
    let own = events::table.filter(events::user_id.eq(user_id)).into_boxed();
    if only_warnings { own.filter(events::kind.eq_any(warnings())) } else { own }
}

/// The names of those that are to be looked at.
fn warnings() -> impl Iterator<Item = &'static str> {
    Event::VARIANTS.iter().filter(|event| event.is_warning()).map(|event| event.name())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(Backend))]
pub struct Activity {
    kind: String,
    /// From which address; empty when an operator did it at the command line.
    ip_address: String,
    user_agent: String,
    /// The last time.
    pub created_at: Time,
    /// How often.
    pub times: i64,
    by_user_id: Option<i64>,
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
        self.event().map_or("shield", |event| event.icon(&self.user_agent))
    }

    pub fn device(&self) -> String {
        device(&self.user_agent)
    }

    /// Whether something went wrong: to be looked at.
    pub fn is_warning(&self) -> bool {
        self.event().is_some_and(Event::is_warning)
    }

    pub fn sentence(&self) -> &'static str {
        self.event().and_then(Event::sentence).unwrap_or("Something of an earlier version")
    }

    /// Where it came from. Where an administrator sat is not told: that is theirs.
    pub fn origin(&self) -> String {
        if self.by_user_id.is_some() {
            return "By an administrator".to_owned();
        }
        if self.ip_address.is_empty() {
            return "By an operator".to_owned();
        }
        format!("{}, from {}", self.device(), self.ip_address)
    }

    fn event(&self) -> Option<Event> {
        self.kind.parse().ok()
    }
}
