//! Deleting what has expired. It is refused without this too; this is so that it does not pile up.

use actix_web::rt;
use diesel::QueryResult;
use time::PrimitiveDateTime;

use crate::auth::{activity, api_token, grant, sessions};
use crate::clock::Clock;
use crate::db::{Connection, Db};
use crate::error::Result;
use crate::link::Link;
use crate::mail::outbox;
use crate::once;

/// How often.
const EVERY: std::time::Duration = std::time::Duration::from_secs(3600);

/// How many rows go at once. So few that nobody waits long for it, however many have piled up.
const BATCH: i64 = 1000;

/// Deletes at most so many of a table's rows that have expired; how many.
type Purge = fn(&mut Connection, PrimitiveDateTime, i64) -> QueryResult<usize>;

/// Deletes it, for ever.
pub async fn work(db: Db, clock: Clock) {
    loop {
        match purge(&db, &clock).await {
            Ok(gone) => log::info!("{gone} expired rows were deleted"),
            Err(error) => log::error!("expired rows cannot be deleted: {error}"),
        }
        rt::time::sleep(EVERY).await;
    }
}

/// Deletes expired rows of every table that has such; how many.
pub async fn purge(db: &Db, clock: &Clock) -> Result<usize> {
    let now = clock.now();
    let tables: [Purge; 7] = [
        sessions::purge,
        grant::purge,
        api_token::purge,
        activity::purge,
        Link::purge,
        outbox::purge,
        once::purge,
    ];
    let mut gone = 0;
    for purge in tables {
        gone += in_batches(db, purge, now).await?;
    }
    let given_up = in_batches(db, outbox::give_up, now).await?;
    if given_up > 0 {
        let after = outbox::GIVE_UP_AFTER;
        log::error!("{given_up} mails could not be sent for {after} and are given up");
    }
    Ok(gone + given_up)
}

/// Each batch in a transaction of its own: what is done stays done, and others write in between.
async fn in_batches(db: &Db, purge: Purge, now: PrimitiveDateTime) -> Result<usize> {
    let mut gone = 0;
    loop {
        let batch = db.write(move |conn| purge(conn, now, BATCH)).await?;
        gone += batch;
        if batch == 0 {
            return Ok(gone);
        }
    }
}
