//! Deleting what has expired. It is refused without this too; this is so that it does not pile up.

use database::{Purge, old_rows};
use diesel::prelude::*;
use kit::Clock;
use time::Duration;

use crate::db::Db;
use crate::error::Result;
use crate::feature::Features;
use crate::mail::GIVE_UP_AFTER;
use crate::people::events::KEPT_FOR;
use crate::people::identity::ANSWERED_WITHIN;
use crate::schema::{
    api_tokens, authorization_requests, buckets, events, links, outbox, refresh_tokens, sent_forms,
    sessions,
};

/// What goes, and how long after its time.
const PURGES: &[Purge] = &[
    // Those that are over for want of use go when their time would have been up.
    old_rows!(sessions.id: i64, expires_at, Duration::ZERO),
    old_rows!(refresh_tokens.id: i64, expires_at, Duration::ZERO),
    // Its owner may wonder why a program stopped.
    old_rows!(api_tokens.id: i64, expires_at, Duration::days(30)),
    // Whoever opens one may wonder why it works no more.
    old_rows!(links.id: i64, expires_at, Duration::days(7)),
    old_rows!(authorization_requests.id: i64, created_at, ANSWERED_WITHIN),
    old_rows!(events.id: i64, created_at, KEPT_FOR),
    // The limits count what was asked for in a day.
    old_rows!(
        outbox.id: i64, created_at, Duration::DAY,
        outbox::sent_at.is_not_null().and(outbox::failure.is_null())
    ),
    // Somebody may want to try it again.
    old_rows!(outbox.id: i64, created_at, GIVE_UP_AFTER, outbox::sent_at.is_not_null()),
    old_rows!(buckets.key: String, empty_at, Duration::ZERO),
    // Whoever sends a form once more without meaning to does so soon; later it may be a new wish.
    old_rows!(sent_forms.hash: String, created_at, Duration::minutes(10)),
];

const GIVEN_UP: Purge =
    old_rows!(outbox.id: i64, created_at, GIVE_UP_AFTER, outbox::sent_at.is_null());

/// Deletes expired rows of every table that has such, those of the features too; how many.
pub async fn purge(db: &Db, clock: &Clock, features: Features) -> Result<usize> {
    let now = clock.now();
    let mut gone = 0;
    for purge in PURGES.iter().copied().chain(features.purges()) {
        gone += db.purge(purge, now).await?;
    }
    let given_up = db.purge(GIVEN_UP, now).await?;
    if given_up > 0 {
        log::error!("{given_up} mails could not be sent for {GIVE_UP_AFTER} and are given up");
    }
    Ok(gone + given_up)
}
