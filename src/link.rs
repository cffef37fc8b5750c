//! One-time links: they prove that whoever opens one reads the mail of an address.

use diesel::prelude::*;
use serde_json::{Value, json};
use time::{Duration, PrimitiveDateTime};

use crate::clock::to_rfc3339;
use crate::db::{Backend, Connection};
use crate::error::Result;
use crate::keys::{hash_token, random_token};
use crate::schema::links;
use crate::user::{Email, User};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To make the account that somebody registered for.
    Register,
    /// To make an account that an administrator offers.
    Invite,
    /// To prove the address of an account that was made in another way.
    Confirm,
    /// To prove another address for an account.
    ChangeEmail,
    /// To choose a new password.
    Reset,
}

impl Purpose {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Register, Self::Invite, Self::Confirm, Self::ChangeEmail, Self::Reset];

    /// The page that the link opens.
    pub fn path(self) -> &'static str {
        match self {
            Self::Register => "/register/confirm",
            Self::Invite => "/join",
            Self::Confirm => "/confirm",
            Self::ChangeEmail => "/account/email/confirm",
            Self::Reset => "/reset",
        }
    }

    /// The link itself.
    pub fn url(self, origin: &str, token: &str) -> String {
        format!("{origin}{}?token={token}", self.path())
    }

    /// The page where another one is to be had.
    pub fn again(self) -> &'static str {
        match self {
            Self::Register => "/register/again",
            Self::Invite => "/",
            Self::Confirm => "/account",
            Self::ChangeEmail => "/account/email",
            Self::Reset => "/forgot",
        }
    }

    /// Its name in the table and in the cookie.
    pub fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Invite => "invite",
            Self::Confirm => "confirm",
            Self::ChangeEmail => "change_email",
            Self::Reset => "reset",
        }
    }

    /// How long the link works, counted from the sending of its mail. What opens an account is short
    /// (ASVS 5.0, 6.4.1: activation and recovery are short-lived); what makes one waits for somebody
    /// who reads their mail the next day.
    pub fn lifetime(self) -> Duration {
        match self {
            Self::Register | Self::Confirm => Duration::hours(24),
            Self::Invite => Duration::days(7),
            Self::ChangeEmail => Duration::hours(1),
            Self::Reset => Duration::minutes(30),
        }
    }
}

#[diesel::declare_sql_function]
extern "SQL" {
    /// The text in lower case.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// A link that was sent.
#[derive(Clone, Queryable, Selectable)]
#[diesel(check_for_backend(Backend))]
pub struct Link {
    /// The row.
    pub id: i64,
    /// Whose account it is about; `None` while there is none.
    pub user_id: Option<i64>,
    /// Where it was sent; empty when it was handed over in another way, which proves no address.
    pub email: String,
    bound_to: Option<String>,
    /// What somebody typed who registers.
    #[diesel(embed)]
    pub registration: Registration,
}

/// What waits for the proof of a new account's address.
#[derive(
    Clone, Default, Queryable, Selectable, Insertable, serde::Serialize, serde::Deserialize,
)]
#[diesel(table_name = links, check_for_backend(Backend))]
pub struct Registration {
    /// How we will greet them.
    pub name: Option<String>,
    /// Argon2id, as a PHC string.
    pub password_hash: Option<String>,
    /// The hash of a token that the browser keeps which they registered with.
    pub browser_hash: Option<String>,
}

impl Link {
    /// Makes a link to an address, about an account if there is one. Returns its token, which is
    /// nowhere else.
    pub fn make(
        conn: &mut Connection,
        purpose: Purpose,
        email: &Email,
        user: Option<&User>,
        registration: &Registration,
        now: PrimitiveDateTime,
    ) -> QueryResult<String> {
        let token = random_token();
        diesel::insert_into(links::table)
            .values((
                links::purpose.eq(purpose.name()),
                links::token_hash.eq(hash_token(&token)),
                links::user_id.eq(user.map(|user| user.id)),
                links::email.eq(&email.typed),
                links::bound_to.eq(user.map(fingerprint)),
                registration,
                links::expires_at.eq(now + purpose.lifetime()),
            ))
            .execute(conn)?;
        Ok(token)
    }

