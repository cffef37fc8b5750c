//! One-time links: they prove that whoever opens one reads the mail of an address.

use diesel::prelude::*;
use serde_json::{Value, json};
use time::{Duration, PrimitiveDateTime};

use crate::clock::to_rfc3339;
use crate::db::{Backend, Connection};
use crate::error::{Error, LinkEnding, Result};
use crate::keys::{hash_token, random_token};
use crate::schema::{links, users};
use crate::user::{Email, User};

/// How long a link is kept after its end, to tell whoever opens it why it works no more.
const TOLD_FOR: Duration = Duration::days(7);

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
            Self::Register => "/register",
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

    /// Whether it gives its address to an account.
    fn takes_address(self) -> bool {
        matches!(self, Self::Register | Self::Invite | Self::ChangeEmail)
    }

    /// What it was used for, to end a sentence with.
    fn deed(self) -> &'static str {
        match self {
            Self::Register | Self::Invite => "to make the account",
            Self::Confirm => "to confirm the address",
            Self::ChangeEmail => "to change the address",
            Self::Reset => "to choose a new password",
        }
    }

    /// Why such a link opens nothing, and where to go from there.
    pub fn ended(self, ending: LinkEnding) -> Error {
        let way_out = match (self, ending) {
            (Self::Register | Self::Invite, LinkEnding::Used { .. } | LinkEnding::Taken) => {
                "/login"
            }
            (Self::ChangeEmail, LinkEnding::Used { .. }) => "/account",
            _ => self.again(),
        };
        Error::LinkEnded(ending, way_out)
    }

    /// Why its form did nothing. Of two clicks on one button, the browser shows the answer to the
    /// second: that one says what the first one did.
    pub fn refused(self, error: Error) -> Error {
        let Error::LinkEnded(LinkEnding::Used { .. }, _) = error else { return error };
        let (page, sentence) = match self {
            Self::Register | Self::Invite => ("/dashboard", "Done already: the account is made."),
            Self::Confirm => ("/account", "Done already: your e-mail address is confirmed."),
            Self::ChangeEmail => ("/account", "Done already: your e-mail address is changed."),
            Self::Reset => ("/login", "Done already: the password that was chosen first counts."),
        };
        Error::DoneAlready { page, sentence }
    }
}

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
struct Row {
    id: i64,
    user_id: Option<i64>,
    email: String,
    bound_to: Option<String>,
    expires_at: PrimitiveDateTime,
    used_at: Option<PrimitiveDateTime>,
}

impl Link {
    /// Makes a link to an address, about an account if there is one. Returns its token, which is
    /// nowhere else.
    pub fn make(
        conn: &mut Connection,
        purpose: Purpose,
        email: &Email,
        user: Option<&User>,
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
                links::expires_at.eq(now + purpose.lifetime()),
            ))
            .execute(conn)?;
        Ok(token)
    }

    /// What a form says to name the link that it was drawn for. The row's number would tell how many
    /// links were made since somebody's last one, and so whether there was an account to send one to.
    pub fn mark(token: &str) -> String {
        hash_token(&format!("the form behind {token}"))
    }

    /// The link with this token, or [`Error::LinkEnded`] with why it works no more. `shown` is the
    /// [`Self::mark`] of the link that a form was drawn for. Reading uses nothing up: mail programs open links before their
    /// owners do.
    pub fn find(
        conn: &mut Connection,
        (purpose, token): (Purpose, &str),
        shown: Option<&str>,
        now: PrimitiveDateTime,
    ) -> Result<Self> {
        let found: Option<(Row, Option<User>)> = with_token(purpose, token)
            .left_join(users::table)
            .select((Row::as_select(), Option::<User>::as_select()))
            .first(conn)
            .optional()?;
        let Some((row, user)) = found else { return Err(purpose.ended(LinkEnding::Unknown)) };
        if shown.is_some_and(|shown| shown != Self::mark(token)) {
            return Err(purpose.ended(LinkEnding::Another));
        }
        let account = user
            .filter(|user| user.disabled_at.is_none() && row.bound_to == Some(fingerprint(user)));
        let ending = match &row {
            Row { used_at: Some(at), .. } => LinkEnding::Used { at: *at, deed: purpose.deed() },
            Row { expires_at, .. } if now >= *expires_at => LinkEnding::TooOld(*expires_at),
            Row { user_id: Some(_), .. } if account.is_none() => LinkEnding::Changed,
            Row { email, .. } if purpose.takes_address() && is_taken(conn, email)? => {
                LinkEnding::Taken
            }
            _ => return Ok(Self { id: row.id, email: row.email, account }),
        };
        Err(purpose.ended(ending))
    }

    /// Uses the link up. Holds its row and that of its user until the transaction is over: however
    /// many ask at once, the first one is done when the second one looks.
    pub fn redeem(
        conn: &mut Connection,
        (purpose, token): (Purpose, &str),
        now: PrimitiveDateTime,
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

    /// The account that the link is about.
    pub fn account(&self) -> Result<&User> {
        let missing = || Error::Internal("a link for an account is about none".to_owned());
        self.account.as_ref().ok_or_else(missing)
    }

    /// A copy of what is stored of the links that a user was sent, for them.
    pub fn export(conn: &mut Connection, user_id: i64) -> Result<Value> {
        let own = links::table.filter(links::user_id.eq(user_id));
        let columns = (links::purpose, links::email, links::expires_at, links::used_at);
        let rows = own.select(columns).load(conn)?;
        let export = |(purpose, email, expires_at, used_at): Exported| {
            json!({
                "purpose": purpose,
                "email": email,
                "expires_at": to_rfc3339(&expires_at),
                "used_at": used_at.as_ref().map(to_rfc3339),
            })
        };
        Ok(rows.into_iter().map(export).collect())
    }

    /// Ends all links about an account: they are bound to nothing now. Their rows stay, to say so.
    pub fn end_all(conn: &mut Connection, user_id: i64) -> QueryResult<usize> {
        diesel::update(links::table.filter(links::user_id.eq(user_id)))
            .set(links::bound_to.eq(None::<String>))
            .execute(conn)
    }

    /// Deletes those that ended so long ago that nobody asks why, at most `limit`; how many.
    pub fn purge(conn: &mut Connection, now: PrimitiveDateTime, limit: i64) -> QueryResult<usize> {
        let old =
            links::table.filter(links::expires_at.le(now - TOLD_FOR)).order(links::expires_at);
        let old: Vec<i64> = old.limit(limit).select(links::id).load(conn)?;
        diesel::delete(links::table.filter(links::id.eq_any(old))).execute(conn)
    }
}

type Exported = (String, String, PrimitiveDateTime, Option<PrimitiveDateTime>);

/// The link with this token, for this purpose.
#[diesel::dsl::auto_type]
fn with_token(purpose: Purpose, token: &str) -> _ {
    let (token_hash, name): (String, &'static str) = (hash_token(token), purpose.name());
    links::table.filter(links::token_hash.eq(token_hash)).filter(links::purpose.eq(name))
}

/// Whether somebody has an account with the address by now.
fn is_taken(conn: &mut Connection, email: &str) -> Result<bool> {
    let email = Email::parse(email).map_err(|e| Error::Internal(e.to_owned()))?;
    Ok(User::by_email(conn, &email)?.is_some())
}

/// Changes with the account's address, its password and its role, and tells none of them: a link that
/// was sent to somebody must not open the account of an administrator. (No address and no hash holds
/// a space, so no two accounts run together to the same text.)
pub fn fingerprint(user: &User) -> String {
    hash_token(&format!("{} {} {}", user.email_canonical, user.password_hash, user.is_admin))
}
