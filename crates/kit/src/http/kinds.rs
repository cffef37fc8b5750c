//! The kinds of fields that every site needs. What is typed is trimmed, but for a text of several lines.
//!
//! `i64`, `bool`, [`Date`] and [`Time`] are kinds by themselves, and an `Option` of a kind is one that may
//! be left empty.

use serde_json::{Value, json};
use time::format_description::BorrowedFormatItem;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};
use url::Url;

use crate::clock::{Time, to_rfc3339};
use crate::email::{EMAIL_MAX, Email, FORM};
use crate::http::typed::{Control, Json, Kind, Shape, Wrong};
use crate::name::{NAME_MAX, Name};
use crate::text;

/// A line of `MIN` to `MAX` characters. `Line<0, 60>` may be left empty.
#[derive(Clone, Debug)]
pub struct Line<const MIN: usize, const MAX: usize>;

impl<const MIN: usize, const MAX: usize> Kind for Line<MIN, MAX> {
    type Value = String;
    const IS_OPTIONAL: bool = MIN == 0;

    fn read(typed: &str) -> Result<String, Wrong> {
        let line = text::trim(typed);
        if !line.is_empty() {
            text::check_line(line, "", MAX)?;
        }
        long_enough(line, MIN)?;
        Ok(line.to_owned())
    }

    fn write(value: &String) -> String {
        value.clone()
    }

    fn control() -> Control {
        Control { limit: MAX, is_required: MIN > 0, ..Control::default() }
    }
}

/// A text of several lines, of `MIN` to `MAX` characters. `Text<0, 5000>` may be left empty.
#[derive(Clone, Debug)]
pub struct Text<const MIN: usize, const MAX: usize>;

impl<const MIN: usize, const MAX: usize> Kind for Text<MIN, MAX> {
    type Value = String;
    const IS_OPTIONAL: bool = MIN == 0;

    fn read(typed: &str) -> Result<String, Wrong> {
        // Browsers send each line break as two characters and count it as one.
        let text = typed.replace("\r\n", "\n");
        if text.contains(|c: char| c.is_control() && c != '\n' && c != '\t') {
            return Err("This holds characters that cannot be shown.".into());
        }
        text::check_length(&text, MAX)?;
        long_enough(text.trim(), MIN)?;
        Ok(text)
    }

    fn write(value: &String) -> String {
        value.clone()
    }

    fn control() -> Control {
        Control { shape: Shape::Text, limit: MAX, is_required: MIN > 0, ..Control::default() }
    }
}

fn long_enough(text: &str, min: usize) -> Result<(), Wrong> {
    match text.chars().count() {
        0 if min > 0 => Err(Wrong::Missing),
        length if length < min => {
            Err(format!("Use at least {min} characters; these are {length}.").into())
        }
        _ => Ok(()),
    }
}

/// The largest whole number that every program can read from JSON: 2⁵³ − 1 (RFC 8259 section 6).
pub const INTEGER_MAX: i64 = (1 << 53) - 1;

/// A whole number up to [`INTEGER_MAX`], below zero too.
impl Kind for i64 {
    type Value = Self;
    const JSON: Json = Json::Integer;

    fn read(typed: &str) -> Result<Self, Wrong> {
        let typed = some(typed)?;
        let digits = typed.strip_prefix('-').unwrap_or(typed);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("Enter a whole number, like 12.".into());
        }
        let number = typed.parse().ok().filter(|n| (-INTEGER_MAX..=INTEGER_MAX).contains(n));
        number.ok_or_else(|| "This number is too large.".into())
    }

    fn write(value: &Self) -> String {
        value.to_string()
    }

    fn to_json(value: &Self) -> Value {
        json!(value)
    }

    fn control() -> Control {
        let step = "1".to_owned();
        Control { input: "number", keys: "numeric", step, ..Control::default() }
    }

    fn ask(_: &str) -> String {
        "Enter a whole number.".to_owned()
    }
}

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Debug)]
pub struct Integer<const MIN: i64, const MAX: i64>;

