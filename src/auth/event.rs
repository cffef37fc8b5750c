//! Security events: what happened to log-ins and tokens, told in one place and kept for a while.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;
use serde::Serialize;
use serde_json::{Value, json};
use time::{Duration, PrimitiveDateTime};

use crate::clock::{Clock, rfc3339};
use crate::db::{Backend, Connection, Db};
use crate::error::Result;
use crate::peer::{Origin, device};
use crate::schema::events;

/// How long events are kept: long enough to find out what happened, no longer than that needs.
pub const KEPT_FOR: Duration = Duration::days(90);

/// Something that an operator may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityEvent {
    /// Somebody logged in.
    LoggedIn {
        /// Who.
        user_id: i64,
    },
    /// A log-in was refused. The address is not told: people type passwords into that field.
    LogInFailed {
        /// Whose address it was, if anybody's.
        user_id: Option<i64>,
    },
    /// Somebody logged out.
    LoggedOut {
        /// Who.
        user_id: i64,
    },
    /// An account was made, and its address proved.
    Registered {
        /// Whose.
        user_id: i64,
    },
    /// The address of an account was proved.
    EmailConfirmed {
        /// Whose.
        user_id: i64,
    },
    /// Another address was asked for.
    EmailChangeAsked {
        /// For whom.
        user_id: i64,
    },
    /// Another address was proved.
    EmailChanged {
        /// Whose.
        user_id: i64,
    },
    /// Somebody who knows their password chose another.
    PasswordChanged {
        /// Whose.
        user_id: i64,
    },
    /// Somebody who can read the mail chose another password.
    PasswordReset {
        /// Whose.
        user_id: i64,
    },
    /// Somebody ended a session of theirs from another.
    SessionEnded {
        /// Whose.
        user_id: i64,
    },
    /// Somebody ended all of their sessions but the one they were in.
    OtherSessionsEnded {
        /// Whose.
        user_id: i64,
    },
    /// Somebody took a copy of what is stored about them.
    DataExported {
        /// About whom.
        user_id: i64,
    },
    /// Somebody deleted their account.
    AccountDeleted {
        /// Whose id it was.
        user_id: i64,
    },
    /// An administrator offered an account to somebody.
    Invited {
        /// The administrator.
        user_id: i64,
    },
    /// All sessions and tokens of a user were ended.
    SessionsEnded {
        /// Whose.
        user_id: i64,
    },
    /// A session was used from another browser and another network at once.
    SessionMoved {
        /// Whose.
        user_id: i64,
    },
    /// Somebody confirmed their password in a session.
    SudoGranted {
        /// Who.
        user_id: i64,
    },
    /// The password to be confirmed was wrong.
    SudoDenied {
        /// Whose session it was.
        user_id: i64,
    },
    /// An access token was issued for a password.
    TokenIssued {
        /// For whom.
        user_id: i64,
    },
    /// A request for a token was refused.
    TokenRefused,
    /// A refresh token was exchanged.
    TokenRefreshed {
        /// For whom.
        user_id: i64,
    },
    /// A refresh token was used a second time: it was stolen, from its owner or by them. All
    /// tokens of that log-in are ended.
    TokenReused {
        /// Whose.
        user_id: i64,
    },
    /// A token was given back.
    TokenRevoked {
        /// Whose.
        user_id: i64,
    },
    /// A personal API token was made.
    ApiTokenCreated {
        /// Whose.
        user_id: i64,
    },
    /// Somebody without a log-in asked for what needs one.
    Unauthorized,
    /// A token lacked a scope.
    OutOfScope {
        /// Which.
        scope: &'static str,
    },
}

