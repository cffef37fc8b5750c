//! Security events: what happened to log-ins and tokens, told in one place.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use diesel::prelude::*;

use crate::clock::Clock;
use crate::db::Db;
use crate::error::Result;
use crate::peer::Origin;
use crate::schema::events;

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
    /// An operator made a link to a new password.
    ResetLinkMade {
        /// For whom.
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
            Self::ResetLinkMade { .. } => "reset_link_made",
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

    /// Who it happened to, if to anybody.
    pub fn user_id(&self) -> Option<i64> {
        match *self {
            Self::LogInFailed { user_id } => user_id,
            Self::LoggedIn { user_id }
            | Self::LoggedOut { user_id }
            | Self::Registered { user_id }
            | Self::EmailConfirmed { user_id }
            | Self::EmailChangeAsked { user_id }
            | Self::EmailChanged { user_id }
            | Self::PasswordChanged { user_id }
            | Self::PasswordReset { user_id }
            | Self::ResetLinkMade { user_id }
            | Self::SessionEnded { user_id }
            | Self::OtherSessionsEnded { user_id }
            | Self::DataExported { user_id }
            | Self::AccountDeleted { user_id }
            | Self::Invited { user_id }
            | Self::SessionsEnded { user_id }
            | Self::SessionMoved { user_id }
            | Self::SudoGranted { user_id }
            | Self::SudoDenied { user_id }
            | Self::TokenIssued { user_id }
            | Self::TokenRefreshed { user_id }
            | Self::TokenReused { user_id }
            | Self::TokenRevoked { user_id }
            | Self::ApiTokenCreated { user_id } => Some(user_id),
            Self::TokenRefused | Self::Unauthorized | Self::OutOfScope { .. } => None,
        }
    }

    /// Whether it becomes a row. A failed log-in does for unknown addresses too, so that those take
    /// as long. What programs do all day, what is nobody's, and what happened to who is gone, is for
    /// the log only.
    fn is_kept(&self) -> bool {
        !matches!(
            self,
            Self::TokenRefreshed { .. }
                | Self::AccountDeleted { .. }
                | Self::TokenRefused
                | Self::Unauthorized
                | Self::OutOfScope { .. }
        )
    }
}

impl fmt::Display for SecurityEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
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
        if !event.is_kept() {
            return;
        }
        let row = diesel::insert_into(events::table).values((
            events::user_id.eq(event.user_id()),
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
