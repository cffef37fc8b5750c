//! Personal API tokens: made by people for their own programs, shown once, ended at any time.

use actix_login::{Builder, Found, bearer, hash_token, is_personal_token, personal_token};
use actix_web::HttpRequest;
use database::{Use, use_of};
use diesel::prelude::*;
use kit::{Clock, Time, clock::LEEWAY};
use time::Duration;

use crate::config::APP_NAME;
use crate::db::{Backend, Connection, Db, Export, copy_of};
use crate::error::Result;
use crate::people::login::Right;
use crate::people::{Login, User};
use crate::schema::{api_tokens, users};

pub const NAME_MAX: usize = 60;

/// The lives to choose from, in days.
pub const LIVES: [i64; 3] = [30, 90, 365];

const LAST_USED: Use = use_of!(api_tokens.last_used_at);

const LAST_USED_EVERY: Duration = Duration::MINUTE;

/// What is known of a token once it was shown.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = api_tokens, check_for_backend(Backend))]
pub struct PersonalToken {
    pub id: i64,
    pub name: String,
    /// Its last characters, to tell it from others.
    pub last_four: String,
    pub scope: String,
    pub created_at: Time,
    pub expires_at: Time,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Time>,
}

/// A token to be made.
pub struct NewToken {
    pub user_id: i64,
    /// 1 to [`NAME_MAX`] characters.
    pub name: String,
    /// Has passed [`actix_login::Scopes::parse`].
    pub scope: String,
    pub lifetime: Duration,
}

impl PersonalToken {
    /// Makes a token; its text is to be had here and never again.
    pub fn create(conn: &mut Connection, new: &NewToken, now: Time) -> QueryResult<String> {
        let token = personal_token(APP_NAME);
        diesel::insert_into(api_tokens::table)
            .values((
                api_tokens::user_id.eq(new.user_id),
                api_tokens::name.eq(&new.name),
                api_tokens::token_hash.eq(hash_token(&token)),
                api_tokens::last_four.eq(&token[token.len() - 4..]),
                api_tokens::scope.eq(&new.scope),
                api_tokens::created_at.eq(now),
                api_tokens::expires_at.eq(now + new.lifetime),
            ))
            .execute(conn)?;
        Ok(token)
    }

    /// A user's tokens, newest first.
    pub async fn of(db: &Db, user_id: i64) -> Result<Vec<Self>> {
        let own = api_tokens::table.filter(api_tokens::user_id.eq(user_id));
        let own = own.order(api_tokens::id.desc()).select(Self::as_select());
        let mut found: Vec<Self> = db.run(move |conn| own.load(conn)).await?;
        for token in &mut found {
            token.last_used_at = db.noted_use(LAST_USED, token.id).or(token.last_used_at);
        }
        Ok(found)
    }

    /// How many tokens a user has, those included that have ended.
    pub fn count(conn: &mut Connection, user_id: i64) -> QueryResult<i64> {
        api_tokens::table.filter(api_tokens::user_id.eq(user_id)).count().get_result(conn)
    }

    pub const EXPORT: Export = copy_of!(
        api_tokens.user_id, Self;
        name, last_four, scope, created_at, expires_at, last_used_at
    );

    /// Ends the token with this hash; whose it was.
    pub fn end(conn: &mut Connection, hash: &str) -> QueryResult<Option<i64>> {
        let row = api_tokens::table.filter(api_tokens::token_hash.eq(hash));
        let owner = row.select(api_tokens::user_id).first(conn).optional()?;
        if let Some(user_id) = owner {
            User::lock(conn, user_id)?;
        }
        diesel::delete(row).execute(conn)?;
        Ok(owner)
    }

    /// Ends one of a user's tokens; no row when there is none.
    pub fn revoke(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<i64> {
        let own = api_tokens::table.find(id).filter(api_tokens::user_id.eq(user_id));
        diesel::delete(own).returning(api_tokens::id).get_result(conn)
    }
}

/// Lets people in by them.
pub fn set_up(login: Builder<Login>, db: &Db, clock: &Clock) -> Builder<Login> {
    let (db, clock) = (db.clone(), clock.clone());
    login.request_loader(move |req| {
        let (db, clock) = (db.clone(), clock.clone());
        async move { Ok(load(db, clock, req).await?) }
    })
}

/// Who calls with a personal token, and what it is good for: the app's request loader.
async fn load(db: Db, clock: Clock, req: HttpRequest) -> Result<Option<Found<Login>>> {
    let Some(token) = bearer(&req).filter(|token| is_personal_token(APP_NAME, token)) else {
        return Ok(None);
    };
    let (hash, now) = (hash_token(token), clock.now());
    drop(req);
    let find = move |conn: &mut Connection| {
        let alive = api_tokens::table
            .inner_join(users::table)
            .filter(api_tokens::token_hash.eq(&hash))
            .filter(api_tokens::expires_at.gt(now).and(api_tokens::created_at.le(now + LEEWAY)))
            .filter(users::disabled_at.is_null());
        alive.select((PersonalToken::as_select(), User::as_select())).get_result(conn).optional()
    };
    let found: Option<(PersonalToken, User)> = db.look_up(find).await?;
    let Some((token, user)) = found else { return Ok(None) };
    let last = db.noted_use(LAST_USED, token.id).or(token.last_used_at);
    if last.is_none_or(|last| (now - last).abs() >= LAST_USED_EVERY) {
        db.note_use(LAST_USED, token.id, now);
    }
    let scopes = token.scope.split_ascii_whitespace().map(str::to_owned).collect();
    let right = Right::ApiToken(token.id);
    Ok(Some(Found::Program(Login { user, session: None, right }, scopes)))
}
