//! An account at another site that opens one here, as its row. How that site is asked is in `people::providers`.

use diesel::prelude::*;
use kit::{Email, Time};
use time::Duration;

use crate::db::{Backend, Connection, Export, copy_of};
use crate::error::Result;
use crate::mail::Notice;
use crate::people::User;
use crate::schema::identities;

/// The most of what somebody is called elsewhere that is kept, in characters.
pub const LABEL_MAX: usize = 100;

/// How long somebody who was sent there may stay away: they may have to log in there first.
pub const ANSWERED_WITHIN: Duration = Duration::minutes(15);

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = identities, check_for_backend(Backend))]
pub struct Identity {
    pub id: i64,
    pub issuer: String,
    subject: String,
    /// By which somebody knows it: an address, a name.
    pub label: String,
    password_mark: String,
    pub created_at: Time,
    pub used_at: Option<Time>,
}

/// Who somebody is at another site: the issuer and what it knows them by, for ever. An address is none, for it gets
/// another owner one day (OpenID Connect Core 1.0 section 5.7).
#[derive(Clone, Debug)]
pub struct Subject {
    pub issuer: String,
    pub subject: String,
    pub label: String,
}

/// What another site tells of somebody.
pub struct Told {
    pub subject: Subject,
    /// Their address, if that site has made sure that it is theirs.
    pub email: Option<Email>,
    pub name: String,
}

/// What became of linking.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    Now,
    /// It opens another account.
    Elsewhere,
    /// Another account of that site opens this one.
    Another,
}

impl Identity {
    /// Those of a user.
    pub fn of(conn: &mut Connection, user_id: i64) -> QueryResult<Vec<Self>> {
        of(user_id).select(Self::as_select()).load(conn)
    }

    /// The one that this is, and whose it is here.
    pub fn find(conn: &mut Connection, told: &Subject) -> QueryResult<Option<(Self, User)>> {
        let named = identities::table.filter(identities::issuer.eq(&told.issuer));
        let named = named.filter(identities::subject.eq(&told.subject));
        let named = named.select((Self::as_select(), identities::user_id));
        let found: Option<(Self, i64)> = named.first(conn).optional()?;
        let Some((identity, user_id)) = found else { return Ok(None) };
        Ok(User::by_id(conn, user_id)?.map(|user| (identity, user)))
    }

    /// Whether it opens the account by itself: after another password it does not, for whoever got in with the old one
    /// may have linked it.
    pub fn is_trusted(&self, user: &User) -> bool {
        self.password_mark == user.password_mark()
    }

    /// Lets this open the account of a user from now on, or again; and tells them.
    pub fn link(
        conn: &mut Connection, user: &User, told: &Subject, provider: &str, now: Time,
    ) -> Result<Linked> {
        match Self::find(conn, told)? {
            Some((_, owner)) if owner.id != user.id => return Ok(Linked::Elsewhere),
            Some((own, _)) => {
                let again = identities::password_mark.eq(user.password_mark());
                diesel::update(identities::table.find(own.id)).set(again).execute(conn)?;
            }
            None if Self::of(conn, user.id)?.iter().any(|own| own.issuer == told.issuer) => {
                return Ok(Linked::Another);
            }
            None => {
                let row = (
                    identities::user_id.eq(user.id),
                    identities::issuer.eq(&told.issuer),
                    identities::subject.eq(&told.subject),
                    identities::label.eq(&told.label),
                    identities::password_mark.eq(user.password_mark()),
                    identities::created_at.eq(now),
                );
                diesel::insert_into(identities::table).values(row).execute(conn)?;
            }
        }
        Notice::IdentityLinked { provider: provider.to_owned() }.post(
            conn,
            &user.address(),
            now,
        )?;
        Ok(Linked::Now)
    }

    pub fn note_use(&self, conn: &mut Connection, now: Time) -> QueryResult<usize> {
        let used = identities::used_at.eq(now);
        diesel::update(identities::table.find(self.id)).set(used).execute(conn)
    }

    /// Lets it open the account no more.
    pub fn unlink(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<usize> {
        diesel::delete(of(user_id).filter(identities::id.eq(id))).execute(conn)
    }

    /// The password is the same, and its mark another one: what was trusted stays so.
    pub fn trust_on(conn: &mut Connection, user: &User, before: &str) -> QueryResult<usize> {
        let trusted = of(user.id).filter(identities::password_mark.eq(before));
        let mark = identities::password_mark.eq(user.password_mark());
        diesel::update(trusted).set(mark).execute(conn)
    }

    pub const EXPORT: Export =
        copy_of!(identities.user_id, Self; issuer, subject, label, created_at, used_at);
}

#[diesel::dsl::auto_type]
fn of(user_id: i64) -> _ {
    identities::table.filter(identities::user_id.eq(user_id))
}
