//! Invitations that are not sent yet.

use diesel::prelude::*;
use kit::{Email, Time};

use crate::db::Connection;
use crate::mail::message::PutAway;
use crate::schema::outbox;

/// The name of [`crate::mail::Request::Invite`] in the table.
const INVITE: &str = "invite";

/// The addresses that are invited by a mail that is not sent yet.
pub fn about_to_be_invited(conn: &mut Connection) -> QueryResult<Vec<String>> {
    unsent_invitations().order(outbox::due_at).select(outbox::email).load(conn)
}

/// Sees to it that the invitations of an address are not sent that wait. They count as sent: otherwise whoever
/// invites and takes back in turn would invite without a limit.
pub fn hold_back(conn: &mut Connection, email: &Email, now: Time) -> QueryResult<usize> {
    let theirs = outbox::table
        .filter(outbox::kind.eq(INVITE))
        .filter(outbox::email_canonical.eq(&email.canonical))
        // Also those that were given up: somebody might try them again.
        .filter(outbox::sent_at.is_null().or(outbox::failure.is_not_null()));
    diesel::update(theirs).set(PutAway::at(now)).execute(conn)
}

#[diesel::dsl::auto_type]
fn unsent_invitations() -> _ {
    let kind: &'static str = INVITE;
    outbox::table.filter(outbox::kind.eq(kind)).filter(outbox::sent_at.is_null())
}
