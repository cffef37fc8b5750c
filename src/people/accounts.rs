//! What the account pages do with people: check their password, make their account, log them in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpRequest, HttpResponse};
use diesel::prelude::*;
use kit::http::device::Devices;
use kit::http::form::Errors;
use kit::password::{Passwords, Verdict};
use kit::{Client, Clock, Time};

use crate::db::{Connection, Db};
use crate::error::Result;
use crate::mail::Notice;
use crate::people::factors::passkey::Passkey;
use crate::people::tries::{FAILURES_MAX, Try};
use crate::people::{
    Email, Ending, Event, Events, Identity, Limited, LogIn, NewUser, SecurityEvent, Sessions, User,
    limits,
};
use crate::schema::users;

/// Checks passwords, makes accounts, logs people in. Cheap to clone.
#[derive(Clone)]
pub struct Accounts {
    db: Db,
    clock: Clock,
    events: Events,
    sessions: Sessions,
    devices: Devices,
    passwords: Passwords,
    /// Whether there is one, once somebody found one: the last administrator's cannot be deleted. So whoever
    /// opens the start page asks no database.
    exist: Arc<AtomicBool>,
}

impl Accounts {
    pub fn new(
        (db, clock, events): (Db, Clock, Events), sessions: Sessions, devices: Devices,
        passwords: Passwords,
    ) -> Self {
        Self { db, clock, events, sessions, devices, passwords, exist: Arc::default() }
    }

    pub fn now(&self) -> Time {
        self.clock.now()
    }

    pub async fn tell(&self, client: &Client, happened: SecurityEvent) {
        self.events.tell(client, happened).await;
    }

    /// Whether nobody has an account yet. The first one is the operator's: a stranger who registered
    /// before them would leave the site without an administrator.
    pub async fn are_none(&self) -> Result<bool> {
        if self.exist.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let exist = self.db.run(User::any_exists).await?;
        self.exist.fetch_or(exist, Ordering::Relaxed);
        Ok(!exist)
    }

    /// The user with this address and password who may log in. Unknown, wrong, disabled and tried too
    /// often to be opened from here are one answer, at the cost of one hash and one row each: nobody
    /// learns which addresses have accounts. [`kit::Error::TooOften`] before any of it.
    pub async fn authenticate(
        &self, client: &Client, limited: &Limited<limits::LogIn>, email: &str, password: String,
    ) -> Result<Option<User>> {
        let is_known = limited.is_in_known_browser();
        let found = if is_known { self.find(email).await? } else { None };
        let one = limited.try_once(email, found.as_ref()).await?;
        let judged = async {
            let user = if is_known { found } else { self.find(email).await? };
            self.judge(client, &one, user, password).await
        };
        match judged.await {
            Ok((Some(user), Verdict::Right { rehashed })) => {
                one.give_back().await?;
                self.note_success(user, rehashed).await
            }
            Ok((user, _)) => {
                self.note_failure(client, user.map(|user| user.id), one.is_trusted).await;
                Ok(None)
            }
            // No try: it was not looked at.
            Err(error) => {
                one.give_back().await?;
                Err(error)
            }
        }
    }

    /// Whether the password opens the account of `user` from here. The same work where there is none.
    async fn judge(
        &self, client: &Client, one: &Try, user: Option<User>, password: String,
    ) -> Result<(Option<User>, Verdict)> {
        let may_open = |user: &&User| user.may_log_in() && one.may_open(user);
        let stored = user.as_ref().filter(may_open).and_then(User::password);
        let verdict = self.passwords.verify(client, password, stored).await?;
        Ok((user, verdict))
    }

    async fn find(&self, email: &str) -> Result<Option<User>> {
        match Email::of_account(email) {
            Some(email) => self.db.look_up(move |conn| User::by_email(conn, &email)).await,
            None => Ok(None),
        }
    }

    async fn note_success(&self, user: User, rehashed: Option<String>) -> Result<Option<User>> {
        if user.failed_log_ins > 0 {
            let forgotten = users::failed_log_ins.eq(0);
            let change = diesel::update(users::table.find(user.id)).set(forgotten);
            self.db.write(move |conn| change.execute(conn)).await?;
        }
        match rehashed {
            Some(hash) => self.store_stronger_hash(user, hash).await,
            None => Ok(Some(user)),
        }
    }

