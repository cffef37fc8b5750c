//! A field that is more than text: what was typed, and what it means.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::error::Error;

/// What a field can hold besides text. Parsed once, when the form arrives.
pub trait FieldValue: Sized {
    /// Reads what was typed. The error is a sentence for the field.
    fn parse(text: &str) -> Result<Self, String>;
}

/// What was typed, as it was, and what it means.
#[derive(Clone, Debug)]
pub struct Typed<T> {
    text: String,
    value: Result<T, String>,
}

impl<T: FieldValue> Typed<T> {
    /// The field with this text in it.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { value: T::parse(&text), text }
    }
}

impl<T> Typed<T> {
    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it means, or a sentence for the field.
    pub fn value(&self) -> Result<&T, &str> {
        self.value.as_ref().map_err(String::as_str)
    }

    /// What it means. [`Error::Invalid`] when it was not looked at before.
    pub fn into_value(self) -> Result<T, Error> {
        self.value.map_err(|sentence| Error::Invalid(vec![("", sentence)]))
    }
}

impl<T: FieldValue> Default for Typed<T> {
    fn default() -> Self {
        Self::new("")
    }
}

impl<T> fmt::Display for Typed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de, T: FieldValue> Deserialize<'de> for Typed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl FieldValue for crate::email::Email {
    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(str::to_owned)
    }
}
