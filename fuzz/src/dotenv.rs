//! The file `.env`.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::parser::Parser;

/// The program works here from the first input on: `.env` is looked for in the folder that it is started in.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    env::set_current_dir(folder.path()).unwrap();
    folder
});

/// What is taken means to `dotenvy` what stands there, and no message shows a value.
pub const DOTENV: Parser = Parser {
    name: "dotenv",
    #[rustfmt::skip]
    pieces: &[
        "A", "A=", "B=", "a=", "export ", "export\t", "=", "\n", "\n", "\r\n", " ", "\t", "#", " #",
        "\"", "\"", "'", "'", "\\", "$", "$HOME", "${HOME}", "hunter2", "\u{feff}", "\0", "é", "1",
        "PATH=x", "\u{a0}", "\u{2028}",
    ],
    holds: |input| {
        fs::write(FOLDER.path().join(".env"), input).unwrap();
        let before: BTreeMap<_, _> = env::vars_os().collect();
        let loaded = kit::config::load(|_| ());
        let set: BTreeMap<_, _> =
            env::vars_os().filter(|(name, _)| !before.contains_key(name)).collect();
        forget(set.keys());
        if let Err(failure) = loaded {
            let message = failure.message();
            assert!(!message.contains("hunter2"), "{message}");
            return false;
        }
        let text = String::from_utf8(input.to_vec()).unwrap().replace("\r\n", "\n");
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        // To us, Unicode's spaces are some at both ends of a line; to it, they are not.
        if text.contains(|c: char| c.is_whitespace() && !" \t\n".contains(c)) {
            return !set.is_empty();
        }
        let mut expected = BTreeMap::new();
        for item in dotenvy::from_read_iter(text.as_bytes()) {
            // Blanks at the end of a line are nothing to us, and an error to it.
            let is_ragged = |e: &dotenvy::Error| matches!(e, dotenvy::Error::LineParse(line, _) if line.trim() != line);
            if item.as_ref().err().is_some_and(is_ragged) {
                return !set.is_empty();
            }
            let (name, value) = item.expect("what is taken can be read");
            // What it is changed to, and not what stands there: a variable, an escape outside of quotes.
            let mut rest = text.chars();
            assert!(
                value.chars().all(|c| rest.any(|other| other == c || (c == '\n' && other == 'n'))),
                "{value:?}"
            );
            if !before.contains_key(name.as_ref() as &std::ffi::OsStr) {
                expected.entry(name.into()).or_insert_with(|| value.into());
            }
        }
        assert_eq!(set, expected, "{text:?}");
        !set.is_empty()
    },
};

/// Takes out of the environment what one input has set, for the next.
#[expect(unsafe_code, reason = "a fuzzer tries one input at a time, on one thread")]
fn forget<'a>(names: impl Iterator<Item = &'a std::ffi::OsString>) {
    for name in names {
        // SAFETY: no other thread reads or writes the environment.
        unsafe { env::remove_var(name) };
    }
}