    /// The owner is told once that the password opens nothing any more from where nobody knows them.
    async fn note_failure(&self, client: &Client, user_id: Option<i64>, is_trusted: bool) {
        let (failed, now) = (Event::LogInFailed.of_somebody(user_id), self.now());
        let count = move |conn: &mut Connection| -> Result<()> {
            // For nobody too, so that it takes as long.
            let theirs = users::table.find(user_id.unwrap_or(0));
            let more = users::failed_log_ins.eq(users::failed_log_ins + i64::from(!is_trusted));
            let change = diesel::update(theirs).set(more).returning(User::as_returning());
            let user = change.get_result(conn).optional()?;
            let is_stopped = |user: &User| {
                let may_enter = user.may_log_in() && user.has_password();
                !is_trusted && may_enter && user.failed_log_ins == FAILURES_MAX
            };
            match user.filter(is_stopped) {
                Some(user) => Notice::LogInsStopped.post(conn, &user.address(), now),
                None => Ok(()),
            }
        };
        self.events.tell_and(client, failed, count).await;
    }

    /// Only over the hash that was verified: the password may have been changed meanwhile, and then
    /// nobody is logged in.
    async fn store_stronger_hash(&self, user: User, hash: String) -> Result<Option<User>> {
        let before = user.password_mark();
        let unchanged =
            users::table.find(user.id).filter(users::password_hash.eq(user.password_hash));
        let change = diesel::update(unchanged).set(users::password_hash.eq(hash));
        let stored = change.returning(User::as_returning());
        let store = move |conn: &mut Connection| -> QueryResult<Option<User>> {
            let Some(user) = stored.get_result(conn).optional()? else { return Ok(None) };
            Passkey::trust_on(conn, &user, &before)?;
            Identity::trust_on(conn, &user, &before)?;
            Ok(Some(user))
        };
        self.db.write(store).await
    }

    /// Whether this is the password of somebody who is logged in. [`kit::Error::TooOften`] when others were
    /// tried too often.
    pub async fn confirms(
        &self, client: &Client, limited: &Limited<limits::Confirm>, user: &User, password: String,
    ) -> Result<bool> {
        let one = limited.take_one().await?;
        let confirmed = self.has_password(client, user, password).await;
        if matches!(confirmed, Ok(false)) {
            self.tell(client, Event::SudoDenied.of(user.id)).await;
        } else {
            one.give_back().await?;
        }
        confirmed
    }

    /// Whether this is the password of somebody whom a link lets choose another one.
    pub async fn has_password(
        &self, client: &Client, user: &User, password: String,
    ) -> Result<bool> {
        let verdict = self.passwords.verify(client, password, user.password()).await?;
        Ok(matches!(verdict, Verdict::Right { .. }))
    }

    /// Where new ones are hashed, and the rule for them.
    pub fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// What is wrong with a new password of somebody of whom everybody knows these words, noted at a form's
    /// field `password`.
    pub async fn check_new_password(
        &self, client: &Client, errors: &mut Errors, password: &str, words: &[&str],
    ) -> Result<()> {
        if let Err(sentence) = self.passwords.check(client, password, words).await? {
            errors.add("password", sentence);
        }
        Ok(())
    }

    /// Makes an account; `None` when the address has one. `allowed` is asked in the same
    /// transaction.
    pub async fn create<F>(&self, new: NewUser, allowed: F) -> Result<Option<User>>
    where
        F: FnOnce(&mut Connection) -> Result<()> + Send + 'static,
    {
        let create = move |conn: &mut Connection| -> Result<_> {
            allowed(conn)?;
            Ok(User::create(conn, &new)?)
        };
        self.db.write(create).await
    }

    /// Stores another password, ends all that the old one opened, and tells the owner. For every way to
    /// a new password, so that none forgets a part. `current` is the session in which it is changed.
    pub fn replace_password(
        conn: &mut Connection, user: &User, hash: &str, current: Option<i64>, now: Time,
    ) -> Result<()> {
        User::set_password(conn, user.id, hash)?;
        Notice::PasswordChanged.post(conn, &user.address(), now)?;
        let ending =
            if current.is_some() { Ending::PasswordChanged } else { Ending::PasswordReset };
        Ok(ending.end(conn, user.id, current)?)
    }

    /// Logs them in: a session, and a browser that is known from now on. `response` takes the cookies.
    pub async fn log_in(
        &self, req: &HttpRequest, user: &User, how: LogIn, response: &mut HttpResponse,
    ) -> Result<()> {
        let session = self.sessions.begin(req, user, how).await?;
        self.tell(&Client::of(req), Event::LoggedIn.of(user.id)).await;
        response.add_cookie(&session)?;
        self.trust(user, response)
    }

    /// Remembers the browser as one in which they were, with the password that they have now.
    pub fn trust(&self, user: &User, response: &mut HttpResponse) -> Result<()> {
        let known = self.devices.cookie_of(user.id.to_string(), user.password_mark())?;
        Ok(response.add_cookie(&known)?)
    }

    pub async fn log_out(&self, req: &HttpRequest) -> Result<()> {
        if let Some(user_id) = self.sessions.end_current(req).await? {
            self.tell(&Client::of(req), Event::LoggedOut.of(user_id)).await;
        }
        Ok(())
    }
}
