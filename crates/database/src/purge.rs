//! Deleting old rows, a few at a time.

use std::fmt::Display;
use std::time::Duration;

use diesel::QueryResult;
use time::PrimitiveDateTime;

use crate::{Connection, Db, Failure};

/// How many rows go at once. So few that nobody waits long for it, however many have piled up.
pub const BATCH: i64 = 1000;

/// Deletes at most [`BATCH`] of a table's rows that are old enough; how many.
pub type Purge = fn(&mut Connection, PrimitiveDateTime) -> QueryResult<usize>;

/// A [`Purge`]: of a table, the rows that are older than `kept` by the column `since` and fulfil the
/// condition, if there is one. The oldest go first.
#[macro_export]
macro_rules! old_rows {
    ($table:ident . $key:ident: $type:ty, $since:ident, $kept:expr $(, $condition:expr)?) => {
        |conn, now| {
            let old = $table::table.filter($table::$since.le(now - $kept))$(.filter($condition))?;
            let old = old.order($table::$since).limit($crate::BATCH).select($table::$key);
            let old: Vec<$type> = old.load(conn)?;
            diesel::delete($table::table.filter($table::$key.eq_any(old))).execute(conn)
        }
    };
}

/// How often [`purge_hourly`] deletes.
const EVERY: Duration = Duration::from_secs(3600);

/// Deletes by `purge`, which tells how many rows went, at once and every hour from then on.
pub async fn purge_hourly<E: Display>(purge: impl AsyncFn() -> Result<usize, E>) {
    loop {
        match purge().await {
            Ok(gone) => log::info!("{gone} expired rows were deleted"),
            Err(error) => log::error!("expired rows cannot be deleted: {error}"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

impl<E: Failure> Db<E> {
    /// Deletes old rows, each batch in a transaction of its own: what is done stays done, and others
    /// write in between. How many.
    pub async fn purge(&self, purge: Purge, now: PrimitiveDateTime) -> Result<usize, E> {
        let mut gone = 0;
        loop {
            let batch = self.write(move |conn| purge(conn, now)).await?;
            gone += batch;
            if batch == 0 {
                return Ok(gone);
            }
        }
    }
}
