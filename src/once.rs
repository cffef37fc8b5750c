//! Forms that are sent twice: by a double click, or by a browser that got no answer. What the first
//! one made is not made again.

use diesel::prelude::*;
use time::{Duration, PrimitiveDateTime};

use crate::db::{Connection, Db};
use crate::error::Result;
use crate::keys::{hash_token, random_token};
use crate::schema::sent_forms;

/// How long a form that was carried out is known. Whoever sends it once more without meaning to does
/// so soon; later it may be a new wish.
const KNOWN_FOR: Duration = Duration::minutes(10);

/// A form as it was sent, to be carried out once. One that came without an id is carried out as often
/// as it comes.
#[derive(Clone, Debug)]
pub struct Sent {
    id: String,
    row: Option<Row>,
}

#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = sent_forms)]
struct Row {
    hash: String,
    created_at: PrimitiveDateTime,
}

impl Default for Sent {
    /// A form to be drawn, with an id that no other has.
    fn default() -> Self {
        Self { id: random_token(), row: None }
    }
}

impl Sent {
    /// A form that came with the id that it was drawn with, if any. All that was sent counts, not the
    /// id alone: the same form with another text in it is another wish, and to answer it with "saved"
    /// would lose that text.
    pub fn new(id: &str, address: &str, body: &[u8], created_at: PrimitiveDateTime) -> Self {
        let hash = hash_token(&format!("{address}\n{}", String::from_utf8_lossy(body)));
        let row = (!id.is_empty()).then_some(Row { hash, created_at });
        Self { id: id.to_owned(), row }
    }

    /// For the hidden field `form_id`. A form that is drawn again has the one it came with.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The one door to what a form makes: does `work` and remembers it in the same transaction, or
    /// does nothing and returns `None` when this very form did it before. Of two at the same time,
    /// on two servers too, the second waits for the first.
    pub fn once<T, E: From<diesel::result::Error>>(
        self,
        work: impl FnOnce(&mut Connection) -> Result<T, E>,
    ) -> impl FnOnce(&mut Connection) -> Result<Option<T>, E> {
        move |conn| {
            if let Some(row) = self.row {
                let new = row.insert_into(sent_forms::table).on_conflict_do_nothing();
                if new.execute(conn)? == 0 {
                    return Ok(None);
                }
            }
            work(conn).map(Some)
        }
    }

    /// Whether this very form was carried out before.
    pub async fn was_done(&self, db: &Db) -> Result<bool> {
        let Some(Row { hash, .. }) = self.row.clone() else { return Ok(false) };
        let row = diesel::dsl::exists(sent_forms::table.find(hash));
        db.run(move |conn| diesel::select(row).get_result(conn)).await
    }
}

/// Forgets forms that were carried out a while ago, at most `limit`; how many.
pub fn purge(conn: &mut Connection, now: PrimitiveDateTime, limit: i64) -> QueryResult<usize> {
    let old = sent_forms::table.filter(sent_forms::created_at.le(now - KNOWN_FOR));
    let old = old.order(sent_forms::created_at).limit(limit).select(sent_forms::hash);
    let old: Vec<String> = old.load(conn)?;
    diesel::delete(sent_forms::table.filter(sent_forms::hash.eq_any(old))).execute(conn)
}
