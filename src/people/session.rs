//! A session: one log-in of one user on one browser, as its row.

use diesel::prelude::*;
use kit::clock::to_rfc3339;
use kit::http::client::{Client, device};
use serde_json::{Value, json};
use time::{Duration, PrimitiveDateTime};

use crate::db::{Backend, Connection};
use crate::error::Result;
use crate::schema::sessions;

/// How long a typed password counts for what needs a fresh log-in ([`super::Sudo`]).
pub const FRESH_FOR: Duration = Duration::minutes(10);

/// One log-in of one user on one browser.
#[derive(Clone, Debug, Queryable, Selectable, Identifiable)]
#[diesel(check_for_backend(Backend))]
pub struct Session {
    /// The row.
    pub id: i64,
    /// Whose log-in it is.
    pub user_id: i64,
    /// When it began.
    pub created_at: PrimitiveDateTime,
    /// The last request, to the minute.
    pub last_seen_at: PrimitiveDateTime,
    /// When it ends, however busy.
    pub expires_at: PrimitiveDateTime,
    /// Whether "remember me" was ticked.
    pub remembered: bool,
    /// Where it began.
    pub ip_address: String,
    /// The browser's description of itself.
    pub user_agent: String,
    /// When the password was last asked for; `None` when it has to be asked for again.
    pub authenticated_at: Option<PrimitiveDateTime>,
}

impl Session {
    /// Whether the password was asked for within [`FRESH_FOR`].
    pub fn is_fresh(&self, now: PrimitiveDateTime) -> bool {
        self.authenticated_at.is_some_and(|at| now - at < FRESH_FOR)
    }

    /// Where it began, or where the password was last confirmed in it.
    pub fn client(&self) -> Client {
        Client { ip_address: self.ip_address.clone(), user_agent: self.user_agent.clone() }
    }

    /// A copy of what is stored of a user's sessions, for them.
    pub fn export(conn: &mut Connection, user_id: i64) -> Result<Value> {
        let own = sessions::table.filter(sessions::user_id.eq(user_id)).select(Self::as_select());
        let rows = own.load(conn)?.into_iter().map(|session: Self| {
            json!({
                "created_at": to_rfc3339(&session.created_at),
                "last_seen_at": to_rfc3339(&session.last_seen_at),
                "expires_at": to_rfc3339(&session.expires_at),
                "remembered": session.remembered,
                "ip_address": session.ip_address,
                "user_agent": session.user_agent,
            })
        });
        Ok(rows.collect())
    }

    /// The browser and the system.
    pub fn device(&self) -> String {
        device(&self.user_agent)
    }
}
