//! The keys that sign, from a variable or a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::reader::Reader;
use crate::keypair::KeyPair;
use crate::keys::{self, SigningKey};

const DEFAULT_FILE: &str = "data/secret_key";
const EXAMPLE: &str = "(the line that `latchkey secret` prints)";

impl Reader<'_> {
    /// `SECRET_KEY`, or else the keys in `SECRET_KEY_FILE` and that file. In development it may be
    /// missing: it is made at the first run, when all else is right.
    pub(super) fn secret_keys(&mut self, production: bool) -> (Vec<SigningKey>, Option<PathBuf>) {
        let (keys, file) = (self.text("SECRET_KEY"), self.text("SECRET_KEY_FILE"));
        if let Some(text) = keys {
            let keys = keys::parse_list(&text).unwrap_or_else(|rule| {
                self.problem("SECRET_KEY", "(hidden)", &rule, EXAMPLE);
                Vec::new()
            });
            return (keys, None);
        }
        if production && file.is_none() {
            let rule = "must be set in production, or SECRET_KEY_FILE: see `latchkey secret`";
            self.problem("SECRET_KEY", "", rule, EXAMPLE);
            return (Vec::new(), None);
        }
        let file = PathBuf::from(file.unwrap_or_else(|| DEFAULT_FILE.to_owned()));
        let keys = self.keys_in(&file, production);
        (keys, Some(file))
    }

    fn keys_in(&mut self, file: &Path, production: bool) -> Vec<SigningKey> {
        let name = "SECRET_KEY_FILE";
        if is_key_itself(file) {
            let rule = "must be a file; this looks like the key itself, which SECRET_KEY takes";
            self.problem(name, "(hidden)", rule, DEFAULT_FILE);
            return Vec::new();
        }
        if !file.exists() {
            if production {
                self.no_file(name, file, DEFAULT_FILE);
            }
            return Vec::new();
        }
        keys::read(file).unwrap_or_else(|sentence| {
            self.problem(name, &file.display().to_string(), &sentence, DEFAULT_FILE);
            Vec::new()
        })
    }

    /// `TOKEN_PRIVATE_KEY_FILE`, opened with `TOKEN_PRIVATE_KEY_PASSWORD`.
    pub(super) fn token_key_pair(&mut self) -> Option<Arc<KeyPair>> {
        let (name, example) = ("TOKEN_PRIVATE_KEY_FILE", "data/token_key.pem");
        let (file, password) = (self.text(name), self.text("TOKEN_PRIVATE_KEY_PASSWORD"));
        let file = PathBuf::from(file?);
        if is_key_itself(&file) {
            let rule = "must be a file; this looks like the key itself";
            self.problem(name, "(hidden)", rule, example);
            return None;
        }
        if !file.exists() {
            self.no_file(name, &file, example);
            return None;
        }
        let pair = KeyPair::read(&file, password.as_deref());
        pair.map_err(|rule| self.problem(name, &file.display().to_string(), &rule, example))
            .map(Arc::new)
            .ok()
    }

    /// Of a file that is not there, the name is told only if it has a dot, which no base64 has: a key
    /// may stand there instead, and one with a mistake in it is not known for one.
    fn no_file(&mut self, name: &str, file: &Path, example: &str) {
        let text = file.display().to_string();
        if text.contains('.') {
            self.problem(name, &text, "names no file", example);
        } else {
            self.problem(name, "(hidden)", "names no file (or is it a key itself?)", example);
        }
    }
}

/// Whether a key was pasted where the name of its file belongs. It must not be printed.
fn is_key_itself(file: &Path) -> bool {
    let text = file.to_string_lossy();
    text.contains("-----") || !file.exists() && keys::parse_list(&text).is_ok()
}
