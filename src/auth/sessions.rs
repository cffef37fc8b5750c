//! Beginning, finding and ending sessions. The cookie only names the row; deleting the row ends the
//! log-in at the next request.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use diesel::prelude::*;
use time::{Duration, PrimitiveDateTime};

use crate::auth::activity::is_familiar;
use crate::auth::event::SecurityEvents;
use crate::auth::login::{Login, Right};
use crate::auth::manager::LoginManager;
use crate::auth::session::Session;
use crate::auth::token::Claims;
use crate::clock::Clock;
use crate::config::{Config, Lifetimes, SessionProtection};
use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::keys::{hash_token, random_token};
use crate::mail::Notice;
use crate::peer::Origin;
use crate::schema::{sessions, users};
use crate::user::User;

/// How many sessions a user can have; the one unused for longest makes room for the next.
pub const SESSIONS_MAX: i64 = 20;

/// `last_seen_at` is written at most this often: not every page view is worth a write.
const LAST_SEEN_EVERY: Duration = Duration::MINUTE;

/// What a session's cookie is made of.
struct Ticket {
    user_id: i64,
    secret: String,
    remembered: bool,
    /// The time until the session ends.
    left: Duration,
}

/// Begins, finds and ends sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    pub(super) db: Db,
    pub(super) clock: Clock,
    lifetimes: Lifetimes,
    pub(super) protection: SessionProtection,
    pub(super) events: SecurityEvents,
}

impl Sessions {
    /// Keeps its rows in `db`.
    pub fn new(config: &Config, db: Db, clock: Clock, events: SecurityEvents) -> Self {
        let (lifetimes, protection) = (config.lifetimes, config.session_protection);
        Self { db, clock, lifetimes, protection, events }
    }

    /// The time.
    pub fn now(&self) -> PrimitiveDateTime {
        self.clock.now()
    }

