//! A session: one log-in of one user on one browser, as its row.

use actix_web::cookie::Cookie;
use diesel::prelude::*;
use kit::http::client::{device, device_icon};
use kit::{Client, Time};
use time::Duration;

use crate::db::{Backend, Connection, Export, copy_of};
use crate::error::{Error, Result};
use crate::schema::sessions;

/// How long a typed password counts for what needs a fresh log-in ([`super::Sudo`]).
pub const FRESH_FOR: Duration = Duration::minutes(10);

#[derive(Clone, Debug, Queryable, Selectable, Identifiable)]
#[diesel(check_for_backend(Backend))]
pub struct Session {
    pub id: i64,
    pub user_id: i64,
    pub created_at: Time,
    /// The last request, to the minute.
    pub last_seen_at: Time,
    /// When it ends, however busy.
    pub expires_at: Time,
    pub remembered: bool,
    /// Where it began.
    pub ip_address: String,
    pub user_agent: String,
    /// When the password was last asked for; `None` when it has to be asked for again.
    pub authenticated_at: Option<Time>,
}

impl Session {
    /// Whether the password was asked for within [`FRESH_FOR`].
    pub fn is_fresh(&self, now: Time) -> bool {
        self.authenticated_at.is_some_and(|at| now - at < FRESH_FOR)
    }

    /// Where it began, or where the password was last confirmed in it.
    pub fn client(&self) -> Client {
        let (ip_address, user_agent) = (self.ip_address.clone(), self.user_agent.clone());
        Client { ip_address, user_agent, ..Client::default() }
    }

    pub const EXPORT: Export = copy_of!(
        sessions.user_id, Self;
        created_at, last_seen_at, expires_at, remembered, ip_address, user_agent
    );

    pub fn device(&self) -> String {
        device(&self.user_agent)
    }

    /// One of `static/icons.svg`.
    pub fn icon(&self) -> &'static str {
        device_icon(&self.user_agent)
    }

    /// How many browsers somebody is logged in with.
    pub fn count(conn: &mut Connection, user_id: i64) -> QueryResult<i64> {
        sessions::table.filter(sessions::user_id.eq(user_id)).count().get_result(conn)
    }
}

/// How somebody is logged in.
#[derive(Clone, Copy)]
#[must_use]
pub struct LogIn {
    pub(super) is_fresh: bool,
    /// Whether a second factor was proved, or the browser is trusted without.
    pub(super) has_second_factor: bool,
    pub(super) remembered: bool,
    pub(super) lifetime: Option<Duration>,
}

impl LogIn {
    /// By the password that they have just typed: it counts for [`FRESH_FOR`].
    pub fn by_password() -> Self {
        Self { is_fresh: true, has_second_factor: false, remembered: false, lifetime: None }
    }

    /// By a key on a device that they have just unlocked: what they have, and what they know or are.
    pub fn by_passkey() -> Self {
        Self::by_password().and_second_factor()
    }

    /// By another site, or a link: they are asked for the password before what needs a fresh log-in.
    pub fn otherwise() -> Self {
        Self { is_fresh: false, ..Self::by_password() }
    }

    /// With a second factor, for whoever has one: without, they are not let in.
    pub fn and_second_factor(self) -> Self {
        Self { has_second_factor: true, ..self }
    }

    pub fn is_fresh(self) -> bool {
        self.is_fresh
    }

    pub fn is_remembered(self) -> bool {
        self.remembered
    }

    /// Whether it outlives the browser.
    pub fn remembered(self, remembered: bool) -> Self {
        Self { remembered, ..self }
    }

    /// Until then at the most, instead of what the settings say; they still say how long without a request.
    pub fn lasting(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }
}

/// Another secret for a session, to be stored in the transaction of what it is changed for: whoever had
/// the old cookie is out.
pub struct Renewal {
    pub(super) session_id: i64,
    pub(super) token_hash: String,
    pub(super) cookie: Cookie<'static>,
}

impl Renewal {
    /// What to do in the transaction. The session is [`Error::NotAuthenticated`] when it is over.
    pub fn store(&self) -> impl FnOnce(&mut Connection) -> Result<()> + use<> {
        let change = diesel::update(sessions::table.find(self.session_id))
            .set(sessions::token_hash.eq(self.token_hash.clone()));
        |conn| {
            let changed = change.execute(conn)?;
            if changed == 1 { Ok(()) } else { Err(Error::NotAuthenticated) }
        }
    }

    pub fn cookie(&self) -> &Cookie<'static> {
        &self.cookie
    }
}