impl<const MIN: i64, const MAX: i64> Kind for Integer<MIN, MAX> {
    type Value = i64;
    const JSON: Json = Json::Integer;

    fn read(typed: &str) -> Result<i64, Wrong> {
        let number = i64::read(typed)?;
        if (MIN..=MAX).contains(&number) {
            Ok(number)
        } else {
            Err(format!("Use a number from {MIN} to {MAX}.").into())
        }
    }

    fn write(value: &i64) -> String {
        value.to_string()
    }

    fn to_json(value: &i64) -> Value {
        json!(value)
    }

    fn control() -> Control {
        Control { min: MIN.to_string(), max: MAX.to_string(), ..i64::control() }
    }

    fn ask(_: &str) -> String {
        format!("Enter a number from {MIN} to {MAX}.")
    }
}

/// A box: yes if it is ticked, and no if it is not there at all, for that is how a browser sends it.
impl Kind for bool {
    type Value = Self;
    const JSON: Json = Json::Truth;
    const IS_OPTIONAL: bool = true;

    fn read(typed: &str) -> Result<Self, Wrong> {
        match text::trim(typed) {
            "yes" | "true" | "on" | "1" => Ok(true),
            "" | "no" | "false" | "off" | "0" => Ok(false),
            _ => Err("Choose yes or no.".into()),
        }
    }

    fn write(value: &Self) -> String {
        if *value { "yes" } else { "no" }.to_owned()
    }

    fn to_json(value: &Self) -> Value {
        json!(value)
    }

    fn control() -> Control {
        let choices = [("yes", "Yes"), ("no", "No")].map(|(v, l)| (v.to_owned(), l.to_owned()));
        Control {
            shape: Shape::Box,
            choices: choices.to_vec(),
            is_required: false,
            ..Control::default()
        }
    }
}

const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// The years that people mean: one of three digits is a slip.
const YEARS: std::ops::RangeInclusive<i32> = 1000..=9999;

/// A day, as browsers send it and ISO 8601 writes it: `2026-11-29`.
impl Kind for Date {
    type Value = Self;

    fn read(typed: &str) -> Result<Self, Wrong> {
        let date = Self::parse(some(typed)?, DATE).ok().filter(|date| YEARS.contains(&date.year()));
        date.ok_or_else(|| "Enter a date, like 2026-11-29.".into())
    }

    fn write(value: &Self) -> String {
        value.format(DATE).unwrap_or_else(|_| value.to_string())
    }

    fn control() -> Control {
        let (min, max) = ("1000-01-01".to_owned(), "9999-12-31".to_owned());
        Control { input: "date", min, max, ..Control::default() }
    }

    fn ask(_: &str) -> String {
        "Enter a date.".to_owned()
    }
}

/// A day and a time in UTC, to the second: `2026-11-29T16:30`. With an offset (RFC 3339), the same moment.
impl Kind for Time {
    type Value = Self;

    fn read(typed: &str) -> Result<Self, Wrong> {
        let minutes = format_description!("[year]-[month]-[day]T[hour]:[minute]");
        let seconds = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");
        let typed = some(typed)?;
        let local = || Self::parse(typed, minutes).or_else(|_| Self::parse(typed, seconds)).ok();
        let exact = OffsetDateTime::parse(typed, &Rfc3339).ok();
        let exact = exact.and_then(|time| time.checked_to_offset(UtcOffset::UTC));
        let exact = exact.map(|utc| Self::new(utc.date(), utc.time().truncate_to_second()));
        let time = exact.or_else(local).filter(|time| YEARS.contains(&time.year()));
        time.ok_or_else(|| "Enter a date and a time, like 2026-11-29T16:30.".into())
    }

    fn write(value: &Self) -> String {
        let text = to_rfc3339(value);
        let text = text.trim_end_matches('Z');
        text.strip_suffix(":00").unwrap_or(text).to_owned()
    }

