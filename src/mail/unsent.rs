//! What was not sent, for whoever runs the place: what waits, what failed, and why.

use diesel::prelude::*;
use kit::Time;
use kit::http::list::{List, Paging};

use crate::db::{Backend, Connection, Db};
use crate::error::Result;
use crate::schema::outbox;

#[derive(Queryable, Selectable)]
#[diesel(table_name = outbox, check_for_backend(Backend))]
pub struct UnsentMail {
    pub id: i64,
    pub email: String,
    kind: String,
    pub created_at: Time,
    pub attempts: i64,
    /// The next attempt.
    pub due_at: Time,
    /// When it was given up.
    sent_at: Option<Time>,
    /// Why it was not sent the last time.
    pub failure: Option<String>,
}

impl UnsentMail {
    /// What it says, in a word or two.
    pub fn what(&self) -> String {
        self.kind.replace('_', " ")
    }

    pub fn is_given_up(&self) -> bool {
        self.sent_at.is_some()
    }

    /// A page of them, the newest first.
    pub async fn list(db: &Db, paging: Paging) -> Result<List<Self>> {
        let only_failed = paging.only() == "failed";
        let found = move || {
            let unsent = unsent().into_boxed::<Backend>();
            if only_failed { unsent.filter(outbox::failure.is_not_null()) } else { unsent }
        };
        let load = move |conn: &mut Connection, paging: &Paging| {
            let page = found().order(outbox::id.desc()).offset(paging.offset());
            page.limit(paging.limit()).select(Self::as_select()).load(conn)
        };
        db.list(paging, load, move |conn| found().count().get_result(conn)).await
    }

    /// Lets one that has failed be tried at once; `false` when it has not.
    pub fn try_again(conn: &mut Connection, id: i64, now: Time) -> QueryResult<bool> {
        let failed = outbox::table.find(id).filter(outbox::failure.is_not_null());
        let soon = (outbox::due_at.eq(now), outbox::sent_at.eq(None::<Time>));
        let change = diesel::update(failed).set(soon);
        Ok(change.execute(conn)? == 1)
    }
}

#[diesel::dsl::auto_type]
fn unsent() -> _ {
    outbox::table.filter(outbox::sent_at.is_null().or(outbox::failure.is_not_null()))
}
