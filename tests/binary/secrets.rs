//! A whole story with everything secret that people and programs have, none of which is found afterwards: not in the
//! log, not in the database with its write-ahead log, not among the numbers for Prometheus.

use std::collections::BTreeSet;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use crate::client::Client;
use crate::mail_server::wait_for;
use crate::operation::{ADA, with_ada};
use crate::second_factor;
use crate::server::{Server, free_port};

/// What is typed as a password, right or wrong.
const PASSWORDS: [&str; 6] = [
    ADA[1].1,
    "a wrong password at the log-in",
    "a wrong password at the second door",
    "violet kettle marching north",
    "purple anchor beneath seven",
    "a password in an address",
];

const KEY_PAIR: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/crates/actix-login/tests/keys/ed25519-encrypted.pem");
const KEY_PASSWORD: &str = "opens-it";
const METRICS_TOKEN: &str = "a-token-of-thirty-characters-1";

/// A server, and all that must stay a secret of its users.
struct Story {
    server: Server,
    secrets: BTreeSet<String>,
}

impl Story {
    /// From the first account to the last log-out; Ada, and what Prometheus reads in the end.
    fn tell(dir: &Path, format: &str) -> (Self, String) {
        let (key, numbers) = (actix_login::generate_key(), format!("127.0.0.1:{}", free_port()));
        let settings = [
            ("LOG_FORMAT", format),
            ("RUST_LOG", "debug"),
            ("SECRET_KEY", &key),
            ("LOGIN_LINK", "on"),
            ("METRICS_ADDRESS", &numbers),
            ("METRICS_TOKEN", METRICS_TOKEN),
            ("TOKEN_PRIVATE_KEY_FILE", KEY_PAIR),
            ("TOKEN_PRIVATE_KEY_PASSWORD", KEY_PASSWORD),
        ];
        let (server, mut ada) = with_ada(dir, &settings);
        let secrets = [&PASSWORDS[..], &[key.as_str(), METRICS_TOKEN]].concat();
        let mut story = Self { secrets: secrets.into_iter().map(str::to_owned).collect(), server };
        let link = story.server.setup_link().unwrap().to_owned();
        story.keep(token_in(&link));
        story.of_an_account(&mut ada);
        story.a_second_factor(&mut ada);
        story.bob_registers();
        story.ada_asks_for_a_link();
        story.grace_is_invited(&mut ada);
        story.a_script_reads(&mut ada);
        story.a_program_reads();
        story.of_mistakes(&mut ada);
        assert_eq!(ada.submit("/logout", &[]).status, 303);
        let mut prometheus = Client::new(&format!("http://{numbers}"));
        prometheus.set_header("authorization", &format!("Bearer {METRICS_TOKEN}"));
        let numbers = prometheus.get("/metrics").body;
        (story, numbers)
    }

    fn keep(&mut self, secret: impl Into<String>) {
        self.secrets.insert(secret.into());
    }

    /// Keeps what this browser was given, and what is in it.
    fn keep_cookies(&mut self, browser: &Client) {
        for (name, value) in browser.cookies() {
            if name.ends_with("session") {
                self.keep(secret_of(&value));
            }
            if !name.ends_with("flash") {
                self.keep(value);
            }
        }
    }

    /// Opens the link in the newest mail with this subject, and fills in the form behind it.
    fn follow(&mut self, browser: &mut Client, subject: &str, fields: &[(&str, &str)]) {
        let title = format!(">{subject}</a>");
        let mails = wait_for(subject, || {
            Some(browser.get("/dev/mail").body).filter(|page| page.contains(&title))
        });
        let mail = mails.split_once(&title).unwrap().0.rsplit_once("href=\"").unwrap().1;
        let mail = browser.get(mail.trim_end_matches('"')).body;
        let mut links = mail.split("href=\"").filter_map(|link| link.split('"').next());
        let link = links.find(|link| link.contains("?token=")).expect(&mail);
        self.keep(token_in(link));
        let page = browser.get(link).location;
        self.keep_cookies(browser);
        browser.get(&page);
        let answer = browser.submit(&page, fields);
        assert_eq!(answer.status, 303, "{subject}: {}", answer.body);
        self.keep_cookies(browser);
    }

