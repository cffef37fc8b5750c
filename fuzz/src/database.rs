//! What the way to the database reads. Taken by its files: with the crate, `SQLite` would have to be built.

use percent_encoding::percent_decode_str;

use crate::parser::Parser;
use crate::people::again;

#[path = "../../crates/database/src/decimal.rs"]
mod decimal;
#[path = "../../crates/database/src/uri.rs"]
mod uri;

use self::decimal::Decimal;

/// An amount is the same to the last cent, however it is written.
pub const DECIMALS: Parser = Parser {
    name: "decimals",
    #[rustfmt::skip]
    pieces: &[
        "0", "1", "12", "9999999999999", ".", ".", "-", ",", "+", "e", " ", "\u{200b}", "１", "00",
    ],
    holds: |input| {
        let text = String::from_utf8_lossy(input);
        let is_taken = again::<Decimal<2>>(&text, |amount| {
            let (typed, written) = (kit::text::trim(&text), amount.to_string());
            let digits = |text: &str| text.replace(['-', '.'], "").trim_matches('0').to_owned();
            assert!(
                digits(typed).starts_with(digits(&written).trim_end_matches('0')),
                "{text:?}: {written}"
            );
            amount.units().abs() < 1_000_000_000_000_000
        });
        let is_whole = again::<Decimal<0>>(&text, |amount| !amount.to_string().contains('.'));
        assert!(
            !is_whole || !again::<i64>(&text, |_| true) || is_taken || text.len() > 13,
            "{text:?}"
        );
        is_taken
    },
};

/// `SQLite` is given the file that was named, and nothing that means more to it.
pub const FILES: Parser = Parser {
    name: "files",
    #[rustfmt::skip]
    pieces: &[
        "data/", "app.db", "/", "?", "mode=memory", "&", "#", "%00", "%", "\0", "ü", " ", ":", "\\",
    ],
    holds: |input| {
        let path = String::from_utf8_lossy(input);
        let uri = uri::of(path.as_ref().as_ref());
        let (file, query) = uri.strip_prefix("file:").unwrap().split_once('?').unwrap();
        assert_eq!(query, "mode=rw");
        assert!(!file.contains(['#', '&', '\0']), "{uri}");
        assert_eq!(percent_decode_str(file).decode_utf8().unwrap(), path);
        true
    },
};
