//! When sessions and personal tokens were last used: noted in memory, and written together now and then.

use std::time::Duration;

use actix_web::rt;
use diesel::prelude::*;

use crate::db::{self, Connection, Db};
use crate::schema::{api_tokens, sessions};

/// Who looks at the row meanwhile, at another server, sees what is as much older.
const WRITTEN_EVERY: Duration = Duration::from_secs(10);

/// What is noted. Cheap to clone.
#[derive(Clone, Default)]
pub struct Uses {
    pub(super) sessions: db::Uses,
    pub(super) personal_tokens: db::Uses,
}

impl Uses {
    pub async fn work(self, db: Db) {
        loop {
            rt::time::sleep(WRITTEN_EVERY).await;
            self.write(&db).await;
        }
    }

    /// Writes what is noted: updates, which cannot bring back a row that was deleted meanwhile.
    pub async fn write(&self, db: &Db) {
        let write = |conn: &mut Connection, id, at| {
            diesel::update(sessions::table.find(id))
                .set(sessions::last_seen_at.eq(at))
                .execute(conn)
        };
        self.sessions.write(db, "last_seen_at", write).await;
        let write = |conn: &mut Connection, id, at| {
            let token = diesel::update(api_tokens::table.find(id));
            token.set(api_tokens::last_used_at.eq(at)).execute(conn)
        };
        self.personal_tokens.write(db, "last_used_at", write).await;
    }
}
