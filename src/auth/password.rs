//! Passwords: argon2id hashes, made and verified on a small pool of threads of their own.

use std::fmt::Display;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use thread_priority::{ThreadPriority, set_current_thread_priority};
use tokio::sync::oneshot;
use unicode_normalization::UnicodeNormalization;

use crate::auth::strength;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::keys::random_token;

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

/// How many hashes may wait for each thread; one more is answered with 503.
const QUEUE_PER_THREAD: usize = 8;

/// How long a hash may wait for its turn before its visitor gets a 503.
const MAX_WAIT: Duration = Duration::from_secs(2);

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
/// fastest there is, and it bounds the memory; their low priority keeps pages quick meanwhile.
#[derive(Clone)]
pub struct Passwords {
    params: Params,
    hashing: SyncSender<Job<Memory>>,
    /// Judging takes its time too, but log-ins must not wait for it.
    judge: SyncSender<Job<()>>,
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

struct Job<S> {
    deadline: Instant,
    work: Box<dyn FnOnce(&mut S) + Send>,
}

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
        let hashing = start_threads("password", threads).map_err(|e| fail(&e))?;
        let judge = start_threads("judge", 1).map_err(|e| fail(&e))?;
        strength::warm_up();
        let host = config.host_name();
        let site_words = host.split('.').chain([host]).map(str::to_owned).collect();
        let min_length = config.password_min_length;
        Ok(Self { params, hashing, judge, dummy, min_length, site_words, done: Arc::default() })
    }

    /// What is wrong with a new password, as a sentence for its field. `words` are what an attacker
    /// knows of the person: their name, their address.
    pub async fn check(&self, password: &str, words: &[&str]) -> Result<Result<(), String>> {
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
        run(&self.judge, move |()| strength::check(&password, &known)).await
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
    pub async fn hash(&self, password: String) -> Result<String> {
        let params = self.params.clone();
        self.done.fetch_add(1, Ordering::Relaxed);
        run(&self.hashing, move |memory| hash(&params, &password, memory)).await?
    }

    /// Verifies `password` against a stored hash. Without one (no such user, or one who may not
    /// log in) it does the same work: the answer's time tells nobody which addresses have
    /// accounts.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<Verdict> {
        let params = self.params.clone();
        let dummy = Arc::clone(&self.dummy);
        self.done.fetch_add(1, Ordering::Relaxed);
        run(&self.hashing, move |memory: &mut Memory| {
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
        })
        .await?
    }
}

/// Starts threads that work off a queue; each keeps what it works in.
fn start_threads<S: Default + 'static>(name: &str, count: usize) -> io::Result<SyncSender<Job<S>>> {
    let (jobs, queue) = sync_channel::<Job<S>>(count * QUEUE_PER_THREAD);
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..count {
        let queue = Arc::clone(&queue);
        thread::Builder::new().name(name.to_owned()).spawn(move || work_off(&queue))?;
    }
    Ok(jobs)
}

/// Runs `work` on such threads. The work goes on when the visitor has gone: their leaving must not
/// make room for the next before this one is done.
async fn run<S, T, F>(jobs: &SyncSender<Job<S>>, work: F) -> Result<T>
where
    T: Send + 'static,
    F: FnOnce(&mut S) -> T + Send + 'static,
{
    let (answer, result) = oneshot::channel();
    let work = Box::new(move |state: &mut S| {
        // Fails only when nobody waits for the answer any more.
        let _ = answer.send(work(state));
    });
    let deadline = Instant::now() + MAX_WAIT;
    jobs.try_send(Job { deadline, work }).map_err(|_| Error::Busy)?;
    result.await.map_err(|_| Error::Busy)
}

fn work_off<S: Default>(queue: &Mutex<Receiver<Job<S>>>) {
    if let Err(error) = set_current_thread_priority(ThreadPriority::Min) {
        log::debug!("password threads keep the normal priority: {error}");
    }
    let mut state = S::default();
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            // A panic is that visitor's, and in the log; the next one finds the thread alive.
            Ok(job) if Instant::now() <= job.deadline => {
                let work = AssertUnwindSafe(|| (job.work)(&mut state));
                drop(catch_unwind(work));
            }
            Ok(_late) => {} // dropping it answers 503
            Err(_) => return,
        }
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
