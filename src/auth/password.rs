//! Passwords: argon2id hashes, made and verified on a small pool of threads of their own.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use unicode_normalization::UnicodeNormalization;

use crate::auth::strength;
use crate::auth::workers::Workers;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::keys::random_token;
use crate::peer::Network;

/// The longest password, in code points. It bounds what is normalised and sent to the hash, whose
/// cost does not grow with it. (NIST SP 800-63B-4 asks for at least 64.)
pub const MAX_LENGTH: usize = 256;

/// What is wrong with a password that somebody typed to be recognised, before it costs a hash: a
/// sentence for its field. It may be shorter than the rule is today.
pub fn check_typed(password: &str) -> Result<(), &'static str> {
    if password.is_empty() {
        return Err("Enter your password.");
    }
    if password.nfc().count() > MAX_LENGTH {
        return Err("This is longer than any password here.");
    }
    Ok(())
}

/// What is known of a person is compared with a new password up to this many characters.
const WORD_MAX: usize = 256;

/// What a password turned out to be.
#[derive(Debug)]
pub enum Verdict {
    /// Not the user's password, or there is no such user.
    Wrong,
    /// The user's password. `rehashed` replaces a stored hash that was made with less effort than
    /// is asked for today.
    Right {
        /// The new hash to store.
        rehashed: Option<String>,
    },
}

/// The rule for a new password.
#[derive(Clone, Copy)]
pub struct PasswordRule {
    /// The fewest code points.
    pub min_length: usize,
}

impl PasswordRule {
    /// In words.
    pub fn hint(self) -> String {
        format!(
            "At least {} characters. Several words that have nothing to do with each other are \
             easy to remember and hard to guess.",
            self.min_length
        )
    }
}

/// Hashes and verifies passwords. Cheap to clone.
///
/// One hash takes 19 MiB and tens of milliseconds of a core. As many threads as cores is the
/// fastest there is, and it bounds the memory. Their priority is everybody's: at a lower one a log-in
/// starves beside any other program that works, and pages are quick without it
/// (`scripts/bench-log-in`).
#[derive(Clone)]
pub struct Passwords {
    params: Params,
    hashing: Arc<Workers<Memory>>,
    /// Judging takes its time too, but log-ins must not wait for it.
    judge: Arc<Workers<()>>,
    /// Verified for users that do not exist, so that they take as long as those that do.
    dummy: Arc<str>,
    min_length: usize,
    /// The words of this site, which a password must not be made of.
    site_words: Arc<[String]>,
    done: Arc<AtomicU64>,
}

/// What argon2id works in. Each thread keeps its own: 19 MiB that are asked for and given back at
/// every hash leave the allocator with many times that.
type Memory = Vec<Block>;

impl Passwords {
    /// Starts the threads.
    pub fn new(config: &Config) -> Result<Self, String> {
        let cost = config.hash_cost;
        let fail = |e: &dyn Display| format!("Passwords cannot be hashed: {e}.");
        let params =
            Params::new(cost.memory_kib, cost.iterations, 1, None).map_err(|e| fail(&e))?;
        let dummy = hash(&params, &random_token(), &mut Memory::new());
        let dummy = dummy.map_err(|e| fail(&e))?.into();
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let hashing = Arc::new(Workers::start("password", threads).map_err(|e| fail(&e))?);
        let judge = Arc::new(Workers::start("judge", 1).map_err(|e| fail(&e))?);
        strength::warm_up();
        let host = config.host_name();
        let site_words = host.split('.').chain([host]).map(str::to_owned).collect();
        let min_length = config.password_min_length;
        Ok(Self { params, hashing, judge, dummy, min_length, site_words, done: Arc::default() })
    }

