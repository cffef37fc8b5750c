//! What was done how often, for all instances together: a row for each bucket that is not empty.

use diesel::prelude::*;
use kit::Time;
use kit::limit::{Key, Quota, take_all};

use crate::db::Connection;
use crate::error::Result;
use crate::schema::buckets;

/// Takes one out of each quota; [`kit::Error::TooOften`], and nothing is written, if one of them is used up.
pub fn take(conn: &mut Connection, wanted: &[(Key, Quota)], now: Time) -> Result<()> {
    let mut rows = Vec::new();
    for (key, _) in in_order(wanted) {
        let empty = (buckets::key.eq(key.text()), buckets::empty_at.eq(now));
        let row = diesel::insert_into(buckets::table).values(empty);
        let held = row.on_conflict(buckets::key).do_update().set(buckets::key.eq(buckets::key));
        rows.push((key, held.returning(buckets::empty_at).get_result(conn)?));
    }
    let find = |key| rows.iter().find(|(other, _)| *other == key).map(|(_, at)| *at);
    let taken = take_all(wanted, now, find).map_err(kit::Error::TooOften)?;
    Ok(taken.into_iter().try_for_each(|(key, empty_at)| store(conn, key, empty_at))?)
}

/// Takes these back.
pub fn give_back(conn: &mut Connection, taken: &[(Key, Quota)]) -> Result<()> {
    for (key, quota) in in_order(taken) {
        if let Some(empty_at) = hold(conn, key)? {
            store(conn, key, quota.give_back(empty_at))?;
        }
    }
    Ok(())
}

/// Of two who want the same rows, both take them in the same order: otherwise each waits for the other.
fn in_order(wanted: &[(Key, Quota)]) -> Vec<(Key, Quota)> {
    let mut wanted = wanted.to_vec();
    wanted.sort_unstable_by_key(|(key, _)| *key);
    wanted
}

/// When a bucket will be empty, as long as nobody else says otherwise: until the transaction is over.
fn hold(conn: &mut Connection, key: Key) -> QueryResult<Option<Time>> {
    let held = diesel::update(buckets::table.find(key.text())).set(buckets::key.eq(buckets::key));
    held.returning(buckets::empty_at).get_result(conn).optional()
}

fn store(conn: &mut Connection, key: Key, empty_at: Time) -> QueryResult<()> {
    let change = diesel::update(buckets::table.find(key.text()));
    change.set(buckets::empty_at.eq(empty_at)).execute(conn).map(drop)
}
