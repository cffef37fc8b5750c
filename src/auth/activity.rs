//! The security events that were kept: for the people they happened to.

use std::ops::Range;

use diesel::dsl::min;
use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use time::{Duration, PrimitiveDateTime};

use crate::clock::rfc3339;
use crate::db::{Backend, Connection};
use crate::error::Result;
use crate::peer::{Origin, device};
use crate::schema::events;
use crate::user::User;

/// How long events are kept: long enough to find out what happened, no longer than that needs.
pub const KEPT_FOR: Duration = Duration::days(90);

/// How many of somebody's browsers and addresses are looked at, at a log-in: more than people have.
/// Whoever invents a new one at each log-in would otherwise make the next one hold up all who write.
const LOOKS_MAX: usize = 100;

/// An event that was kept.
#[derive(Queryable, Selectable, Serialize)]
#[diesel(table_name = events, check_for_backend(Backend))]
pub struct Activity {
    kind: String,
    /// From which address; empty when an operator did it at the command line.
    pub ip_address: String,
    user_agent: String,
    /// When.
    #[serde(serialize_with = "rfc3339")]
    pub created_at: PrimitiveDateTime,
}

impl Activity {
    /// What happened to a user, the newest first.
    pub fn of(
        conn: &mut Connection,
        user_id: i64,
        (offset, limit): (i64, i64),
    ) -> QueryResult<Vec<Self>> {
        events::table
            .filter(events::user_id.eq(user_id))
            .order(events::id.desc())
            .offset(offset)
            .limit(limit)
            .select(Self::as_select())
            .load(conn)
    }

    /// A copy of all of it, for its owner.
    pub fn export(conn: &mut Connection, user_id: i64) -> Result<Value> {
        let all = Self::of(conn, user_id, (0, i64::MAX))?;
        Ok(all.iter().map(|event| json!(event)).collect())
    }

    /// The browser.
    pub fn device(&self) -> String {
        device(&self.user_agent)
    }

    /// Whether something went wrong: to be looked at.
    pub fn is_warning(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "log_in_failed" | "sudo_denied" | "session_moved" | "token_reused"
        )
    }

    /// What happened, in words.
    pub fn sentence(&self) -> &'static str {
        match self.kind.as_str() {
            "logged_in" => "Logged in",
            "log_in_failed" => "A log-in failed: wrong password",
            "logged_out" => "Logged out",
            "registered" => "The account was made",
            "email_confirmed" => "The e-mail address was confirmed",
            "email_change_asked" => "Another e-mail address was asked for",
            "email_changed" => "The e-mail address was changed",
            "password_changed" => "The password was changed",
            "password_reset" => "A new password was chosen through a link",
            "reset_link_made" => "An operator made a link to a new password",
            "session_ended" => "A session was ended from another one",
            "other_sessions_ended" => "All other sessions were ended",
            "data_exported" => "A copy of the data was taken",
            "invited" => "Somebody was invited",
            "sessions_ended" => "Everything was logged out by an operator",
            "session_moved" => "A session turned up in another browser and network",
            "sudo_granted" => "The password was confirmed",
            "sudo_denied" => "The password to be confirmed was wrong",
            "token_issued" => "A program logged in with the password",
            "token_reused" => "A used token came back: that program was logged out",
            "token_revoked" => "A token was ended",
            "api_token_created" => "An API token was made",
            _ => "Something of an earlier version",
        }
    }
}

/// Whether the user, or a program of theirs, has logged in before from a browser and a network like
/// these, as far as [`LOOKS_MAX`] looks tell. The first log-in of a new account is familiar.
pub fn is_familiar(
    conn: &mut Connection,
    user: &User,
    origin: &Origin,
    now: PrimitiveDateTime,
) -> QueryResult<bool> {
    let mut is_first = true;
    let mut looks = 0..LOOKS_MAX;
    for kind in ["logged_in", "token_issued"] {
        // The usual case first.
        let mut next = Some(origin.ip_address.clone());
        let mut looked_at = None;
        while let Some(ip_address) = next {
            let here = Origin { ip_address, user_agent: String::new() };
            if here.is_near(origin) && has_device(conn, (user.id, kind), &here, origin, &mut looks)?
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
    conn: &mut Connection,
    logins: (i64, &str),
    here: &Origin,
    origin: &Origin,
    looks: &mut Range<usize>,
) -> QueryResult<bool> {
    let mut looked_at = None;
    while looks.next().is_some() {
        let found = next_browser(conn, logins, &here.ip_address, looked_at.as_deref())?;
        let Some(user_agent) = found else { return Ok(false) };
        if device(&user_agent) == origin.device() {
            return Ok(true);
        }
        looked_at = Some(user_agent);
    }
    Ok(false)
}

/// The next address, in the order of the index, that somebody logged in from: a look into the index
/// for each address instead of one at each log-in. A program may have logged in every minute.
fn next_address(
    conn: &mut Connection,
    (user_id, kind): (i64, &str),
    after: Option<&str>,
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
    conn: &mut Connection,
    (user_id, kind): (i64, &str),
    ip_address: &str,
    after: Option<&str>,
) -> QueryResult<Option<String>> {
    let logins = events::table.filter(events::user_id.eq(user_id)).filter(events::kind.eq(kind));
    let here = logins.filter(events::ip_address.eq(ip_address));
    let next = here.select(min(events::user_agent));
    match after {
        None => next.get_result(conn),
        Some(last) => next.filter(events::user_agent.gt(last)).get_result(conn),
    }
}

/// Deletes what is older than [`KEPT_FOR`], at most `limit` rows; how many.
pub fn purge(conn: &mut Connection, now: PrimitiveDateTime, limit: i64) -> QueryResult<usize> {
    let old = events::table.filter(events::created_at.le(now - KEPT_FOR));
    let old = old.order(events::created_at).limit(limit).select(events::id);
    let old: Vec<i64> = old.load(conn)?;
    diesel::delete(events::table.filter(events::id.eq_any(old))).execute(conn)
}
