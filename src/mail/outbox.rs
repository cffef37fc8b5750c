//! The outbox: mails are rows, written in the transaction of what they report and sent afterwards, by the
//! clockwork of [`kit::mail`].

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
use kit::mail::{LONGEST_PAUSE, Mail, Mailer, Queue, Unsent};
use kit::{Clock, Email, Time};
use time::Duration;

use crate::db::{Backend, Connection, Db};
use crate::error::{Error, Result};
use crate::mail::message::{Message, PutAway, kinds};
use crate::schema::outbox;

/// Mails that could not be sent for this long are given up, as mail servers do (RFC 5321 section
/// 4.5.4.1: four to five days).
pub const GIVE_UP_AFTER: Duration = Duration::days(4);

/// What a letter is written with.
pub struct Writer<'a> {
    /// Where what it says is looked up, and links are made.
    pub conn: &'a mut Connection,
    /// Our public address, for links: whatever a request calls us is not to be believed.
    pub site: &'a str,
    pub now: Time,
    pub posted_at: Time,
    /// The row.
    pub id: i64,
}

/// Writes the letter that says a message to an address, or `None` when there is nothing to say to it.
pub type Write = fn(&mut Writer, Message, &Email) -> Result<Option<Mail>>;

/// The rows, and the way out. Cheap to clone.
#[derive(Clone)]
pub struct Outbox {
    db: Db,
    clock: Clock,
    mailer: Mailer,
    site: String,
    write: Write,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox, check_for_backend(Backend))]
pub struct WaitingMail {
    id: i64,
    email: String,
    email_canonical: String,
    kind: String,
    message: String,
    created_at: Time,
    attempts: i64,
    due_at: Time,
}

impl Outbox {
    /// Keeps its rows in `db`; what `write` says about them goes out by `mailer`.
    pub fn new(db: Db, clock: Clock, mailer: Mailer, site: String, write: Write) -> Self {
        Self { db, clock, mailer, site, write }
    }
}

impl Queue for Outbox {
    type Waiting = WaitingMail;
    type Error = Error;

    fn describe(waiting: &WaitingMail) -> (i64, &'static str, i64) {
        let kind = kinds().find(|kind| *kind == waiting.kind).unwrap_or_default();
        (waiting.id, kind, waiting.attempts)
    }

    fn kinds() -> Vec<&'static str> {
        kinds().collect()
    }

    fn mailer(&self) -> &Mailer {
        &self.mailer
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }

    async fn look(&self, kinds: Vec<&'static str>) -> Result<Vec<WaitingMail>> {
        let now = self.clock.now();
        let next = move |conn: &mut Connection, kind: &'static str| -> QueryResult<Option<_>> {
            let due = outbox::table
                .filter(outbox::kind.eq(kind).and(outbox::sent_at.is_null()))
                .filter(outbox::due_at.le(now).or(outbox::due_at.gt(now + LONGEST_PAUSE)));
            due.order(outbox::due_at).select(WaitingMail::as_select()).first(conn).optional()
        };
        let look = move |conn: &mut _| {
            let due = kinds.into_iter().filter_map(|kind| next(conn, kind).transpose());
            due.collect::<QueryResult<_>>()
        };
        self.db.run(look).await
    }

    async fn claim(&self, waiting: WaitingMail, until: Time) -> Result<Option<WaitingMail>> {
        let unclaimed = outbox::table.find(waiting.id).filter(outbox::due_at.eq(waiting.due_at));
        // What failed is forgotten: what is on its way is not to be tried again.
        let mine = (
            outbox::attempts.eq(waiting.attempts + 1),
            outbox::due_at.eq(until),
            outbox::failure.eq(None::<String>),
        );
        let claim = diesel::update(unclaimed).set(mine).returning(WaitingMail::as_returning());
        self.db.write(move |conn| claim.get_result(conn).optional()).await
    }

    /// Links are made here, so that the table holds no token that works.
    async fn compose(&self, waiting: &WaitingMail) -> Result<Option<Mail>, Unsent> {
        let message = serde_json::from_str(&waiting.message)
            .map_err(|_| Unsent::ForGood("its message cannot be read".to_owned()))?;
        let (now, site, write) = (self.clock.now(), self.site.clone(), self.write);
        let (id, attempts, posted_at) = (waiting.id, waiting.attempts, waiting.created_at);
        let to = Email { typed: waiting.email.clone(), canonical: waiting.email_canonical.clone() };
        let unsent = outbox::table.find(id).filter(outbox::sent_at.is_null());
        let letter = move |conn: &mut Connection| {
            // Nobody takes it back any more from here on: a link that is made now would outlive that.
            let still = diesel::update(unsent).set(outbox::attempts.eq(attempts));
            if still.execute(conn)? == 0 {
                return Ok(None);
            }
            write(&mut Writer { conn, site: &site, now, posted_at, id }, message, &to)
        };
        self.db.write(letter).await.map_err(|e| Unsent::ForNow(e.to_string()))
    }

    async fn put_away(&self, id: i64) -> Result<()> {
        let done = diesel::update(outbox::table.find(id)).set(PutAway::at(self.clock.now()));
        self.db.write(move |conn| done.execute(conn)).await.map(drop)
    }

    async fn backlog(&self) -> Result<(i64, Option<Time>)> {
        let waiting = outbox::table.filter(outbox::sent_at.is_null());
        let backlog = waiting.select((count_star(), min(outbox::created_at)));
        self.db.run(move |conn| backlog.get_result(conn)).await
    }

    async fn put_off(&self, id: i64, until: Time, reason: String) -> Result<()> {
        let later = (outbox::due_at.eq(until), outbox::failure.eq(reason));
        let change = diesel::update(outbox::table.find(id)).set(later);
        self.db.write(move |conn| change.execute(conn)).await.map(drop)
    }

    async fn give_up(&self, id: i64, reason: String) -> Result<()> {
        let over = (outbox::sent_at.eq(self.clock.now()), outbox::failure.eq(reason));
        let change = diesel::update(outbox::table.find(id)).set(over);
        self.db.write(move |conn| change.execute(conn)).await.map(drop)
    }
}
