//! Beginning, finding and ending sessions. The cookie only names the row; deleting the row ends the
//! log-in at the next request.

use std::cmp::Reverse;

use actix_login::{Caller, Claims, SessionCookie, hash_token, random_token};
use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use database::{Use, use_of};
use diesel::prelude::*;
use kit::{Client, Clock, Time};
use time::Duration;

use crate::config::Config;
use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::mail::Notice;
use crate::people::familiar::is_familiar;
use crate::people::login::Right;
use crate::people::session::{FRESH_FOR, LogIn, Renewal};
use crate::people::{Login, Session, User};
use crate::schema::{sessions, users};
use kit::config::{Lifetimes, SessionProtection};

/// How many sessions a user can have; the one unused for longest makes room for the next.
pub const SESSIONS_MAX: i64 = 20;

const LAST_SEEN: Use = use_of!(sessions.last_seen_at);

const LAST_SEEN_EVERY: Duration = Duration::MINUTE;

/// Begins, finds and ends sessions. Cheap to clone.
#[derive(Clone)]
pub struct Sessions {
    db: Db,
    pub(super) clock: Clock,
    cookie: SessionCookie,
    lifetimes: Lifetimes,
    /// What becomes of one that turns up elsewhere.
    pub(super) protection: SessionProtection,
}

impl Sessions {
    /// Keeps its rows in `db`, and their secrets in `cookie`.
    pub fn new(config: &Config, db: Db, clock: Clock, cookie: SessionCookie) -> Self {
        let (lifetimes, protection) = (config.lifetimes, config.session_protection);
        Self { db, clock, cookie, lifetimes, protection }
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Logs the user in: a new session, never one that was there before the log-in (session
    /// fixation). Returns its cookie. A session that the browser had before ends.
    pub async fn begin(
        &self, req: &HttpRequest, user: &User, log_in: LogIn,
    ) -> Result<Cookie<'static>> {
        let (client, user, now) = (Client::of(req), user.clone(), self.clock.now());
        let (user_id, remembered) = (user.id, log_in.remembered);
        let lifetime = log_in.lifetime.unwrap_or_else(|| self.lifetimes.absolute(remembered));
        let secret = random_token();
        let token_hash = hash_token(&secret);
        let previous = self.cookie.claims(req).map(|claims| hash_token(&claims.jti));
        let row = (
            sessions::user_id.eq(user_id),
            sessions::token_hash.eq(token_hash),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::expires_at.eq(now + lifetime),
            sessions::remembered.eq(remembered),
            sessions::ip_address.eq(client.ip_address.clone()),
            sessions::user_agent.eq(client.user_agent.clone()),
            // What counts no more, by whichever server's clock; and not nothing: of that, nobody hears that it moved.
            sessions::authenticated_at.eq(if log_in.is_fresh { now } else { now - FRESH_FOR * 2 }),
        );
        let begin = move |conn: &mut Connection| -> Result<usize> {
            // The password may have been changed, or the user disabled, since it was verified.
            User::require_may_enter(conn, &user, log_in.has_second_factor)?;
            if !is_familiar(conn, &user, &client, now)? {
                Notice::new_device(&client).post(conn, &user.address(), now)?;
            }
            make_room(conn, user_id, now)?;
            if let Some(previous) = previous {
                let previous = sessions::table.filter(sessions::token_hash.eq(previous));
                diesel::delete(previous).execute(conn)?;
            }
            Ok(diesel::insert_into(sessions::table).values(row).execute(conn)?)
        };
        self.db.write(begin).await?;
        self.cookie(user_id, secret, remembered, lifetime)
    }

    /// Finds the session that `claims` name, and its user, unless it is over or they may not log in.
    pub async fn find(&self, claims: Claims) -> Result<Option<Login>> {
        let token_hash = hash_token(&claims.jti);
        let hash = token_hash.clone();
        let find = move |conn: &mut Connection| {
            let named = sessions::table.inner_join(users::table);
            let named = named.filter(sessions::token_hash.eq(&hash));
            named.select((Session::as_select(), User::as_select())).get_result(conn).optional()
        };
        let found: Option<(Session, User)> = self.db.look_up(find).await?;
        let Some((session, user)) = found else { return Ok(None) };
        if self.is_over(&session) {
            // For good: a clock that is set back must not bring it back.
            let over = diesel::delete(sessions::table.find(session.id));
            self.db.note("that a session is over", move |conn| over.execute(conn)).await;
            return Ok(None);
        }
        if !user.may_log_in() || user.id.to_string() != claims.sub {
            return Ok(None);
        }
        let right = Right::Session { id: session.id, token_hash };
        Ok(Some(Login { user, session: Some(session), right }))
    }

    /// Whether the time of somebody who was let in is not up meanwhile.
    pub fn is_in_time(&self, login: &Login) -> bool {
        login.session.as_ref().is_none_or(|session| !self.is_over(session))
            && login.right.is_in_time(self.clock.now())
    }

    /// Keeps in mind that a session is used.
    pub fn note_use(&self, caller: &Caller<Login>) {
        let Some(session) = caller.user().and_then(|login| login.session.as_ref()) else { return };
        let (now, every) = (self.clock.now(), self.lifetimes.idle(session.remembered) / 4);
        if (now - self.last_use(session)).abs() >= LAST_SEEN_EVERY.min(every) {
            self.db.note_use(LAST_SEEN, session.id, now);
        }
    }

    /// A user's sessions that are not over, the last used first.
    pub async fn of(&self, user_id: i64) -> Result<Vec<Session>> {
        let own = sessions::table.filter(sessions::user_id.eq(user_id));
        let query = own.select(Session::as_select());
        let mut found: Vec<Session> = self.db.look_up(move |conn| query.load(conn)).await?;
        found.retain(|session| !self.is_over(session));
        for session in &mut found {
            session.last_seen_at = self.last_use(session);
        }
        found.sort_unstable_by_key(|session| Reverse(session.last_seen_at));
        Ok(found)
    }

    /// Ends one session of a user, if there is such a one.
    pub(super) async fn end(&self, user_id: i64, id: i64) -> Result<()> {
        match self.db.write(move |conn| Self::end_one(conn, user_id, id)).await {
            Err(Error::NotFound) => Ok(()),
            ended => ended,
        }
    }

    /// The same in a transaction; [`Error::NotFound`] when there is none.
    pub fn end_one(conn: &mut Connection, user_id: i64, id: i64) -> Result<()> {
        User::lock(conn, user_id)?;
        let own = sessions::table.find(id).filter(sessions::user_id.eq(user_id));
        if diesel::delete(own).execute(conn)? == 1 { Ok(()) } else { Err(Error::NotFound) }
    }

    /// Ends the session of the request's cookie; whose it was, if there was one.
    pub async fn end_current(&self, req: &HttpRequest) -> Result<Option<i64>> {
        let Some(claims) = self.cookie.claims(req) else { return Ok(None) };
        let named = sessions::table.filter(sessions::token_hash.eq(hash_token(&claims.jti)));
        let ended = diesel::delete(named).returning(sessions::user_id);
        self.db.write(move |conn| ended.get_result(conn).optional()).await
    }

    /// Writes down that the password was just typed in a session.
    pub fn confirm(
        conn: &mut Connection, id: i64, client: &Client, now: Time,
    ) -> QueryResult<usize> {
        let here = (
            sessions::authenticated_at.eq(now),
            sessions::ip_address.eq(&client.ip_address),
            sessions::user_agent.eq(&client.user_agent),
        );
        diesel::update(sessions::table.find(id)).set(here).execute(conn)
    }

    /// Forgets when the password was typed in a session.
    pub(super) async fn make_stale(&self, id: i64) -> Result<()> {
        let stale = sessions::authenticated_at.eq(None::<Time>);
        let change = diesel::update(sessions::table.find(id)).set(stale);
        self.db.write(move |conn| change.execute(conn)).await.map(drop)
    }

    /// Another secret for a session, and its cookie.
    pub fn renew(&self, session: &Session) -> Result<Renewal> {
        let secret = random_token();
        let token_hash = hash_token(&secret);
        let cookie = self.cookie_of(session, secret)?;
        Ok(Renewal { session_id: session.id, token_hash, cookie })
    }

    /// Takes the cookie away, whatever became of its row: the next person at this browser is a stranger.
    pub fn clear_cookie(&self) -> Cookie<'static> {
        self.cookie.expired()
    }

