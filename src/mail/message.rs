//! What we write to people about. To say something new, add a variant here and its words in
//! [`super::letter`].

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use time::{Duration, PrimitiveDateTime};

use crate::db::Connection;
use crate::error::{Error, Result};
use crate::peer::Origin;
use crate::schema::outbox;
use crate::user::Email;

/// How many mails of a kind that anybody can ask for go to one address in an hour, and in a day:
/// enough for somebody who lost one, too few to bury a mailbox.
pub const PER_HOUR: i64 = 3;
/// See [`PER_HOUR`].
pub const PER_DAY: i64 = 10;

/// What reports something: sent before the rest, so that no flood of questions delays it.
pub(super) const NOTICES: [&str; 5] =
    ["email_change_asked", "email_changed", "password_changed", "new_device", "account_deleted"];

/// Something to tell an address. What has to be looked up for it is looked up when it is sent: the
/// request that asks for it does the same whether the address is known or not.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Message {
    /// Somebody registers with this address. A new one gets the link; the owner of a known one is
    /// told that they have an account.
    Register,
    /// The link to prove the address of an account. Nobody but those who wait for it gets it.
    Confirm,
    /// An administrator offers an account.
    Invite {
        /// Their name.
        by: String,
    },
    /// The password is forgotten. Who has no account gets nothing.
    Reset,
    /// Somebody wants this to be the address of their account.
    ChangeEmail {
        /// Whose account.
        user_id: i64,
        /// The account's [`crate::link::fingerprint`] when they asked.
        asked_by: String,
    },
    /// To the old address: another one is wanted.
    EmailChangeAsked {
        /// Which.
        to: String,
    },
    /// To the old address: it was changed.
    EmailChanged {
        /// To which.
        to: String,
    },
    /// The password was changed.
    PasswordChanged,
    /// A log-in from where none came from before.
    NewDevice {
        /// The browser.
        device: String,
        /// The address.
        ip_address: String,
    },
    /// The account was deleted.
    AccountDeleted,
}

impl Message {
    /// A log-in from where none came from before.
    pub fn new_device(origin: &Origin) -> Self {
        Self::NewDevice { device: origin.device(), ip_address: origin.ip_address.clone() }
    }

    /// Its name in the table.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Confirm => "confirm",
            Self::Invite { .. } => "invite",
            Self::Reset => "reset",
            Self::ChangeEmail { .. } => "change_email",
            Self::EmailChangeAsked { .. } => "email_change_asked",
            Self::EmailChanged { .. } => "email_changed",
            Self::PasswordChanged => "password_changed",
            Self::NewDevice { .. } => "new_device",
            Self::AccountDeleted => "account_deleted",
        }
    }

    /// Whether it reports what happened. The others can be asked for by anybody, as often as they
    /// like.
    fn is_notice(&self) -> bool {
        NOTICES.contains(&self.kind())
    }

    /// Whether the limits let one more of this kind go to the address.
    fn is_within_limits(
        &self,
        conn: &mut Connection,
        to: &Email,
        now: PrimitiveDateTime,
    ) -> QueryResult<bool> {
        Ok(self.is_notice()
            || (self.count(conn, to, now - Duration::HOUR)? < PER_HOUR
                && self.count(conn, to, now - Duration::DAY)? < PER_DAY))
    }

    /// Puts the message into the outbox, in the transaction of what it reports. One that was asked
    /// for too often is left out: `false`, which an outsider must not be told.
    pub fn post(&self, conn: &mut Connection, to: &Email, now: PrimitiveDateTime) -> Result<bool> {
        if !self.is_within_limits(conn, to, now)? {
            return Ok(false);
        }
        if self.is_notice() {
            // It says how to choose a new password: that must work, even if somebody has asked for
            // it so often that the limit is reached.
            let spent = outbox::table
                .filter(outbox::email_canonical.eq(&to.canonical))
                .filter(outbox::kind.eq(Self::Reset.kind()).and(outbox::sent_at.is_not_null()));
            diesel::delete(spent).execute(conn)?;
        }
        let message = serde_json::to_string(self)
            .map_err(|e| Error::Internal(format!("a message cannot be written: {e}")))?;
        diesel::insert_into(outbox::table)
            .values((
                outbox::email.eq(&to.typed),
                outbox::email_canonical.eq(&to.canonical),
                outbox::kind.eq(self.kind()),
                outbox::message.eq(message),
                outbox::created_at.eq(now),
                outbox::due_at.eq(now),
            ))
            .execute(conn)?;
        Ok(true)
    }

    fn count(
        &self,
        conn: &mut Connection,
        to: &Email,
        since: PrimitiveDateTime,
    ) -> QueryResult<i64> {
        outbox::table
            .filter(outbox::email_canonical.eq(&to.canonical))
            .filter(outbox::kind.eq(self.kind()))
            .filter(outbox::created_at.gt(since))
            .count()
            .get_result(conn)
    }
}

/// Takes back what waits for an address whose owner is gone.
pub fn forget(conn: &mut Connection, email: &Email) -> QueryResult<usize> {
    diesel::delete(outbox::table.filter(outbox::email_canonical.eq(&email.canonical))).execute(conn)
}
