//! Sessions: a row for each log-in. The cookie only names the row; deleting the row ends the
//! log-in at the next request.

use std::ops::Deref;

use actix_web::body::MessageBody;
use actix_web::cookie::Cookie;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpRequest, http::header};
use diesel::prelude::*;
use time::{Duration, PrimitiveDateTime};

use crate::auth::manager::{Caller, LoginManager};
use crate::auth::token::Claims;
use crate::clock::Clock;
use crate::config::Lifetimes;
use crate::db::{Backend, Connection, Db};
use crate::error::Result;
use crate::keys::{hash_token, random_token};
use crate::peer::Peers;
use crate::schema::{sessions, users};
use crate::user::User;

/// `last_seen_at` is written at most this often: not every page view is worth a write.
const LAST_SEEN_EVERY: Duration = Duration::MINUTE;

/// Longer user agents are cut.
const USER_AGENT_MAX: usize = 200;

/// One log-in of one user on one browser.
#[derive(Clone, Debug, Queryable, Selectable, Identifiable)]
#[diesel(check_for_backend(Backend))]
pub struct Session {
    /// The row.
    pub id: i64,
    /// Whose log-in it is.
    pub user_id: i64,
    /// When it began.
    pub created_at: PrimitiveDateTime,
    /// The last request, to the minute.
    pub last_seen_at: PrimitiveDateTime,
    /// When it ends, however busy.
    pub expires_at: PrimitiveDateTime,
    /// Whether "remember me" was ticked.
    pub remembered: bool,
    /// Where it began.
    pub ip_address: String,
    /// The browser's description of itself.
    pub user_agent: String,
}

impl Session {
    /// The browser and the system, as far as they tell: "Firefox on Linux".
    pub fn device(&self) -> String {
        // In this order: most browsers name others too.
        let browsers = ["Edg", "OPR", "Firefox", "Chrome", "Safari", "curl"];
        let shown = ["Edge", "Opera", "Firefox", "Chrome", "Safari", "curl"];
        let systems = ["Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"];
        let named = |words: &[&str]| words.iter().position(|word| self.user_agent.contains(word));
        let browser = named(&browsers).map_or("A program", |found| shown[found]);
        match named(&systems) {
            Some(found) => format!("{browser} on {}", systems[found]),
            None => browser.to_owned(),
        }
    }
}

/// Somebody who is logged in: the user, and the session they are logged in by.
pub struct Login {
    /// Who.
    pub user: User,
    /// How.
    pub session: Session,
}

impl Deref for Login {
    type Target = User;

    fn deref(&self) -> &User {
        &self.user
    }
}

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
    db: Db,
    clock: Clock,
    peers: Peers,
    lifetimes: Lifetimes,
}

impl Sessions {
    /// Keeps its rows in `db`.
    pub fn new(db: Db, clock: Clock, peers: Peers, lifetimes: Lifetimes) -> Self {
        Self { db, clock, peers, lifetimes }
    }

    /// Logs the user in: a new session, never one that was there before the log-in (session
    /// fixation). Returns its cookie. A session that the browser had before ends.
    pub async fn begin(
        &self,
        logins: &LoginManager<Login>,
        req: &HttpRequest,
        user_id: i64,
        remembered: bool,
    ) -> Result<Cookie<'static>> {
        let now = self.clock.now();
        let lifetime = self.absolute(remembered);
        let secret = random_token();
        let token_hash = hash_token(&secret);
        let previous = logins.session_claims(req).map(|claims| hash_token(&claims.jti));
        let ip_address = self.peers.address(req).map_or_else(String::new, |ip| ip.to_string());
        let user_agent = header_text(req, &header::USER_AGENT, USER_AGENT_MAX);
        self.db
            .write(move |connection| {
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
                        sessions::ip_address.eq(ip_address),
                        sessions::user_agent.eq(user_agent),
                    ))
                    .execute(connection)
            })
            .await?;
        self.cookie(logins, Ticket { user_id, secret, remembered, left: lifetime })
    }

    /// A new cookie for a session whose token is past half of its life. The row, and with it the
    /// end of the session, stays as it is.
    fn renewal(
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
        let now = self.clock.now();
        let sessions = self.clone();
        self.db
            .run(move |connection| {
                let found: Option<(Session, User)> = sessions::table
                    .inner_join(users::table)
                    .filter(sessions::token_hash.eq(hash_token(&claims.jti)))
                    .select((Session::as_select(), User::as_select()))
                    .first(connection)
                    .optional()?;
                let Some((session, user)) = found else { return QueryResult::Ok(None) };
                let over = now >= session.expires_at
                    || now - session.last_seen_at >= sessions.idle(session.remembered)
                    || user.disabled_at.is_some()
                    || user.id.to_string() != claims.sub;
                if over {
                    return Ok(None);
                }
                if now - session.last_seen_at >= LAST_SEEN_EVERY {
                    // An update: it cannot bring back a row that was deleted meanwhile.
                    diesel::update(sessions::table.find(session.id))
                        .set(sessions::last_seen_at.eq(now))
                        .execute(connection)?;
                }
                Ok(Some(Login { user, session }))
            })
            .await
    }

    /// Ends one session.
    pub async fn end(&self, id: i64) -> Result<()> {
        self.db
            .write(move |connection| {
                diesel::delete(sessions::table.find(id)).execute(connection).map(drop)
            })
            .await
    }

    /// Ends all sessions of a user.
    pub fn end_all(connection: &mut Connection, user_id: i64) -> QueryResult<usize> {
        diesel::delete(sessions::table.filter(sessions::user_id.eq(user_id))).execute(connection)
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

/// The middleware that renews the cookie of a session in use.
pub async fn renew(
    sessions: Data<Sessions>,
    logins: Data<LoginManager<Login>>,
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut res = next.call(req).await?;
    let caller = Caller::<Login>::of(res.request());
    if let Some(Caller::LoggedIn { user: login, claims }) = caller.as_deref()
        // The handler may just have ended this session or begun another.
        && !res.headers().contains_key(header::SET_COOKIE)
        && let Some(cookie) = sessions.renewal(&logins, &login.session, claims)?
    {
        res.response_mut().add_cookie(&cookie)?;
    }
    Ok(res)
}

/// A header's text, cut to `max` characters.
fn header_text(req: &HttpRequest, name: &header::HeaderName, max: usize) -> String {
    let text = req.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().take(max).collect()
}
