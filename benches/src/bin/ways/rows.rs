//! The rows that are looked up, as the app has them.

use diesel::prelude::{
    ExpressionMethods as _, PgConnection, QueryDsl as _, QueryResult, Queryable, Selectable,
    SelectableHelper as _,
};
use time::PrimitiveDateTime;

use crate::schema::{sessions, users};

#[derive(Queryable, Selectable)]
#[expect(dead_code, reason = "a page reads them; here they are only brought")]
pub struct Session {
    pub id: i64,
    pub user_id: i64,
    pub created_at: PrimitiveDateTime,
    pub last_seen_at: PrimitiveDateTime,
    pub expires_at: PrimitiveDateTime,
    pub remembered: bool,
    pub ip_address: String,
    pub user_agent: String,
    pub authenticated_at: Option<PrimitiveDateTime>,
}

#[derive(Queryable, Selectable)]
#[expect(dead_code, reason = "a page reads them; here they are only brought")]
pub struct User {
    pub id: i64,
    pub email: String,
    pub email_canonical: String,
    pub name: String,
    pub password_hash: String,
    pub is_admin: bool,
    pub disabled_at: Option<PrimitiveDateTime>,
    pub created_at: PrimitiveDateTime,
    pub verified_at: Option<PrimitiveDateTime>,
}

pub type Found = (Session, User);

/// The query, for each way the same.
macro_rules! by_token {
    ($hash:expr) => {
        sessions::table
            .inner_join(users::table)
            .filter(sessions::token_hash.eq($hash))
            .select((Session::as_select(), User::as_select()))
    };
}
pub(crate) use by_token;

pub fn find(connection: &mut PgConnection, hash: &str) -> QueryResult<Found> {
    diesel::RunQueryDsl::get_result(by_token!(hash), connection)
}
