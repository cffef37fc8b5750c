//! Security events: what happened to log-ins and tokens, told in one place.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Something that an operator may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityEvent {
    /// Somebody logged in.
    LoggedIn {
        /// Who.
        user_id: i64,
    },
    /// A log-in was refused. The address is not told: people type passwords into that field.
    LogInFailed,
    /// Somebody logged out.
    LoggedOut {
        /// Who.
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

impl fmt::Display for SecurityEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

type Listener = Box<dyn Fn(&SecurityEvent) + Send + Sync>;

/// Where events go: to the log, and to whoever listens. Cheap to clone.
#[derive(Clone, Default)]
pub struct SecurityEvents {
    listeners: Arc<RwLock<Vec<Listener>>>,
}

impl SecurityEvents {
    /// Calls `listener` for each event from now on, on the thread where it happens: it must not
    /// wait for anything.
    pub fn listen(&self, listener: impl Fn(&SecurityEvent) + Send + Sync + 'static) {
        let mut listeners = self.listeners.write().unwrap_or_else(PoisonError::into_inner);
        listeners.push(Box::new(listener));
    }

    /// Tells that `event` happened.
    pub fn tell(&self, event: &SecurityEvent) {
        log::info!(target: "security", "{event}");
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner);
        listeners.iter().for_each(|listener| listener(event));
    }
}