    /// The link with this token, if it works still. Reading uses nothing up: mail programs open
    /// links before their owners do.
    pub fn find(
        conn: &mut Connection,
        purpose: Purpose,
        token: &str,
        now: PrimitiveDateTime,
    ) -> QueryResult<Option<Self>> {
        working(purpose, token, now).select(Self::as_select()).first(conn).optional()
    }

    /// Uses the link up. One statement decides who was first, however many ask at once. Holds the
    /// row of its user until the transaction is over.
    pub fn redeem(
        conn: &mut Connection,
        purpose: Purpose,
        token: &str,
        now: PrimitiveDateTime,
    ) -> QueryResult<Option<Self>> {
        // The user before the link, as everybody takes them: otherwise two could wait for each other.
        let found = Self::find(conn, purpose, token, now)?;
        if let Some(user_id) = found.and_then(|link| link.user_id) {
            User::lock(conn, user_id)?;
        }
        let open = working(purpose, token, now);
        diesel::delete(open).returning(Self::as_returning()).get_result(conn).optional()
    }

    /// The account that the link is about, unless its address or password changed since, or it is
    /// disabled.
    pub fn account(&self, conn: &mut Connection) -> QueryResult<Option<User>> {
        let Some(id) = self.user_id else { return Ok(None) };
        let user = User::by_id(conn, id)?;
        Ok(user
            .filter(|user| user.disabled_at.is_none() && self.bound_to == Some(fingerprint(user))))
    }

    /// The newest registration that waits for this address.
    pub fn registration_of(
        conn: &mut Connection,
        email: &Email,
        now: PrimitiveDateTime,
    ) -> QueryResult<Option<Self>> {
        links::table
            .filter(lower(links::email).eq(&email.canonical).and(links::expires_at.gt(now)))
            .filter(links::purpose.eq(Purpose::Register.name()))
            .order(links::id.desc())
            .select(Self::as_select())
            .first(conn)
            .optional()
    }

    /// A copy of what is stored of the links that a user was sent, for them.
    pub fn export(conn: &mut Connection, user_id: i64) -> Result<Value> {
        let own = links::table.filter(links::user_id.eq(user_id));
        let rows: Vec<(String, String, PrimitiveDateTime)> =
            own.select((links::purpose, links::email, links::expires_at)).load(conn)?;
        let export = |(purpose, email, expires_at): (String, String, PrimitiveDateTime)| {
            let expires_at = to_rfc3339(&expires_at);
            json!({ "purpose": purpose, "email": email, "expires_at": expires_at })
        };
        Ok(rows.into_iter().map(export).collect())
    }

    /// Ends all links about an account.
    pub fn end_all(conn: &mut Connection, user_id: i64) -> QueryResult<usize> {
        diesel::delete(links::table.filter(links::user_id.eq(user_id))).execute(conn)
    }

    /// Deletes those that are too old; how many.
    pub fn purge(conn: &mut Connection, now: PrimitiveDateTime) -> QueryResult<usize> {
        diesel::delete(links::table.filter(links::expires_at.le(now))).execute(conn)
    }
}

/// The link with this token, for this purpose, while it works.
#[diesel::dsl::auto_type]
fn working(purpose: Purpose, token: &str, now: PrimitiveDateTime) -> _ {
    let (token_hash, name): (String, &'static str) = (hash_token(token), purpose.name());
    links::table
        .filter(links::token_hash.eq(token_hash))
        .filter(links::purpose.eq(name))
        .filter(links::expires_at.gt(now))
}

/// Changes with the account's address and with its password, and tells neither. (No address holds a
/// space, so no two accounts run together to the same text.)
pub fn fingerprint(user: &User) -> String {
    hash_token(&format!("{} {}", user.email_canonical, user.password_hash))
}
