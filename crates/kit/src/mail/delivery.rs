//! The clockwork that sends what waits: a mail server that is down loses no mail, and nobody waits for
//! it.

use actix_web::rt;
use time::{Duration, PrimitiveDateTime};

use super::places::Places;
use super::{Mail, Mailer, Unsent};
use crate::clock::Clock;
use crate::metrics::Reading;

/// How often to look for mails.
const EVERY: std::time::Duration = std::time::Duration::from_secs(1);

/// How long a mail belongs to who has taken it. Longer than a mail server may take: meanwhile no
/// other of our processes sends the same.
const LEASE: Duration = Duration::minutes(2);

/// The time until the second attempt; it doubles with each.
const FIRST_PAUSE: Duration = Duration::seconds(20);
/// The longest pause. A mail whose next attempt is further away was put off while the clock was ahead, and
/// is due.
pub const LONGEST_PAUSE: Duration = Duration::hours(6);

/// Where mails wait: a table of the application. The errors are for the log.
pub trait Queue: Clone + 'static {
    /// A mail that waits.
    type Waiting: 'static;
    /// Why the queue cannot be used.
    type Error: std::fmt::Display;

    /// By what the queue knows a mail, its kind as the log names it, and how many attempts there were, with
    /// this one.
    fn describe(waiting: &Self::Waiting) -> (i64, &'static str, i64);

    /// The kinds of mails, those first that are sent first. None waits for another.
    fn kinds() -> Vec<&'static str>;

    /// The way out.
    fn mailer(&self) -> &Mailer;

    /// The time.
    fn clock(&self) -> &Clock;

    /// The next mail of each of these kinds that is due. Only a look: it happens each second, and there
    /// is hardly ever anything to write.
    fn look(
        &self, kinds: Vec<&'static str>,
    ) -> impl Future<Output = Result<Vec<Self::Waiting>, Self::Error>>;

    /// Takes a mail, by putting off its next attempt until then. Whoever is stopped in the middle has
    /// lost nothing by it, and of several processes one takes it.
    fn claim(
        &self, waiting: Self::Waiting, until: PrimitiveDateTime,
    ) -> impl Future<Output = Result<Option<Self::Waiting>, Self::Error>>;

    /// The mail, or `None` when there is nothing to tell this address.
    fn compose(
        &self, waiting: &Self::Waiting,
    ) -> impl Future<Output = Result<Option<Mail>, Unsent>>;

    /// Nothing is to be done about the mail any more.
    fn put_away(&self, id: i64) -> impl Future<Output = Result<(), Self::Error>>;

    /// How many mails wait, and since when the oldest does. Asked for the metrics.
    fn backlog(
        &self,
    ) -> impl Future<Output = Result<(i64, Option<PrimitiveDateTime>), Self::Error>>;

    /// The next attempt is then, for this reason.
    fn put_off(
        &self, id: i64, until: PrimitiveDateTime, reason: String,
    ) -> impl Future<Output = Result<(), Self::Error>>;

    /// There is no further attempt, for this reason, unless somebody asks for one.
    fn give_up(&self, id: i64, reason: String) -> impl Future<Output = Result<(), Self::Error>>;
}

/// How much waits, for the metrics. Nothing when the queue cannot be asked, which is in the log.
pub async fn readings(queue: &impl Queue) -> Vec<Reading> {
    let (count, oldest) = match queue.backlog().await {
        Ok(backlog) => backlog,
        Err(error) => {
            log::error!("the outbox cannot be counted: {error}");
            return Vec::new();
        }
    };
    let age = oldest.map_or(Duration::ZERO, |oldest| queue.clock().now() - oldest);
    let about = ["Mails that wait to be sent", "How long the oldest of them waits"];
    vec![
        Reading::count("outbox_mails", about[0], count),
        Reading::new("outbox_oldest_mail_age_seconds", about[1], age.as_seconds_f64()),
    ]
}

/// Sends what is due, for ever.
pub async fn work(queue: impl Queue) {
    loop {
        if let Err(error) = deliver(&queue).await {
            log::error!("the outbox cannot be read: {error}");
        }
        rt::time::sleep(EVERY).await;
    }
}

/// Sends what is due, and what falls due meanwhile, until nothing is. A mail that cannot be sent
/// waits for its next attempt.
pub async fn deliver<Q: Queue>(queue: &Q) -> Result<(), Q::Error> {
    let mut places = Places::of(Q::kinds());
    loop {
        let filled = fill(queue, &mut places).await;
        if places.is_empty() {
            return filled;
        }
        // Looks again soon: what comes meanwhile does not wait for a slow conversation.
        let _ = rt::time::timeout(EVERY, places.next()).await;
    }
}

/// Begins to send what is due, as far as there are places.
async fn fill<Q: Queue>(queue: &Q, places: &mut Places) -> Result<(), Q::Error> {
    loop {
        let due = queue.look(places.free_kinds()).await?;
        if due.is_empty() {
            return Ok(());
        }
        for waiting in due {
            let until = queue.clock().now() + LEASE;
            if let Some(mine) = queue.claim(waiting, until).await? {
                let (_, kind, _) = Q::describe(&mine);
                let composed = queue.compose(&mine).await;
                // A task of its own: it goes on while we wait for the database.
                places.add(kind, rt::spawn(see_to(queue.clone(), mine, composed)));
            }
        }
    }
}

/// Sends a mail, and notes what came of it. A failure to note it is made good after [`LEASE`].
async fn see_to<Q: Queue>(queue: Q, mine: Q::Waiting, composed: Result<Option<Mail>, Unsent>) {
    let (id, kind, attempts) = Q::describe(&mine);
    let sent = match composed {
        Ok(Some(mail)) => queue.mailer().send(mail).await,
        Ok(None) => queue.mailer().send_nothing().await,
        Err(reason) => Err(reason),
    };
    let noted = match sent {
        Ok(()) => queue.put_away(id).await,
        Err(Unsent::ForGood(reason)) => {
            log::error!("mail {id} ({kind}) can never be sent and is given up: {reason}");
            queue.give_up(id, reason).await
        }
        Err(Unsent::ForNow(reason)) => {
            log::warn!("mail {id} ({kind}) was not sent at attempt {attempts}: {reason}");
            queue.put_off(id, queue.clock().now() + pause(attempts), reason).await
        }
    };
    if let Err(error) = noted {
        log::error!("what came of mail {id} ({kind}) cannot be noted: {error}");
    }
}

fn pause(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE)
}
