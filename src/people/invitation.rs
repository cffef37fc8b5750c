//! Accounts that are offered: the links that nobody has opened yet.

use std::cmp::Reverse;
use std::collections::HashSet;

use diesel::prelude::*;
use kit::Time;

use crate::db::{Backend, Connection};
use crate::error::Result;
use crate::people::link::stored;
use crate::people::{Email, Purpose, User};
use crate::schema::links;

/// An account that is offered to somebody.
#[derive(Queryable, Selectable)]
#[diesel(table_name = links, check_for_backend(Backend))]
pub struct Invitation {
    pub id: i64,
    pub email: String,
    pub expires_at: Time,
}

impl Invitation {
    /// The invitations that nobody has answered yet, the newest first; of several to one address, the last.
    pub fn unanswered(conn: &mut Connection, now: Time) -> Result<Vec<Self>> {
        let (mut seen, mut unanswered) = (HashSet::new(), Vec::new());
        for invitation in Self::all(conn)? {
            let email = stored(&invitation.email)?;
            let is_good = invitation.expires_at > now && User::by_email(conn, &email)?.is_none();
            if is_good && seen.insert(email.canonical) {
                unanswered.push(invitation);
            }
        }
        Ok(unanswered)
    }

    /// Takes back every invitation that was sent to an address: how many that were.
    pub fn take_back(conn: &mut Connection, email: &Email) -> Result<usize> {
        let mut taken_back = 0;
        for invitation in Self::all(conn)? {
            if stored(&invitation.email)?.canonical == email.canonical {
                taken_back += diesel::delete(links::table.find(invitation.id)).execute(conn)?;
            }
        }
        Ok(taken_back)
    }

    /// The newest first. They are few: the database needs no order for them.
    fn all(conn: &mut Connection) -> QueryResult<Vec<Self>> {
        let mut all: Vec<Self> = waiting_invitations().select(Self::as_select()).load(conn)?;
        all.sort_unstable_by_key(|invitation| Reverse(invitation.id));
        Ok(all)
    }

    pub fn sent_at(&self) -> Time {
        self.expires_at - Purpose::Invite.about().lifetime
    }
}

#[diesel::dsl::auto_type]
fn waiting_invitations() -> _ {
    let name: &'static str = Purpose::Invite.name();
    links::table.filter(links::purpose.eq(name)).filter(links::used_at.is_null())
}
