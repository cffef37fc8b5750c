//! Tokens for programs that know a person's password: a short access token, and a refresh token to
//! get the next one with (RFC 6749). A refresh token works once. The ones that follow from one
//! log-in are a family, and a used one that comes back ends the family (RFC 9700 section 4.14.2).

use actix_login::{
    AccessTokens, Builder, Claims, Keys, Scopes, TokenOptions, hash_token, random_token,
};
use diesel::prelude::*;
use kit::http::oauth::{Issued, NoToken, narrow};
use kit::{Client, Clock, Time, clock::is_over};
use time::Duration;

use crate::config::Config;
use crate::db::{Backend, Connection, Db, Export, copy_of};
use crate::error::Result;
use crate::mail::Notice;
use crate::people::familiar::is_familiar;
use crate::people::login::Right;
use crate::people::personal_token::PersonalToken;
use crate::people::{Event, Events, Login, User};
use crate::schema::{refresh_tokens, users};

/// Names the family in an access token, so that both end together.
const FAMILY: &str = "sid";

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = refresh_tokens, check_for_backend(Backend))]
struct RefreshToken {
    user_id: i64,
    family: String,
    token_hash: String,
    scope: String,
    expires_at: Time,
    used_at: Option<Time>,
}

enum Exchange {
    Next(i64, Issued),
    Reused(i64),
    Refused(NoToken),
}

/// Issues, exchanges and ends tokens. Cheap to clone.
#[derive(Clone)]
pub struct Grants {
    db: Db,
    clock: Clock,
    events: Events,
    access: AccessTokens,
    scopes: Scopes,
    lifetime: Duration,
}

/// How access tokens are made.
pub fn set_up(login: Builder<Login>, config: &Config) -> Builder<Login> {
    let login = login.default_expiry(config.token_lifetimes.access.unsigned_abs());
    match config.token_key_pairs.as_slice() {
        [] => login,
        pairs => login.access_keys(Keys::Pairs(pairs.to_vec())),
    }
}

impl Grants {
    pub fn new(
        (db, clock, events): (Db, Clock, Events), access: AccessTokens, scopes: Scopes,
        lifetime: Duration,
    ) -> Self {
        Self { db, clock, events, access, scopes, lifetime }
    }

    /// The first tokens of a family. The scopes have passed [`Scopes::parse`].
    pub async fn issue(&self, client: &Client, user: &User, scope: String) -> Result<Issued> {
        let (now, token) = (self.clock.now(), random_token());
        let (from, owner) = (client.clone(), user.clone());
        let row = RefreshToken {
            user_id: user.id,
            family: random_token(),
            token_hash: hash_token(&token),
            scope,
            expires_at: now + self.lifetime,
            used_at: None,
        };
        // Before anything is kept: a token can become too long.
        let issued = self.pair(&row, token)?;
        let issue = move |conn: &mut Connection| -> Result<usize> {
            // As when a session begins: the password may have been changed since.
            // A code was asked for meanwhile, of whoever has a second factor.
            User::require_may_enter(conn, &owner, owner.second_factor_at.is_some())?;
            if !is_familiar(conn, &owner, &from, now)? {
                Notice::new_device(&from).post(conn, &owner.address(), now)?;
            }
            let own = refresh_tokens::table.filter(refresh_tokens::user_id.eq(owner.id));
            diesel::delete(own.filter(refresh_tokens::expires_at.le(now))).execute(conn)?;
            Ok(diesel::insert_into(refresh_tokens::table).values(&row).execute(conn)?)
        };
        self.db.write(issue).await?;
        self.events.tell(client, Event::TokenIssued.of(user.id)).await;
        Ok(issued)
    }

    /// The next tokens for a refresh token, or why there are none. The access token is good for those
    /// of its scopes that are asked for, or for all.
    pub async fn refresh(
        &self, client: &Client, token: &str, asked: String,
    ) -> Result<Result<Issued, NoToken>> {
        let (hash, grants) = (hash_token(token), self.clone());
        match self.db.write(move |conn| grants.exchange(conn, &hash, &asked)).await? {
            Exchange::Next(user_id, issued) => {
                self.events.tell(client, Event::TokenRefreshed.of(user_id)).await;
                Ok(Ok(issued))
            }
            Exchange::Reused(user_id) => {
                self.events.tell(client, Event::TokenReused.of(user_id)).await;
                Ok(Err(NoToken::InvalidGrant))
            }
            Exchange::Refused(refusal) => Ok(Err(refusal)),
        }
    }

