//! Forms that are sent twice: by a double click, or by a browser that got no answer. What the first
//! one made is not made again.

use diesel::prelude::*;
use kit::http::sent::Sent;

use crate::db::{Connection, Db};
use crate::error::Result;
use crate::schema::sent_forms;

/// The one door to what a form makes: does `work` and remembers the form in the same transaction, or
/// does nothing and returns `None` when this very form did it before. Of two at the same time,
/// on two servers too, the second waits for the first.
pub fn once<T, E: From<diesel::result::Error>>(
    sent: Sent, work: impl FnOnce(&mut Connection) -> Result<T, E>,
) -> impl FnOnce(&mut Connection) -> Result<Option<T>, E> {
    move |conn| {
        if let Some(mark) = sent.mark() {
            let row = (sent_forms::hash.eq(&mark.hash), sent_forms::created_at.eq(mark.sent_at));
            let new = diesel::insert_into(sent_forms::table).values(row).on_conflict_do_nothing();
            if new.execute(conn)? == 0 {
                return Ok(None);
            }
        }
        work(conn).map(Some)
    }
}

/// Whether this very form was carried out before.
pub async fn was_done(sent: &Sent, db: &Db) -> Result<bool> {
    let Some(mark) = sent.mark() else { return Ok(false) };
    let row = diesel::dsl::exists(sent_forms::table.find(mark.hash.clone()));
    db.look_up(move |conn| diesel::select(row.clone()).get_result(conn)).await
}