    fn to_json(value: &Self) -> Value {
        json!(to_rfc3339(value))
    }

    fn control() -> Control {
        let step = "any".to_owned();
        Control { input: "datetime-local", step, hint: "In UTC.", ..Control::default() }
    }

    fn ask(_: &str) -> String {
        "Enter a date and a time.".to_owned()
    }
}

/// An e-mail address that a row keeps as it was typed.
#[derive(Clone, Debug)]
pub struct EmailAddress;

impl Kind for EmailAddress {
    type Value = String;

    fn read(typed: &str) -> Result<String, Wrong> {
        Ok(Email::parse(some(typed)?)?.typed)
    }

    fn write(value: &String) -> String {
        value.clone()
    }

    fn control() -> Control {
        Email::control()
    }

    fn ask(name: &str) -> String {
        Email::ask(name)
    }
}

/// An e-mail address of somebody who may have an account.
impl Kind for Email {
    type Value = Self;

    fn read(typed: &str) -> Result<Self, Wrong> {
        Ok(Self::parse(typed)?)
    }

    fn write(value: &Self) -> String {
        value.typed.clone()
    }

    fn control() -> Control {
        Control { input: "email", limit: EMAIL_MAX, ..Control::default() }
    }

    fn ask(_: &str) -> String {
        FORM.to_owned()
    }
}

/// What somebody is called.
impl Kind for Name {
    type Value = Self;

    fn read(typed: &str) -> Result<Self, Wrong> {
        Ok(Self::parse(typed)?)
    }

    fn write(value: &Self) -> String {
        value.to_string()
    }

    fn control() -> Control {
        Control { limit: NAME_MAX, ..Control::default() }
    }
}

/// The longest address of a page: what every browser and proxy takes.
const URL_MAX: usize = 2000;

/// The address of a page. Of the schemes only those of the web: a link to `javascript:…` would run on our
/// page, as whoever clicks it.
#[derive(Clone, Debug)]
pub struct WebAddress;

impl Kind for WebAddress {
    type Value = String;

    fn read(typed: &str) -> Result<String, Wrong> {
        let typed = some(typed)?;
        text::check_length(typed, URL_MAX)?;
        let is_plain = !typed.contains(|c: char| c.is_control() || c.is_whitespace());
        let url = Url::parse(typed).ok().filter(|_| is_plain);
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        // As it was read, and not as it was typed: `HTTPS:\\example.com` is for browsers alone.
        let read: String = url.ok_or("Enter an address like https://example.com.")?.into();
        // Letters beyond ASCII become longer; what is stored has to be one that can be typed again.
        text::check_length(&read, URL_MAX)?;
        Ok(read)
    }

    fn write(value: &String) -> String {
        value.clone()
    }

    fn control() -> Control {
        Control { input: "url", limit: URL_MAX, ..Control::default() }
    }

    fn ask(_: &str) -> String {
        "Enter an address.".to_owned()
    }
}

/// The same, or nothing.
impl<K: Kind> Kind for Option<K> {
    type Value = Option<K::Value>;
    const JSON: Json = K::JSON;
    const IS_OPTIONAL: bool = true;

    fn read(typed: &str) -> Result<Self::Value, Wrong> {
        if text::trim(typed).is_empty() { Ok(None) } else { K::read(typed).map(Some) }
    }

    fn write(value: &Self::Value) -> String {
        value.as_ref().map(K::write).unwrap_or_default()
    }

    fn to_json(value: &Self::Value) -> Value {
        value.as_ref().map_or(Value::Null, K::to_json)
    }

    fn control() -> Control {
        let control = K::control();
        // A box is ticked or not: for a third answer it takes a list.
        let shape = if control.shape == Shape::Box { Shape::List } else { control.shape };
        Control { shape, is_required: false, ..control }
    }
}

/// What was typed, if it was anything.
fn some(typed: &str) -> Result<&str, Wrong> {
    Some(text::trim(typed)).filter(|typed| !typed.is_empty()).ok_or(Wrong::Missing)
}
