//! What people and programs write into fields of each kind.

use kit::Time;
use kit::http::form::{Errors, Form};
use kit::http::kinds::{EmailAddress, INTEGER_MAX, Integer, Line, Text, WebAddress};
use kit::http::typed::{Kind, Typed};
use serde::Deserialize;
use serde_json::{Value, json};
use time::Date;

/// What a text means, as programs would be told it, or what is said about it.
fn read<K: Kind>(typed: &str) -> Result<Value, String> {
    let read = K::read(typed).map(|value| K::to_json(&value));
    read.map_err(|wrong| wrong.sentence::<K>("amount_due"))
}

/// The same for what a program sends.
fn sent<K: Kind>(member: &Value) -> Result<Value, String> {
    let typed: Typed<K> = Typed::deserialize(member).map_err(|error| error.to_string())?;
    typed.value().map(K::to_json).map_err(|wrong| wrong.sentence::<K>("amount_due"))
}

#[test]
fn a_whole_number_is_read_to_the_last_digit() {
    for (typed, number) in [("12", 12), (" -7\t", -7), ("0", 0), ("-0", 0), ("007", 7)] {
        assert_eq!(read::<i64>(typed), Ok(json!(number)), "{typed}");
    }
    assert_eq!(read::<i64>("9007199254740991"), Ok(json!(INTEGER_MAX)));
    for typed in ["9007199254740992", "99999999999999999999"] {
        assert_eq!(read::<i64>(typed), Err("This number is too large.".to_owned()), "{typed}");
    }
    for typed in ["a", "1.5", "1e3", "+1", "1 000", "1,000", "-", "٣", "0x10", "１２"] {
        let said = read::<i64>(typed).unwrap_err();
        assert_eq!(said, "Enter a whole number, like 12.", "{typed}");
    }
}

#[test]
fn a_number_stays_within_its_bounds() {
    for typed in ["1", "5"] {
        assert!(read::<Integer<1, 5>>(typed).is_ok(), "{typed}");
    }
    for typed in ["0", "6", "-1"] {
        let said = read::<Integer<1, 5>>(typed).unwrap_err();
        assert_eq!(said, "Use a number from 1 to 5.", "{typed}");
    }
}

#[test]
fn a_box_that_is_not_ticked_is_a_no() {
    for (typed, is) in [("yes", true), ("on", true), ("", false), ("no", false), ("0", false)] {
        assert_eq!(read::<bool>(typed), Ok(json!(is)), "{typed}");
    }
    assert_eq!(read::<bool>("perhaps"), Err("Choose yes or no.".to_owned()));
    assert_eq!(read::<Option<bool>>(""), Ok(Value::Null));
    assert_eq!(read::<Option<bool>>("no"), Ok(json!(false)));
}

#[test]
fn a_day_is_one_of_the_calendar() {
    for typed in ["2026-11-29", "2028-02-29", "1000-01-01", "9999-12-31", " 2026-11-29 "] {
        assert_eq!(read::<Date>(typed), Ok(json!(typed.trim())));
    }
    for typed in
        ["2026-02-29", "2026-13-01", "29.11.2026", "026-11-29", "0999-01-01", "12026-01-01", "now"]
    {
        let said = read::<Date>(typed).unwrap_err();
        assert_eq!(said, "Enter a date, like 2026-11-29.", "{typed}");
    }
}

#[test]
fn a_moment_is_the_same_in_whatever_zone_it_is_told() {
    for (typed, told) in [
        ("2026-11-29T16:30", "2026-11-29T16:30:00Z"),
        ("2026-11-29T16:30:05", "2026-11-29T16:30:05Z"),
        ("2026-11-29T16:30:00Z", "2026-11-29T16:30:00Z"),
        ("2026-11-30T00:30:00+01:00", "2026-11-29T23:30:00Z"),
        ("2026-11-29T16:30:00.999Z", "2026-11-29T16:30:00Z"),
    ] {
        assert_eq!(read::<Time>(typed), Ok(json!(told)), "{typed}");
    }
    for typed in [
        "2026-11-29",
        "16:30",
        "2026-11-29T24:00",
        "2026-11-29T16:60",
        "noon",
        "9999-12-31T23:59:59-01:00",
    ] {
        assert!(read::<Time>(typed).is_err(), "{typed}");
    }
}

