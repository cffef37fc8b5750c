//! What tests and samples put into a field.

use super::Field;
use crate::kind::Kind;

impl Field {
    /// What somebody types into it.
    pub fn typed(&self) -> String {
        match &self.kind {
            Kind::Line => "Milk",
            Kind::Text => "Two litres",
            Kind::Integer(Some((min, _))) => return min.to_string(),
            Kind::Integer(None) => "12",
            Kind::Decimal(_) => "12.5",
            Kind::Bool => "yes",
            Kind::Date => "2026-12-01",
            Kind::DateTime => "2026-12-01T12:00",
            Kind::Email => "milk@example.com",
            Kind::Url => "https://example.com/milk",
            Kind::Choice(choices) => &choices[0],
            Kind::Reference(_) => "1",
        }
        .to_owned()
    }

    /// What the sample with this `number` has in it, in Rust. A text is made of the model's name.
    pub fn sample(&self, model: &str) -> String {
        match &self.kind {
            Kind::Line => format!("format!(\"{model} {{number}}\")"),
            Kind::Text => format!("format!(\"What there is to say of {model} {{number}}.\")"),
            Kind::Decimal(_) => "format!(\"{number}.5\")".to_owned(),
            Kind::Bool => "if number % 2 == 0 { \"yes\" } else { \"\" }".to_owned(),
            Kind::Choice(choices) => format!("{choices:?}[number % {}]", choices.len()),
            Kind::Reference(_) => format!("{}.clone()", self.name),
            _ => format!("{:?}", self.typed()),
        }
    }

    /// The same as a program sends it.
    pub fn json(&self) -> String {
        match self.kind {
            Kind::Integer(_) | Kind::Decimal(_) | Kind::Reference(_) => self.typed(),
            Kind::Bool => "true".to_owned(),
            Kind::DateTime => "\"2026-12-01T12:00:00Z\"".to_owned(),
            _ => format!("\"{}\"", self.typed()),
        }
    }

    /// What is wrong for every field of this kind.
    pub fn wrong(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Integer(_) => Some("a dozen"),
            Kind::Decimal(_) => Some("12,50"),
            Kind::Date => Some("tomorrow"),
            Kind::DateTime => Some("at noon"),
            Kind::Email => Some("nobody"),
            Kind::Url => Some("javascript:alert(1)"),
            Kind::Choice(_) => Some("no_such_word"),
            Kind::Line | Kind::Text | Kind::Bool | Kind::Reference(_) => None,
        }
    }

    /// How that stands on the page again. What can only be chosen does not.
    pub fn wrong_shown(&self) -> Option<String> {
        let wrong = self.wrong().filter(|_| !self.is_choice())?;
        Some(format!("value=\\\"{wrong}\\\""))
    }
}
