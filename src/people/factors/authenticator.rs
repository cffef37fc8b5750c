//! The app on somebody's phone that makes codes: one for each person.

use diesel::prelude::*;
use kit::Time;
use kit::totp::Seed;
use kit::vault::Vault;
use time::Duration;

use crate::db::{Backend, Connection, Export, copy_of};
use crate::error::{Error, Result};
use crate::schema::authenticators;

/// What their secrets are closed for.
pub const PURPOSE: &str = "authenticator";

/// How long one waits for its first code.
pub const SET_UP_WITHIN: Duration = Duration::minutes(30);

#[derive(Queryable, Selectable)]
#[diesel(table_name = authenticators, check_for_backend(Backend))]
pub struct Authenticator {
    id: i64,
    seed: String,
    created_at: Time,
    confirmed_at: Option<Time>,
}

impl Authenticator {
    /// Begins to set one up, in the place of one that was begun: a secret, which counts for nothing until a code
    /// of it was typed. It stays here until then: what a browser sent back could be another one's.
    pub fn begin(conn: &mut Connection, vault: &Vault, user_id: i64, now: Time) -> Result<()> {
        let seed = vault.close(Seed::random().bytes(), &user_id.to_string())?;
        let begun = of(user_id).filter(authenticators::confirmed_at.is_null());
        diesel::delete(begun).execute(conn)?;
        let row = (
            authenticators::user_id.eq(user_id),
            authenticators::seed.eq(seed),
            authenticators::created_at.eq(now),
        );
        // Whoever has one keeps it until they take it out.
        let new = diesel::insert_into(authenticators::table).values(row).on_conflict_do_nothing();
        new.execute(conn)?;
        Ok(())
    }

    /// The secret of one that is being set up.
    pub fn begun(
        conn: &mut Connection, vault: &Vault, user_id: i64, now: Time,
    ) -> Result<Option<Seed>> {
        let begun = of(user_id)
            .filter(authenticators::confirmed_at.is_null())
            .filter(authenticators::created_at.gt(now - SET_UP_WITHIN));
        let row: Option<Self> = begun.select(Self::as_select()).first(conn).optional()?;
        row.map(|row| Ok(row.open(vault, user_id)?.0)).transpose()
    }

    /// Lets one count whose code was typed, of this step; whether there was one to be set up.
    pub fn confirm(conn: &mut Connection, user_id: i64, step: i64, now: Time) -> QueryResult<bool> {
        let begun = of(user_id).filter(authenticators::confirmed_at.is_null());
        let new = (authenticators::confirmed_at.eq(now), authenticators::last_step.eq(step));
        Ok(diesel::update(begun).set(new).execute(conn)? == 1)
    }

    /// Whether this is a code of now, which nobody has used before.
    pub fn accept(
        conn: &mut Connection, vault: &Vault, user_id: i64, code: &str, now: Time,
    ) -> Result<bool> {
        let confirmed = of(user_id).filter(authenticators::confirmed_at.is_not_null());
        let row: Option<Self> = confirmed.select(Self::as_select()).first(conn).optional()?;
        let Some(row) = row else { return Ok(false) };
        let (seed, is_old) = row.open(vault, user_id)?;
        let Some(step) = seed.step_of(code, now) else { return Ok(false) };
        // One statement decides who was first with it, however many ask at once, and on whichever instance.
        let unused = authenticators::table.find(row.id).filter(authenticators::last_step.lt(step));
        let used = diesel::update(unused).set(authenticators::last_step.eq(step)).execute(conn)?;
        if used == 1 && is_old {
            let closed = vault.close(seed.bytes(), &user_id.to_string())?;
            let again = diesel::update(authenticators::table.find(row.id));
            again.set(authenticators::seed.eq(closed)).execute(conn)?;
        }
        Ok(used == 1)
    }

    /// Since when somebody has one.
    pub fn since(conn: &mut Connection, user_id: i64) -> QueryResult<Option<Time>> {
        let since = of(user_id).select(authenticators::confirmed_at).first(conn).optional()?;
        Ok(since.flatten())
    }

    /// How many secrets an older key has closed, and how many a key that is gone.
    pub fn closed_by_others(conn: &mut Connection, vault: &Vault) -> QueryResult<(usize, usize)> {
        let all = authenticators::table.select((authenticators::user_id, authenticators::seed));
        let opened = |(user_id, seed): &(i64, String)| vault.open(seed, &user_id.to_string());
        let rows: Vec<(i64, String)> = all.load(conn)?;
        let opened: Vec<_> = rows.iter().map(opened).collect();
        let old = opened.iter().flatten().filter(|opened| opened.is_old).count();
        Ok((old, opened.iter().filter(|opened| opened.is_none()).count()))
    }

    pub fn remove(conn: &mut Connection, user_id: i64) -> QueryResult<usize> {
        diesel::delete(of(user_id)).execute(conn)
    }

    fn open(&self, vault: &Vault, user_id: i64) -> Result<(Seed, bool)> {
        let gone = || Error::Internal("a secret was closed with a key that is gone".to_owned());
        let opened = vault.open(&self.seed, &user_id.to_string()).ok_or_else(gone)?;
        Ok((Seed::of(opened.secret), opened.is_old))
    }

    pub const EXPORT: Export = copy_of!(authenticators.user_id, Self; created_at, confirmed_at);
}

#[diesel::dsl::auto_type]
fn of(user_id: i64) -> _ {
    authenticators::table.filter(authenticators::user_id.eq(user_id))
}
