//! The file `.env`. `dotenvy` reads it into the environment; what that would change without a word
//! (`$word`, a quote or a backslash within a password) is an error here. No message shows a value: it
//! may be a secret.

use std::env;
use std::fs;
use std::io;
use std::path::Path;

use super::reader::Problem;

const NO_SETTING: &str = "this is no setting: write NAME=value.";
const SPACE: &str = "the value holds a space: put it in quotes.";
const DOLLAR: &str = "the value holds $, which would begin a variable: put it in single quotes.";
const MARK: &str = "the value holds a quote or a backslash: put it in single quotes.";
const HASH: &str = "a # begins a comment here: if it belongs to the value, put it in quotes.";
const AFTER: &str = "something follows the closing quote: put it in quotes as a whole.";
const OPEN: &str = "the closing quote is missing: put it in quotes at both ends.";
const UNREADABLE: &str = "the value cannot be read: put it in single quotes, or, with a backslash at \
                          its end, in double quotes and each backslash twice.";

/// What is wrong in the file.
#[derive(Default)]
pub(super) struct Dotenv {
    pub(super) problems: Vec<Problem>,
    /// What it set: the environment had none of it.
    pub(super) names: Vec<String>,
    /// Whether there may be more settings, which could not be read.
    pub(super) is_cut_off: bool,
}

/// Reads the settings in the file, if there is one.
pub(super) fn read(path: &Path) -> Dotenv {
    let text = match fs::read(path) {
        Ok(bytes) => decode(&bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Dotenv::default(),
        Err(error) => Err(Problem::new("", format!("  .env cannot be read: {error}."))),
    };
    match text {
        Ok(text) => apply(&text),
        Err(problem) => Dotenv { problems: vec![problem], is_cut_off: true, names: Vec::new() },
    }
}

/// The text without a byte order mark, with line ends as Unix has them.
fn decode(bytes: &[u8]) -> Result<String, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // UTF-16, which some editors of Windows write, is full of NULs.
    let end = match std::str::from_utf8(bytes).map(|text| text.find('\0')) {
        Ok(None) => return Ok(String::from_utf8_lossy(bytes).replace("\r\n", "\n")),
        Ok(Some(nul)) => nul,
        Err(error) => error.valid_up_to(),
    };
    let before = String::from_utf8_lossy(&bytes[..end]);
    let name = split(before.rsplit('\n').next().unwrap_or_default()).map(|(name, _)| name);
    let line = before.matches('\n').count() + 1;
    Err(problem(line, name, "this is not UTF-8: save the file as UTF-8."))
}

fn apply(text: &str) -> Dotenv {
    let mut read = Dotenv::default();
    let (mut rest, mut line) = (text, 1);
    while !rest.is_empty() {
        let Some(length) = statement_length(rest) else {
            let name = split(rest).map(|(name, _)| name);
            read.problems.push(problem(line, name, OPEN));
            read.is_cut_off = true;
            break;
        };
        let (statement, after) = rest.split_at(length);
        match set(statement.trim()) {
            Ok(name) => read.names.extend(name.map(str::to_owned)),
            Err((name, sentence)) => read.problems.push(problem(line, name, sentence)),
        }
        line += statement.matches('\n').count();
        rest = after;
    }
    read
}

/// How long the setting is that `text` begins with: a line, or several when its value is in quotes.
/// `None` when they are not closed.
fn statement_length(text: &str) -> Option<usize> {
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |n| from + n + 1);
    let value = split(&text[..line_end(0)]).map(|(_, value)| value.trim_start());
    match value.and_then(|value| Some((value, value.chars().next()?))) {
        Some((value, quote @ ('"' | '\''))) => {
            let begin = value.as_ptr().addr() - text.as_ptr().addr() + 1;
            find_bare(&text[begin..], quote, quote == '"').map(|at| line_end(begin + at))
        }
        _ => Some(line_end(0)),
    }
}

/// The name, if it has one, and what is wrong.
type Wrong<'a> = (Option<&'a str>, &'static str);

/// Sets one variable, unless the environment has it: so of a name that is there twice the first one counts.
/// Its name, if it was set.
fn set(statement: &str) -> Result<Option<&str>, Wrong<'_>> {
    if statement.is_empty() || statement.starts_with('#') {
        return Ok(None);
    }
    let (name, value) = split(statement).ok_or((None, NO_SETTING))?;
    let fail = |sentence| (Some(name), sentence);
    check(value).map_err(fail)?;
    let read = dotenvy::from_read_iter(statement.as_bytes()).next();
    if !matches!(read, Some(Ok((read, _))) if read == name) {
        return Err(fail(UNREADABLE));
    }
    // Not kept beside the environment, for libraries look there by themselves: without
    // `PGSSLMODE=verify-full`, libpq would talk to whoever answers. What is set stays, text or not.
    if env::var_os(name).is_some() {
        return Ok(None);
    }
    dotenvy::from_read(statement.as_bytes()).map_err(|_| fail(UNREADABLE))?;
    Ok(Some(name))
}

/// The name and what follows its `=`.
fn split(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
    let (name, value) = exported.unwrap_or(line).split_once('=')?;
    let name = name.trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some((name, value))
}

/// Whether `dotenvy` takes the value as it stands there.
fn check(value: &str) -> Result<(), &'static str> {
    let text = value.trim();
    if let Some(quote @ ('"' | '\'')) = text.chars().next() {
        let inside = &text[1..];
        let end = find_bare(inside, quote, quote == '"').ok_or(OPEN)?;
        let (inside, after) = (&inside[..end], &inside[end + 1..]);
        let is_comment = after.starts_with([' ', '\t']) && after.trim_start().starts_with('#');
        if !after.is_empty() && !is_comment {
            return Err(AFTER);
        }
        let has_variable = quote == '"' && find_bare(inside, '$', true).is_some();
        return if has_variable { Err(DOLLAR) } else { Ok(()) };
    }
    if value.starts_with('#') {
        return Err(HASH);
    }
    let comment = text.match_indices('#').map(|(at, _)| at);
    let mut comment = comment.filter(|at| *at == 0 || text[..*at].ends_with(char::is_whitespace));
    let text = text[..comment.next().unwrap_or(text.len())].trim_end();
    match text.chars().find(|c| c.is_whitespace() || "$'\"\\".contains(*c)) {
        None => Ok(()),
        Some('$') => Err(DOLLAR),
        Some(c) if c.is_whitespace() => Err(SPACE),
        Some(_) => Err(MARK),
    }
}

/// Where `wanted` stands, and no backslash before it if that counts.
fn find_bare(text: &str, wanted: char, with_escapes: bool) -> Option<usize> {
    let mut is_escaped = false;
    let found = text.char_indices().find(|(_, c)| {
        let is_bare = *c == wanted && !is_escaped;
        is_escaped = with_escapes && *c == '\\' && !is_escaped;
        is_bare
    });
    found.map(|(at, _)| at)
}

/// Names the variable only if it looks like one: a secret that was pasted alone into a line may
/// hold a `=` too.
fn problem(line: usize, name: Option<&str>, sentence: &str) -> Problem {
    let name = name.filter(|name| !name.contains(|c: char| c.is_ascii_lowercase())).unwrap_or("");
    let comma = if name.is_empty() { "" } else { ", " };
    Problem::new(name, format!("  .env, line {line}{comma}{name}: {sentence}"))
}