    /// Whose session the request's cookie names, even if it is over.
    pub fn last_user(&self, req: &HttpRequest) -> Option<String> {
        self.cookie.last_subject(req)
    }

    pub(super) fn cookie_of(&self, session: &Session, secret: String) -> Result<Cookie<'static>> {
        let left = session.expires_at - self.clock.now();
        self.cookie(session.user_id, secret, session.remembered, left)
    }

    /// The cookie with a token for the session. The token lives for twice the idle time and is
    /// renewed at half of its life, so it never ends before the session does for want of use.
    fn cookie(
        &self, user_id: i64, secret: String, remembered: bool, left: Duration,
    ) -> Result<Cookie<'static>> {
        // It may have ended since the guard was asked.
        let left = left.whole_seconds().try_into().ok().filter(|left| *left > 0);
        let left = std::time::Duration::from_secs(left.ok_or(Error::NotAuthenticated)?);
        let lifetime = left.min(self.lifetimes.idle(remembered).unsigned_abs() * 2);
        let token = self.cookie.create_token(&user_id.to_string(), secret, lifetime)?;
        Ok(self.cookie.with(&token, remembered.then_some(left)))
    }

    fn is_over(&self, session: &Session) -> bool {
        let (now, idle) = (self.clock.now(), self.lifetimes.idle(session.remembered));
        now >= session.expires_at || (now - self.last_use(session)).abs() >= idle
    }

    fn last_use(&self, session: &Session) -> Time {
        self.db.noted_use(LAST_SEEN, session.id).unwrap_or(session.last_seen_at)
    }
}

/// Deletes a user's sessions that are over, and the oldest of too many.
fn make_room(conn: &mut Connection, user_id: i64, now: Time) -> QueryResult<()> {
    let own = sessions::table.filter(sessions::user_id.eq(user_id));
    diesel::delete(own.filter(sessions::expires_at.le(now))).execute(conn)?;
    let kept: Vec<i64> = own
        .order(sessions::last_seen_at.desc())
        .limit(SESSIONS_MAX - 1)
        .select(sessions::id)
        .load(conn)?;
    diesel::delete(own.filter(sessions::id.ne_all(kept))).execute(conn)?;
    Ok(())
}
