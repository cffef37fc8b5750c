//! The keys that sign, from a variable or a file.

use std::path::{Path, PathBuf};

use actix_login::{KeyPair, SigningKey, parse_keys};

use super::Reader;
use crate::key_file;
use crate::text;

const DEFAULT_FILE: &str = "data/secret_key";

/// What an application knows of its signing keys before it has any.
#[derive(Clone, Copy)]
pub struct SigningKeys {
    /// The command that prints a new one.
    pub command: &'static str,
    /// The key in the example of the settings: well-formed, so that it reads like one, and refused
    /// everywhere.
    pub sample: &'static str,
}

impl SigningKeys {
    fn parse(self, text: &str) -> Result<Vec<SigningKey>, String> {
        let keys = text.split(',').map(text::trim).collect::<Vec<_>>().join(",");
        let keys =
            parse_keys(&keys).map_err(|rule| format!("{rule}: `{}` makes one", self.command));
        keys.and_then(|keys| self.refuse_sample(keys))
    }

    /// However it is written, with padding or in the other alphabet.
    fn refuse_sample(self, keys: Vec<SigningKey>) -> Result<Vec<SigningKey>, String> {
        let sample = SigningKey::parse(self.sample).map(|sample| sample.id()).unwrap_or_default();
        if keys.iter().any(|key| key.id() == sample) {
            return Err("must not be the sample from .env.example".to_owned());
        }
        Ok(keys)
    }

    fn example(self) -> String {
        format!("(the line that `{}` prints)", self.command)
    }
}

impl Reader<'_> {
    /// `SECRET_KEY`, or else the keys in `SECRET_KEY_FILE` and that file. In development it may be
    /// missing: it is made at the first run, when all else is right.
    pub fn secret_keys(
        &mut self, production: bool, rules: SigningKeys,
    ) -> (Vec<SigningKey>, Option<PathBuf>) {
        let (keys, file) = (self.text("SECRET_KEY"), self.text("SECRET_KEY_FILE"));
        if let Some(text) = keys {
            let keys = rules.parse(&text).unwrap_or_else(|rule| {
                self.problem("SECRET_KEY", "(hidden)", &rule, &rules.example());
                Vec::new()
            });
            return (keys, None);
        }
        if production && file.is_none() {
            let rule = "must be set in production, or SECRET_KEY_FILE: see";
            let rule = format!("{rule} `{}`", rules.command);
            self.problem("SECRET_KEY", "", &rule, &rules.example());
            return (Vec::new(), None);
        }
        let file = PathBuf::from(file.unwrap_or_else(|| DEFAULT_FILE.to_owned()));
        let keys = self.keys_in(&file, production, rules);
        (keys, Some(file))
    }

    fn keys_in(&mut self, file: &Path, production: bool, rules: SigningKeys) -> Vec<SigningKey> {
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
        let keys = key_file::read(file).and_then(|keys| rules.refuse_sample(keys));
        keys.unwrap_or_else(|sentence| {
            self.problem(name, &file.display().to_string(), &sentence, DEFAULT_FILE);
            Vec::new()
        })
    }

    /// The files that `TOKEN_PRIVATE_KEY_FILE` names, `new,old`, opened with
    /// `TOKEN_PRIVATE_KEY_PASSWORD`.
    pub fn token_key_pairs(&mut self) -> Vec<KeyPair> {
        let (files, password) =
            (self.text("TOKEN_PRIVATE_KEY_FILE"), self.text("TOKEN_PRIVATE_KEY_PASSWORD"));
        let Some(files) = files else { return Vec::new() };
        let files = files.split(',').map(text::trim);
        files.filter_map(|file| self.key_pair_in(file, password.as_deref())).collect()
    }

    fn key_pair_in(&mut self, file: &str, password: Option<&str>) -> Option<KeyPair> {
        let (name, example) = ("TOKEN_PRIVATE_KEY_FILE", "data/token_key.pem");
        let file = PathBuf::from(file);
        if is_key_itself(&file) {
            let rule = "must be a file; this looks like the key itself";
            self.problem(name, "(hidden)", rule, example);
            return None;
        }
        if !file.exists() {
            self.no_file(name, &file, example);
            return None;
        }
        let pair = KeyPair::read(&file, password).map_err(String::from);
        pair.map_err(|mut rule| {
            if rule.contains("password") {
                rule.push_str(" See TOKEN_PRIVATE_KEY_PASSWORD.");
            }
            self.problem(name, &file.display().to_string(), &rule, example);
        })
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
    text.contains("-----") || !file.exists() && parse_keys(text::trim(&text)).is_ok()
}
