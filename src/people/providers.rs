//! Asking another site who somebody is (OpenID Connect Core 1.0, the code flow; PKCE, RFC 7636). What it answers is
//! checked by openidconnect; here is what was asked, and what is taken from the answer. Its tokens are not kept.

mod site;

use std::cell::LazyCell;
use std::sync::Arc;

use actix_login::{hash_token, random_token};
use diesel::prelude::*;
use kit::config::Provider;
use kit::http::deadline;
use kit::password::workers::Workers;
use kit::{Client, Clock, Time};
use serde::{Deserialize, Serialize};
use url::Url;

use self::site::{Challenge, Site};
use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::people::identity::{ANSWERED_WITHIN, Told};
use crate::people::link::bound;
use crate::schema::authorization_requests as asked;

/// How many ask one site at once; the others wait for their turn. One that hangs holds up nobody but those who come
/// from it.
const THREADS: usize = 2;

/// Asks other sites. Cheap to clone.
#[derive(Clone)]
pub struct Providers(Arc<Parts>);

struct Parts {
    db: Db,
    clock: Clock,
    known: Vec<Known>,
}

struct Known {
    site: Arc<Site>,
    threads: Workers<()>,
}

/// What somebody comes back for. It stays here: a browser that brought it along could bring another one.
#[derive(Serialize, Deserialize)]
pub enum Visit {
    LogIn {
        next: String,
        kept: String,
        remembered: bool,
    },
    /// To have it open the account, from this session of theirs.
    Link {
        session_id: i64,
    },
}

/// A browser that is to be sent there.
pub struct Departure {
    pub url: Url,
    request: Request,
}

#[derive(Insertable)]
#[diesel(table_name = asked)]
struct Request {
    state_hash: String,
    provider: String,
    visit: String,
    created_at: Time,
}

impl Departure {
    /// Keeps in mind what it comes back for: without, it does so for nothing.
    pub fn keep(self, conn: &mut Connection) -> QueryResult<usize> {
        diesel::insert_into(asked::table).values(self.request).execute(conn)
    }
}

/// What a browser brings back (RFC 6749 section 4.1.2, RFC 9207).
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Brought {
    state: String,
    code: String,
    iss: String,
}

pub enum Answer {
    /// This browser was not sent there, or too long ago, or has come back before.
    Unasked,
    /// They did not want to, or what was brought is not what that site says.
    Refused(Visit),
    Told(Visit, Box<Told>),
}

impl Providers {
    /// For whoever comes back to this address of ours. The error is a sentence for the operator.
    pub fn new(db: Db, clock: Clock, providers: &[Provider], origin: &str) -> Result<Self, String> {
        let tls = LazyCell::new(site::tls);
        let known = providers.iter().map(|provider| {
            let back = format!("{origin}/login/with/{}/back", provider.slug);
            let site = Arc::new(Site::new(provider.clone(), back, tls.clone())?);
            let threads = Workers::start("provider", THREADS);
            let threads = threads.map_err(|e| format!("No thread for {}: {e}.", provider.name))?;
            Ok(Known { site, threads })
        });
        Ok(Self(Arc::new(Parts { db, clock, known: known.collect::<Result<_, String>>()? })))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.known.iter().map(|known| &known.site.provider)
    }

    /// The one that our addresses call so; [`Error::NotFound`].
    pub fn named(&self, slug: &str) -> Result<&Provider> {
        self.find(slug).map(|known| &known.site.provider)
    }

    fn find(&self, slug: &str) -> Result<&Known> {
        self.0.known.iter().find(|known| known.site.provider.slug == slug).ok_or(Error::NotFound)
    }

    /// Where to send the browser that has this secret; nowhere, if that site does not answer.
    pub async fn ask(
        &self, client: &Client, slug: &str, secret: &str, visit: &Visit,
    ) -> Result<Option<Departure>> {
        let (known, state, now) = (self.find(slug)?, random_token(), self.0.clock.now());
        let request = Request {
            state_hash: hash_state(&state, secret),
            provider: slug.to_owned(),
            visit: serde_json::to_string(visit).map_err(mistake)?,
            created_at: now,
        };
        let (site, challenge) = (Arc::clone(&known.site), challenge(&state, secret));
        let asked = known.threads.run(client.into(), move |()| site.address(state, challenge, now));
        let url = tell(client, &known.site.provider, asked.await?);
        Ok(url.map(|url| Departure { url, request }))
    }

    /// Who has come back, and for what.
    pub async fn answer(
        &self, client: &Client, slug: &str, secret: Option<&str>, brought: Brought,
    ) -> Result<Answer> {
        let (known, now) = (self.find(slug)?, self.0.clock.now());
        // Whoever lures somebody here with an answer of their own gets nowhere: it works where the secret is (log-in
        // CSRF).
        let Some(secret) = secret.filter(|_| !brought.state.is_empty()) else {
            return Ok(Answer::Unasked);
        };
        let (hash, slug) = (hash_state(&brought.state, secret), slug.to_owned());
        // What it takes to ask is no reason to wait for longer than for a page.
        let take = self.0.db.write(move |conn| take(conn, &hash, &slug, now));
        let taken = deadline::aside(take).await?;
        let Some(visit) = taken else { return Ok(Answer::Unasked) };
        // One site's answer must not be taken to another one (mix-up, RFC 9207 section 2.4).
        let is_anothers = !brought.iss.is_empty() && brought.iss != known.site.provider.issuer;
        if is_anothers || brought.code.is_empty() {
            return Ok(Answer::Refused(visit));
        }
        let (site, challenge) = (Arc::clone(&known.site), challenge(&brought.state, secret));
        let told =
            known.threads.run(client.into(), move |()| site.told(brought.code, challenge, now));
        Ok(match tell(client, &known.site.provider, told.await?) {
            Some(told) => Answer::Told(visit, Box::new(told)),
            None => Answer::Refused(visit),
        })
    }
}

/// The visitor reads that it did not work; why is for the operator.
fn tell<T>(client: &Client, provider: &Provider, outcome: Result<T, String>) -> Option<T> {
    // It quotes what was brought, which must not begin a line of its own.
    let warn = |cause: String| {
        let (id, cause) = (&client.request_id, cause.escape_debug());
        log::warn!("{id} {} does not help: {cause}", provider.name);
    };
    outcome.map_err(warn).ok()
}

/// What is asked along, to be found again in the answer. It follows from what only this browser has, so that nobody who
/// reads the table can answer.
fn challenge(state: &str, secret: &str) -> Challenge {
    let made = |of: &str| hash_token(&format!("{of} {state} {secret}"));
    Challenge { nonce: made("nonce"), verifier: made("verifier") }
}

fn hash_state(state: &str, secret: &str) -> String {
    hash_token(&bound(state, secret))
}

/// What they came for. However it goes on, nobody comes back for it again; and from another site than they were sent
/// to, for nothing.
fn take(conn: &mut Connection, hash: &str, slug: &str, now: Time) -> Result<Option<Visit>> {
    let taken = diesel::delete(asked::table.filter(asked::state_hash.eq(hash)));
    let taken = taken.returning((asked::provider, asked::visit, asked::created_at));
    let row: Option<(String, String, Time)> = taken.get_result(conn).optional()?;
    let here =
        row.filter(|(provider, _, at)| provider == slug && (now - *at).abs() < ANSWERED_WITHIN);
    here.map(|(_, visit, _)| serde_json::from_str(&visit).map_err(mistake)).transpose()
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn mistake(error: serde_json::Error) -> Error {
    Error::Internal(format!("what somebody came for: {error}"))
}
