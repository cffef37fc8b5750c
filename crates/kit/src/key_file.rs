//! Signing keys in a file that this user alone may read.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use actix_login::{SigningKey, generate_key, parse_keys};

use crate::{files, text};

/// The keys that are set, or else those in `file`; at the first run, it is made.
pub fn or_in(set: &[SigningKey], file: Option<&Path>) -> Result<Vec<SigningKey>, String> {
    match file {
        Some(file) if set.is_empty() => read_or_create(file),
        _ => Ok(set.to_vec()),
    }
}

/// Reads the keys from `path`; where there is no file, writes one with a new key (0600).
fn read_or_create(path: &Path) -> Result<Vec<SigningKey>, String> {
    if !path.exists() {
        write(path, &generate_key())?;
    }
    read(path)
}

/// Reads the keys from `path`.
pub fn read(path: &Path) -> Result<Vec<SigningKey>, String> {
    parse(path, &read_text(path)?)
}

/// Puts a new key in front of those in the file, if that is where they are; returns what was done.
pub fn rotate(path: Option<&Path>) -> Result<String, String> {
    let in_variable = "SECRET_KEY is set: put a line of `secret` in front of it, with a comma.";
    let path = path.ok_or(in_variable)?;
    let text = read_text(path)?;
    let kept = parse(path, &text)?.len();
    write(path, &format!("{},{}", generate_key(), text::trim(&text)))?;
    Ok(format!("A new key signs from the next start on; {kept} older ones still verify."))
}

/// Whole or not at all: written beside it, then given its name.
fn write(path: &Path, keys: &str) -> Result<(), String> {
    let fail = |error: std::io::Error| {
        format!(
            "The key file {} cannot be written: {error}. Check SECRET_KEY_FILE.",
            path.display()
        )
    };
    files::create_private_dir(path.parent().unwrap_or(Path::new(""))).map_err(fail)?;
    let draft = path.with_extension("new");
    let mut file = files::open_private(&draft).map_err(fail)?;
    // A crash may have left a longer one.
    file.set_len(0).map_err(fail)?;
    writeln!(file, "{keys}").map_err(fail)?;
    fs::rename(&draft, path).map_err(fail)
}

fn read_text(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| {
        format!("The key file {} cannot be read: {error}. Check SECRET_KEY_FILE.", path.display())
    })
}

fn parse(path: &Path, text: &str) -> Result<Vec<SigningKey>, String> {
    let keys = parse_keys(text::trim(text));
    keys.map_err(|rule| format!("The key in {} {rule}.", path.display()))
}
