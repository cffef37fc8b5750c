//! The settings.

use latchkey::config::{Config, SmtpSecurity};
use latchkey::keys;

/// What is wrong with these settings.
fn problems(settings: &[(&str, &str)]) -> String {
    read(settings).expect_err("these settings are wrong")
}

fn read(settings: &[(&str, &str)]) -> Result<Config, String> {
    let find = |name: &str| settings.iter().find(|(n, _)| *n == name);
    Config::read(|name| find(name).map(|(_, value)| (*value).to_owned()))
}

fn key() -> String {
    keys::generate()
}

#[test]
fn without_any_setting_there_is_nothing_to_complain_about() {
    let config = read(&[]).unwrap();
    assert_eq!(config.origin(), "http://localhost:8080");
    assert_eq!(config.cookie_name("session"), "__Host-latchkey_session");
}

#[test]
fn the_example_names_every_setting_and_no_other() {
    let example = include_str!("../../.env.example");
    let mut named: Vec<_> = example
        .lines()
        .filter_map(|line| line.trim_start_matches(['#', ' ']).split_once('='))
        .map(|(name, _)| name)
        .filter(|name| {
            name.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit())
        })
        .collect();
    let mut known = Config::variables();
    named.sort_unstable();
    known.sort_unstable();
    known.dedup();
    assert_eq!(named, known);
}

#[test]
fn the_examples_values_are_the_defaults() {
    let example = include_str!("../../.env.example");
    let pairs = example.lines().filter_map(|line| line.strip_prefix("# ")?.split_once('='));
    // The example shows SQLite's, and a sample key that nobody may use.
    let other =
        |value: &str| value == keys::SAMPLE || cfg!(feature = "postgres") && value.contains(".db");
    let pairs: Vec<_> = pairs.filter(|(_, value)| !value.is_empty() && !other(value)).collect();
    assert!(pairs.len() > 15);
    let (with, without) = (read(&pairs).unwrap(), read(&[]).unwrap());
    let shown = |config: &Config| {
        format!("{config:?}").replace(env!("CARGO_MANIFEST_DIR"), "").replace("/static", "static")
    };
    assert_eq!(shown(&with), shown(&without));
}

#[test]
fn all_that_is_wrong_is_said_at_once_with_the_rule_and_an_example() {
    let wrong = [
        ("APP_ENV", "staging"),
        ("PORT", "0"),
        ("HOST", "localhost"),
        ("PUBLIC_URL", "app.example.com"),
        ("REGISTRATION", "maybe"),
        ("SESSION_IDLE", "an hour"),
        ("PASSWORD_MIN_LENGTH", "7"),
        ("ARGON2_MEMORY_KIB", "1024"),
        ("LOG_FORMAT", "xml"),
        ("DATABASE_CONNECTIONS", "none"),
        ("TRUSTED_PROXIES", "proxy"),
        ("STATIC_DIR", "/nowhere"),
        ("DEV_INSECURE_COOKIES", "yes"),
        ("MAIL_FROM", "nobody"),
    ];
    let text = problems(&wrong);
    for (name, value) in wrong {
        assert!(text.contains(&format!("{name}={value}\n    must be")), "{name} in:\n{text}");
        assert!(text.contains(&format!("example: {name}=")), "{name} in:\n{text}");
    }
}

