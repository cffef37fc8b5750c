//! Whether somebody came from there before.

use diesel::dsl::min;
use diesel::prelude::*;
use kit::http::familiar::{Familiarity, Places, familiarity};
use kit::{Client, Time};

use crate::db::Connection;
use crate::people::events::KEPT_FOR;
use crate::people::{Event, User};
use crate::schema::events;

/// How many of somebody's browsers and addresses are looked at, at a log-in: more than people have.
/// Whoever invents a new one at each log-in would otherwise make the next one hold up all who write.
const LOOKS_MAX: usize = 100;

/// What tells where somebody was.
const LOG_INS: &[Event] = &[Event::LoggedIn, Event::TokenIssued];

/// Whether the user, or a program of theirs, has logged in before from a browser and a network like
/// these, as far as [`LOOKS_MAX`] looks tell. The first log-in of a new account is familiar.
pub fn is_familiar(
    conn: &mut Connection, user: &User, client: &Client, now: Time,
) -> QueryResult<bool> {
    let (mut is_first, mut looks) = (true, 0..LOOKS_MAX);
    for kind in LOG_INS {
        let mut log_ins = LogIns { conn, user_id: user.id, kind: kind.name() };
        match familiarity(&mut log_ins, client, &mut looks)? {
            Familiarity::Known => return Ok(true),
            Familiarity::Elsewhere => is_first = false,
            Familiarity::First => {}
        }
    }
    Ok(is_first && now - user.created_at < KEPT_FOR)
}

/// Somebody's log-ins of one kind. A program may have logged in every minute.
struct LogIns<'a> {
    conn: &'a mut Connection,
    user_id: i64,
    kind: &'static str,
}

/// The log-ins' earliest value of a column, in the order of the index, after one that was seen.
macro_rules! next {
    ($log_ins:ident, $column:ident, $after:ident $(, $and:expr)?) => {{
        let own = events::table.filter(events::user_id.eq($log_ins.user_id));
        let own = own.filter(events::kind.eq($log_ins.kind))$(.filter($and))?;
        let next = own.select(min(events::$column));
        match $after {
            None => next.get_result($log_ins.conn),
            Some(last) => next.filter(events::$column.gt(last)).get_result($log_ins.conn),
        }
    }};
}

impl Places for LogIns<'_> {
    type Error = diesel::result::Error;

    fn next_address(&mut self, after: Option<&str>) -> QueryResult<Option<String>> {
        next!(self, ip_address, after)
    }

    fn next_browser(&mut self, address: &str, after: Option<&str>) -> QueryResult<Option<String>> {
        next!(self, user_agent, after, events::ip_address.eq(address))
    }
}
