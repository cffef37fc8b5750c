//! A passkey of somebody's, as its row. The ceremonies are in `people::passkeys`.

use diesel::prelude::*;
use kit::Time;
use time::Duration;

use crate::db::{Backend, Connection, Export, copy_of};
use crate::error::{Error, Result};
use crate::people::User;
use crate::schema::passkeys;

/// How many somebody can have: a phone, a laptop, a key in the drawer, and as many again.
pub const PASSKEYS_MAX: i64 = 10;

pub const NAME_MAX: usize = 50;

/// How long a device has to answer.
pub const ANSWERED_WITHIN: Duration = Duration::minutes(5);

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = passkeys, check_for_backend(Backend))]
pub struct Passkey {
    pub id: i64,
    pub name: String,
    /// By which the devices of one user know them.
    pub handle: String,
    pub credential_id: String,
    /// As JSON: its public key, its counter, its flags.
    pub credential: String,
    /// Of the password that they had when it was made, or used beside one.
    pub password_mark: String,
    pub created_at: Time,
    pub used_at: Option<Time>,
}

/// One to be kept.
#[derive(Insertable)]
#[diesel(table_name = passkeys)]
pub struct NewPasskey {
    pub user_id: i64,
    pub name: String,
    pub handle: String,
    pub credential_id: String,
    pub credential: String,
    pub password_mark: String,
    pub created_at: Time,
}

impl Passkey {
    /// Those of a user, the oldest first.
    pub fn of(conn: &mut Connection, user_id: i64) -> QueryResult<Vec<Self>> {
        of(user_id).order(passkeys::id).select(Self::as_select()).load(conn)
    }

    /// One of a user's; no row when there is none.
    pub fn own(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self> {
        of(user_id).filter(passkeys::id.eq(id)).select(Self::as_select()).first(conn)
    }

    pub fn count(conn: &mut Connection, user_id: i64) -> QueryResult<i64> {
        of(user_id).count().get_result(conn)
    }

    /// The one that a device calls so, and whose it is.
    pub fn find(conn: &mut Connection, credential_id: &str) -> QueryResult<Option<(Self, User)>> {
        let named = passkeys::table.filter(passkeys::credential_id.eq(credential_id));
        let named = named.select((Self::as_select(), passkeys::user_id));
        let found: Option<(Self, i64)> = named.first(conn).optional()?;
        let Some((passkey, user_id)) = found else { return Ok(None) };
        Ok(User::by_id(conn, user_id)?.map(|user| (passkey, user)))
    }

    /// Keeps one. A sentence about the form, when there are too many.
    pub fn add(conn: &mut Connection, new: &NewPasskey) -> Result<()> {
        if Self::count(conn, new.user_id)? >= PASSKEYS_MAX {
            let sentence = format!("You have {PASSKEYS_MAX} passkeys: remove one first.");
            return Err(Error::Request(kit::Error::Invalid(vec![("", sentence)])));
        }
        diesel::insert_into(passkeys::table).values(new).execute(conn)?;
        Ok(())
    }

    /// Keeps in mind that it was used, with the counter that it has by now. `false` when it was used or removed
    /// meanwhile: of two answers with one counter, one is a copy's.
    pub fn note_use(
        &self, conn: &mut Connection, (credential, mark): (&str, &str), now: Time,
    ) -> QueryResult<bool> {
        let unchanged = passkeys::table.find(self.id);
        let unchanged = unchanged.filter(passkeys::credential.eq(&self.credential));
        let used = (
            passkeys::credential.eq(credential),
            passkeys::password_mark.eq(mark),
            passkeys::used_at.eq(now),
        );
        Ok(diesel::update(unchanged).set(used).execute(conn)? == 1)
    }

    /// The password is the same, and its mark another one: what was trusted stays so.
    pub fn trust_on(conn: &mut Connection, user: &User, before: &str) -> QueryResult<usize> {
        let trusted = of(user.id).filter(passkeys::password_mark.eq(before));
        let mark = passkeys::password_mark.eq(user.password_mark());
        diesel::update(trusted).set(mark).execute(conn)
    }

    pub fn rename(conn: &mut Connection, user_id: i64, id: i64, name: &str) -> QueryResult<usize> {
        let own = diesel::update(of(user_id).filter(passkeys::id.eq(id)));
        own.set(passkeys::name.eq(name)).execute(conn)
    }

    /// `false` when it is gone already.
    pub fn remove(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<bool> {
        Ok(diesel::delete(of(user_id).filter(passkeys::id.eq(id))).execute(conn)? == 1)
    }

    pub fn remove_all(conn: &mut Connection, user_id: i64) -> QueryResult<usize> {
        diesel::delete(of(user_id)).execute(conn)
    }

    pub const EXPORT: Export = copy_of!(passkeys.user_id, Self; name, created_at, used_at);
}

#[diesel::dsl::auto_type]
fn of(user_id: i64) -> _ {
    passkeys::table.filter(passkeys::user_id.eq(user_id))
}
