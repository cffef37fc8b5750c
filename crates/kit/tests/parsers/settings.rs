//! What operators write, and what a database holds.

use std::sync::LazyLock;

use actix_web::rt::System;
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD as BASE64;
use kit::config::{self, PostgresAddress, Reader};
use kit::http::client::Network;
use kit::password::{HashCost, Passwords, Verdict};
use kit::text::trim;
use lettre::message::Mailbox;
use url::Url;

use crate::parser::{Parser, edited};

/// What a setting is read as, or the message about it.
fn read<T>(text: &str, read: impl FnOnce(&mut Reader) -> T) -> Result<T, String> {
    config::read(|_| Some(text.to_owned()), read)
}

/// A setting means what it says, and no message shows the password in an address.
pub const SETTINGS: Parser = Parser {
    name: "settings",
    #[rustfmt::skip]
    pieces: &[
        "1", "15", "400d", "401d", "999999999", "s", "m", "h", "d", "-", "+", ".", "10.0.0.0", "/8",
        "::1", "[", "]", ",", " ", "https://", "http:", "example.com", ":8080", "/", "\\", "?", "#",
        "@", "%41", "*", "=", "ada@example.com", "Ada <ada@example.com>", "\"", "<", ">", "\r\n",
        "\0", "ü", "data/app.db", "file:", "sqlite:", "C:",
    ],
    holds: |input| {
        let typed = String::from_utf8_lossy(input);
        let text = trim(&typed);
        if text.is_empty() {
            return false;
        }
        let duration = read(text, |reader| reader.duration("X", "1h"));
        if let Ok(duration) = &duration {
            let (number, unit) = text.split_at(text.len() - 1);
            let unit = ["s", "m", "h", "d"].iter().position(|known| *known == unit).unwrap();
            let seconds = number.parse::<i64>().unwrap() * [1, 60, 3600, 86_400][unit];
            assert_eq!(duration.whole_seconds(), seconds, "{text}");
            assert!((1..=400 * 86_400).contains(&seconds), "{text}");
        }
        let url = read(text, |reader| reader.public_url("X", "http://localhost"));
        if let Ok(url) = &url {
            assert!(matches!(url.scheme(), "http" | "https"), "{url}");
            assert_eq!(url.as_str(), format!("{}/", url.origin().ascii_serialization()));
        }
        let networks = read(text, |reader| reader.networks("X"));
        if let Ok(networks) = &networks {
            let items = text.split(',').map(trim).filter(|item| !item.is_empty());
            assert_eq!(networks.len(), items.count(), "{text}");
            assert!(networks.iter().all(|network| network.contains(&network.addr())));
        }
        let hosts = read(text, |reader| reader.host_names("X"));
        for host in hosts.iter().flatten() {
            let is_plain =
                |c: char| c.is_ascii() && !c.is_ascii_uppercase() && !"/\\?#@%*".contains(c);
            assert!(host.chars().all(is_plain), "{host}");
            assert!(Url::parse(&format!("http://{host}")).unwrap().has_host(), "{host}");
        }
        let sender = read(text, |reader| {
            reader.sender("X", "App", &Url::parse("http://localhost").unwrap())
        });
        if let Ok(sender) = &sender {
            let written = sender.to_string();
            assert!(!written.contains(['\r', '\n']), "{written:?}");
            assert_eq!(written.parse::<Mailbox>().unwrap().email, sender.email, "{written:?}");
        }
        let file = read(text, |reader| reader.sqlite_file("app"));
        if file.is_ok() {
            let scheme = text.split(['/', '\\']).next().unwrap().find(':');
            assert!(scheme.is_none_or(|at| at == 1) && !text.contains('?'), "{text}");
        }
        let secret = format!("x://ada:hunter2@{text}");
        let all = |reader: &mut Reader| {
            reader.duration("A", "1h");
            reader.networks("B");
            reader.host_names("C");
            reader.public_url("D", "http://localhost");
            reader.database_url(true, true, "app");
            reader.sqlite_file("app");
        };
        let message = read(&secret, all).unwrap_err();
        assert!(text.contains("hunter2") || !message.contains("hunter2"), "{message}");
        duration.is_ok() || url.is_ok() || networks.is_ok() || hosts.is_ok() || sender.is_ok()
    },
};

/// Takes apart what libpq is given, as that does (`conninfo_parse` in its `fe-connect.c`).
fn keywords(text: &str) -> Vec<(String, String)> {
    let (mut found, mut rest) = (Vec::new(), text.chars().peekable());
    while rest.peek().is_some() {
        let keyword: String = rest.by_ref().take_while(|c| *c != '=').collect();
        let quoted = rest.next_if_eq(&'\'').is_some();
        let mut value = String::new();
        while let Some(c) = rest.next().filter(|c| *c != if quoted { '\'' } else { ' ' }) {
            value.push(if c == '\\' { rest.next().unwrap() } else { c });
        }
        if quoted {
            assert!(rest.next().is_none_or(|c| c == ' '), "{text}");
        }
        found.push((keyword, value));
    }
    found
}

