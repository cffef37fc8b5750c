//! Second factors: what somebody proves beside their password, and how a log-in waits for it.

pub mod authenticator; // the app that makes codes
pub mod half; // a log-in that waits
pub mod passkey; // a key on one of their devices
pub mod recovery; // codes for whoever has lost it

use std::sync::Arc;

use actix_login::{CookieKind, Presented};
use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use diesel::prelude::*;
use kit::http::device::Devices;
use kit::vault::Vault;
use kit::{Client, Clock, Time};

use self::authenticator::Authenticator;
use self::half::{Begun, HalfLogIn};
use self::passkey::Passkey;
use crate::config::RequiredFor;
use crate::db::{Connection, Db};
use crate::error::Result;
use crate::mail::Notice;
use crate::people::{Ending, Event, Events, Limited, User, limits};
use crate::schema::{half_log_ins, users};

/// Asks for second factors, and takes them. Cheap to clone.
#[derive(Clone)]
pub struct Factors(Arc<Parts>);

struct Parts {
    db: Db,
    clock: Clock,
    events: Events,
    vault: Vault,
    /// The browsers that are trusted with the password alone, where there may be such.
    trusted: Option<Devices>,
    /// Names a log-in that waits.
    cookie: CookieKind,
    required_for: RequiredFor,
}

/// What was right.
enum Proof {
    Code,
    RecoveryCode,
}

impl Factors {
    pub fn new(
        (db, clock, events): (Db, Clock, Events), vault: Vault, trusted: Option<Devices>,
        cookie: CookieKind, required_for: RequiredFor,
    ) -> Self {
        Self(Arc::new(Parts { db, clock, events, vault, trusted, cookie, required_for }))
    }

    /// What closes the secrets of authenticators.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// Whether somebody has to have one, and has none.
    pub fn are_missing(&self, user: &User) -> bool {
        let required = match self.0.required_for {
            RequiredFor::Off => false,
            RequiredFor::Admins => user.is_admin,
            RequiredFor::All => true,
        };
        required && user.second_factor_at.is_none()
    }

    /// Whether a log-in in this browser has to wait for one.
    pub fn are_wanted(&self, req: &HttpRequest, user: &User) -> bool {
        let device = || self.0.trusted.as_ref()?.of(req);
        user.second_factor_at.is_some()
            && !device().is_some_and(|device| device.is_of(user.id, &half::mark(user)))
    }

    /// Whether people may have a browser trusted.
    pub fn may_be_spared(&self) -> bool {
        self.0.trusted.is_some()
    }

