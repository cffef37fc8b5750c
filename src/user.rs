//! The people who can log in.

use std::fmt;

use diesel::prelude::*;
use serde_json::{Value, json};
use time::PrimitiveDateTime;

use crate::clock::to_rfc3339;
use crate::db::{self, Backend, Connection};
use crate::error::{Error, Result};
use crate::schema::users;

/// The longest name, in characters.
pub const NAME_MAX: usize = 100;

/// The longest e-mail address, in bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets).
pub const EMAIL_MAX: usize = 254;

/// Somebody who can log in.
#[derive(Clone, Queryable, Selectable, Identifiable)]
#[diesel(check_for_backend(Backend))]
pub struct User {
    /// Never used for anybody else, even after this user is gone.
    pub id: i64,
    /// As typed. Mail goes here.
    pub email: String,
    /// As compared.
    pub email_canonical: String,
    /// How we greet them.
    pub name: String,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// Whether they run the place.
    pub is_admin: bool,
    /// Since when they may not log in.
    pub disabled_at: Option<PrimitiveDateTime>,
    /// When the account was made.
    pub created_at: PrimitiveDateTime,
    /// When the address was proved to be theirs.
    pub verified_at: Option<PrimitiveDateTime>,
}

impl fmt::Debug for User {
    /// Without the hash and the address: what is printed ends up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "User({})", self.id)
    }
}

/// An account to be made.
pub struct NewUser {
    /// Checked by [`Email::parse`].
    pub email: Email,
    /// 1 to [`NAME_MAX`] characters.
    pub name: String,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// Whether they run the place.
    pub is_admin: bool,
    /// The time.
    pub created_at: PrimitiveDateTime,
    /// Whether the address was proved to be theirs.
    pub is_verified: bool,
}

impl User {
    /// Where mail to them goes.
    pub fn address(&self) -> Email {
        Email { typed: self.email.clone(), canonical: self.email_canonical.clone() }
    }

    /// The user with this id.
    pub fn by_id(connection: &mut Connection, id: i64) -> QueryResult<Option<Self>> {
        users::table.find(id).select(Self::as_select()).first(connection).optional()
    }

    /// The user with this address, however it is capitalised.
    pub fn by_email(connection: &mut Connection, email: &Email) -> QueryResult<Option<Self>> {
        users::table
            .filter(users::email_canonical.eq(&email.canonical))
            .select(Self::as_select())
            .first(connection)
            .optional()
    }

    /// Everybody, by id.
    pub fn all(connection: &mut Connection) -> QueryResult<Vec<Self>> {
        users::table.order(users::id).select(Self::as_select()).load(connection)
    }

    /// Whether anybody has an account.
    pub fn any_exists(connection: &mut Connection) -> QueryResult<bool> {
        diesel::select(diesel::dsl::exists(users::table.select(users::id))).get_result(connection)
    }

    /// Whether nobody has an account, and nobody gets one before this transaction is over. Of two who
    /// set up at once, at two servers, the second waits for the first, and finds an account.
    pub fn is_nobody(connection: &mut Connection) -> QueryResult<bool> {
        db::hold_table(connection, "users")?;
        Ok(!Self::any_exists(connection)?)
    }

    /// Makes the account; `None` when the address has one already.
    pub fn create(connection: &mut Connection, new: &NewUser) -> Result<Option<Self>> {
        let created = diesel::insert_into(users::table)
            .values((
                users::email.eq(&new.email.typed),
                users::email_canonical.eq(&new.email.canonical),
                users::name.eq(&new.name),
                users::password_hash.eq(&new.password_hash),
                users::is_admin.eq(new.is_admin),
                users::created_at.eq(new.created_at),
                users::verified_at.eq(new.is_verified.then_some(new.created_at)),
            ))
            .returning(Self::as_returning())
            .get_result(connection);
        if db::is_duplicate(&created) {
            return Ok(None);
        }
        Ok(Some(created?))
    }

    /// Whether the user may log in and has this password hash. Holds the row until the transaction
    /// is over: whoever changes the password meanwhile waits, and then ends what was begun here.
    pub fn is_still(connection: &mut Connection, id: i64, hash: &str) -> QueryResult<bool> {
        let unchanged = users::table
            .find(id)
            .filter(users::password_hash.eq(hash).and(users::disabled_at.is_null()));
        diesel::update(unchanged)
            .set(users::password_hash.eq(hash))
            .execute(connection)
            .map(|found| found == 1)
    }