#[test]
fn what_is_written_into_a_field_again_means_the_same() {
    fn again<K: Kind>(typed: &str) {
        let value = K::read(typed).unwrap();
        let written = Typed::<K>::of(value.clone());
        assert_eq!(K::to_json(written.value().unwrap()), K::to_json(&value), "{typed}");
        assert_eq!(K::to_json(&K::read(written.text()).unwrap()), K::to_json(&value), "{typed}");
    }
    again::<i64>("-12");
    again::<bool>("yes");
    again::<Date>("2026-11-29");
    again::<Time>("2026-11-29T16:30");
    again::<Time>("2026-11-29T16:30:05");
    again::<Option<i64>>("");
    again::<Line<1, 100>>(" Milk ");
    again::<Text<0, 5000>>("Two\r\nlitres ");
    again::<EmailAddress>("Ada@example.com");
    again::<WebAddress>("https://example.com/ü?q=1#top");
}

#[test]
fn an_address_leads_to_the_web_and_runs_nothing() {
    for typed in ["https://example.com", "http://localhost:8080/a?b=c", "HTTPS://EXAMPLE.com/ü"] {
        assert!(read::<WebAddress>(typed).is_ok(), "{typed}");
    }
    for typed in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//example.com",
        "example.com",
        "https://",
        "https://exa mple.com",
        "mailto:ada@example.com",
    ] {
        let said = read::<WebAddress>(typed).unwrap_err();
        assert_eq!(said, "Enter an address like https://example.com.", "{typed}");
    }
}

#[test]
fn an_address_that_is_stored_can_be_typed_again() {
    let of = |letters| format!("https://example.com/{}", "ü".repeat(letters));
    let stored = read::<WebAddress>(&of(300)).unwrap();
    assert_eq!(read::<WebAddress>(stored.as_str().unwrap()), Ok(stored));
    // Each letter becomes six: `%C3%BC`.
    assert!(read::<WebAddress>(&of(700)).unwrap_err().contains("2000"));
}

#[test]
fn what_may_be_empty_may_and_the_rest_is_asked_for() {
    for typed in ["", "  ", "\u{200b}"] {
        assert_eq!(read::<Option<i64>>(typed), Ok(Value::Null));
        assert_eq!(read::<Option<Date>>(typed), Ok(Value::Null));
        assert_eq!(read::<Line<0, 100>>(typed), Ok(json!("")));
        assert_eq!(read::<Line<1, 100>>(typed), Err("Enter an amount due.".to_owned()));
        assert_eq!(read::<i64>(typed), Err("Enter a whole number.".to_owned()));
        assert_eq!(read::<Date>(typed), Err("Enter a date.".to_owned()));
    }
    assert_eq!(read::<Text<1, 100>>(" \r\n "), Err("Enter an amount due.".to_owned()));
}

#[test]
fn lengths_are_those_that_the_kind_names() {
    assert!(read::<Line<1, 3>>("äöü").is_ok() && read::<Text<2, 4>>("a\r\nb").is_ok());
    assert_eq!(
        read::<Line<1, 3>>("äöüß"),
        Err("Use at most 3 characters; these are 4.".to_owned())
    );
    assert_eq!(read::<Line<2, 3>>("a"), Err("Use at least 2 characters; these are 1.".to_owned()));
    assert!(read::<Line<1, 9>>("a\nb").is_err() && read::<Text<0, 9>>("a\0b").is_err());
}

#[test]
fn programs_send_numbers_as_numbers_and_truth_as_truth() {
    assert_eq!(sent::<i64>(&json!(12)), Ok(json!(12)));
    assert_eq!(sent::<i64>(&json!(12.0)), Ok(json!(12)));
    assert_eq!(sent::<bool>(&json!(true)), Ok(json!(true)));
    assert_eq!(sent::<Option<i64>>(&Value::Null), Ok(Value::Null));
    assert_eq!(sent::<i64>(&json!(1.5)), Err("Enter a whole number, like 12.".to_owned()));
    assert_eq!(sent::<i64>(&json!(true)), Err("Send a whole number.".to_owned()));
    assert_eq!(sent::<bool>(&json!(1)), Err("Send true or false.".to_owned()));
    assert_eq!(sent::<Line<1, 9>>(&json!(12)), Err("Send a text.".to_owned()));
    assert_eq!(sent::<Line<1, 9>>(&json!(null)), Err("Enter an amount due.".to_owned()));
}

/// A form with a number in it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Numbered {
    number: Typed<i64>,
}

impl Form for Numbered {
    fn check(&mut self, errors: &mut Errors) {
        errors.typed("number", &self.number);
    }
}

#[test]
fn a_field_keeps_what_was_typed_into_it() {
    let mut form: Numbered = serde_json::from_value(json!({ "number": "twelve" })).unwrap();
    let mut errors = Errors::default();
    form.check(&mut errors);
    assert_eq!(form.number.text(), "twelve");
    assert_eq!(errors.get("number"), Some("Enter a whole number, like 12."));
}
