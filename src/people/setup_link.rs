//! The link to the first account, which only whoever started the program has seen.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_login::{hash_token, random_token};
use kit::clock::Clock;
use time::{Duration, PrimitiveDateTime};

use crate::error::LinkEnding;

/// How long it works. Starting the program again makes a new one.
const LIFETIME: Duration = Duration::minutes(30);

/// The link that was printed last, if any. Cheap to clone.
#[derive(Clone)]
pub struct SetupLink {
    clock: Clock,
    printed: Arc<Mutex<Option<Printed>>>,
}

struct Printed {
    token_hash: String,
    until: PrimitiveDateTime,
    used_at: Option<PrimitiveDateTime>,
}

impl SetupLink {
    /// No link yet.
    pub fn closed(clock: Clock) -> Self {
        Self { clock, printed: Arc::default() }
    }

    /// Makes a link, and makes every earlier one useless. Returns its token.
    pub fn open(&self) -> String {
        let token = random_token();
        let until = self.clock.now() + LIFETIME;
        let printed = Printed { token_hash: hash_token(&token), until, used_at: None };
        *self.lock() = Some(printed);
        token
    }

    /// Whether the link with this token opens the page, or why not.
    pub fn require(&self, token: &str, has_users: bool) -> Result<(), LinkEnding> {
        let (printed, now) = (self.lock(), self.clock.now());
        match printed.as_ref().filter(|printed| printed.is_of(token)) {
            Some(Printed { used_at: Some(at), .. }) => {
                Err(LinkEnding::Used { at: *at, deed: "to make the first account" })
            }
            _ if has_users => Err(LinkEnding::SetUpDone),
            // After a restart, one that was too old cannot be told from one that was not.
            None => Err(LinkEnding::SetUpEarlier),
            Some(printed) if now >= printed.until => Err(LinkEnding::SetUpTooOld(printed.until)),
            Some(_) => Ok(()),
        }
    }

    /// Notes that the account is made, to say so to whoever opens the link again.
    pub fn note_use(&self, token: &str) {
        if let Some(link) = self.lock().as_mut().filter(|link| link.is_of(token)) {
            link.used_at = Some(self.clock.now());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Printed>> {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Printed {
    /// Hashes are compared: how long that takes tells nothing about the token.
    fn is_of(&self, token: &str) -> bool {
        self.token_hash == hash_token(token)
    }
}
