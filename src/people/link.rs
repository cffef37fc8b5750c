//! One-time links: they prove that whoever opens one reads the mail of an address.

use actix_login::{hash_token, random_token};
use diesel::prelude::*;
use kit::http::link::mark;
use kit::{Time, clock::is_over};

use crate::db::{Backend, Connection, Export, copy_of};
use crate::error::{Error, LinkEnding, Result};
use crate::people::{Email, Purpose, User};
use crate::schema::{links, users};

/// A link that opens what it is for.
#[derive(Clone)]
pub struct Link {
    id: i64,
    /// Where it was sent; empty when it was handed over in another way, which proves no address.
    pub email: String,
    account: Option<User>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = links, check_for_backend(Backend))]
struct LinkRow {
    id: i64,
    purpose: String,
    user_id: Option<i64>,
    email: String,
    bound_to: Option<String>,
    expires_at: Time,
    used_at: Option<Time>,
}

impl Link {
    /// Makes a link to an address, about an account if there is one. Returns its token, which is
    /// nowhere else.
    pub fn make(
        conn: &mut Connection, purpose: Purpose, email: &Email, user: Option<&User>, now: Time,
    ) -> QueryResult<String> {
        let token = random_token();
        diesel::insert_into(links::table)
            .values((
                links::purpose.eq(purpose.name()),
                links::token_hash.eq(hash_token(&token)),
                links::user_id.eq(user.map(|user| user.id)),
                links::email.eq(&email.typed),
                links::bound_to.eq(user.map(fingerprint)),
                links::expires_at.eq(now + purpose.about().lifetime),
            ))
            .execute(conn)?;
        Ok(token)
    }

    /// Lets a link that was just made open in one browser alone: for whoever brings its secret along, hashed, as
    /// [`bound`] does.
    pub fn bind(conn: &mut Connection, token: &str, browser: &str) -> QueryResult<usize> {
        let made = links::table.filter(links::token_hash.eq(hash_token(token)));
        let both = links::token_hash.eq(hash_token(&bound(token, browser)));
        diesel::update(made).set(both).execute(conn)
    }

    /// The link with this token, or [`Error::LinkEnded`] with why it works no more. `shown` is the
    /// [`mark`] of the link that a form was drawn for. Reading uses nothing up: mail programs open links before their
    /// owners do.
    pub fn find(
        conn: &mut Connection, (purpose, token): (Purpose, &str), shown: Option<&str>, now: Time,
    ) -> Result<Self> {
        let found: Option<(LinkRow, Option<User>)> = with_token(purpose, token)
            .left_join(users::table)
            .select((LinkRow::as_select(), Option::<User>::as_select()))
            .first(conn)
            .optional()?;
        let Some((row, user)) = found else { return Err(purpose.ended(LinkEnding::Unknown)) };
        if shown.is_some_and(|shown| shown != mark(token)) {
            return Err(purpose.ended(LinkEnding::Another));
        }
        let account =
            user.filter(|user| user.may_log_in() && row.bound_to == Some(fingerprint(user)));
        let lifetime = purpose.about().lifetime;
        let ending = match &row {
            LinkRow { used_at: Some(at), .. } => LinkEnding::Used(*at, purpose.about().deed),
            LinkRow { expires_at: at, .. } if is_over(*at, lifetime, now) => {
                LinkEnding::TooOld(*at)
            }
            LinkRow { user_id: Some(_), .. } if account.is_none() => LinkEnding::Changed,
            LinkRow { email, .. } if purpose.about().takes_address && is_taken(conn, email)? => {
                LinkEnding::Taken
            }
            _ => return Ok(Self { id: row.id, email: row.email, account }),
        };
        Err(purpose.ended(ending))
    }

    /// Uses the link up. Holds its row and that of its user until the transaction is over: however
    /// many ask at once, the first one is done when the second one looks.
    pub fn redeem(
        conn: &mut Connection, (purpose, token): (Purpose, &str), now: Time,
    ) -> Result<Self> {
        // The user before the link, as everybody takes them: otherwise two could wait for each other.
        let about = with_token(purpose, token).select(links::user_id);
        if let Some(Some(user_id)) = about.first::<Option<i64>>(conn).optional()? {
            User::lock(conn, user_id)?;
        }
        let held = diesel::update(with_token(purpose, token));
        held.set(links::used_at.eq(links::used_at)).execute(conn)?;
        let link = Self::find(conn, (purpose, token), None, now)?;
        diesel::update(links::table.find(link.id)).set(links::used_at.eq(now)).execute(conn)?;
        Ok(link)
    }

    /// Where it was sent.
    pub fn address(&self) -> Result<Email> {
        stored(&self.email)
    }

    pub fn account(&self) -> Result<&User> {
        let missing = || Error::Internal("a link for an account is about none".to_owned());
        self.account.as_ref().ok_or_else(missing)
    }

    pub const EXPORT: Export =
        copy_of!(links.user_id, LinkRow; purpose, email, expires_at, used_at);
}

/// The token of a link, as the browser that it is for knows it.
pub fn bound(token: &str, browser: &str) -> String {
    format!("{token}.{browser}")
}

/// The link with this token, for this purpose.
#[diesel::dsl::auto_type]
fn with_token(purpose: Purpose, token: &str) -> _ {
    let (token_hash, name): (String, &'static str) = (hash_token(token), purpose.name());
    links::table.filter(links::token_hash.eq(token_hash)).filter(links::purpose.eq(name))
}

/// An address that was checked when it was stored.
pub(super) fn stored(email: &str) -> Result<Email> {
    Email::parse(email).map_err(|e| Error::Internal(e.to_owned()))
}

/// Whether somebody has an account with the address by now.
fn is_taken(conn: &mut Connection, email: &str) -> Result<bool> {
    Ok(User::by_email(conn, &stored(email)?)?.is_some())
}

/// Changes with the account's address, its password and its role, and tells none of them: a link that
/// was sent to somebody must not open the account of an administrator. (No address and no hash holds
/// a space, so no two accounts run together to the same text.)
pub fn fingerprint(user: &User) -> String {
    hash_token(&format!("{} {} {}", user.email_canonical, user.password_hash, user.is_admin))
}