    /// What is wrong with a new password, as a sentence for its field. `words` are what an attacker
    /// knows of the person: their name, their address.
    pub async fn check(
        &self,
        network: impl Into<Network>,
        password: &str,
        words: &[&str],
    ) -> Result<Result<(), String>> {
        let length = password.nfc().count();
        if length < self.min_length {
            let min_length = self.min_length;
            return Ok(Err(format!("Use at least {min_length} characters. {length} is too few.")));
        }
        if length > MAX_LENGTH {
            return Ok(Err(format!("Use at most {MAX_LENGTH} characters.")));
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

    /// The rule for a new password, to be read before it is typed.
    pub fn rule(&self) -> PasswordRule {
        PasswordRule { min_length: self.min_length }
    }

    /// Hashes a new password; the result is a PHC string.
    pub async fn hash(&self, network: impl Into<Network>, password: String) -> Result<String> {
        let params = self.params.clone();
        self.done.fetch_add(1, Ordering::Relaxed);
        self.hashing.run(network.into(), move |memory| hash(&params, &password, memory)).await?
    }

    /// Verifies `password` against a stored hash. Without one (no such user, or one who may not
    /// log in) it does the same work: the answer's time tells nobody which addresses have
    /// accounts.
    pub async fn verify(
        &self,
        network: impl Into<Network>,
        password: String,
        stored: Option<String>,
    ) -> Result<Verdict> {
        let params = self.params.clone();
        let dummy = Arc::clone(&self.dummy);
        self.done.fetch_add(1, Ordering::Relaxed);
        let work = move |memory: &mut Memory| {
            let known = stored.is_some();
            let stored = stored.as_deref().unwrap_or(&dummy);
            let parsed = PasswordHash::new(stored)
                .map_err(|e| Error::Internal(format!("a stored password hash is broken: {e}")))?;
            let right = verify(&parsed, &password, memory)?;
            if !(right && known) {
                return Ok(Verdict::Wrong);
            }
            let is_weaker = is_weaker(&parsed, &params);
            let rehashed = is_weaker.then(|| hash(&params, &password, memory)).transpose()?;
            Ok(Verdict::Right { rehashed })
        };
        self.hashing.run(network.into(), work).await?
    }
}

/// Two ways to write "é" are one password (NIST SP 800-63B-4 section 3.1.1.2: NFC). Nothing is
/// trimmed or cut.
fn normalise(password: &str) -> String {
    password.nfc().collect()
}

fn hash(params: &Params, password: &str, memory: &mut Memory) -> Result<String> {
    let broken = |e: &dyn Display| Error::Internal(format!("hashing a password: {e}"));
    let salt = Salt::generate();
    let output = compute(params, password, &salt, memory).map_err(|e| broken(&e))?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|e| broken(&e))?,
        salt: Some(salt),
        hash: Some(output),
    };
    Ok(hash.to_string())
}

/// Outputs are compared in constant time: see [`Output`].
fn verify(stored: &PasswordHash, password: &str, memory: &mut Memory) -> Result<bool> {
    let broken =
        |e: &dyn Display| Error::Internal(format!("a stored password hash is broken: {e}"));
    let is_ours = stored.algorithm == Algorithm::Argon2id.ident()
        && stored.version == Some(Version::V0x13.into());
    let (true, Some(salt), Some(expected)) = (is_ours, &stored.salt, &stored.hash) else {
        return Err(broken(&"not argon2id with salt and hash"));
    };
    let params = Params::try_from(stored).map_err(|e| broken(&e))?;
    let output = compute(&params, password, salt, memory).map_err(|e| broken(&e))?;
    Ok(output == *expected)
}

fn compute(
    params: &Params,
    password: &str,
    salt: &[u8],
    memory: &mut Memory,
) -> Result<Output, argon2::Error> {
    memory.resize(params.block_count(), Block::default());
    let mut output = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(
            normalise(password).as_bytes(),
            salt,
            &mut output,
            memory,
        )?;
    Output::new(&output).map_err(|_| argon2::Error::OutputTooLong)
}

fn is_weaker(stored: &PasswordHash, wanted: &Params) -> bool {
    let number = |name: &str| stored.params.get_decimal(name).unwrap_or(0);
    number("m") < wanted.m_cost() || number("t") < wanted.t_cost()
}
