//! Tokens for programs that know a person's password: a short access token, and a refresh token to
//! get the next one with (RFC 6749). A refresh token works once. The ones that follow from one
//! log-in are a family, and a used one that comes back ends the family (RFC 9700 section 4.14.2).

use diesel::prelude::*;
use serde_json::{Value, json};
use time::{Duration, PrimitiveDateTime};

use crate::auth::activity::is_familiar;
use crate::auth::api_token::ApiToken;
use crate::auth::event::{SecurityEvent, SecurityEvents};
use crate::auth::login::{Login, Right};
use crate::auth::manager::{LoginManager, TokenOptions};
use crate::auth::scope;
use crate::auth::token::Claims;
use crate::clock::{Clock, to_rfc3339};
use crate::db::{Backend, Connection, Db};
use crate::error::Result;
use crate::keys::{hash_token, random_token};
use crate::mail::Notice;
use crate::peer::Origin;
use crate::schema::{refresh_tokens, users};
use crate::user::User;

/// Names the family in an access token, so that both end together.
const FAMILY: &str = "sid";

/// What a client gets (RFC 6749 section 5.1).
pub struct Issued {
    /// For the `Authorization` header.
    pub access_token: String,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// For the next one.
    pub refresh_token: String,
    /// What they are good for.
    pub scope: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = refresh_tokens, check_for_backend(Backend))]
struct Row {
    id: i64,
    user_id: i64,
    family: String,
    scope: String,
    expires_at: PrimitiveDateTime,
    used_at: Option<PrimitiveDateTime>,
}

/// What became of a refresh token.
enum Exchange {
    Next(Row, String),
    Reused(i64),
    Refused,
}

/// Issues, exchanges and ends tokens. Cheap to clone.
#[derive(Clone)]
pub struct Grants {
    /// Where the refresh tokens are.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// How long a family lives.
    pub lifetime: Duration,
    /// Where it is told.
    pub events: SecurityEvents,
}

impl Grants {
    /// The first tokens of a family. The scopes have passed [`scope::parse`].
    pub async fn issue(
        &self,
        (logins, origin): (&LoginManager<Login>, &Origin),
        user: &User,
        scope: String,
    ) -> Result<Issued> {
        let (user_id, password_hash) = (user.id, user.password_hash.clone());
        let (family, refresh_token) = (random_token(), random_token());
        let now = self.clock.now();
        let expires_at = now + self.lifetime;
        let (row_family, row_scope) = (family.clone(), scope.clone());
        let hash = hash_token(&refresh_token);
        let (caller, owner) = (origin.clone(), user.clone());
        self.db
            .write(move |conn| -> Result<usize> {
                // As when a session begins: the password may have been changed since.
                User::require_still(conn, user_id, &password_hash)?;
                if !is_familiar(conn, &owner, &caller, now)? {
                    Notice::new_device(&caller).post(conn, &owner.address(), now)?;
                }
                let own = refresh_tokens::table.filter(refresh_tokens::user_id.eq(user_id));
                diesel::delete(own.filter(refresh_tokens::expires_at.le(now))).execute(conn)?;
                Ok(insert(conn, user_id, &row_family, &hash, &row_scope, expires_at)?)
            })
            .await?;
        self.events.tell(origin, SecurityEvent::TokenIssued { user_id }).await;
        pair(logins, user_id, &family, refresh_token, scope)
    }

    /// The next tokens for a refresh token, or `None` for one that is not good.
    pub async fn refresh(
        &self,
        (logins, origin): (&LoginManager<Login>, &Origin),
        refresh_token: &str,
    ) -> Result<Option<Issued>> {
        let (hash, now) = (hash_token(refresh_token), self.clock.now());
        match self.db.write(move |conn| exchange(conn, &hash, now)).await? {
            Exchange::Next(row, next) => {
                self.events
                    .tell(origin, SecurityEvent::TokenRefreshed { user_id: row.user_id })
                    .await;
                pair(logins, row.user_id, &row.family, next, row.scope).map(Some)
            }
            Exchange::Reused(user_id) => {
                self.events.tell(origin, SecurityEvent::TokenReused { user_id }).await;
                Ok(None)
            }
            Exchange::Refused => Ok(None),
        }
    }

    /// Ends a personal token, or the family of an access or refresh token (RFC 7009). Unknown
    /// tokens end nothing.
    pub async fn revoke(
        &self,
        (logins, origin): (&LoginManager<Login>, &Origin),
        token: &str,
    ) -> Result<()> {
        let claimed = logins.verify_access_token(token).ok();
        let family = claimed.and_then(|claims| family_of(&claims).map(str::to_owned));
        let hash = hash_token(token);
        let ended = self
            .db
            .write(move |conn| {
                if let Some(user_id) = ApiToken::end(conn, &hash)? {
                    return QueryResult::Ok(Some(user_id));
                }
                let by_hash = refresh_tokens::table.filter(refresh_tokens::token_hash.eq(hash));
                let found = by_hash.select(refresh_tokens::family).first(conn).optional()?;
                found.or(family).map_or(Ok(None), |family| end_family(conn, &family))
            })
            .await?;
        if let Some(user_id) = ended {
            self.events.tell(origin, SecurityEvent::TokenRevoked { user_id }).await;
        }
        Ok(())
    }

