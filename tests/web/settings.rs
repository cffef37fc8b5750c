//! The settings.

use actix_login::SigningKey;
use app::config::{Config, SIGNING_KEYS};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use kit::config::{PostgresAddress, SessionProtection, SmtpSecurity};

/// What is wrong with these settings.
fn problems(settings: &[(&str, &str)]) -> String {
    read(settings).expect_err("these settings are wrong")
}

fn read(settings: &[(&str, &str)]) -> Result<Config, String> {
    let find = |name: &str| settings.iter().find(|(n, _)| *n == name);
    Config::read(|name| find(name).map(|(_, value)| (*value).to_owned()))
}

fn key() -> String {
    actix_login::generate_key()
}

#[test]
fn without_any_setting_there_is_nothing_to_complain_about() {
    let config = read(&[]).unwrap();
    assert_eq!(config.origin(), "http://localhost:8080");
    assert_eq!(config.cookies().of("session").name, named!("__Host-" @ "_session"));
}

#[test]
fn the_example_names_every_setting_and_no_other() {
    let example = include_str!("../../.env.example");
    let mut named: Vec<_> = example
        .lines()
        .filter_map(|line| line.trim_start_matches(['#', ' ']).split_once('='))
        .map(|(name, _)| name)
        .filter(|name| is_setting(&format!("{name}=")))
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
    let lines: Vec<_> = example.lines().filter_map(|line| line.strip_prefix("# ")).collect();
    let lines: Vec<_> = lines.into_iter().filter(|line| is_setting(line)).collect();
    let file = dotenvy::from_read_iter(lines.join("\n").leak().as_bytes());
    let mut pairs: Vec<_> = file.map(Result::unwrap).collect();
    // Nobody may use the sample.
    pairs.retain(|(_, value)| !value.is_empty() && value != SIGNING_KEYS.sample);
    assert!(pairs.len() > 15);
    let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let (with, without) = (read(&pairs).unwrap(), read(&[]).unwrap());
    let shown = |config: &Config| {
        format!("{config:?}").replace(env!("CARGO_MANIFEST_DIR"), "").replace("/static", "static")
    };
    assert_eq!(shown(&with), shown(&without));
}

fn is_setting(line: &str) -> bool {
    let name = line.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_uppercase() || "_".contains(c) || c.is_ascii_digit())
}

