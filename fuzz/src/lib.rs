//! Each parser of what strangers send, and what it must keep, whatever comes. The tests of the libraries try that with
//! a few hundred inputs; this tries it for as long as somebody likes, with what leads further into the code.

pub mod database;
pub mod dotenv;
#[path = "../../crates/actix-login/tests/login/parsers.rs"]
pub mod login;
#[path = "../../crates/actix-login/tests/login/parser.rs"]
pub mod parser;
#[path = "../../crates/kit/tests/parsers/people.rs"]
pub mod people;
#[path = "../../crates/kit/tests/parsers/requests.rs"]
pub mod requests;
#[path = "../../crates/kit/tests/parsers/settings.rs"]
pub mod settings;

use std::fmt::Write as _;

use parser::Parser;

/// All of them; each has a program of its name in `fuzz_targets/`.
pub const PARSERS: &[Parser] = &[
    login::NEXT,
    login::COOKIES,
    login::BEARER,
    login::TOKENS,
    login::CLAIMS,
    login::PERSONAL_TOKENS,
    login::SCOPES,
    people::EMAIL,
    people::NAME,
    people::KINDS,
    requests::FORMS,
    requests::ADDRESSES,
    requests::ACCEPT,
    requests::LISTS,
    requests::SEALS,
    requests::FLASHES,
    settings::SETTINGS,
    settings::POSTGRES,
    settings::HASHES,
    database::DECIMALS,
    database::FILES,
    dotenv::DOTENV,
];

/// Makes a program of a parser, for libFuzzer.
#[cfg(feature = "libfuzzer")]
#[macro_export]
macro_rules! fuzz {
    ($parser:expr) => {
        $crate::libfuzzer_sys::fuzz_target!(init: $crate::begin(&$parser), |data: &[u8]| {
            ($parser.holds)(data);
        });
    };
}
#[cfg(feature = "libfuzzer")]
pub use libfuzzer_sys;

/// Writes the parser's pieces down as a dictionary, before the fuzzer looks for it.
pub fn begin(parser: &Parser) {
    let Some(path) = std::env::var_os("DICTIONARY") else { return };
    let mut words = String::new();
    for piece in parser.pieces {
        let octets = piece.bytes().fold(String::new(), |mut word, byte| {
            let _ = write!(word, "\\x{byte:02x}");
            word
        });
        let _ = writeln!(words, "\"{octets}\"");
    }
    std::fs::write(path, words).expect("the dictionary can be written");
}