    /// Ada's own: her address, her password, wrong ones, another address, a password that she forgot.
    fn of_an_account(&mut self, ada: &mut Client) {
        self.keep_cookies(ada);
        self.follow(ada, "Confirm your e-mail address", &[]);
        for (path, password, status) in [
            ("/login", PASSWORDS[1], 422),
            ("/sudo", PASSWORDS[2], 422),
            ("/sudo", PASSWORDS[0], 303),
        ] {
            let answer = ada.submit(path, &[ADA[0], ("password", password), ("next", "/account")]);
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
            self.keep_cookies(ada);
        }
        let change = [("current", PASSWORDS[0]), ("password", PASSWORDS[3])];
        assert_eq!(ada.submit("/account/password", &change).status, 303);
        self.keep_cookies(ada);
        assert_eq!(ada.submit("/account/email", &[("email", "countess@example.com")]).status, 303);
        self.follow(ada, "Confirm your new e-mail address", &[]);
        assert_eq!(ada.submit("/forgot", &[("email", "countess@example.com")]).status, 303);
        self.follow(ada, "Choose a new password", &[("password", PASSWORDS[4])]);
        let typed =
            [("email", "countess@example.com"), ("password", PASSWORDS[4]), ("remember", "yes")];
        assert_eq!(ada.submit("/login", &typed).status, 303);
        self.keep_cookies(ada);
    }

    /// The secret of Ada's app, her recovery codes, a log-in that waits, and a browser that is trusted.
    fn a_second_factor(&mut self, ada: &mut Client) {
        let secret = second_factor::begin(ada);
        let codes = second_factor::confirm(ada, &second_factor::code_of(&secret));
        self.keep_cookies(ada);
        let mut elsewhere = Client::new(&self.server.url);
        let typed = [("email", "countess@example.com"), ("password", PASSWORDS[4])];
        assert_eq!(elsewhere.submit("/login", &typed).location, "/login/code");
        self.keep_cookies(&elsewhere);
        let code = [("otp", &*codes[0]), ("trust", "yes")];
        assert_eq!(elsewhere.submit("/login/code", &code).location, "/dashboard");
        self.keep_cookies(&elsewhere);
        for secret in codes.into_iter().chain([secret]) {
            self.keep(secret.replace([' ', '-'], ""));
            self.keep(secret);
        }
        assert_eq!(ada.submit("/account/second-factor/remove", &[]).status, 303);
        self.keep_cookies(ada);
    }

    /// A link that logs in, and the secret of the browser that it is for.
    fn ada_asks_for_a_link(&mut self) {
        let mut browser = Client::new(&self.server.url);
        let typed = [("email", "countess@example.com")];
        assert_eq!(browser.submit("/login/link", &typed).location, "/login/link/sent");
        self.keep_cookies(&browser);
        self.follow(&mut browser, "Log in", &[]);
    }

    fn bob_registers(&mut self) {
        let mut bob = Client::new(&self.server.url);
        assert_eq!(bob.submit("/register", &[("email", "bob@example.com")]).status, 303);
        self.follow(&mut bob, "Make your account", &[("name", "Bob"), ("password", PASSWORDS[3])]);
    }

    fn grace_is_invited(&mut self, ada: &mut Client) {
        let mut grace = Client::new(&self.server.url);
        let email = [("email", "grace@example.com")];
        assert_eq!(ada.submit("/account/invitations", &email).status, 303);
        self.follow(
            &mut grace,
            "You are invited",
            &[("name", "Grace"), ("password", PASSWORDS[3])],
        );
    }

    /// A program with a token that Ada made for it.
    fn a_script_reads(&mut self, ada: &mut Client) {
        let token = crate::tokens::make_token(ada);
        self.program_reads(&token);
        self.keep(token);
    }

