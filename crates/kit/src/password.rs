//! Passwords: argon2id hashes, made and verified on a small pool of threads of their own, and what can
//! be guessed.

pub mod fair_queue;
mod phc;
mod rule;
mod strength;
pub mod workers;

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use argon2::Params;

pub(crate) use self::phc::MEMORY_MAX_KIB;
use self::phc::Memory;
pub use self::phc::Verdict;
pub use self::rule::{MAX_LENGTH, PasswordRule, check_typed};
use self::workers::Workers;
use crate::error::Result;
use crate::http::client::Network;
use crate::metrics::Reading;

/// What is known of a person is compared with a new password up to this many characters.
const WORD_MAX: usize = 256;

/// The cost of a password hash (argon2id, one lane).
#[derive(Clone, Copy, Debug)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
}

/// Hashes and verifies passwords. Cheap to clone.
///
/// One hash takes 19 MiB and tens of milliseconds of a core. As many threads as cores is the
/// fastest there is, and it bounds the memory. Their priority is everybody's: at a lower one a log-in
/// starves beside any other program that works, and pages are quick without it.
#[derive(Clone)]
pub struct Passwords {
    params: Params,
    hashing: Arc<Workers<Memory>>,
    /// Judging takes its time too, but log-ins must not wait for it.
    judge: Arc<Workers<()>>,
    /// Verified for users that do not exist, so that they take as long as those that do.
    dummy: Arc<str>,
    rule: PasswordRule,
    /// The words of this site, which a password must not be made of.
    site_words: Arc<[String]>,
    done: Arc<AtomicU64>,
}

impl Passwords {
    /// Starts the threads. `site_words` are what everybody knows of this site: its name, its host.
    pub fn new(cost: HashCost, min_length: usize, site_words: &[&str]) -> Result<Self, String> {
        let fail = |e: &dyn Display| format!("Passwords cannot be hashed: {e}.");
        let params =
            Params::new(cost.memory_kib, cost.iterations, 1, None).map_err(|e| fail(&e))?;
        let dummy = phc::of_nobody(&params).map_err(|e| fail(&e))?.into();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let hashing = Arc::new(Workers::start("password", threads).map_err(|e| fail(&e))?);
        let judge = Arc::new(Workers::start("judge", 1).map_err(|e| fail(&e))?);
        thread::spawn(strength::warm_up);
        let words = site_words.iter().flat_map(|word| word.split('.').chain([*word]));
        let site_words = words.map(str::to_owned).collect();
        let rule = PasswordRule { min_length };
        Ok(Self { params, hashing, judge, dummy, rule, site_words, done: Arc::default() })
    }

    /// What is wrong with a new password, as a sentence for its field. `words` are what an attacker
    /// knows of the person: their name, their address.
    pub async fn check(
        &self, network: impl Into<Network>, password: &str, words: &[&str],
    ) -> Result<Result<(), String>> {
        if let Err(sentence) = self.rule.check(password) {
            return Ok(Err(sentence));
        }
        // As much as a name or an address holds: the judge compares with each.
        let words = words.iter().map(|word| word.chars().take(WORD_MAX).collect::<String>());
        let mut known: Vec<String> = words.collect();
        let parts = known.iter().flat_map(|word| word.split([' ', '@', '.', '-', '_', '+']));
        let parts: Vec<_> = parts.map(str::to_owned).collect();
        known.extend(parts);
        known.extend(self.site_words.iter().cloned());
        let password = password.to_owned();
        self.judge.run(network.into(), move |()| strength::check(&password, &known)).await
    }

    /// How many passwords were to be hashed or verified so far.
    pub fn count(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// How many passwords wait to be hashed or verified, and how many are.
    pub fn readings(&self) -> Vec<Reading> {
        let (waiting, running) = self.hashing.load();
        let about = ["Passwords that wait for a thread", "Passwords that a thread hashes"];
        vec![
            Reading::count("password_hashes_waiting", about[0], waiting),
            Reading::count("password_hashes_running", about[1], running),
        ]
    }

    /// The rule for a new password.
    pub fn rule(&self) -> PasswordRule {
        self.rule
    }

    /// Hashes a new password; the result is a PHC string.
    pub async fn hash(&self, network: impl Into<Network>, password: String) -> Result<String> {
        let params = self.params.clone();
        self.done.fetch_add(1, Ordering::Relaxed);
        self.hashing
            .run(network.into(), move |memory| phc::hash(&params, &password, memory))
            .await?
    }

    /// Verifies `password` against a stored hash. Without one (no such user, or one who may not
    /// log in) it does the same work: the answer's time tells nobody which addresses have
    /// accounts.
    pub async fn verify(
        &self, network: impl Into<Network>, password: String, stored: Option<String>,
    ) -> Result<Verdict> {
        let (params, dummy) = (self.params.clone(), Arc::clone(&self.dummy));
        self.done.fetch_add(1, Ordering::Relaxed);
        let work = move |memory: &mut Memory| match &stored {
            Some(stored) => phc::verify(stored, &password, &params, memory),
            None => phc::verify(&dummy, &password, &params, memory).map(|_| Verdict::Wrong),
        };
        self.hashing.run(network.into(), work).await?
    }
}
