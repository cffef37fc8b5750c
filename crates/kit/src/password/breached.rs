//! Passwords that were stolen elsewhere, in a file of Have I Been Pwned. Nothing is asked outside.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use sha1::{Digest as _, Sha1};
use unicode_normalization::UnicodeNormalization as _;

/// The length of a SHA-1 hash in hexadecimal digits. It protects nothing here: it is how the file names them.
const HASH: usize = 40;

/// No line is longer: a hash, a colon, how often it was found.
const LINE_MAX: u64 = 64;

/// The file: a line for each password, in the order of their hashes (`PwnedPasswordsDownloader` writes it; `awk
/// -F: '$2 >= 100'` makes it smaller, and leaves it in order). It is searched where it lies. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Breached(Arc<Mutex<File>>);

impl Breached {
    /// Opens the file, if it is one. The error completes the sentence "The file …".
    pub fn open(path: &Path) -> Result<Self, String> {
        let looked = File::open(path).and_then(|mut file| {
            let end = file.seek(SeekFrom::End(0))?;
            let ends = [0, end.saturating_sub(LINE_MAX)];
            let [first, last] = ends.map(|at| line_at(&mut file, at));
            Ok((file, first?, last?))
        });
        let (file, first, last) = looked.map_err(|e| format!("cannot be read: {e}"))?;
        let is_sorted =
            matches!((first, last), (Some(first), Some(last)) if first.hash <= last.hash);
        if is_sorted {
            Ok(Self(Arc::new(Mutex::new(file))))
        } else {
            Err("must have lines of 40 hexadecimal digits, in their order".to_owned())
        }
    }

    /// What is wrong with a password that is in it, as a sentence for its field. When the file cannot be read
    /// any more, nothing: nobody could choose any password otherwise.
    pub(super) fn check(&self, password: &str) -> Result<(), String> {
        match self.has(password) {
            Ok(false) => Ok(()),
            Ok(true) => {
                Err("This was stolen from another site, and is in lists: it is tried early."
                    .to_owned())
            }
            Err(error) => {
                log::error!("the file of stolen passwords cannot be read: {error}");
                Ok(())
            }
        }
    }

    /// Whether a password is in it.
    pub fn has(&self, password: &str) -> io::Result<bool> {
        let wanted = hash_of(&password.nfc().collect::<String>());
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Where its line may begin.
        let (mut low, mut high) = (0, file.seek(SeekFrom::End(0))?);
        while low < high {
            let middle = low.midpoint(high);
            match line_at(&mut file, middle)?.filter(|line| line.start < high) {
                Some(line) if line.hash == wanted => return Ok(true),
                Some(line) if line.hash < wanted => low = line.start + 1,
                _ => high = middle,
            }
        }
        Ok(false)
    }
}

struct Line {
    start: u64,
    hash: [u8; HASH],
}

/// The first line that begins there or later.
fn line_at(file: &mut File, at: u64) -> io::Result<Option<Line>> {
    let from = at.saturating_sub(1);
    file.seek(SeekFrom::Start(from))?;
    let mut bytes = Vec::new();
    file.take(2 * LINE_MAX).read_to_end(&mut bytes)?;
    let skipped = match at {
        0 => Some(0),
        _ => bytes.iter().position(|byte| *byte == b'\n').map(|end| end + 1),
    };
    let hash = skipped.and_then(|skipped| bytes[skipped..].first_chunk::<HASH>());
    let (Some(skipped), Some(hash)) = (skipped, hash) else { return Ok(None) };
    let hash = hash.map(|byte| byte.to_ascii_uppercase());
    let start = from + skipped as u64;
    Ok(hash.iter().all(u8::is_ascii_hexdigit).then_some(Line { start, hash }))
}

fn hash_of(password: &str) -> [u8; HASH] {
    let mut hash = [0; HASH];
    for (digits, byte) in hash.chunks_mut(2).zip(Sha1::digest(password)) {
        digits.copy_from_slice(
            &[byte >> 4, byte & 15].map(|digit| b"0123456789ABCDEF"[digit as usize]),
        );
    }
    hash
}
