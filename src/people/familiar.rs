//! Whether somebody came from there before.

use std::ops::Range;

use diesel::dsl::min;
use diesel::prelude::*;
use kit::http::client::device;
use kit::{Client, Time};

use crate::db::Connection;
use crate::people::events::KEPT_FOR;
use crate::people::{Event, User};
use crate::schema::events;

/// How many of somebody's browsers and addresses are looked at, at a log-in: more than people have.
/// Whoever invents a new one at each log-in would otherwise make the next one hold up all who write.
const LOOKS_MAX: usize = 100;

/// Whether the user, or a program of theirs, has logged in before from a browser and a network like
/// these, as far as [`LOOKS_MAX`] looks tell. The first log-in of a new account is familiar.
pub fn is_familiar(
    conn: &mut Connection, user: &User, client: &Client, now: Time,
) -> QueryResult<bool> {
    let mut is_first = true;
    let mut looks = 0..LOOKS_MAX;
    for kind in [Event::LoggedIn.name(), Event::TokenIssued.name()] {
        // The usual case first.
        let mut next = Some(client.ip_address.clone());
        let mut looked_at = None;
        while let Some(ip_address) = next {
            let here = Client { ip_address, user_agent: String::new() };
            if here.is_near(client) && has_device(conn, (user.id, kind), &here, client, &mut looks)?
            {
                return Ok(true);
            }
            if looks.next().is_none() {
                return Ok(false);
            }
            next = next_address(conn, (user.id, kind), looked_at.as_deref())?;
            is_first &= next.is_none();
            looked_at.clone_from(&next);
        }
    }
    Ok(is_first && now - user.created_at < KEPT_FOR)
}

/// Whether one of somebody's log-ins from an address came from a browser like this.
fn has_device(
    conn: &mut Connection, logins: (i64, &str), here: &Client, client: &Client,
    looks: &mut Range<usize>,
) -> QueryResult<bool> {
    let mut looked_at = None;
    while looks.next().is_some() {
        let found = next_browser(conn, logins, &here.ip_address, looked_at.as_deref())?;
        let Some(user_agent) = found else { return Ok(false) };
        if device(&user_agent) == client.device() {
            return Ok(true);
        }
        looked_at = Some(user_agent);
    }
    Ok(false)
}

/// The next address, in the order of the index, that somebody logged in from: a look into the index
/// for each address instead of one at each log-in. A program may have logged in every minute.
fn next_address(
    conn: &mut Connection, (user_id, kind): (i64, &str), after: Option<&str>,
) -> QueryResult<Option<String>> {
    let logins = events::table.filter(events::user_id.eq(user_id)).filter(events::kind.eq(kind));
    let next = logins.select(min(events::ip_address));
    match after {
        None => next.get_result(conn),
        Some(last) => next.filter(events::ip_address.gt(last)).get_result(conn),
    }
}

/// The same for the browsers at one address.
fn next_browser(
    conn: &mut Connection, (user_id, kind): (i64, &str), ip_address: &str, after: Option<&str>,
) -> QueryResult<Option<String>> {
    let logins = events::table.filter(events::user_id.eq(user_id)).filter(events::kind.eq(kind));
    let here = logins.filter(events::ip_address.eq(ip_address));
    let next = here.select(min(events::user_agent));
    match after {
        None => next.get_result(conn),
        Some(last) => next.filter(events::user_agent.gt(last)).get_result(conn),
    }
}
