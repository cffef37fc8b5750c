//! Recovery codes, for whoever has lost their second factor.

use actix_login::{hash_token, random_bytes};
use diesel::prelude::*;
use kit::Time;

use crate::db::{Backend, Connection, Export, copy_of};
use crate::schema::recovery_codes;

pub const COUNT: usize = 10;

/// 120 bits: of 112 and more, a plain hash may be stored (ASVS 5.0, 6.5.2).
const LENGTH: usize = 24;

/// Crockford's base 32: no letter that is taken for a digit.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

#[derive(Queryable, Selectable)]
#[diesel(table_name = recovery_codes, check_for_backend(Backend))]
struct RecoveryCode {
    used_at: Option<Time>,
}

/// Makes new ones, in the place of all there were. Their texts are to be had here and never again.
pub fn make(conn: &mut Connection, user_id: i64) -> QueryResult<Vec<String>> {
    remove(conn, user_id)?;
    let codes: Vec<String> = (0..COUNT).map(|_| random()).collect();
    for code in &codes {
        let row = (recovery_codes::user_id.eq(user_id), recovery_codes::code_hash.eq(hash(code)));
        diesel::insert_into(recovery_codes::table).values(row).execute(conn)?;
    }
    Ok(codes)
}

/// Uses a code up; whether it was one of theirs that nobody has used before.
pub fn accept(conn: &mut Connection, user_id: i64, code: &str, now: Time) -> QueryResult<bool> {
    let unused = recovery_codes::table
        .filter(recovery_codes::user_id.eq(user_id))
        .filter(recovery_codes::code_hash.eq(hash(code)))
        .filter(recovery_codes::used_at.is_null());
    Ok(diesel::update(unused).set(recovery_codes::used_at.eq(now)).execute(conn)? == 1)
}

/// How many are left.
pub fn left(conn: &mut Connection, user_id: i64) -> QueryResult<i64> {
    let own = recovery_codes::table.filter(recovery_codes::user_id.eq(user_id));
    own.filter(recovery_codes::used_at.is_null()).count().get_result(conn)
}

pub fn remove(conn: &mut Connection, user_id: i64) -> QueryResult<usize> {
    let own = recovery_codes::table.filter(recovery_codes::user_id.eq(user_id));
    diesel::delete(own).execute(conn)
}

/// In groups of six, to be copied by hand.
fn random() -> String {
    let letters = random_bytes().map(|byte| LETTERS[usize::from(byte) % LETTERS.len()]);
    let groups: Vec<_> = letters[..LENGTH].chunks(6).map(String::from_utf8_lossy).collect();
    groups.join("-")
}

/// Of what was typed, however it was written.
fn hash(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    hash_token(&letters.collect::<String>().to_ascii_lowercase())
}

pub const EXPORT: Export = copy_of!(recovery_codes.user_id, RecoveryCode; used_at);
