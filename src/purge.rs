//! Deleting what has expired. It is refused without this too; this is so that it does not pile up.

use actix_web::rt;

use crate::auth::{activity, api_token, grant, session};
use crate::clock::Clock;
use crate::db::Db;
use crate::error::Result;
use crate::link::Link;
use crate::mail::outbox;

/// How often.
const EVERY: std::time::Duration = std::time::Duration::from_secs(3600);

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
    let tables = [
        session::purge,
        grant::purge,
        api_token::purge,
        activity::purge,
        Link::purge,
        outbox::purge,
    ];
    let mut gone = 0;
    for purge in tables {
        // Each in a transaction of its own: nobody waits for all of them.
        gone += db.write(move |conn| purge(conn, now)).await?;
    }
    Ok(gone)
}
