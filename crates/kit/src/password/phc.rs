//! Argon2id, and what is stored of a password: a PHC string.

use std::fmt::Display;

use actix_login::random_token;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use unicode_normalization::UnicodeNormalization as _;

use crate::error::{Error, Result};

/// What argon2id works in. Each thread keeps its own while it has work: 19 MiB that are asked for and given
/// back at every hash leave the allocator with many times that.
pub(super) type Memory = Vec<Block>;

/// How many blocks of 1 KiB are asked for at least. More than 32 MiB: glibc gives what is so large back to the
/// system when it is dropped, and keeps what is smaller (mallopt(3), `M_MMAP_THRESHOLD`). Only what is written
/// of it takes memory.
const GIVEN_BACK: usize = 33 * 1024;

/// The most memory that a hash may be set to take.
pub(crate) const MEMORY_MAX_KIB: u32 = 1024 * 1024;

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

pub(super) fn hash(params: &Params, password: &str, memory: &mut Memory) -> Result<String> {
    let salt = Salt::generate();
    let output = compute(params, password, &salt, memory).map_err(|e| not_made(&e))?;
    write(params, salt, output)
}

/// A hash that no password has, because it is drawn. To verify it is the same work as for any other; to make
/// it is none, and the start does not wait for it.
pub(super) fn of_nobody(params: &Params) -> Result<String> {
    let drawn = Output::new(&random_token().as_bytes()[..32]).map_err(|e| not_made(&e))?;
    write(params, Salt::generate(), drawn)
}

fn not_made(cause: &dyn Display) -> Error {
    Error::Internal(format!("hashing a password: {cause}"))
}

fn write(params: &Params, salt: Salt, output: Output) -> Result<String> {
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|e| not_made(&e))?,
        salt: Some(salt),
        hash: Some(output),
    };
    Ok(hash.to_string())
}

/// Whether this is the password that was stored. It is hashed anew where that took less effort than
/// `params` ask for.
pub(super) fn verify(
    stored: &str, password: &str, params: &Params, memory: &mut Memory,
) -> Result<Verdict> {
    let stored = PasswordHash::new(stored).map_err(|e| broken(&e))?;
    if !is_right(&stored, password, memory)? {
        return Ok(Verdict::Wrong);
    }
    let is_weaker = is_weaker(&stored, params);
    let rehashed = is_weaker.then(|| hash(params, password, memory)).transpose()?;
    Ok(Verdict::Right { rehashed })
}

/// Outputs are compared in constant time: see [`Output`].
fn is_right(stored: &PasswordHash, password: &str, memory: &mut Memory) -> Result<bool> {
    let is_ours = stored.algorithm == Algorithm::Argon2id.ident()
        && stored.version == Some(Version::V0x13.into());
    let (true, Some(salt), Some(expected)) = (is_ours, &stored.salt, &stored.hash) else {
        return Err(broken(&"not argon2id with salt and hash"));
    };
    let params = Params::try_from(stored).map_err(|e| broken(&e))?;
    // To ask for memory that is not there ends the program, for everybody.
    if params.m_cost() > MEMORY_MAX_KIB {
        return Err(broken(&"more memory than a setting can ask for"));
    }
    let output = compute(&params, password, salt, memory).map_err(|e| broken(&e))?;
    Ok(output == *expected)
}

fn broken(cause: &dyn Display) -> Error {
    Error::Internal(format!("a stored password hash is broken: {cause}"))
}

fn compute(
    params: &Params, password: &str, salt: &[u8], memory: &mut Memory,
) -> Result<Output, argon2::Error> {
    memory.reserve_exact(GIVEN_BACK.saturating_sub(memory.len()));
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

/// Two ways to write "é" are one password (NIST SP 800-63B-4 section 3.1.1.2: NFC). Nothing is
/// trimmed or cut.
fn normalise(password: &str) -> String {
    password.nfc().collect()
}

fn is_weaker(stored: &PasswordHash, wanted: &Params) -> bool {
    let number = |name: &str| stored.params.get_decimal(name).unwrap_or(0);
    number("m") < wanted.m_cost() || number("t") < wanted.t_cost()
}
