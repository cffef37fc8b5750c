//! Everybody with an account, in a list for whoever runs the place.

use std::collections::HashMap;

use diesel::dsl::max;
use diesel::prelude::*;
use kit::Time;
use kit::http::list::{List, Paging};

use crate::db::{Backend, Connection, Db, in_order, lower};
use crate::error::Result;
use crate::people::User;
use crate::schema::{sessions, users};

/// The parts that the list can be cut down to, as they stand in the address, and what they are called.
pub const PARTS: [(&str, &str); 4] = [
    ("", "Everybody"),
    ("administrators", "Administrators"),
    ("disabled", "Disabled"),
    ("unproved", "Address not proved"),
];

pub struct Person {
    pub user: User,
    /// The last request in a session that is there still.
    pub last_seen_at: Option<Time>,
}

pub fn count(conn: &mut Connection) -> QueryResult<i64> {
    users::table.count().get_result(conn)
}

/// A page of them, searched by name and address; who came last first, unless another order is asked for.
pub async fn people(db: &Db, paging: Paging) -> Result<List<Person>> {
    let (pattern, only) = (paging.pattern(), paging.only().to_owned());
    let found = move || {
        let all = users::table.into_boxed::<Backend>();
        let part = match &*only {
            "administrators" => all.filter(users::is_admin),
            "disabled" => all.filter(users::disabled_at.is_not_null()),
            "unproved" => all.filter(users::verified_at.is_null()),
            _ => all,
        };
        let Some(pattern) = pattern.clone() else { return part };
        let in_name = lower(users::name).like(pattern.clone()).escape('\\');
        part.filter(in_name.or(users::email_canonical.like(pattern).escape('\\')))
    };
    let count = found.clone();
    let load = move |conn: &mut Connection, paging: &Paging| {
        let rows = in_order!(found(), paging, users::id;
            "name" => lower(users::name),
            "created" => users::created_at,
        );
        let rows = rows.limit(paging.limit()).offset(paging.offset());
        let users = rows.select(User::as_select()).load(conn)?;
        with_last_seen(conn, users)
    };
    db.list(paging, load, move |conn| count().count().get_result(conn)).await
}

fn with_last_seen(conn: &mut Connection, users: Vec<User>) -> QueryResult<Vec<Person>> {
    let ids: Vec<_> = users.iter().map(|user| user.id).collect();
    let theirs = sessions::table.filter(sessions::user_id.eq_any(ids)).group_by(sessions::user_id);
    let seen = theirs.select((sessions::user_id, max(sessions::last_seen_at)));
    let seen: HashMap<i64, Option<Time>> = seen.load(conn)?.into_iter().collect();
    let person = |user: User| {
        let last_seen_at = seen.get(&user.id).copied().flatten();
        Person { user, last_seen_at }
    };
    Ok(users.into_iter().map(person).collect())
}