    fn exchange(&self, conn: &mut Connection, hash: &str, asked: &str) -> Result<Exchange> {
        let now = self.clock.now();
        let no_good = Ok(Exchange::Refused(NoToken::InvalidGrant));
        let found: Option<(RefreshToken, User)> = refresh_tokens::table
            .inner_join(users::table)
            .filter(refresh_tokens::token_hash.eq(hash))
            .select((RefreshToken::as_select(), User::as_select()))
            .first(conn)
            .optional()?;
        let Some((row, user)) = found else { return no_good };
        if row.used_at.is_some() {
            end_family(conn, &row.family)?;
            return Ok(Exchange::Reused(row.user_id));
        }
        // What the user may no longer hold is left out.
        let held = row
            .scope
            .split(' ')
            .filter(|name| self.scopes.may_hold(user.is_verified_admin(), name));
        let scope = held.collect::<Vec<_>>().join(" ");
        // Also waits for whoever is changing the password or ending the tokens, and sees what they did.
        let may_log_in = User::is_still(conn, user.id, &user.password_hash)?;
        if !may_log_in || is_over(row.expires_at, self.lifetime, now) || scope.is_empty() {
            return no_good;
        }
        let Some(wanted) = narrow(&scope, asked) else {
            return Ok(Exchange::Refused(NoToken::InvalidScope));
        };
        // One statement decides who was first, however many ask at once.
        let unused = refresh_tokens::table
            .filter(refresh_tokens::token_hash.eq(hash))
            .filter(refresh_tokens::used_at.is_null());
        if diesel::update(unused).set(refresh_tokens::used_at.eq(now)).execute(conn)? == 0 {
            // Used meanwhile, or ended meanwhile.
            let reused = end_family(conn, &row.family)?;
            return reused.map_or(no_good, |user_id| Ok(Exchange::Reused(user_id)));
        }
        let next = random_token();
        let row = RefreshToken { token_hash: hash_token(&next), scope, ..row };
        diesel::insert_into(refresh_tokens::table).values(&row).execute(conn)?;
        let issued = self.pair(&RefreshToken { scope: wanted, ..row }, next)?;
        Ok(Exchange::Next(user.id, issued))
    }

    /// Ends a personal token, or the family of an access or refresh token (RFC 7009). Unknown
    /// tokens end nothing.
    pub async fn revoke(&self, client: &Client, token: &str) -> Result<()> {
        let family = self.access.verify(token).ok().and_then(|claims| family_of(&claims));
        let hash = hash_token(token);
        let end = move |conn: &mut Connection| {
            if let Some(user_id) = PersonalToken::end(conn, &hash)? {
                return QueryResult::Ok(Some(user_id));
            }
            let by_hash = refresh_tokens::table.filter(refresh_tokens::token_hash.eq(hash));
            let found = by_hash.select(refresh_tokens::family).first(conn).optional()?;
            found.or(family).map_or(Ok(None), |family| end_family(conn, &family))
        };
        if let Some(user_id) = self.db.write(end).await? {
            self.events.tell(client, Event::TokenRevoked.of(user_id)).await;
        }
        Ok(())
    }

    /// The user of an access token whose family is alive, if they may log in.
    pub async fn find(&self, claims: Claims) -> Result<Option<Login>> {
        let Some(family) = family_of(&claims) else { return Ok(None) };
        let (named, now) = (family.clone(), self.clock.now());
        let find = move |conn: &mut Connection| {
            let alive = refresh_tokens::table
                .inner_join(users::table)
                .filter(refresh_tokens::family.eq(&named))
                .filter(refresh_tokens::expires_at.gt(now))
                .filter(users::disabled_at.is_null());
            alive.select((refresh_tokens::expires_at, User::as_select())).first(conn).optional()
        };
        let found: Option<(Time, User)> = self.db.look_up(find).await?;
        let found = found.filter(|(_, user)| user.id.to_string() == claims.sub);
        let right = |until| Right::Family(family, until);
        Ok(found.map(|(until, user)| Login { user, session: None, right: right(until) }))
    }

    fn pair(&self, row: &RefreshToken, refresh_token: String) -> Result<Issued> {
        let (scope, expires_in) = (row.scope.clone(), self.access.expiry().as_secs());
        let options = TokenOptions::default().scopes(scope.split(' ')).claim(FAMILY, &row.family);
        let access_token = self.access.create(&row.user_id.to_string(), options)?;
        Ok(Issued { access_token, token_type: "bearer", expires_in, refresh_token, scope })
    }
}

fn family_of(claims: &Claims) -> Option<String> {
    claims.get(FAMILY)
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

pub const EXPORT: Export =
    copy_of!(refresh_tokens.user_id, RefreshToken; scope, expires_at, used_at);
