//! How people are called.

use std::fmt;

use crate::text;

/// The longest name, in characters.
pub const NAME_MAX: usize = 100;

/// A name: one line of 1 to [`NAME_MAX`] characters, as it was typed, less the spaces around it.
#[derive(Clone, Debug)]
pub struct Name(String);

impl Name {
    /// Reads what somebody typed. The error is a sentence for the field.
    pub fn parse(text: &str) -> Result<Self, String> {
        let line = text::trim(text);
        text::check_line(line, "your name", NAME_MAX)?;
        Ok(Self(line.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first letters of a name's first and last word, for a small picture.
pub fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|word| word.chars().next());
    let (first, last) = (words.next(), words.next_back());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// One of eight colours, always the same one for a name.
pub fn color(name: &str) -> u32 {
    name.chars().map(u32::from).fold(0, u32::wrapping_add) % 8
}
