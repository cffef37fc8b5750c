//! A log-in that waits for the second factor: worth nothing else, and for a quarter of an hour.

use actix_login::{hash_token, random_token};
use diesel::prelude::*;
use kit::Time;
use time::Duration;

use crate::db::{Backend, Connection, Export, copy_of};
use crate::people::User;
use crate::schema::half_log_ins;

pub const LIVES: Duration = Duration::minutes(15);

/// So many wrong codes, and the password is asked for again.
pub const FAILURES_MAX: i64 = 5;

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = half_log_ins, check_for_backend(Backend))]
pub struct HalfLogIn {
    pub id: i64,
    user_id: i64,
    bound_to: String,
    pub remembered: bool,
    /// Where they wanted to go.
    pub next: String,
    /// What they had typed, as [`kit::http::kept`] seals it.
    pub kept: String,
    created_at: Time,
    /// Whether the password was typed.
    pub is_fresh: bool,
}

/// A log-in whose first step was right.
pub struct Begun {
    pub is_fresh: bool,
    pub remembered: bool,
    pub next: String,
    pub kept: String,
}

/// What a log-in that waits, and a browser that is trusted, are bound to: another password or another second factor
/// has another mark.
pub fn mark(user: &User) -> String {
    hash_token(&format!("{} {}", user.password_hash, user.factors_version))
}

impl HalfLogIn {
    /// Begins one; returns its token, which is nowhere else.
    pub fn begin(
        conn: &mut Connection, user: &User, begun: Begun, now: Time,
    ) -> QueryResult<String> {
        let token = random_token();
        let row = (
            half_log_ins::user_id.eq(user.id),
            half_log_ins::token_hash.eq(hash_token(&token)),
            half_log_ins::bound_to.eq(mark(user)),
            half_log_ins::remembered.eq(begun.remembered),
            half_log_ins::next.eq(begun.next),
            half_log_ins::kept.eq(begun.kept),
            half_log_ins::created_at.eq(now),
            half_log_ins::is_fresh.eq(begun.is_fresh),
        );
        diesel::insert_into(half_log_ins::table).values(row).execute(conn)?;
        Ok(token)
    }

    /// The one with this token, and whose it is, unless it is too old, or their password or second factor is
    /// another one by now.
    pub fn find(
        conn: &mut Connection, token: &str, now: Time,
    ) -> QueryResult<Option<(Self, User)>> {
        let named = half_log_ins::table.filter(half_log_ins::token_hash.eq(hash_token(token)));
        let half: Option<Self> = named.select(Self::as_select()).first(conn).optional()?;
        let Some(half) = half.filter(|half| (now - half.created_at).abs() < LIVES) else {
            return Ok(None);
        };
        let user = User::by_id(conn, half.user_id)?;
        let user = user.filter(|user| user.may_log_in() && half.bound_to == mark(user));
        Ok(user.map(|user| (half, user)))
    }

    /// Counts a wrong code; whether it was the last one that may be tried.
    pub fn fail(conn: &mut Connection, id: i64) -> QueryResult<bool> {
        let more = half_log_ins::failures.eq(half_log_ins::failures + 1);
        let change = diesel::update(half_log_ins::table.find(id)).set(more);
        let failures: Option<i64> =
            change.returning(half_log_ins::failures).get_result(conn).optional()?;
        let is_last = failures.is_none_or(|failures| failures >= FAILURES_MAX);
        if is_last {
            Self::end(conn, id)?;
        }
        Ok(is_last)
    }

    /// Ends it; whether there was one, which of two at once is told to one.
    pub fn end(conn: &mut Connection, id: i64) -> QueryResult<bool> {
        Ok(diesel::delete(half_log_ins::table.find(id)).execute(conn)? == 1)
    }

    pub const EXPORT: Export = copy_of!(half_log_ins.user_id, Self; created_at, remembered);
}