    /// The same, as a condition of going on: otherwise [`Error::NotAuthenticated`].
    pub fn require_still(connection: &mut Connection, id: i64, hash: &str) -> Result<()> {
        if Self::is_still(connection, id, hash)? { Ok(()) } else { Err(Error::NotAuthenticated) }
    }

    /// Holds the user's row until the transaction is over. Whoever writes with a user's rights and
    /// whoever ends such takes it first: otherwise what is added meanwhile is not ended.
    pub fn lock(connection: &mut Connection, id: i64) -> QueryResult<usize> {
        diesel::update(users::table.find(id)).set(users::name.eq(users::name)).execute(connection)
    }

    /// Stores another password.
    pub fn set_password(connection: &mut Connection, id: i64, hash: &str) -> QueryResult<usize> {
        diesel::update(users::table.find(id)).set(users::password_hash.eq(hash)).execute(connection)
    }

    /// Stores how they are greeted.
    pub fn set_name(connection: &mut Connection, id: i64, name: &str) -> QueryResult<usize> {
        diesel::update(users::table.find(id)).set(users::name.eq(name)).execute(connection)
    }

    /// Stores an address that was proved to be theirs, be it another one or the same; `false` when
    /// somebody else has it.
    pub fn set_verified_email(
        connection: &mut Connection,
        id: i64,
        email: &Email,
        now: PrimitiveDateTime,
    ) -> QueryResult<bool> {
        let changed = diesel::update(users::table.find(id))
            .set((
                users::email.eq(&email.typed),
                users::email_canonical.eq(&email.canonical),
                users::verified_at.eq(now),
            ))
            .execute(connection);
        if db::is_duplicate(&changed) { Ok(false) } else { changed.map(|_| true) }
    }

    /// A copy of what is stored, for its owner.
    pub fn export(connection: &mut Connection, id: i64) -> Result<Value> {
        let user: Self = users::table.find(id).select(Self::as_select()).first(connection)?;
        Ok(json!({
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "is_admin": user.is_admin,
            "created_at": to_rfc3339(&user.created_at),
            "verified_at": user.verified_at.as_ref().map(to_rfc3339),
        }))
    }

    /// Deletes the account, and with it every row of every table that belongs to it.
    pub fn delete(connection: &mut Connection, id: i64) -> QueryResult<usize> {
        diesel::delete(users::table.find(id)).execute(connection)
    }

    /// Lets the user log in, or not from the time given.
    pub fn set_disabled(
        connection: &mut Connection,
        id: i64,
        since: Option<PrimitiveDateTime>,
    ) -> QueryResult<usize> {
        diesel::update(users::table.find(id)).set(users::disabled_at.eq(since)).execute(connection)
    }
}

/// A well-formed e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// As the person wrote it, less the spaces around it, and with the domain as mail servers know it.
    pub typed: String,
    /// As addresses are compared: lower case, the domain in its ASCII form. No tricks with dots or
    /// plus signs: they are other addresses.
    pub canonical: String,
}

impl Email {
    /// Checks and reads an address. The error is a sentence for the field.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const FORM: &str = "Enter an e-mail address, like name@example.com.";
        let typed = text.trim_matches(' ');
        if typed.is_empty() {
            return Err("Enter your e-mail address.");
        }
        if typed.len() > EMAIL_MAX {
            return Err("This e-mail address is too long.");
        }
        let (local, domain) = typed.split_once('@').ok_or(FORM)?;
        // Control characters and separators could add a header or a recipient to a mail.
        let strange = |c: char| !c.is_ascii_graphic() || "\"<>()[],;:\\@".contains(c);
        if local.is_empty() || local.len() > 64 || local.contains(strange) {
            return Err(FORM);
        }
        // The parser would decode it, and mail would go elsewhere than where it was compared.
        if domain.contains('%') {
            return Err(FORM);
        }
        let Ok(url::Host::Domain(domain)) = url::Host::parse(domain) else { return Err(FORM) };
        if !domain.contains('.') || domain.split('.').any(str::is_empty) {
            return Err(FORM);
        }
        let canonical = format!("{}@{domain}", local.to_ascii_lowercase());
        Ok(Self { typed: format!("{local}@{domain}"), canonical })
    }

    /// The part before the `@`: a name for somebody who has given none.
    pub fn local_part(&self) -> &str {
        self.typed.split_once('@').map_or("", |(local, _)| local)
    }
}