    /// A program with tokens for Ada's password, signed with a key pair.
    fn a_program_reads(&mut self) {
        let pair = std::fs::read_to_string(KEY_PAIR).unwrap();
        pair.lines().filter(|line| !line.starts_with('-')).for_each(|line| self.keep(line));
        self.keep(KEY_PASSWORD);
        let mut program = Client::new(&self.server.url);
        let mut ask = |path: &str, fields: &[(&str, &str)]| program.submit(path, fields);
        let grant = [("username", "countess@example.com"), ("password", PASSWORDS[4])];
        let first: Value = serde_json::from_str(&ask("/auth/token", &grant).body).unwrap();
        let refresh = first["refresh_token"].as_str().unwrap();
        let again = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        let second: Value = serde_json::from_str(&ask("/auth/token", &again).body).unwrap();
        for tokens in [&first, &second] {
            self.program_reads(tokens["access_token"].as_str().unwrap());
            self.keep(tokens["access_token"].as_str().unwrap());
            self.keep(tokens["refresh_token"].as_str().unwrap());
        }
        let ended = [("token", second["refresh_token"].as_str().unwrap())];
        assert_eq!(ask("/auth/revoke", &ended).status, 200);
        assert_eq!(ask("/auth/token", &again).status, 400);
    }

    fn program_reads(&self, token: &str) {
        let mut program = Client::new(&self.server.url);
        program.set_header("authorization", &format!("Bearer {token}"));
        assert_eq!(program.get("/api/me").status, 200);
    }

    /// Secrets where they do not belong: in queries, in headers, in what breaks off.
    fn of_mistakes(&mut self, ada: &mut Client) {
        let query: String = byte_serialize(PASSWORDS[5].as_bytes()).collect();
        for secret in self.secrets.clone().iter().filter(|it| !it.contains('"')) {
            let encoded: String = byte_serialize(secret.as_bytes()).collect();
            ada.set_header("referer", &format!("http://localhost/reset?token={encoded}"));
            ada.get(&format!("/login?password={query}&token={encoded}&next={encoded}"));
            ada.get(&format!("/reset?token={encoded}"));
        }
        let mut stranger = Client::new(&self.server.url);
        for secret in self.secrets.clone() {
            if !secret.contains(' ') {
                stranger.set_header("authorization", &format!("Bearer {secret}"));
            }
            stranger.get("/account");
            stranger.submit("/login", &[("email", &secret), ("password", &secret)]);
            stranger.send_json("/login", &format!("{{\"password\": \"{secret}\""));
        }
    }

    /// The secrets that are found in this, as they are or as they travel.
    fn found_in(&self, text: &[u8]) -> Vec<&str> {
        let is_there = |secret: &&String| {
            let encoded: String = byte_serialize(secret.as_bytes()).collect();
            let others = [BASE64_STANDARD.encode(secret), BASE64_URL_SAFE_NO_PAD.encode(secret)];
            holds(text, secret) || holds(text, &encoded) || others.iter().any(|it| holds(text, it))
        };
        self.secrets.iter().filter(is_there).map(String::as_str).collect()
    }
}

fn holds(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|it| it == part.as_bytes())
}

/// The token of a link.
fn token_in(link: &str) -> &str {
    link.split_once("?token=").unwrap().1
}

/// The secret in the token of a session, of which the database has the hash.
fn secret_of(session: &str) -> String {
    let claims = BASE64_URL_SAFE_NO_PAD.decode(session.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["jti"].as_str().unwrap().to_owned()
}

#[cfg(not(feature = "postgres"))]
fn database(dir: &Path) -> Vec<u8> {
    let files = std::fs::read_dir(dir.join("data")).unwrap().map(|file| file.unwrap().path());
    files.flat_map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn no_secret_of_a_whole_story_is_in_the_log_the_database_or_the_numbers() {
    for format in ["text", "json"] {
        let dir = tempfile::tempdir().unwrap();
        let (story, numbers) = Story::tell(dir.path(), format);
        let log = wait_for("the last line", || {
            Some(story.server.log()).filter(|log| log.contains("/logout"))
        });
        assert!(story.secrets.len() > 30, "only {:?}", story.secrets);
        assert_eq!(story.found_in(log.as_bytes()), [""; 0]);
        assert!(!log.contains("@example.com"), "an address is in the log");
        assert!(numbers.contains("route=\"/login\""), "{numbers}");
        assert_eq!(story.found_in(numbers.as_bytes()), [""; 0]);
        #[cfg(not(feature = "postgres"))]
        {
            let database = database(dir.path());
            assert_eq!(story.found_in(&database), [""; 0]);
            let hashed =
                story.secrets.iter().filter(|it| holds(&database, &actix_login::hash_token(it)));
            assert!(hashed.count() > 10, "else this would not have read it");
        }
    }
}
