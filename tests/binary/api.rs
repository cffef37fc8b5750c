//! Programs at the running server: access and refresh tokens, for a password.

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::Value;

use crate::client::Client;
use crate::operation::{ADA, failure, with_ada};
use crate::server::Server;
use crate::serving::wait_for_line;
use crate::strangers::nobody_is_alarmed_at;

/// What a program sends for tokens that has Ada's password.
pub const PASSWORD_GRANT: [(&str, &str); 3] =
    [("grant_type", "password"), ("username", ADA[0].1), ADA[1]];

/// The tokens for Ada's password, or for a refresh token.
fn tokens(server: &Server, fields: &[(&str, &str)]) -> Value {
    let answer = Client::new(&server.url).submit("/auth/token", fields);
    serde_json::from_str(&answer.body).unwrap()
}

#[test]
fn a_refresh_token_that_comes_back_is_a_line_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let (server, _ada) = with_ada(dir.path(), &[]);
    let first = tokens(&server, &PASSWORD_GRANT);
    let again = [
        ("grant_type", "refresh_token"),
        ("refresh_token", first["refresh_token"].as_str().unwrap()),
    ];
    let second = tokens(&server, &again);
    assert!(second["refresh_token"].is_string() && !server.log().contains("token_reused"));
    assert_eq!(tokens(&server, &again)["error"], "invalid_grant");
    wait_for_line(&server, &["INFO", " security token_reused user_id=1 from=127.0.0.1 request="]);
    for token in [&first["refresh_token"], &first["access_token"], &second["refresh_token"]] {
        assert!(!server.log().contains(token.as_str().unwrap()), "{}", server.log());
    }
}

#[test]
fn a_request_for_tokens_that_is_no_http_alarms_nobody() {
    nobody_is_alarmed_at(&["/auth/token"]);
}

#[test]
fn a_key_pair_that_cannot_be_read_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = failure(dir.path(), &[("TOKEN_PRIVATE_KEY_FILE", "no.pem")]);
    assert!(code == 78 && said.contains("TOKEN_PRIVATE_KEY_FILE=no.pem"), "{said}");
}

#[test]
fn how_long_a_token_lives_and_which_key_signs_it_are_settings() {
    let dir = tempfile::tempdir().unwrap();
    let key = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("crates/actix-login/tests/keys/ed25519-encrypted.pem");
    let settings = [
        ("TOKEN_EXPIRY", "7m"),
        ("REFRESH_EXPIRY", "36h"),
        ("TOKEN_PRIVATE_KEY_FILE", key.to_str().unwrap()),
        ("TOKEN_PRIVATE_KEY_PASSWORD", "opens-it"),
    ];
    let (server, _ada) = with_ada(dir.path(), &settings);
    let tokens = tokens(&server, &PASSWORD_GRANT);
    assert_eq!(tokens["expires_in"], 420);
    let head = tokens["access_token"].as_str().unwrap().split('.').next().unwrap();
    let head: Value = serde_json::from_slice(&BASE64.decode(head).unwrap()).unwrap();
    assert_eq!(head["alg"], "EdDSA");
}

#[cfg(target_os = "linux")]
mod clock {
    use super::*;
    use crate::clock::{HOUR, Machine, YEAR};

    impl Machine {
        fn first_tokens(&self) -> Value {
            tokens(&self.server, &PASSWORD_GRANT)
        }

        fn refresh(&self, first: &Value) -> Value {
            let token = first["refresh_token"].as_str().unwrap();
            tokens(&self.server, &[("grant_type", "refresh_token"), ("refresh_token", token)])
        }

        /// What a program gets with this token.
        pub fn call(&self, token: &Value) -> u16 {
            let bearer = format!("Bearer {}", token.as_str().unwrap());
            let mut program = Client::new(&self.server.url);
            program.set_header("authorization", &bearer).get("/api/me").status
        }

        /// So does somebody's program, with new tokens.
        fn goes_on_for_programs(&self) {
            let first = self.first_tokens();
            assert_eq!(self.call(&first["access_token"]), 200);
            assert!(self.refresh(&first)["access_token"].is_string());
            self.goes_on();
        }
    }

    #[test]
    #[ignore = "needs faketime: scripts/check"]
    fn a_token_ends_when_the_clock_says_so() {
        for ahead in [HOUR + 1, YEAR] {
            let (machine, _ada) = Machine::ahead(0, &[]);
            let tokens = machine.first_tokens();
            assert_eq!(machine.call(&tokens["access_token"]), 200);
            machine.set(ahead);
            assert_eq!(machine.call(&tokens["access_token"]), 401, "{ahead}");
            assert_eq!(machine.refresh(&tokens)["access_token"].is_string(), ahead < YEAR);
            machine.goes_on_for_programs();
            // What the server does every hour.
            machine.run(&["purge"]);
            machine.set(0);
            machine.goes_on_for_programs();
        }
    }

    #[test]
    #[ignore = "needs faketime: scripts/check"]
    fn tokens_that_a_clock_made_that_was_ahead_are_refused_when_it_is_set_right() {
        for ahead in [HOUR, YEAR] {
            let (machine, _ada) = Machine::ahead(ahead, &[]);
            let tokens = machine.first_tokens();
            assert_eq!(machine.call(&tokens["access_token"]), 200);
            machine.set(0);
            assert_eq!(machine.call(&tokens["access_token"]), 401, "{ahead}");
            assert_eq!(machine.refresh(&tokens)["error"], "invalid_grant");
            machine.goes_on_for_programs();
        }
    }

    #[test]
    #[ignore = "needs faketime: scripts/check"]
    fn a_clock_that_is_set_back_keeps_no_program_from_new_tokens() {
        for behind in [HOUR, YEAR] {
            let (machine, _ada) = Machine::ahead(0, &[]);
            for ahead in [-behind, 0] {
                machine.set(ahead);
                machine.goes_on_for_programs();
            }
        }
    }
}
