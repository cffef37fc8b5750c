//! What the account pages do with people: check their password, make their account, log them in.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use actix_web::web::Data;
use diesel::prelude::*;
use time::PrimitiveDateTime;

use crate::auth::event::{SecurityEvent, SecurityEvents};
use crate::auth::login::Login;
use crate::auth::manager::LoginManager;
use crate::auth::password::{Passwords, Verdict};
use crate::auth::sessions::Sessions;
use crate::clock::Clock;
use crate::db::{Connection, Db};
use crate::error::Result;
use crate::link::Link;
use crate::mail::Notice;
use crate::peer::Origin;
use crate::schema::users;
use crate::user::{Email, NewUser, User};

/// Checks passwords, makes accounts, begins sessions.
pub struct Authenticator {
    /// The users.
    pub db: Db,
    /// The tokens and the cookie.
    pub logins: Data<LoginManager<Login>>,
    /// The log-ins.
    pub sessions: Sessions,
    /// The hashes.
    pub passwords: Passwords,
    /// The time.
    pub clock: Clock,
    /// Where it is told.
    pub events: SecurityEvents,
}

impl Authenticator {
    /// The user with this address and password who may log in. Unknown, wrong and disabled are
    /// one answer, at the cost of one hash and one row each: nobody learns which addresses have
    /// accounts.
    pub async fn authenticate(
        &self,
        origin: &Origin,
        email: &str,
        password: String,
    ) -> Result<Option<User>> {
        let user = match Email::of_account(email) {
            Some(email) => {
                self.db.run(move |connection| User::by_email(connection, &email)).await?
            }
            None => None,
        };
        let user_id = user.as_ref().map(|user| user.id);
        let user = user.filter(|user| user.disabled_at.is_none());
        let stored = user.as_ref().map(|user| user.password_hash.clone());
        match self.passwords.verify(origin, password, stored).await? {
            Verdict::Wrong => {
                self.events.tell(origin, SecurityEvent::LogInFailed { user_id }).await;
                Ok(None)
            }
            Verdict::Right { rehashed } => match (user, rehashed) {
                (Some(user), Some(hash)) => self.store_stronger_hash(user, hash).await,
                (user, _) => Ok(user),
            },
        }
    }

    /// Makes an account; `None` when the address has one. `allowed` is asked in the same
    /// transaction.
    pub async fn create_account<F>(&self, new: NewUser, allowed: F) -> Result<Option<User>>
    where
        F: FnOnce(&mut Connection) -> Result<()> + Send + 'static,
    {
        self.db
            .write(move |connection| -> Result<_> {
                allowed(connection)?;
                Ok(User::create(connection, &new)?)
            })
            .await
    }

    /// Stores another password, ends all that the old one opened but for one session, and tells the
    /// owner. For every way to a new password, so that none forgets a part.
    pub fn replace_password(
        connection: &mut Connection,
        user: &User,
        hash: &str,
        kept: Option<i64>,
        now: PrimitiveDateTime,
    ) -> Result<()> {
        User::set_password(connection, user.id, hash)?;
        Notice::PasswordChanged.post(connection, &user.address(), now)?;
        Self::end_everything(connection, user.id, kept)
    }

    /// Ends all sessions, tokens and links of a user but for one session.
    pub fn end_everything(
        connection: &mut Connection,
        user_id: i64,
        kept: Option<i64>,
    ) -> Result<()> {
        Sessions::end_all(connection, user_id, kept)?;
        Ok(Link::end_all(connection, user_id).map(drop)?)
    }

    /// Begins a session and returns its cookie.
    pub async fn log_in(
        &self,
        req: &HttpRequest,
        user: &User,
        remembered: bool,
    ) -> Result<Cookie<'static>> {
        let cookie = self.sessions.begin(&self.logins, req, user, remembered).await?;
        self.events.tell(&Origin::of(req), SecurityEvent::LoggedIn { user_id: user.id }).await;
        Ok(cookie)
    }

    /// Whether this is the password of somebody who is logged in.
    pub async fn confirms(&self, origin: &Origin, user: &User, password: String) -> Result<bool> {
        let stored = Some(user.password_hash.clone());
        let verdict = self.passwords.verify(origin, password, stored).await?;
        Ok(matches!(verdict, Verdict::Right { .. }))
    }

    /// Only over the hash that was verified: the password may have been changed meanwhile, and then
    /// nobody is logged in.
    async fn store_stronger_hash(&self, user: User, hash: String) -> Result<Option<User>> {
        let unchanged =
            users::table.find(user.id).filter(users::password_hash.eq(user.password_hash));
        let change = diesel::update(unchanged).set(users::password_hash.eq(hash));
        let stored = change.returning(User::as_returning());
        self.db.write(move |connection| stored.get_result(connection).optional()).await
    }
}