#[test]
fn secrets_in_the_complaint_are_hidden() {
    let text = problems(&[
        ("SECRET_KEY", "hunter2hunter2"),
        ("DATABASE_URL", "mysql://ada:hunter2@host/app"),
    ]);
    assert!(text.contains("SECRET_KEY=(hidden)"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn weak_keys_are_refused() {
    let one = key();
    let twice = format!("{one},{one}");
    let short = &one[..42];
    let weak = [
        "secret",
        keys::SAMPLE,
        &"a".repeat(43),
        &"abcdefgh".repeat(8),
        short,
        "not base64 at all, whatever its length is, really",
        &twice,
        ",",
    ];
    for value in weak {
        assert!(read(&[("SECRET_KEY", value)]).is_err(), "{value}");
    }
    assert!(read(&[("SECRET_KEY", &one)]).is_ok());
    assert!(read(&[("SECRET_KEY", &format!("{one}, {}", key()))]).is_ok());
}

#[test]
fn production_refuses_what_is_only_fine_at_home() {
    let https = ("PUBLIC_URL", "https://app.example.com");
    let production = ("APP_ENV", "production");
    let key = key();
    let secret = ("SECRET_KEY", key.as_str());
    let smtp = ("SMTP_URL", "smtps://ada:hunter2@smtp.example.com");
    assert!(problems(&[production, https, secret]).contains("SMTP_URL="));
    assert!(problems(&[production]).contains("PUBLIC_URL=http://localhost:8080"));
    assert!(problems(&[production, https]).contains("SECRET_KEY="));
    assert!(problems(&[production, https, ("SECRET_KEY", " ")]).contains("SECRET_KEY="));
    assert!(problems(&[production, https, ("SECRET_KEY", keys::SAMPLE)]).contains("SECRET_KEY="));
    assert!(
        problems(&[production, https, secret, ("DEV_INSECURE_COOKIES", "true")]).contains("DEV_")
    );
    assert!(read(&[production, https, secret, smtp]).is_ok());
    assert!(read(&[production, https, smtp, ("SECRET_KEY_FILE", "/run/secrets/key")]).is_ok());
}

#[test]
fn mail_leaves_this_machine_encrypted_or_not_at_all() {
    let security = |url: &str| read(&[("SMTP_URL", url)]).unwrap().smtp.unwrap().security;
    for url in ["smtps://smtp.example.com", "smtps://u:p@localhost:1465"] {
        assert_eq!(security(url), SmtpSecurity::Tls, "{url}");
    }
    for url in ["smtp://smtp.example.com", "smtp://u:p@10.0.0.1:25", "smtp://localhost.example"] {
        assert_eq!(security(url), SmtpSecurity::StartTls, "{url}");
    }
    for url in ["smtp://localhost:2525", "smtp://127.0.0.1", "smtp://[::1]:25"] {
        assert_eq!(security(url), SmtpSecurity::Loopback, "{url}");
    }
    for wrong in
        ["smtp.example.com", "http://host", "smtps://", "smtp://host?tls=none", "smtps://u@h"]
    {
        let text = problems(&[("SMTP_URL", wrong)]);
        assert!(text.contains("SMTP_URL=(hidden)"), "{wrong}");
    }
}

#[test]
fn a_public_address_is_a_whole_origin() {
    for wrong in [
        "ftp://example.com",
        "https://example.com/app",
        "https://a:b@example.com",
        "https://example.com?x",
        "localhost:8080",
    ] {
        assert!(read(&[("PUBLIC_URL", wrong)]).is_err(), "{wrong}");
    }
}

#[test]
fn durations_are_a_number_and_a_unit() {
    for right in ["90s", "15m", "24h", "30d", "400d"] {
        assert!(read(&[("SESSION_IDLE", right)]).is_ok(), "{right}");
    }
    for wrong in ["0s", "15", "m", "-1h", "1.5h", "401d", "99999999999d", "5ß", "1w"] {
        assert!(read(&[("SESSION_IDLE", wrong)]).is_err(), "{wrong}");
    }
}

#[test]
fn a_printed_configuration_shows_no_key() {
    let key = key();
    let config = read(&[("SECRET_KEY", &key)]).unwrap();
    assert!(!format!("{config:?}").contains(&key));
}

#[cfg(not(feature = "postgres"))]
#[test]
fn the_database_is_a_file() {
    for wrong in
        ["sqlite://app.db", "file:app.db", ":memory:", "mysql://host/app", "postgres://host/app"]
    {
        assert!(read(&[("DATABASE_URL", wrong)]).is_err(), "{wrong}");
    }
    assert!(read(&[("DATABASE_URL", "/var/lib/app/app.db")]).is_ok());
}