    /// Logs the user in: a new session, never one that was there before the log-in (session
    /// fixation). Returns its cookie. A session that the browser had before ends.
    pub async fn begin(
        &self,
        logins: &LoginManager<Login>,
        req: &HttpRequest,
        user: &User,
        remembered: bool,
    ) -> Result<Cookie<'static>> {
        let (user_id, password_hash) = (user.id, user.password_hash.clone());
        let now = self.clock.now();
        let lifetime = self.absolute(remembered);
        let secret = random_token();
        let token_hash = hash_token(&secret);
        let previous = logins.session_claims(req).map(|claims| hash_token(&claims.jti));
        let (origin, user) = (Origin::of(req), user.clone());
        self.db
            .write(move |connection| -> Result<()> {
                // The password may have been changed, or the user disabled, since it was verified.
                User::require_still(connection, user_id, &password_hash)?;
                if !is_familiar(connection, &user, &origin, now)? {
                    Notice::new_device(&origin).post(connection, &user.address(), now)?;
                }
                make_room(connection, user_id, now)?;
                if let Some(previous) = previous {
                    diesel::delete(sessions::table.filter(sessions::token_hash.eq(previous)))
                        .execute(connection)?;
                }
                diesel::insert_into(sessions::table)
                    .values((
                        sessions::user_id.eq(user_id),
                        sessions::token_hash.eq(token_hash),
                        sessions::created_at.eq(now),
                        sessions::last_seen_at.eq(now),
                        sessions::expires_at.eq(now + lifetime),
                        sessions::remembered.eq(remembered),
                        sessions::ip_address.eq(origin.ip_address),
                        sessions::user_agent.eq(origin.user_agent),
                        // What a remembered session may do is not what a typed password may.
                        sessions::authenticated_at.eq((!remembered).then_some(now)),
                    ))
                    .execute(connection)?;
                Ok(())
            })
            .await?;
        self.cookie(logins, Ticket { user_id, secret, remembered, left: lifetime })
    }

    /// A new cookie for a session whose token is past half of its life. The row, and with it the
    /// end of the session, stays as it is.
    pub(super) fn renewal(
        &self,
        logins: &LoginManager<Login>,
        session: &Session,
        claims: &Claims,
    ) -> Result<Option<Cookie<'static>>> {
        let ends = session.expires_at.assume_utc().unix_timestamp();
        if self.clock.timestamp() < claims.iat.midpoint(claims.exp) || claims.exp >= ends {
            return Ok(None);
        }
        let ticket = Ticket {
            user_id: session.user_id,
            secret: claims.jti.clone(),
            remembered: session.remembered,
            left: session.expires_at - self.clock.now(),
        };
        self.cookie(logins, ticket).map(Some)
    }

    /// Finds the session that `claims` name, and its user, unless it is over or they may not log
    /// in. Notes that it was used.
    pub async fn find(&self, claims: Claims) -> Result<Option<Login>> {
        let token_hash = hash_token(&claims.jti);
        let found = sessions::table
            .inner_join(users::table)
            .filter(sessions::token_hash.eq(token_hash.clone()))
            .select((Session::as_select(), User::as_select()));
        let found: Option<(Session, User)> =
            self.db.run(move |connection| found.first(connection).optional()).await?;
        let Some((session, user)) = found else { return Ok(None) };
        let over = self.is_over(&session)
            || user.disabled_at.is_some()
            || user.id.to_string() != claims.sub;
        if over {
            return Ok(None);
        }
        let now = self.clock.now();
        let every = LAST_SEEN_EVERY.min(self.idle(session.remembered) / 4);
        if now - session.last_seen_at >= every {
            // An update: it cannot bring back a row that was deleted meanwhile.
            let seen = diesel::update(sessions::table.find(session.id))
                .set(sessions::last_seen_at.eq(now));
            self.db.note("last_seen_at", move |connection| seen.execute(connection)).await;
        }
        let right = Right::Session { id: session.id, token_hash };
        Ok(Some(Login { user, session: Some(session), right }))
    }

    /// A user's sessions that are not over, the last used first.
    pub async fn of(&self, user_id: i64) -> Result<Vec<Session>> {
        let own = sessions::table.filter(sessions::user_id.eq(user_id));
        let query = own.order(sessions::last_seen_at.desc()).select(Session::as_select());
        let mut found: Vec<Session> = self.db.run(move |conn| query.load(conn)).await?;
        found.retain(|session| !self.is_over(session));
        Ok(found)
    }

    fn is_over(&self, session: &Session) -> bool {
        let now = self.clock.now();
        now >= session.expires_at || now - session.last_seen_at >= self.idle(session.remembered)
    }

    /// Ends one session of a user, if there is such a one.
    pub async fn end(&self, user_id: i64, id: i64) -> Result<()> {
        match self.db.write(move |connection| Self::end_one(connection, user_id, id)).await {
            Err(Error::NotFound) => Ok(()),
            ended => ended,
        }
    }

    /// The same in a transaction; [`Error::NotFound`] when there is none.
    pub fn end_one(connection: &mut Connection, user_id: i64, id: i64) -> Result<()> {
        User::lock(connection, user_id)?;
        let own = sessions::table.find(id).filter(sessions::user_id.eq(user_id));
        if diesel::delete(own).execute(connection)? == 1 { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Ends the session of a cookie; whose it was, if there was one.
    pub async fn end_of(&self, claims: &Claims) -> Result<Option<i64>> {
        let named = sessions::table.filter(sessions::token_hash.eq(hash_token(&claims.jti)));
        let ended = diesel::delete(named).returning(sessions::user_id);
        self.db.write(move |connection| ended.get_result(connection).optional()).await
    }

    /// Ends the log-ins of a user but for one session: of people, and of the programs that know the
    /// password. Personal tokens stay.
    pub fn end_others(
        connection: &mut Connection,
        user_id: i64,
        kept: Option<i64>,
    ) -> QueryResult<()> {
        use crate::schema::refresh_tokens;
        User::lock(connection, user_id)?;
        let own = sessions::table.filter(sessions::user_id.eq(user_id));
        diesel::delete(own.filter(sessions::id.ne(kept.unwrap_or_default())))
            .execute(connection)?;
        diesel::delete(refresh_tokens::table.filter(refresh_tokens::user_id.eq(user_id)))
            .execute(connection)?;
        Ok(())
    }

    /// Ends all of that, and the personal tokens too: every cookie but that of the kept session and
    /// every token is dead at the next request.
    pub fn end_all(
        connection: &mut Connection,
        user_id: i64,
        kept: Option<i64>,
    ) -> QueryResult<()> {
        use crate::schema::api_tokens;
        Self::end_others(connection, user_id, kept)?;
        diesel::delete(api_tokens::table.filter(api_tokens::user_id.eq(user_id)))
            .execute(connection)?;
        Ok(())
    }

    /// Notes that the password was just typed, and gives the session another secret: whoever had the
    /// old cookie does not get what the password opens.
    pub fn confirm(
        connection: &mut Connection,
        id: i64,
        (origin, secret): (&Origin, &str),
        now: PrimitiveDateTime,
    ) -> Result<()> {
        Self::renew(connection, id, secret)?;
        diesel::update(sessions::table.find(id))
            .set((
                sessions::authenticated_at.eq(now),
                sessions::ip_address.eq(&origin.ip_address),
                sessions::user_agent.eq(&origin.user_agent),
            ))
            .execute(connection)?;
        Ok(())
    }

    /// Gives a session another secret, in the transaction of what it is changed for: whoever had the
    /// old cookie is out.
    pub fn renew(connection: &mut Connection, id: i64, secret: &str) -> Result<()> {
        let changed = diesel::update(sessions::table.find(id))
            .set(sessions::token_hash.eq(hash_token(secret)))
            .execute(connection)?;
        if changed == 1 { Ok(()) } else { Err(Error::NotAuthenticated) }
    }

    /// The cookie of a session that was given another secret.
    pub fn cookie_of(
        &self,
        logins: &LoginManager<Login>,
        session: &Session,
        secret: String,
    ) -> Result<Cookie<'static>> {
        let (user_id, remembered) = (session.user_id, session.remembered);
        let left = session.expires_at - self.clock.now();
        self.cookie(logins, Ticket { user_id, secret, remembered, left })
    }

    fn idle(&self, remembered: bool) -> Duration {
        if remembered { self.lifetimes.remembered_idle } else { self.lifetimes.idle }
    }

    fn absolute(&self, remembered: bool) -> Duration {
        if remembered { self.lifetimes.remembered_absolute } else { self.lifetimes.absolute }
    }

    /// The cookie with a token for the session. The token lives for twice the idle time and is
    /// renewed at half of its life, so it never ends before the session does for want of use.
    fn cookie(&self, logins: &LoginManager<Login>, ticket: Ticket) -> Result<Cookie<'static>> {
        let Ticket { user_id, secret, remembered, left } = ticket;
        let lifetime = left.min(self.idle(remembered) * 2);
        let token = logins.create_session_token(&user_id.to_string(), secret, lifetime)?;
        Ok(logins.cookie(&token, remembered.then_some(left)))
    }
}

/// Deletes a user's sessions that are over, and the oldest of too many.
fn make_room(connection: &mut Connection, user_id: i64, now: PrimitiveDateTime) -> QueryResult<()> {
    let own = sessions::table.filter(sessions::user_id.eq(user_id));
    diesel::delete(own.filter(sessions::expires_at.le(now))).execute(connection)?;
    let kept: Vec<i64> = own
        .order(sessions::last_seen_at.desc())
        .limit(SESSIONS_MAX - 1)
        .select(sessions::id)
        .load(connection)?;
    diesel::delete(own.filter(sessions::id.ne_all(kept))).execute(connection)?;
    Ok(())
}

/// Deletes sessions that are over, at most `limit`; how many. Those that are over for want of use go
/// when their time would have been up.
pub fn purge(
    connection: &mut Connection,
    now: PrimitiveDateTime,
    limit: i64,
) -> QueryResult<usize> {
    let over = sessions::table.filter(sessions::expires_at.le(now)).order(sessions::expires_at);
    let over: Vec<i64> = over.limit(limit).select(sessions::id).load(connection)?;
    diesel::delete(sessions::table.filter(sessions::id.eq_any(over))).execute(connection)
}
