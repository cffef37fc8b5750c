//! The outbox: mails are rows, written in the transaction of what they report and sent afterwards.
//! A mail server that is down loses none, and nobody waits for it.

use actix_web::rt;
use diesel::prelude::*;
use time::{Duration, PrimitiveDateTime};

use crate::clock::Clock;
use crate::db::{Backend, Connection, Db};
use crate::error::Result;
use crate::mail::letter::Writer;
use crate::mail::places::Places;
use crate::mail::{Mail, Mailer, Unsent};
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

    /// Sends what is due, and what falls due meanwhile, until nothing is. A mail that cannot be sent
    /// waits for its next attempt.
    pub async fn deliver(&self) -> Result<()> {
        let mut places = Places::default();
        loop {
            let filled = self.fill(&mut places).await;
            if places.is_empty() {
                return filled;
            }
            // Looks again soon: what comes meanwhile does not wait for a slow conversation.
            let _ = rt::time::timeout(EVERY, places.next()).await;
        }
    }

    /// Begins to send what is due, as far as there are places.
    async fn fill(&self, places: &mut Places) -> Result<()> {
        loop {
            let due = self.look(places.free_kinds()).await?;
            if due.is_empty() {
                return Ok(());
            }
            for row in due {
                if let Some((kind, row)) = self.claim(row).await? {
                    let composed = self.compose(&row).await;
                    // A task of its own: it goes on while we wait for the database.
                    places.add(kind, rt::spawn(self.clone().see_to(row, composed)));
                }
            }
        }
    }

    /// The next mail of each of these kinds. Only a look: it happens each second, and there is hardly
    /// ever anything to write.
    async fn look(&self, kinds: Vec<&'static str>) -> Result<Vec<(&'static str, Row)>> {
        let now = self.clock.now();
        let next = move |conn: &mut Connection, kind: &'static str| -> QueryResult<Option<_>> {
            let due = outbox::table
                .filter(outbox::kind.eq(kind).and(outbox::sent_at.is_null()))
                .filter(outbox::due_at.le(now));
            let row = due.order(outbox::due_at).select(Row::as_select()).first(conn).optional()?;
            Ok(row.map(|row| (kind, row)))
        };
        let look = move |conn: &mut _| {
            kinds
                .into_iter()
                .filter_map(|kind| next(conn, kind).transpose())
                .collect::<QueryResult<_>>()
        };
        self.db.run(look).await
    }

    /// Takes a mail, by putting off its next attempt. Whoever is stopped in the middle has lost
    /// nothing by it, and of several processes one takes it.
    async fn claim(&self, (kind, row): (&'static str, Row)) -> Result<Option<(&'static str, Row)>> {
        let unclaimed = outbox::table.find(row.id).filter(outbox::due_at.eq(row.due_at));
        let claim = diesel::update(unclaimed)
            .set((
                outbox::attempts.eq(row.attempts + 1),
                outbox::due_at.eq(self.clock.now() + LEASE),
            ))
            .returning(Row::as_returning());
        let claimed = self.db.write(move |conn| claim.get_result(conn).optional()).await?;
        Ok(claimed.map(|row| (kind, row)))
    }

    /// Sends a mail, and notes what came of it. A failure to note it is made good after [`LEASE`].
    async fn see_to(self, row: Row, composed: Result<Option<Mail>, Unsent>) {
        let Row { id, kind, attempts, .. } = row;
        let sent = match composed {
            Ok(Some(mail)) => self.mailer.send(mail).await,
            Ok(None) => self.mailer.send_nothing().await,
            Err(reason) => Err(reason),
        };
        let noted = match sent {
            Ok(()) => self.put_away(id).await,
            Err(Unsent::Ever(reason)) => {
                log::error!("mail {id} ({kind}) can never be sent and is given up: {reason}");
                self.put_away(id).await
            }
            Err(Unsent::Yet(reason)) => {
                log::warn!("mail {id} ({kind}) was not sent at attempt {attempts}: {reason}");
                let next = self.clock.now() + pause(attempts);
                let later = diesel::update(outbox::table.find(id)).set(outbox::due_at.eq(next));
                self.db.write(move |conn| later.execute(conn)).await
            }
        };
        if let Err(error) = noted {
            log::error!("what came of mail {id} ({kind}) cannot be noted: {error}");
        }
    }

    /// Nothing is to be done about the mail any more. The row stays for the limits; what it said need
    /// not.
    async fn put_away(&self, id: i64) -> Result<usize> {
        let done = (outbox::sent_at.eq(self.clock.now()), outbox::message.eq(""));
        let done = diesel::update(outbox::table.find(id)).set(done);
        self.db.write(move |conn| done.execute(conn)).await
    }

    /// The mail, or `None` when there is nothing to tell this address. Links are made here, so that
    /// the table holds no token that works.
    async fn compose(&self, row: &Row) -> Result<Option<Mail>, Unsent> {
        let message = serde_json::from_str(&row.message)
            .map_err(|_| Unsent::Ever("its message cannot be read".to_owned()))?;
        let (now, origin) = (self.clock.now(), self.origin.clone());
        let (id, posted_at) = (row.id, row.created_at);
        let to = Email { typed: row.email.clone(), canonical: row.email_canonical.clone() };
        let write = move |conn: &mut _| {
            Writer { conn, origin: &origin, now, posted_at }.write(message, &to)
        };
        let letter = self.db.write(write).await.map_err(|e| Unsent::Yet(e.to_string()))?;
        let Some(letter) = letter else { return Ok(None) };
        let (text, html) = letter.render().map_err(|e| Unsent::Ever(e.to_string()))?;
        Ok(Some(Mail { id, to: letter.to, subject: letter.subject, text, html, posted_at }))
    }
}

fn pause(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE)
}

/// Deletes the rows of mails that are sent, and were asked for a day ago, at most `limit`; how many.
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
