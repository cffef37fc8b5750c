//! The people who can log in.

use std::fmt;

use actix_login::hash_token;
use diesel::prelude::*;
use kit::name::{color, initials};
use kit::{Time, export};

use crate::db::{self, Backend, Connection, Export};
use crate::error::{Error, Result};
use crate::people::{Email, Name};
use crate::schema::users;

#[derive(Clone, Queryable, Selectable, Identifiable)]
#[diesel(check_for_backend(Backend))]
pub struct User {
    /// Never used for anybody else, even after this user is gone.
    pub id: i64,
    /// As typed. Mail goes here.
    pub email: String,
    /// As compared.
    pub email_canonical: String,
    pub name: String,
    /// As it is compared by who holds the row; to check a password, there is [`Self::password`].
    pub password_hash: String,
    pub is_admin: bool,
    /// Since when they may not log in.
    pub disabled_at: Option<Time>,
    pub created_at: Time,
    /// When the address was proved to be theirs.
    pub verified_at: Option<Time>,
    /// Log-ins that failed since the last one that did not, from browsers that nobody knows.
    pub failed_log_ins: i64,
    /// Since when they are asked for a second factor.
    pub second_factor_at: Option<Time>,
    pub factors_version: i64,
}

impl fmt::Debug for User {
    /// Without the hash and the address: what is printed ends up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "User({})", self.id)
    }
}

/// An account to be made.
pub struct NewUser {
    pub email: Email,
    pub name: Name,
    pub password_hash: String,
    pub is_admin: bool,
    pub created_at: Time,
    /// Whether the address was proved to be theirs.
    pub is_verified: bool,
}

impl User {
    /// Where mail to them goes.
    pub fn address(&self) -> Email {
        Email { typed: self.email.clone(), canonical: self.email_canonical.clone() }
    }

    /// For a small picture, beside [`Self::color`].
    pub fn initials(&self) -> String {
        initials(&self.name)
    }

    pub fn color(&self) -> u32 {
        color(&self.name)
    }

    pub fn may_log_in(&self) -> bool {
        self.disabled_at.is_none()
    }

    /// The hash of their password; none of who comes in through another site alone.
    pub fn password(&self) -> Option<String> {
        Some(self.password_hash.clone()).filter(|hash| !hash.is_empty())
    }

    pub fn has_password(&self) -> bool {
        !self.password_hash.is_empty()
    }

    /// What their password is known by, where it is not to be known.
    pub fn password_mark(&self) -> String {
        hash_token(&self.password_hash)
    }

    pub fn is_verified(&self) -> bool {
        self.verified_at.is_some()
    }

    /// Whether they run the place, and can be reached.
    pub fn is_verified_admin(&self) -> bool {
        self.is_admin && self.is_verified()
    }

    pub fn by_id(conn: &mut Connection, id: i64) -> QueryResult<Option<Self>> {
        users::table.find(id).select(Self::as_select()).first(conn).optional()
    }

    /// The user with this address, however it is capitalised.
    pub fn by_email(conn: &mut Connection, email: &Email) -> QueryResult<Option<Self>> {
        let theirs = users::table.filter(users::email_canonical.eq(&email.canonical));
        theirs.select(Self::as_select()).first(conn).optional()
    }

    pub fn all(conn: &mut Connection) -> QueryResult<Vec<Self>> {
        users::table.order(users::id).select(Self::as_select()).load(conn)
    }

    pub fn any_exists(conn: &mut Connection) -> QueryResult<bool> {
        diesel::select(diesel::dsl::exists(users::table.select(users::id))).get_result(conn)
    }

    /// Whether nobody has an account, and nobody gets one before this transaction is over. Of two who
    /// set up at once, at two servers, the second waits for the first, and finds an account.
    pub fn hold_if_nobody_exists(conn: &mut Connection) -> QueryResult<bool> {
        db::hold_table(conn, "users")?;
        Ok(!Self::any_exists(conn)?)
    }

    /// Makes the account; `None` when the address has one already.
    pub fn create(conn: &mut Connection, new: &NewUser) -> QueryResult<Option<Self>> {
        let insert = diesel::insert_into(users::table)
            .values((
                users::email.eq(&new.email.typed),
                users::email_canonical.eq(&new.email.canonical),
                users::name.eq(new.name.as_str()),
                users::password_hash.eq(&new.password_hash),
                users::is_admin.eq(new.is_admin),
                users::created_at.eq(new.created_at),
                users::verified_at.eq(new.is_verified.then_some(new.created_at)),
            ))
            .returning(Self::as_returning());
        db::unless_duplicate(conn, |conn| insert.get_result(conn))
    }

    /// Whether the user may log in and has this password hash. Holds the row until the transaction
    /// is over: whoever changes the password meanwhile waits, and then ends what was begun here.
    pub fn is_still(conn: &mut Connection, id: i64, hash: &str) -> QueryResult<bool> {
        let unchanged = users::table.find(id).filter(users::disabled_at.is_null());
        let unchanged = unchanged.filter(users::password_hash.eq(hash));
        Ok(diesel::update(unchanged).set(users::password_hash.eq(hash)).execute(conn)? == 1)
    }