    /// The user of an access token whose family is alive, if they may log in.
    pub async fn find(&self, claims: Claims) -> Result<Option<Login>> {
        let Some(family) = family_of(&claims).map(str::to_owned) else { return Ok(None) };
        let now = self.clock.now();
        self.db
            .run(move |conn| {
                let user: Option<User> = refresh_tokens::table
                    .inner_join(users::table)
                    .filter(refresh_tokens::family.eq(&family))
                    .filter(refresh_tokens::expires_at.gt(now))
                    .filter(users::disabled_at.is_null())
                    .select(User::as_select())
                    .first(conn)
                    .optional()?;
                let user = user.filter(|user| user.id.to_string() == claims.sub);
                let right = Right::Family(family);
                QueryResult::Ok(user.map(|user| Login { user, session: None, right }))
            })
            .await
    }
}

fn family_of(claims: &Claims) -> Option<&str> {
    claims.extra.get(FAMILY)?.as_str()
}

fn pair(
    logins: &LoginManager<Login>,
    user_id: i64,
    family: &str,
    refresh_token: String,
    scope: String,
) -> Result<Issued> {
    let mut options = TokenOptions {
        scopes: scope.split(' ').map(str::to_owned).collect(),
        ..TokenOptions::default()
    };
    options.claims.insert(FAMILY.to_owned(), json!(family));
    let access_token = logins.create_access_token(&user_id.to_string(), options)?;
    let expires_in = logins.default_expiry().whole_seconds();
    Ok(Issued { access_token, expires_in, refresh_token, scope })
}

fn exchange(conn: &mut Connection, hash: &str, now: PrimitiveDateTime) -> Result<Exchange> {
    let found: Option<(Row, User)> = refresh_tokens::table
        .inner_join(users::table)
        .filter(refresh_tokens::token_hash.eq(hash))
        .select((Row::as_select(), User::as_select()))
        .first(conn)
        .optional()?;
    let Some((row, user)) = found else { return Ok(Exchange::Refused) };
    if row.used_at.is_some() {
        end_family(conn, &row.family)?;
        return Ok(Exchange::Reused(row.user_id));
    }
    // What the user may no longer hold is left out.
    let held = row.scope.split(' ').filter(|name| scope::may_hold(&user, name));
    let scope = held.collect::<Vec<_>>().join(" ");
    // Also waits for whoever is changing the password or ending the tokens, and sees what they did.
    let may_log_in = User::is_still(conn, user.id, &user.password_hash)?;
    if !may_log_in || now >= row.expires_at || scope.is_empty() {
        return Ok(Exchange::Refused);
    }
    // One statement decides who was first, however many ask at once.
    let unused = refresh_tokens::table.find(row.id).filter(refresh_tokens::used_at.is_null());
    if diesel::update(unused).set(refresh_tokens::used_at.eq(now)).execute(conn)? == 0 {
        // Used meanwhile, or ended meanwhile.
        return Ok(match end_family(conn, &row.family)? {
            Some(user_id) => Exchange::Reused(user_id),
            None => Exchange::Refused,
        });
    }
    let next = random_token();
    insert(conn, row.user_id, &row.family, &hash_token(&next), &scope, row.expires_at)?;
    Ok(Exchange::Next(Row { scope, ..row }, next))
}

fn insert(
    conn: &mut Connection,
    user_id: i64,
    family: &str,
    hash: &str,
    scope: &str,
    expires_at: PrimitiveDateTime,
) -> QueryResult<usize> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::user_id.eq(user_id),
            refresh_tokens::family.eq(family),
            refresh_tokens::token_hash.eq(hash),
            refresh_tokens::scope.eq(scope),
            refresh_tokens::expires_at.eq(expires_at),
        ))
        .execute(conn)
}

/// Ends a family; whose it was. The user's row is taken first, so that a refresh that is under way
/// adds nothing behind our back.
fn end_family(conn: &mut Connection, family: &str) -> QueryResult<Option<i64>> {
    let rows = refresh_tokens::table.filter(refresh_tokens::family.eq(family));
    let owner = rows.select(refresh_tokens::user_id).first(conn).optional()?;
    if let Some(user_id) = owner {
        User::lock(conn, user_id)?;
    }
    diesel::delete(rows).execute(conn)?;
    Ok(owner)
}

/// A copy of what is stored of the programs that a user logged in, for them.
pub fn export(conn: &mut Connection, user_id: i64) -> Result<Value> {
    let own = refresh_tokens::table.filter(refresh_tokens::user_id.eq(user_id));
    let rows = own.select(Row::as_select()).load(conn)?.into_iter().map(|row: Row| {
        json!({
            "scope": row.scope,
            "expires_at": to_rfc3339(&row.expires_at),
            "used_at": row.used_at.as_ref().map(to_rfc3339),
        })
    });
    Ok(rows.collect())
}

/// Deletes refresh tokens that have expired, at most `limit`; how many.
pub fn purge(conn: &mut Connection, now: PrimitiveDateTime, limit: i64) -> QueryResult<usize> {
    let old = refresh_tokens::table.filter(refresh_tokens::expires_at.le(now));
    let old = old.order(refresh_tokens::expires_at).limit(limit).select(refresh_tokens::id);
    let old: Vec<i64> = old.load(conn)?;
    diesel::delete(refresh_tokens::table.filter(refresh_tokens::id.eq_any(old))).execute(conn)
}