impl SecurityEvent {
    /// Its name in the table and in the export.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::LoggedIn { .. } => "logged_in",
            Self::LogInFailed { .. } => "log_in_failed",
            Self::LoggedOut { .. } => "logged_out",
            Self::Registered { .. } => "registered",
            Self::EmailConfirmed { .. } => "email_confirmed",
            Self::EmailChangeAsked { .. } => "email_change_asked",
            Self::EmailChanged { .. } => "email_changed",
            Self::PasswordChanged { .. } => "password_changed",
            Self::PasswordReset { .. } => "password_reset",
            Self::SessionEnded { .. } => "session_ended",
            Self::OtherSessionsEnded { .. } => "other_sessions_ended",
            Self::DataExported { .. } => "data_exported",
            Self::AccountDeleted { .. } => "account_deleted",
            Self::Invited { .. } => "invited",
            Self::SessionsEnded { .. } => "sessions_ended",
            Self::SessionMoved { .. } => "session_moved",
            Self::SudoGranted { .. } => "sudo_granted",
            Self::SudoDenied { .. } => "sudo_denied",
            Self::TokenIssued { .. } => "token_issued",
            Self::TokenRefused => "token_refused",
            Self::TokenRefreshed { .. } => "token_refreshed",
            Self::TokenReused { .. } => "token_reused",
            Self::TokenRevoked { .. } => "token_revoked",
            Self::ApiTokenCreated { .. } => "api_token_created",
            Self::Unauthorized => "unauthorized",
            Self::OutOfScope { .. } => "out_of_scope",
        }
    }

    /// Whose row it becomes. `None`: it is not kept.
    fn owner(&self) -> Option<Option<i64>> {
        match *self {
            // Kept for unknown addresses too, so that those take as long.
            Self::LogInFailed { user_id } => Some(user_id),
            Self::LoggedIn { user_id }
            | Self::LoggedOut { user_id }
            | Self::Registered { user_id }
            | Self::EmailConfirmed { user_id }
            | Self::EmailChangeAsked { user_id }
            | Self::EmailChanged { user_id }
            | Self::PasswordChanged { user_id }
            | Self::PasswordReset { user_id }
            | Self::SessionEnded { user_id }
            | Self::OtherSessionsEnded { user_id }
            | Self::DataExported { user_id }
            | Self::Invited { user_id }
            | Self::SessionsEnded { user_id }
            | Self::SessionMoved { user_id }
            | Self::SudoGranted { user_id }
            | Self::SudoDenied { user_id }
            | Self::TokenIssued { user_id }
            | Self::TokenReused { user_id }
            | Self::TokenRevoked { user_id }
            | Self::ApiTokenCreated { user_id } => Some(Some(user_id)),
            // Those that every program makes all day, those that are nobody's, and the one whose
            // owner is gone, are for the log only.
            Self::TokenRefreshed { .. }
            | Self::AccountDeleted { .. }
            | Self::TokenRefused
            | Self::Unauthorized
            | Self::OutOfScope { .. } => None,
        }
    }
}

impl fmt::Display for SecurityEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

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
            "password_reset" => "A new password was chosen through a mail",
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

/// Whether the user has logged in before from a browser and a network like these, or never at all.
pub fn is_familiar(conn: &mut Connection, user_id: i64, origin: &Origin) -> QueryResult<bool> {
    let logins =
        events::table.filter(events::user_id.eq(user_id).and(events::kind.eq("logged_in")));
    let seen: Vec<(String, String)> =
        logins.select((events::ip_address, events::user_agent)).distinct().load(conn)?;
    let was_here = |(ip_address, user_agent)| Origin { ip_address, user_agent }.resembles(origin);
    Ok(seen.is_empty() || seen.into_iter().any(was_here))
}

/// Deletes what is older than [`KEPT_FOR`]; how many.
pub fn purge(conn: &mut Connection, now: PrimitiveDateTime) -> QueryResult<usize> {
    diesel::delete(events::table.filter(events::created_at.le(now - KEPT_FOR))).execute(conn)
}

type Listener = Box<dyn Fn(&SecurityEvent) + Send + Sync>;

/// Where events go: to the log, to the table, and to whoever listens. Cheap to clone.
#[derive(Clone)]
pub struct SecurityEvents {
    db: Db,
    clock: Clock,
    listeners: Arc<RwLock<Vec<Listener>>>,
}

impl SecurityEvents {
    /// Keeps its rows in `db`.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock, listeners: Arc::default() }
    }

    /// Calls `listener` for each event from now on, on the thread where it happens: it must not
    /// wait for anything.
    pub fn listen(&self, listener: impl Fn(&SecurityEvent) + Send + Sync + 'static) {
        let mut listeners = self.listeners.write().unwrap_or_else(PoisonError::into_inner);
        listeners.push(Box::new(listener));
    }

    /// Tells that `event` happened to a request from `origin`. What happened has happened: a row
    /// that cannot be written is a line in the log.
    pub async fn tell(&self, origin: &Origin, event: SecurityEvent) {
        log::info!(target: "security", "{event}");
        self.listeners
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .for_each(|listener| listener(&event));
        let Some(user_id) = event.owner() else { return };
        let row = diesel::insert_into(events::table).values((
            events::user_id.eq(user_id),
            events::kind.eq(event.kind()),
            events::ip_address.eq(origin.ip_address.clone()),
            events::user_agent.eq(origin.user_agent.clone()),
            events::created_at.eq(self.clock.now()),
        ));
        let written: Result<usize> = self.db.write(move |conn| row.execute(conn)).await;
        if let Err(error) = written {
            log::error!("an event was not kept: {error}");
        }
    }
}