    /// The cookie of a browser that is to be trusted from now on.
    pub fn trust(&self, user: &User) -> Result<Option<Cookie<'static>>> {
        let cookie = |devices: &Devices| devices.cookie_of(user.id.to_string(), half::mark(user));
        Ok(self.0.trusted.as_ref().map(cookie).transpose()?)
    }

    /// Lets a log-in wait; returns its cookie.
    pub async fn wait(&self, user: &User, begun: Begun) -> Result<Cookie<'static>> {
        let (user, now) = (user.clone(), self.0.clock.now());
        let insert = move |conn: &mut Connection| HalfLogIn::begin(conn, &user, begun, now);
        Ok(self.0.cookie.with(self.0.db.write(insert).await?, Some(half::LIVES.unsigned_abs())))
    }

    /// The log-in that waits in this browser, and whose it is.
    pub async fn waiting(&self, req: &HttpRequest) -> Result<Option<(HalfLogIn, User)>> {
        let Presented::One(token) = self.0.cookie.read(req) else { return Ok(None) };
        let now = self.0.clock.now();
        self.0.db.look_up(move |conn| HalfLogIn::find(conn, &token, now)).await
    }

    /// Takes the cookie away.
    pub fn clear_cookie(&self) -> Cookie<'static> {
        self.0.cookie.expired()
    }

    /// Whether this is a code of theirs, of the app or for recovery, used for the first time.
    /// [`kit::Error::TooOften`] when others were tried too often.
    pub async fn prove(
        &self, client: &Client, limited: &Limited<limits::SecondFactor>, user: &User, code: String,
    ) -> Result<bool> {
        let one = limited.try_code(user).await?;
        let (factors, owner, now) = (self.clone(), user.clone(), self.0.clock.now());
        let accept = move |conn: &mut Connection| factors.accept(conn, &owner, &code, now);
        let proof = self.0.db.write(accept).await;
        let happened = match &proof {
            Ok(Some(Proof::Code)) | Err(_) => None,
            Ok(Some(Proof::RecoveryCode)) => Some(Event::RecoveryCodeUsed),
            Ok(None) => Some(Event::SecondFactorFailed),
        };
        if let Some(event) = happened {
            self.0.events.tell(client, event.of(user.id)).await;
        }
        if !matches!(proof, Ok(None)) {
            one.give_back().await?;
        }
        Ok(proof?.is_some())
    }

    fn accept(
        &self, conn: &mut Connection, user: &User, code: &str, now: Time,
    ) -> Result<Option<Proof>> {
        User::lock(conn, user.id)?;
        if Authenticator::accept(conn, &self.0.vault, user.id, code, now)? {
            return Ok(Some(Proof::Code));
        }
        if !recovery::accept(conn, user.id, code, now)? {
            return Ok(None);
        }
        let left = recovery::left(conn, user.id)?;
        Notice::RecoveryCodeUsed { left }.post(conn, &user.address(), now)?;
        Ok(Some(Proof::RecoveryCode))
    }

    /// Counts a wrong code of a log-in that waits; whether its password is to be typed again. Its owner is told:
    /// somebody has the password, or reads their mail.
    pub async fn count_failure(&self, half: &HalfLogIn, user: &User) -> Result<bool> {
        let (id, address, now) = (half.id, user.address(), self.0.clock.now());
        let otherwise = Notice::SecondFactorFailedOtherwise;
        let notice = if half.is_fresh { Notice::SecondFactorFailed } else { otherwise };
        let fail = move |conn: &mut Connection| -> Result<bool> {
            let is_last = HalfLogIn::fail(conn, id)?;
            if is_last {
                notice.post(conn, &address, now)?;
            }
            Ok(is_last)
        };
        self.0.db.write(fail).await
    }

    /// Ends a log-in that waited; `false` for the second of two at once.
    pub async fn end_waiting(&self, half: &HalfLogIn) -> Result<bool> {
        let id = half.id;
        self.0.db.write(move |conn| HalfLogIn::end(conn, id)).await
    }
}

/// Somebody has a second factor more from now on; the recovery codes, with the first one. What was logged in
/// before without it ends, but for this session.
pub fn turn_on(
    conn: &mut Connection, user: &User, current: i64, notice: &Notice, now: Time,
) -> Result<Option<Vec<String>>> {
    let had_none = users::table.find(user.id).filter(users::second_factor_at.is_null());
    let since = users::second_factor_at.eq(now);
    let is_first = diesel::update(had_none).set(since).execute(conn)? == 1;
    note_change(conn, user.id)?;
    Ending::FactorsChanged.end(conn, user.id, Some(current))?;
    notice.post(conn, &user.address(), now)?;
    if is_first { Ok(Some(recovery::make(conn, user.id)?)) } else { Ok(None) }
}

/// One was removed by their own will, of several or as the last one.
pub fn turn_off_one(
    conn: &mut Connection, user: &User, current: i64, notice: &Notice, now: Time,
) -> Result<()> {
    let is_left = Authenticator::since(conn, user.id)?.is_some();
    if !is_left && Passkey::count(conn, user.id)? == 0 {
        return turn_off(conn, user, Some(current), now);
    }
    note_change(conn, user.id)?;
    Ending::FactorsChanged.end(conn, user.id, Some(current))?;
    notice.post(conn, &user.address(), now)
}

/// Whatever was trusted with the ways in of before ([`half::mark`]) is so no more, and whoever is on the way in begins
/// again.
pub fn note_change(conn: &mut Connection, user_id: i64) -> QueryResult<usize> {
    let next = users::factors_version.eq(users::factors_version + 1);
    diesel::update(users::table.find(user_id)).set(next).execute(conn)
}

/// Somebody has none any more, by their own will or by that of whoever runs the place.
pub fn turn_off(conn: &mut Connection, user: &User, current: Option<i64>, now: Time) -> Result<()> {
    Authenticator::remove(conn, user.id)?;
    Passkey::remove_all(conn, user.id)?;
    recovery::remove(conn, user.id)?;
    diesel::delete(half_log_ins::table.filter(half_log_ins::user_id.eq(user.id))).execute(conn)?;
    let none = users::second_factor_at.eq(None::<Time>);
    diesel::update(users::table.find(user.id)).set(none).execute(conn)?;
    note_change(conn, user.id)?;
    Ending::FactorsChanged.end(conn, user.id, current)?;
    Notice::SecondFactorRemoved.post(conn, &user.address(), now)
}