#[test]
fn all_that_is_wrong_is_said_at_once_with_the_rule_and_an_example() {
    let wrong = [
        ("APP_ENV", "staging"),
        ("PORT", "0"),
        ("HOST", "app.example.com"),
        ("ALLOWED_HOSTS", "https://app.example.com"),
        ("PUBLIC_URL", "app.example.com"),
        ("REGISTRATION", "maybe"),
        ("SESSION_IDLE", "an hour"),
        ("PASSWORD_MIN_LENGTH", "7"),
        ("ARGON2_MEMORY_KIB", "1024"),
        ("LOG_FORMAT", "xml"),
        ("DATABASE_CONNECTIONS", "none"),
        ("TRUSTED_PROXIES", "proxy"),
        ("STATIC_DIR", "/nowhere"),
        ("DEV_INSECURE_COOKIES", "perhaps"),
        ("PASSWORD_GRANT", "2"),
        ("API_DOCS", "open"),
        ("RUST_LOG", "infoo"),
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
        SIGNING_KEYS.sample,
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
fn numbers_that_other_machines_can_read_want_a_token_in_production() {
    let (address, home) = (("METRICS_ADDRESS", "0.0.0.0:9090"), ("METRICS_ADDRESS", "[::1]:9090"));
    let (production, token) =
        (("APP_ENV", "production"), ("METRICS_TOKEN", "1234567890abcdefghij"));
    let is_refused = |settings: &[_]| problems(settings).contains("METRICS_ADDRESS=0.0.0.0:9090");
    assert!(is_refused(&[production, address]));
    assert!(!is_refused(&[production, address, token]));
    assert!(!problems(&[production, home]).contains("METRICS_"));
    assert!(read(&[address]).is_ok() && read(&[("METRICS_ADDRESS", "localhost:9090")]).is_ok());
    assert!(problems(&[("METRICS_ADDRESS", "9090")]).contains("METRICS_ADDRESS=9090"));
    for weak in ["short", "twenty characters it has"] {
        let text = problems(&[address, ("METRICS_TOKEN", weak)]);
        assert!(text.contains("METRICS_TOKEN=(hidden)") && !text.contains(weak), "{text}");
    }
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
    assert!(
        problems(&[production, https, ("SECRET_KEY", SIGNING_KEYS.sample)]).contains("SECRET_KEY=")
    );
    assert!(
        problems(&[production, https, secret, ("DEV_INSECURE_COOKIES", "true")]).contains("DEV_")
    );
    assert!(read(&[production, https, secret, smtp]).is_ok());
    let file = ("SECRET_KEY_FILE", "/run/secrets/key");
    assert!(problems(&[production, https, smtp, file]).contains("SECRET_KEY_FILE=(hidden)"));
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

#[cfg(not(feature = "oidc"))]
#[test]
fn a_program_that_knows_no_other_site_says_so() {
    let text = problems(&[("OIDC_PROVIDERS", "https://us:hush@a.example#A")]);
    assert!(text.contains("the feature `oidc`") && !text.contains("hush"), "{text}");
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
fn the_database_is_a_file_and_the_forms_of_other_tools_are_refused_with_the_line_that_works() {
    for (wrong, right) in [
        ("sqlite:todos.db", "todos.db"),
        ("sqlite3:db/todos.sqlite3", "db/todos.sqlite3"),
        ("SQLite://todos.db?mode=rwc", "todos.db"),
        ("sqlite:///todos.db", "todos.db"),
        ("sqlite:////var/lib/todos.db", "/var/lib/todos.db"),
        ("file:todos.db?cache=shared", "todos.db"),
        ("jdbc:sqlite:todos.db", "todos.db"),
        (":memory:", named!("data/" @ ".db")),
        ("sqlite::memory:", named!("data/" @ ".db")),
        ("mysql://ada:hunter2@host/app", named!("data/" @ ".db")),
        ("postgres://ada:hunter2@host/app", named!("data/" @ ".db")),
        ("postgresql:app", named!("data/" @ ".db")),
        ("jdbc:postgresql://host/app", named!("data/" @ ".db")),
        ("sqlserver:host", named!("data/" @ ".db")),
        ("host=localhost dbname=app", named!("data/" @ ".db")),
        ("Data Source=todos.db", named!("data/" @ ".db")),
        ("/", named!("data/" @ ".db")),
    ] {
        let text = problems(&[("DATABASE_URL", wrong)]);
        assert!(text.contains(&format!("example: DATABASE_URL={right}\n")), "{wrong}: {text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    for right in ["/var/lib/app/app.db", "app.db", r"C:\data\app.db", "D:app.db", "./a=b:c.db"] {
        assert!(read(&[("DATABASE_URL", right)]).is_ok(), "{right}");
    }
}

#[cfg(feature = "postgres")]
#[test]
fn the_database_is_an_address() {
    for wrong in ["app.db", "sqlite://app.db", "postgres:app", "jdbc:postgresql://host/app"] {
        assert!(problems(&[("DATABASE_URL", wrong)]).contains("postgresql://"), "{wrong}");
    }
    for right in ["postgres://host/app", "postgresql://ada:hunter2@host/app"] {
        assert!(read(&[("DATABASE_URL", right)]).is_ok(), "{right}");
    }
}

/// Nothing about a database stands in the environment.
fn is_private(url: &str) -> bool {
    PostgresAddress::read(url).is_ok_and(|address| address.is_private(|_| false))
}

#[test]
fn a_database_on_another_machine_proves_who_it_is() {
    for safe in [
        "postgres://db.example.com/app?sslmode=verify-full",
        "postgres://ada:hunter2@db.example.com:5432/app?sslrootcert=/ca.pem&sslmode=verify-full",
        "postgres://one.example:5432,two.example:5432/app?sslmode=verify%2Dfull",
    ] {
        assert!(is_private(safe), "{safe}");
    }
    for weak in [
        "postgres://db.example.com/app",
        "postgres://db.example.com/app?sslmode=verify-ca",
        "postgres://db.example.com/app?sslmode=require",
        "postgres://db.example.com/app?sslmode=verify-full&sslmode=prefer",
        "postgres://db.example.com/app?sslmode=verify-full&ssl=true",
        "postgres://db.example.com/app?application_name=sslmode=verify-full",
        "postgres://db.example.com/app?sslmode=VERIFY-FULL",
    ] {
        assert!(!is_private(weak), "{weak}");
    }
}

#[test]
fn libpq_is_told_what_was_judged_and_a_wrong_address_is_told_without_its_password() {
    let told =
        |url: &str| PostgresAddress::read(url).map(|address| address.for_libpq(&[("port", 1)]));
    assert_eq!(
        told("postgresql://ada:it%27s%5C%2F%40@[::1]:5433,b/app?sslmode=verify-full&ssl=true")
            .unwrap(),
        concat!(
            r"port=1 user='ada' password='it\'s\\/@' host='::1,b' port='5433,' dbname='app' ",
            "sslmode='verify-full' sslmode='require'"
        )
    );
    assert_eq!(told("postgres:///app").unwrap(), "port=1 dbname='app'");
    for (url, says) in [
        ("postgres://ada:hun%ter2@db.example.com/app", "write % as %25"),
        ("postgres://ada:12/hunter2@localhost/app", "in a password, write %2F"),
        ("postgres://ada:hunter2@[::1/app", "must name hosts as in"),
        ("postgres://ada:hunter2@a%00b/app", "must be a text"),
        ("postgres://ada:hunter2@localhost/app?Host=b", "names of small letters"),
        ("mysql://ada:hunter2@localhost/app", "must begin with postgres://"),
    ] {
        let rule = told(url).unwrap_err();
        assert!(rule.contains(says) && !rule.contains("hunter2"), "{rule}");
    }
}

#[test]
fn a_database_on_this_machine_is_known_whatever_the_address_looks_like() {
    for here in [
        "postgres://localhost/app",
        "postgresql://ada:hunter2@127.0.0.1:5432/app",
        "postgres://ada@[::1]:5432/app?connect_timeout=3",
        "postgres:///app",
        "postgres://%2Fvar%2Frun%2Fpostgresql/app",
        "postgres://app@/app?host=/var/run/postgresql",
        "postgres://localhost/app?sslmode=disable",
        "postgres:///app?sslmode=require",
    ] {
        assert!(is_private(here), "{here}");
    }
    for elsewhere in [
        "postgres://localhost.example.com/app",
        "postgres://localhost@db.example.com/app",
        "postgres://localhost,db.example.com/app",
        "postgres://localhost:5432,db.example.com:5432/app",
        "postgres://localhost/app?host=db.example.com",
        "postgres://localhost/app?%68ostaddr=10.0.0.1",
        "postgres://localhost/app?host=localhost,db.example.com",
        "postgres:///app?service=far",
        "postgres://localhost/app?sslmode=require&host=db.example.com",
        "postgres://localhost?x=@db.example.com/app",
        "postgres://10.0.0.1/app",
        "postgres://ada@%2Frun%2Fx%2C192.0.2.2/app",
        "postgres://ada@[/x,192.0.2.2]:5432/app",
        "postgres://ada@[::1/app",
        "postgres://localhost/app?host%20=192.0.2.2",
        "postgres://localhost/app?%20host=192.0.2.2",
        "postgres://localhost/app?host=localhost&host=192.0.2.2",
        "host=192.0.2.2 user=ada password=hunter2@localhost",
    ] {
        assert!(!is_private(elsewhere), "{elsewhere}");
    }
    for variable in ["PGHOST", "PGHOSTADDR", "PGSERVICE"] {
        let address = PostgresAddress::read("postgres:///app").unwrap();
        assert!(!address.is_private(|name| name == variable), "{variable}");
    }
}

#[cfg(feature = "postgres")]
#[test]
fn production_takes_no_database_from_a_stranger() {
    let key = key();
    let settings = |url| {
        read(&[
            ("APP_ENV", "production"),
            ("PUBLIC_URL", "https://app.example.com"),
            ("SECRET_KEY", key.as_str()),
            ("SMTP_URL", "smtps://smtp.example.com"),
            ("DATABASE_URL", url),
        ])
    };
    let problem = settings("postgres://ada:hunter2@db.example.com/app").unwrap_err();
    assert!(
        problem.contains("DATABASE_URL=(hidden)\n    must have sslmode=verify-full"),
        "{problem}"
    );
    assert!(!problem.contains("hunter2"), "{problem}");
    assert!(settings("postgres://ada:hunter2@db.example.com/app?sslmode=verify-full").is_ok());
    assert!(
        read(&[("DATABASE_URL", "postgres://db.example.com/app")]).is_ok(),
        "while one develops"
    );
}

#[test]
fn yes_and_no_are_written_alike_everywhere() {
    type Switch = (&'static str, fn(&Config) -> bool);
    let switches: &[Switch] = &[
        ("PASSWORD_GRANT", |config| config.password_grant),
        ("API_DOCS", |config| config.api_docs),
        ("DEV_INSECURE_COOKIES", |config| config.dev_insecure_cookies),
    ];
    for &(name, is_on) in switches {
        for word in ["true", "True", "on", "ON", "yes", "1"] {
            assert!(is_on(&read(&[(name, word)]).unwrap()), "{name}={word}");
        }
        for word in ["false", "FALSE", "off", "Off", "no", "0"] {
            assert!(!is_on(&read(&[(name, word)]).unwrap()), "{name}={word}");
        }
    }
}

#[test]
fn words_are_taken_in_any_case_and_localhost_is_an_address() {
    let config = read(&[("SESSION_PROTECTION", "STRONG"), ("HOST", "localhost")]).unwrap();
    assert_eq!(config.session_protection, SessionProtection::Strong);
    assert_eq!(config.host.to_string(), "127.0.0.1");
    assert_eq!(read(&[("HOST", "[::1]")]).unwrap().host.to_string(), "::1");
}

#[test]
fn a_key_is_base64_in_either_alphabet() {
    let id = |text: &str| SigningKey::parse(text).map(|key| key.id());
    let bytes: Vec<u8> = (0..33).map(|n| 255 - n * 5).collect();
    let (url, standard) =
        (BASE64_URL_SAFE.encode(&bytes[1..]), BASE64_STANDARD.encode(&bytes[1..]));
    assert!(standard.contains(['+', '/']) && standard.ends_with('='), "{standard}");
    for text in [&standard, &url, standard.trim_end_matches('='), url.trim_end_matches('=')] {
        assert_eq!(id(text), id(&url), "{text}");
    }
    // The sample is the sample in either of them.
    for sample in [SIGNING_KEYS.sample.replace('-', "+"), format!("{}=", SIGNING_KEYS.sample)] {
        assert!(
            problems(&[("SECRET_KEY", &sample)]).contains("must not be the sample"),
            "{sample}"
        );
    }
}

#[test]
fn what_is_wrong_with_a_key_in_a_file_is_told_with_all_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let settings = [("SECRET_KEY_FILE", path.to_str().unwrap()), ("PORT", "http")];
    let repeated = "abcdefgh".repeat(8);
    for (key, rule) in [
        ("short", "must be base64 of at least 32 random bytes"),
        (repeated.as_str(), "must be random"),
        (SIGNING_KEYS.sample, "must not be the sample"),
    ] {
        std::fs::write(&path, key).unwrap();
        let text = problems(&settings);
        assert!(text.contains(rule) && text.contains("PORT=http"), "{key}: {text}");
        assert!(text.contains("SECRET_KEY_FILE=") && !text.contains(key), "{text}");
    }
    std::fs::write(&path, format!("\u{feff}{}\r\n", key())).unwrap();
    assert!(read(&settings[..1]).is_ok());
}

#[test]
fn what_is_wrong_with_a_key_pair_is_told_with_all_the_rest() {
    for (file, password, rule) in [
        ("rsa-short.pem", "", "at least 3072 bits"),
        ("rsa-long.pem", "", "at most 4096 bits"),
        ("p256.pem", "", "RSA or Ed25519"),
        ("README.md", "", "private key in PEM"),
        ("nowhere.pem", "", "names no file"),
        ("ed25519.pem,", "", "names no file"),
        ("ed25519.pem, ,crates/actix-login/tests/keys/rsa.pem", "", "names no file"),
        (
            "rsa-encrypted.pem",
            "",
            "is encrypted, and no password opens it. See TOKEN_PRIVATE_KEY_PASSWORD",
        ),
        (
            "rsa-encrypted.pem",
            "hunter2",
            "does not open with that password. See TOKEN_PRIVATE_KEY_PASSWORD",
        ),
    ] {
        let path = format!("crates/actix-login/tests/keys/{file}");
        let pair =
            [("TOKEN_PRIVATE_KEY_FILE", path.as_str()), ("TOKEN_PRIVATE_KEY_PASSWORD", password)];
        let text = problems(&[&pair[..], &[("PORT", "http")]].concat());
        assert!(text.contains(rule) && text.contains("PORT=http"), "{file}: {text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_key_that_stands_where_its_file_belongs_is_not_printed() {
    let key = key().replace(['-', '_'], "x");
    let text = problems(&[("SECRET_KEY_FILE", &key), ("APP_ENV", "production")]);
    assert!(text.contains("SECRET_KEY_FILE=(hidden)") && !text.contains(&key), "{text}");
}

#[test]
fn nor_is_a_key_pair() {
    let pem = include_str!("../../crates/actix-login/tests/keys/ed25519.pem");
    let text = problems(&[("TOKEN_PRIVATE_KEY_FILE", pem)]);
    assert!(text.contains("TOKEN_PRIVATE_KEY_FILE=(hidden)"), "{text}");
    assert!(!text.contains(pem.lines().nth(1).unwrap()), "{text}");
}

const KEY_FILES: &[&str] = &["SECRET_KEY_FILE", "TOKEN_PRIVATE_KEY_FILE"];

#[test]
fn nor_is_one_that_is_too_short_to_be_one() {
    for name in KEY_FILES {
        let text = problems(&[(*name, "Kx7+/hunter2hunter2"), ("APP_ENV", "production")]);
        assert!(text.contains(&format!("{name}=(hidden)")) && !text.contains("hunter2"), "{text}");
    }
}

#[test]
fn an_address_with_a_password_in_it_is_not_printed() {
    let text = problems(&[("PUBLIC_URL", "https://ada:hunter2@app.example.com")]);
    assert!(text.contains("PUBLIC_URL=(hidden)") && !text.contains("hunter2"), "{text}");
}

#[test]
fn misspelt_levels_of_the_log_are_named() {
    for (wrong, named) in [
        ("infoo", "infoo"),
        (named!("info," @ "=loud"), "loud"),
        ("verbose,actix_server=warn", "verbose"),
        ("info,actix_server=", "actix_server="),
        ("info,actix_server=warn=x", "actix_server=warn=x"),
        ("info/a/b", "info/a/b"),
    ] {
        let text = problems(&[("RUST_LOG", wrong)]);
        assert!(text.contains("RUST_LOG=") && text.contains(named), "{wrong}: {text}");
        assert!(text.split(" commas between them: ").nth(1).unwrap().contains(named), "{text}");
    }
    for right in ["info", "WARN", "off", "info, actix_server=warn", "app::web=debug", "app", "kit"]
    {
        assert!(read(&[("RUST_LOG", right)]).is_ok(), "{right}");
    }
}

#[test]
fn mail_comes_from_an_address_that_can_exist() {
    for wrong in
        ["nobody", "a..b@example.com", "Shop <@example.com>", "a@b!.com", "a@*.example.com"]
    {
        assert!(problems(&[("MAIL_FROM", wrong)]).contains("MAIL_FROM="), "{wrong}");
    }
    for right in
        ["noreply@localhost", "Shop <noreply@shop.example>", "\u{feff}a@mail.example\u{a0}"]
    {
        assert!(read(&[("MAIL_FROM", right)]).is_ok(), "{right}");
    }
    // Hosts that can be typed, and that no mail can come from.
    for url in
        ["http://my_host:8080", "http://-dash.example", "http://host.example.", "http://[::1]"]
    {
        read(&[("PUBLIC_URL", url)]).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_setting_that_is_no_text_is_refused_by_its_name() {
    use std::os::unix::ffi::OsStringExt;
    for name in Config::variables() {
        let lookup = |asked: &str| {
            let value = b"/x/caf\xe9/x.db".to_vec();
            (asked == name).then(|| std::ffi::OsString::from_vec(value))
        };
        let text = Config::read(lookup).expect_err(name);
        assert!(text.contains(&format!("  {name}=(hidden)\n    must be text in UTF-8")), "{text}");
        assert_eq!(text.matches('=').count(), 1, "nothing else is wrong: {text}");
    }
}