    /// The same, as a condition of going on: otherwise [`Error::NotAuthenticated`].
    pub fn require_still(conn: &mut Connection, id: i64, hash: &str) -> Result<()> {
        if Self::is_still(conn, id, hash)? { Ok(()) } else { Err(Error::NotAuthenticated) }
    }

    /// The same for a log-in. Without a second factor nobody is let in who has one, be it since a moment ago; nor with
    /// what was taken away since they were looked up.
    pub fn require_may_enter(conn: &mut Connection, user: &Self, has_factor: bool) -> Result<()> {
        let unchanged = users::table.find(user.id).filter(users::disabled_at.is_null());
        let unchanged = unchanged.filter(users::password_hash.eq(&user.password_hash));
        let unchanged = unchanged.filter(users::factors_version.eq(user.factors_version));
        let same = users::password_hash.eq(&user.password_hash);
        let held = diesel::update(unchanged).set(same).into_boxed();
        let held = if has_factor { held } else { held.filter(users::second_factor_at.is_null()) };
        if held.execute(conn)? == 1 { Ok(()) } else { Err(Error::NotAuthenticated) }
    }

    /// Holds the user's row until the transaction is over. Whoever writes with a user's rights and
    /// whoever ends such takes it first: otherwise what is added meanwhile is not ended.
    pub fn lock(conn: &mut Connection, id: i64) -> QueryResult<usize> {
        diesel::update(users::table.find(id)).set(users::name.eq(users::name)).execute(conn)
    }

    /// Stores another password, which nobody has tried yet.
    pub fn set_password(conn: &mut Connection, id: i64, hash: &str) -> QueryResult<usize> {
        let new = (users::password_hash.eq(hash), users::failed_log_ins.eq(0));
        diesel::update(users::table.find(id)).set(new).execute(conn)
    }

    pub fn set_name(conn: &mut Connection, id: i64, name: &Name) -> QueryResult<Self> {
        let change = diesel::update(users::table.find(id)).set(users::name.eq(name.as_str()));
        change.returning(Self::as_returning()).get_result(conn)
    }

    /// Stores an address that was proved to be theirs, be it another one or the same; `false` when
    /// somebody else has it.
    pub fn set_verified_email(
        conn: &mut Connection, id: i64, email: &Email, now: Time,
    ) -> QueryResult<bool> {
        let change = diesel::update(users::table.find(id)).set((
            users::email.eq(&email.typed),
            users::email_canonical.eq(&email.canonical),
            users::verified_at.eq(now),
        ));
        Ok(db::unless_duplicate(conn, |conn| change.execute(conn))?.is_some())
    }

    pub const EXPORT: Export = |conn, id| {
        let user: Self = users::table.find(id).select(Self::as_select()).first(conn)?;
        Ok(export!(user; id, email, name, is_admin, created_at, verified_at))
    };

    /// Deletes the account, and with it every row of every table that belongs to it; not that of the
    /// last administrator.
    pub fn delete(conn: &mut Connection, id: i64) -> Result<()> {
        Self::require_other_admin(conn, id)?;
        Ok(diesel::delete(users::table.find(id)).execute(conn).map(drop)?)
    }

    /// Lets the user log in, or not from the time given; the last administrator always.
    pub fn set_disabled(conn: &mut Connection, id: i64, since: Option<Time>) -> Result<()> {
        if since.is_some() {
            Self::require_other_admin(conn, id)?;
        }
        let change = diesel::update(users::table.find(id)).set(users::disabled_at.eq(since));
        Ok(change.execute(conn).map(drop)?)
    }

    /// Makes the user an administrator, or no longer one; the last one stays it.
    pub fn set_admin(conn: &mut Connection, id: i64, is_admin: bool) -> Result<()> {
        if !is_admin {
            Self::require_other_admin(conn, id)?;
        }
        let change = diesel::update(users::table.find(id)).set(users::is_admin.eq(is_admin));
        Ok(change.execute(conn).map(drop)?)
    }

    /// Whether the user is the only administrator who may log in.
    pub fn is_last_admin(conn: &mut Connection, id: i64) -> QueryResult<bool> {
        let admins = users::table.filter(users::is_admin.and(users::disabled_at.is_null()));
        let some: Vec<i64> = admins.select(users::id).limit(2).load(conn)?;
        Ok(some == [id])
    }

    /// The condition of taking an administrator away: [`Error::LastAdministrator`] when nobody would
    /// be left. Two of them who leave at once are asked one after the other.
    fn require_other_admin(conn: &mut Connection, id: i64) -> Result<()> {
        // A turn, and not the rows of all of them: whoever leaves holds a row already, and two would
        // wait for each other's.
        Self::lock(conn, id)?;
        db::hold_name(conn, "administrators")?;
        if Self::is_last_admin(conn, id)? { Err(Error::LastAdministrator) } else { Ok(()) }
    }
}
