//! The kinds of fields that a command can name.

use crate::project::Result;
use crate::words;

/// For `--help`.
pub const HELP: &str = "\
Kinds: string (a line of up to 100 characters), text (up to 5000), integer (integer:1..5 from 1 to 5), decimal (two decimals, kept
exact; decimal:3 for three), bool, date, datetime (UTC), email, url, choice:open,paid (one of these),
references (a row of the customers of the same owner, for `customer:references`; else
`buyer:references:customers`; what everybody reads refers to what everybody reads). With ? at the end, a field may be
left empty.";

/// What a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Line,
    Text,
    /// Within these bounds, if there are any.
    Integer(Option<(i64, i64)>),
    Decimal(u32),
    Bool,
    Date,
    DateTime,
    Email,
    Url,
    Choice(Vec<String>),
    /// Of this table.
    Reference(String),
}

impl Kind {
    /// Reads what stands behind the name of a field.
    pub fn parse(field: &str, kind: &str) -> Result<Self> {
        let (kind, more) =
            kind.split_once(':').map_or((kind, None), |(kind, more)| (kind, Some(more)));
        let parsed = match (kind, more) {
            ("string", None) => Self::Line,
            ("text", None) => Self::Text,
            ("integer", None) => Self::Integer(None),
            ("integer", Some(bounds)) => Self::Integer(Some(Self::bounds(field, bounds)?)),
            ("decimal", None) => Self::Decimal(2),
            ("decimal", Some(places)) => match places.parse() {
                Ok(places @ 1..=6) => Self::Decimal(places),
                _ => {
                    return Err(format!(
                        "`{field}` can have 1 to 6 decimals: `{field}:decimal:3`."
                    ));
                }
            },
            ("bool", None) => Self::Bool,
            ("date", None) => Self::Date,
            ("datetime", None) => Self::DateTime,
            ("email", None) => Self::Email,
            ("url", None) => Self::Url,
            ("choice", Some(words)) => Self::choice(words)?,
            ("choice", None) => {
                return Err(format!("Say what `{field}` can be: `{field}:choice:open,paid`."));
            }
            ("references", None) => Self::Reference(words::plural(field)),
            ("references", Some(table)) => Self::Reference(table.to_owned()),
            _ => return Err(format!("`{kind}` is no kind of field (`{field}`).\n{HELP}")),
        };
        Ok(parsed)
    }

    fn bounds(field: &str, typed: &str) -> Result<(i64, i64)> {
        let bounds = typed
            .split_once("..")
            .and_then(|(min, max)| Some((min.parse::<i64>().ok()?, max.parse::<i64>().ok()?)));
        // The largest whole number that every program can read from JSON.
        let fits = |n: i64| n.unsigned_abs() < 1 << 53;
        let good = bounds.filter(|(min, max)| min < max && fits(*min) && fits(*max));
        good.ok_or_else(|| format!("`{field}` has bounds like these: `{field}:integer:1..5`."))
    }

    fn choice(listed: &str) -> Result<Self> {
        let choices: Vec<_> = listed.split(',').map(str::to_owned).collect();
        choices.iter().try_for_each(|choice| words::check_form(choice))?;
        // As variants of an enum: `on_2` and `on2` are one.
        let mut variants: Vec<_> = choices.iter().map(|choice| words::camel(choice)).collect();
        if let Some(at) = variants.iter().position(|variant| variant == "Self") {
            return Err(format!("`{}` is a word of Rust: choose another one.", choices[at]));
        }
        variants.sort_unstable();
        variants.dedup();
        if variants.len() < choices.len() || choices.len() < 2 {
            return Err(format!("`{listed}` is no choice: list at least two words, each once."));
        }
        Ok(Self::Choice(choices))
    }
}