fn is_local(host: &str) -> bool {
    let is_loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    is_loopback
        || host.is_empty()
        || host.to_lowercase() == "localhost"
        || host.starts_with(['/', '@'])
}

/// libpq finds the place that was judged, and nobody reads the password.
pub const POSTGRES: Parser = Parser {
    name: "postgres",
    #[rustfmt::skip]
    pieces: &[
        "localhost", "127.0.0.1", "[::1]", "db.example.com", "/app", "/", ",", ":5432", ":", "@",
        "?", "&", "=", "sslmode=verify-full", "sslmode=disable", "ssl=true", "host=", "hostaddr=",
        "service=x", "%2F", "%40", "%27", "%5C", "%00", "%zz", "'", "\\", " ", "é",
    ],
    holds: |input| {
        let text = String::from_utf8_lossy(input);
        let url = format!("postgres://ada:hunter2@{text}");
        let Ok(address) = PostgresAddress::read(&url) else { return false };
        let shown = format!("{} {address:?}", address.shown());
        assert!(!shown.contains("hunter2") || text.contains("hunter2"), "{shown}");
        let given = keywords(&address.for_libpq(&[("connect_timeout", 5)]));
        let is_name =
            |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        assert!(given.iter().all(|(keyword, _)| is_name(keyword)), "{given:?}");
        assert_eq!(given[0], ("connect_timeout".to_owned(), "5".to_owned()));
        // A text before the `@` may be all of the user's name.
        let values = |name: &str| -> Vec<_> {
            given.iter().filter(|(n, _)| n == name).map(|(_, value)| value.as_str()).collect()
        };
        if address.is_private(|_| false) {
            let is_proved = values("sslmode").last() == Some(&"verify-full");
            let hosts = [values("host"), values("hostaddr")].concat();
            let is_here = hosts.iter().flat_map(|hosts| hosts.split(',')).all(is_local);
            assert!(is_proved || (is_here && values("service").is_empty()), "{given:?}");
            assert!(is_proved || !address.is_private(|name| name == "PGHOST"), "{given:?}");
        }
        true
    },
};

static PASSWORDS: LazyLock<Passwords> =
    LazyLock::new(|| Passwords::new(HashCost { memory_kib: 8, iterations: 1 }, 8, &[]).unwrap());

const PASSWORD: &str = "correct horse";

/// The hash of the password, the same at every run.
pub static HASH: LazyLock<String> = LazyLock::new(|| {
    let (salt, mut output) = (b"sixteen bytes ok", [0; 32]);
    let argon2 =
        Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
    argon2.hash_password_into(PASSWORD.as_bytes(), salt, &mut output).unwrap();
    let [salt, output] = [&salt[..], &output].map(|bytes| BASE64.encode(bytes));
    format!("$argon2id$v=19$m=8,t=1,p=1${salt}${output}")
});

fn verify(stored: &str, password: &str) -> kit::Result<Verdict> {
    let verdict = PASSWORDS.verify(Network::Operator, password.to_owned(), Some(stored.to_owned()));
    RUNTIME.with(|runtime| runtime.block_on(verdict))
}

/// Whether no password can be compared with it.
pub fn is_broken(stored: &str) -> bool {
    verify(stored, PASSWORD).is_err()
}

/// Whatever became of a stored hash, no other password fits.
pub const HASHES: Parser = Parser {
    name: "hashes",
    #[rustfmt::skip]
    pieces: &[
        "\0\x01\0$", "\0\x0e\x017", "\0\x13\x019", "\0\x17\x012", "\0\x21\x01A", "\0\x40\x01b",
        "\0\x16\0,", "\0\x10\x02x", "\x01",
    ],
    holds: |input| {
        let Ok(text) = String::from_utf8(edited(&HASH, input)) else { return false };
        // More work than a test has time for.
        let is_dear = |part: &str| part.split(',').any(|n| n.len() > 5);
        if text.split('$').nth(3).is_some_and(is_dear) {
            return false;
        }
        let is_right = |password: &str| {
            verify(&text, password).is_ok_and(|verdict| matches!(verdict, Verdict::Right { .. }))
        };
        assert!(!is_right("battery staple"), "{text}");
        let is_taken = is_right(PASSWORD);
        // The cost may be written in more ways than one.
        let rest = |text: &str| -> Vec<_> {
            let parts = text.split('$').enumerate().filter(|(n, _)| *n != 3);
            parts.map(|(_, part)| part.to_owned()).collect()
        };
        assert!(!is_taken || rest(&text) == rest(&HASH), "{text}");
        assert!(is_taken || text != *HASH);
        is_taken
    },
};

thread_local! {
    static RUNTIME: actix_web::rt::SystemRunner = System::new();
}
