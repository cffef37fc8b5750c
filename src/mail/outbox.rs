//! The outbox: mails are rows, written in the transaction of what they report and sent afterwards.
//! A mail server that is down loses none, and nobody waits for it.

use actix_web::rt;
use diesel::prelude::*;
use time::{Duration, PrimitiveDateTime};

use crate::clock::Clock;
use crate::db::{Backend, Connection, Db};
use crate::error::{Error, Result};
use crate::mail::letter::Writer;
use crate::mail::message::NOTICES;
use crate::mail::{Mail, Mailer};
use crate::schema::outbox;
use crate::user::Email;

/// How often to look for mails.
const EVERY: std::time::Duration = std::time::Duration::from_secs(1);

/// How long a mail belongs to who has taken it. Longer than a mail server may take: meanwhile no
/// other of our processes sends the same.
const LEASE: Duration = Duration::minutes(2);

/// The time until the second attempt; it doubles with each.
const FIRST_PAUSE: Duration = Duration::seconds(20);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::hours(6);

/// Mails that could not be sent for this long are given up, as mail servers do (RFC 5321 section
/// 4.5.4.1: four to five days).
pub const GIVE_UP_AFTER: Duration = Duration::days(4);

/// How long the rows of sent mails are kept: the limits count them.
const KEEP_SENT: Duration = Duration::days(1);

/// Sends what waits. Cheap to clone.
#[derive(Clone)]
pub struct Outbox {
    /// Where the rows are.
    pub db: Db,
    /// The way out.
    pub mailer: Mailer,
    /// The time.
    pub clock: Clock,
    /// Our public address, for links: whatever a request calls us is not to be believed.
    pub origin: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox, check_for_backend(Backend))]
struct Row {
    id: i64,
    email: String,
    email_canonical: String,
    kind: String,
    message: String,
    created_at: PrimitiveDateTime,
    attempts: i64,
    due_at: PrimitiveDateTime,
}

impl Outbox {
    /// Sends what is due, for ever.
    pub async fn work(self) {
        loop {
            if let Err(error) = self.deliver().await {
                log::error!("the outbox cannot be read: {error}");
            }
            rt::time::sleep(EVERY).await;
        }
    }

    /// Sends what is due, once. A mail that cannot be sent waits for its next attempt.
    pub async fn deliver(&self) -> Result<()> {
        while let Some(row) = self.claim().await? {
            let (id, kind, attempt) = (row.id, row.kind.clone(), row.attempts);
            if let Err(reason) = self.send(row).await {
                log::warn!("mail {id} ({kind}) was not sent at attempt {attempt}: {reason}");
                let next = self.clock.now() + pause(attempt);
                let later = diesel::update(outbox::table.find(id)).set(outbox::due_at.eq(next));
                self.db.write(move |conn| later.execute(conn)).await?;
            }
        }
        Ok(())
    }

    /// Takes the next mail, by putting off its next attempt. Whoever is stopped in the middle has
    /// lost nothing by it, and of several processes one takes it.
    async fn claim(&self) -> Result<Option<Row>> {
        let now = self.clock.now();
        let due = outbox::table.filter(outbox::sent_at.is_null().and(outbox::due_at.le(now)));
        // False comes before true.
        let next = due.order((outbox::kind.ne_all(NOTICES), outbox::due_at));
        let next = next.select(Row::as_select());
        // Only a look: it happens each second, and there is hardly ever anything to write.
        let next: Option<Row> = self.db.run(move |conn| next.first(conn).optional()).await?;
        let Some(row) = next else { return Ok(None) };
        let unclaimed = outbox::table.find(row.id).filter(outbox::due_at.eq(row.due_at));
        let claim = diesel::update(unclaimed)
            .set((outbox::attempts.eq(row.attempts + 1), outbox::due_at.eq(now + LEASE)))
            .returning(Row::as_returning());
        self.db.write(move |conn| claim.get_result(conn).optional()).await
    }

    async fn send(&self, row: Row) -> Result<(), String> {
        let id = row.id;
        if let Some(mail) = self.compose(row).await.map_err(|e| e.to_string())? {
            self.mailer.send(mail).await?;
        }
        let now = self.clock.now();
        let sent = diesel::update(outbox::table.find(id))
            // The row stays for the limits; what it said need not.
            .set((outbox::sent_at.eq(now), outbox::message.eq("")));
        self.db.write(move |conn| sent.execute(conn).map(drop)).await.map_err(|e| e.to_string())
    }

    /// The mail, or `None` when there is nothing to tell this address. Links are made here, so that
    /// the table holds no token that works.
    async fn compose(&self, row: Row) -> Result<Option<Mail>> {
        let (now, origin) = (self.clock.now(), self.origin.clone());
        self.db
            .write(move |conn| -> Result<Option<Mail>> {
                let message = serde_json::from_str(&row.message)
                    .map_err(|e| Error::Internal(format!("a message cannot be read: {e}")))?;
                let to = Email { typed: row.email, canonical: row.email_canonical };
                let mut writer = Writer { conn, origin: &origin, now, posted_at: row.created_at };
                let Some(letter) = writer.write(message, &to)? else { return Ok(None) };
                let (text, html) = letter.render()?;
                let (to, subject) = (letter.to, letter.subject);
                let (id, posted_at) = (row.id, row.created_at);
                Ok(Some(Mail { id, to, subject, text, html, posted_at }))
            })
            .await
    }
}

fn pause(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE)
}

/// Deletes the rows of mails that were sent a day ago, at most `limit`; how many.
pub fn purge(conn: &mut Connection, now: PrimitiveDateTime, limit: i64) -> QueryResult<usize> {
    let sent = outbox::table.filter(outbox::sent_at.is_not_null());
    let sent = sent.filter(outbox::created_at.le(now - KEEP_SENT)).order(outbox::created_at);
    let sent: Vec<i64> = sent.limit(limit).select(outbox::id).load(conn)?;
    diesel::delete(outbox::table.filter(outbox::id.eq_any(sent))).execute(conn)
}

/// Gives up mails that could not be sent for days, at most `limit`; how many.
pub fn give_up(conn: &mut Connection, now: PrimitiveDateTime, limit: i64) -> QueryResult<usize> {
    let hopeless = outbox::table.filter(outbox::sent_at.is_null());
    let hopeless = hopeless.filter(outbox::created_at.le(now - GIVE_UP_AFTER));
    let hopeless = hopeless.order(outbox::created_at).limit(limit).select(outbox::id);
    let hopeless: Vec<i64> = hopeless.load(conn)?;
    diesel::delete(outbox::table.filter(outbox::id.eq_any(hopeless))).execute(conn)
}
