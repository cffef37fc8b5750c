//! What people type.

use kit::email::EMAIL_MAX;
use kit::http::kinds::{EmailAddress, INTEGER_MAX, Integer, Line, Text, WebAddress};
use kit::http::typed::{Json, Kind, Typed};
use kit::name::{NAME_MAX, color, initials};
use kit::text::{excerpt, paragraphs, trim};
use kit::{Email, Name, Time};
use serde::Deserialize as _;
use time::Date;
use url::Url;

use crate::parser::Parser;

/// An address that is taken exists, as far as it tells, and adds nothing to a mail's head.
pub const EMAIL: Parser = Parser {
    name: "email",
    #[rustfmt::skip]
    pieces: &[
        "a", "B", "7", "ada", "ada@", "@", "@example.com", ".com", "xn--", "ex", "org", ".", ".",
        "-", "_", "'", "+", "!", "*", ",", "(", ")", "\"", "\\", "[", "]", ":", "%41", " ",
        "\u{fc}", "\u{df}", "\u{200b}", "\u{ff0e}", "\u{3002}", "\u{5b57}", "\u{ad}", "\0", "\r\n",
        "123", "0x7f", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh",
    ],
    holds: |input| {
        let text = String::from_utf8_lossy(input);
        let looked_up = Email::of_account(&text);
        if let Some(email) = &looked_up {
            let plain = email.canonical.bytes().all(|byte| byte.is_ascii_graphic());
            assert!(plain && email.canonical.matches('@').count() == 1, "{email:?}");
            assert_eq!(email.canonical, email.typed.to_ascii_lowercase());
            let is_typed_so = email.typed.eq_ignore_ascii_case(trim(&text));
            assert!(is_typed_so || !trim(&text).is_ascii(), "{text:?} became {email:?}");
            assert_eq!(Email::of_account(&email.canonical).unwrap().canonical, email.canonical);
            assert_eq!(email.typed.split_once('@').unwrap().0, email.local_part());
        }
        let pasted = Email::of_account(&format!("\u{feff} {text}\u{200b}\n"));
        assert_eq!(pasted, looked_up, "with what nobody sees around it");
        let Ok(email) = Email::parse(&text) else { return false };
        assert_eq!(Some(&email), looked_up.as_ref());
        for address in [&email.typed, &email.canonical] {
            assert!(address.parse::<lettre::Address>().is_ok(), "{address:?}");
            assert_eq!(Email::parse(address).unwrap().canonical, email.canonical, "{address:?}");
            assert!(address.len() <= EMAIL_MAX && Email::may_send(address), "{address:?}");
        }
        true
    },
};

/// A name is one line, and turns nothing that stands beside it.
pub const NAME: Parser = Parser {
    name: "name",
    #[rustfmt::skip]
    pieces: &[
        "Ada", "Lovelace", " ", "\t", "\n", "\n\n", "\u{a0}", "\u{202e}", "\u{2066}", "\u{2028}",
        "\u{200b}", "\u{200d}", "\u{ad}", "\u{df}", "\u{301}", "\0", "👩",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ],
    holds: |input| {
        let text = String::from_utf8_lossy(input);
        assert!(excerpt(&text).chars().count() <= 80 && !excerpt(&text).contains('\n'));
        assert!(paragraphs(&text).iter().all(|line| !line.is_empty() && !line.contains('\n')));
        assert!(color(&text) < 8 && initials(&text).chars().count() <= 6);
        let Ok(name) = Name::parse(&text) else { return false };
        let (name, breaks) = (name.as_str(), ['\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}']);
        assert!((1..=NAME_MAX).contains(&name.chars().count()), "{name:?}");
        assert!(!name.contains(char::is_control) && !name.contains(breaks), "{name:?}");
        assert_eq!(trim(name), name);
        assert_eq!(Name::parse(name).unwrap().as_str(), name);
        true
    },
};

/// What a field means, it means again when it is written into a field, or sent as JSON.
pub const KINDS: Parser = Parser {
    name: "kinds",
    #[rustfmt::skip]
    pieces: &[
        "1", "12", "0", "-", "9007199254740991", ".", "e", "+", "2026", "-11", "-29", "T", "16:30",
        ":05", "Z", "+01:00", "yes", "no", "https://", "http:", "example.com", "/", "?", "#", "\\",
        "javascript:", "ada@", " ", "\t", "\r\n", "\0", "ü", "\u{200b}", "\u{202e}", "１",
        "999-12-31",
    ],
    holds: |input| {
        let text = String::from_utf8_lossy(input);
        let taken = [
            again::<i64>(&text, |number| number.abs() <= INTEGER_MAX),
            again::<Integer<1, 5>>(&text, |number| (1..=5).contains(number)),
            again::<bool>(&text, |_| true),
            again::<Option<bool>>(&text, |_| true),
            again::<Date>(&text, |date| (1000..=9999).contains(&date.year())),
            again::<Time>(&text, |time| (1000..=9999).contains(&time.year())),
            again::<Option<Time>>(&text, |_| true),
            again::<Line<2, 30>>(&text, |line| !line.contains(char::is_control)),
            again::<Text<0, 30>>(&text, |text| !text.contains('\r')),
            again::<EmailAddress>(&text, |email| email.contains('@')),
            again::<Email>(&text, |_| true),
            again::<WebAddress>(&text, |address| {
                let url = Url::parse(address).unwrap();
                matches!(url.scheme(), "http" | "https") && url.has_host()
            }),
        ];
        // A box takes nothing at all for a no, and a text takes anything.
        taken.iter().filter(|is_taken| **is_taken).count() > 2
    },
};

/// Whether a kind takes the text. The value keeps its rule then, and so do all ways to write it.
pub fn again<K: Kind>(text: &str, keeps: impl Fn(&K::Value) -> bool) -> bool {
    let Ok(value) = K::read(text) else { return false };
    assert!(keeps(&value), "{value:?} of {text:?}");
    let (json, written) = (K::to_json(&value), K::write(&value));
    let is_of_kind = match K::JSON {
        Json::Text => json.is_string() || json.is_null(),
        Json::Integer => json.is_i64(),
        Json::Number => json.is_number(),
        Json::Truth => json.is_boolean() || json.is_null(),
    };
    assert!(is_of_kind, "{json}");
    let read = K::read(&written);
    assert_eq!(read.map(|value| K::to_json(&value)), Ok(json.clone()), "{text:?}: {written:?}");
    let sent = Typed::<K>::deserialize(&json).unwrap();
    assert_eq!(sent.value().map(K::to_json), Ok(json), "{text:?}, sent again");
    let limit = K::control().limit;
    assert!(limit == 0 || written.chars().count() <= limit, "{written:?}");
    true
}
