//! What we write to people about: what somebody asks for ([`Request`]), and what reports something
//! ([`Notice`]). To say something new, add a variant to one of them and its words in `crate::letters`.

use diesel::prelude::*;
use kit::mail::{PER_DAY, Posted, wait_after};
use kit::{Client, Email, Time};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};
use time::Duration;

use crate::db::Connection;
use crate::error::{Error, Result};
use crate::schema::outbox;

/// The kinds of mails, by their names in the table: what reports something first.
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    Notice::VARIANTS.iter().chain(Request::VARIANTS).copied()
}

/// Something to tell an address. What has to be looked up for it is looked up when it is sent: the
/// request that asks for it does the same whether the address is known or not.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Message {
    Request(Request),
    Notice(Notice),
}

/// Something that can be asked for by anybody, as often as they like: more than
/// [`kit::mail::PER_HOUR`] and [`PER_DAY`] are left out.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Request {
    /// Somebody registers with this address. A new one gets the link; the owner of a known one is
    /// told that they have an account.
    Register,
    /// The link to prove an address is wanted once more. Nobody but those who wait for it gets it.
    Confirm,
    /// An administrator offers an account.
    Invite { by: String },
    /// The link to log in with, for the browser that holds the secret with this hash. Who has no account gets nothing.
    LogIn { browser: String },
    /// The password is forgotten. Who has no account gets nothing.
    Reset,
    /// Somebody wants this to be the address of their account.
    ChangeEmail {
        user_id: i64,
        /// The fingerprint of the account when they asked.
        asked_by: String,
    },
}

/// Something that reports what happened: it is always sent.
#[derive(Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Notice {
    /// To the old address: another one is wanted.
    EmailChangeAsked {
        to: String,
    },
    EmailChanged {
        to: String,
    },
    PasswordChanged,
    /// A log-in from where none came from before.
    NewDevice {
        device: String,
        ip_address: String,
    },
    SecondFactorAdded,
    SecondFactorRemoved,
    PasskeyAdded {
        name: String,
    },
    PasskeyRemoved {
        name: String,
    },
    IdentityLinked {
        provider: String,
    },
    IdentityUnlinked {
        provider: String,
    },
    /// A recovery code was used; so many are left.
    RecoveryCodeUsed {
        left: i64,
    },
    /// Somebody knew the password, and no code.
    SecondFactorFailed,
    /// The same where no password was typed.
    SecondFactorFailedOtherwise,
    /// The app that makes codes was removed, and something else is left.
    AuthenticatorRemoved,
    /// Whoever runs the place changed what the account may do.
    AccessChanged {
        /// What it is now: to follow "your account".
        sentence: String,
    },
    /// The password was tried too often from where nobody knows its owner.
    LogInsStopped,
    AccountDeleted,
}

impl Request {
    /// Puts it into the outbox, unless it was asked for too often.
    pub fn post(&self, conn: &mut Connection, to: &Email, now: Time) -> Result<Posted> {
        let kind: &str = self.into();
        let today: Vec<Time> = outbox::table
            .filter(outbox::email_canonical.eq(&to.canonical).and(outbox::kind.eq(kind)))
            .filter(outbox::created_at.gt(now - Duration::DAY))
            .order(outbox::created_at.desc())
            .limit(i64::try_from(PER_DAY).unwrap_or(i64::MAX))
            .select(outbox::created_at)
            .load(conn)?;
        if let Some(wait) = wait_after(&today, now) {
            return Ok(Posted::LeftOut(wait));
        }
        put(conn, to, (self.into(), self), now)?;
        Ok(Posted::Waits)
    }

    /// The same for whoever may be told that it was too often, which undoes all of the transaction.
    pub fn post_or_refuse(&self, conn: &mut Connection, to: &Email, now: Time) -> Result<()> {
        Ok(self.post(conn, to, now)?.or_refuse()?)
    }
}

impl Notice {
    pub fn new_device(client: &Client) -> Self {
        Self::NewDevice { device: client.device(), ip_address: client.ip_address.clone() }
    }

    /// Puts it into the outbox, in the transaction of what it reports.
    pub fn post(&self, conn: &mut Connection, to: &Email, now: Time) -> Result<()> {
        // It says how to choose a new password: that must work, even if somebody has asked for it so
        // often that the limit is reached.
        let spent = outbox::table
            .filter(outbox::email_canonical.eq(&to.canonical))
            .filter(outbox::kind.eq(<&str>::from(Request::Reset)))
            .filter(outbox::sent_at.is_not_null());
        diesel::delete(spent).execute(conn)?;
        put(conn, to, (self.into(), self), now)
    }
}

fn put(
    conn: &mut Connection, to: &Email, (kind, message): (&'static str, impl Serialize), now: Time,
) -> Result<()> {
    let message = serde_json::to_string(&message)
        .map_err(|e| Error::Internal(format!("a message cannot be written: {e}")))?;
    diesel::insert_into(outbox::table)
        .values((
            outbox::email.eq(&to.typed),
            outbox::email_canonical.eq(&to.canonical),
            outbox::kind.eq(kind),
            outbox::message.eq(message),
            outbox::created_at.eq(now),
            outbox::due_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Nothing is to be done about a mail any more. The row stays for the limits; what it said need not.
#[derive(AsChangeset)]
#[diesel(table_name = outbox, treat_none_as_null = true)]
pub(super) struct PutAway {
    sent_at: Time,
    message: &'static str,
    failure: Option<String>,
}

impl PutAway {
    pub(super) fn at(now: Time) -> Self {
        Self { sent_at: now, message: "", failure: None }
    }
}

/// Takes back what waits for an address whose owner is gone.
pub fn forget(conn: &mut Connection, email: &Email) -> QueryResult<usize> {
    diesel::delete(outbox::table.filter(outbox::email_canonical.eq(&email.canonical))).execute(conn)
}
