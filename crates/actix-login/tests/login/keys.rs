//! Secret keys: which are refused, what is derived from one, and how they are replaced.

use actix_login::{
    Credentials, Keys, LoginManager, Refusal, SigningKey, generate_key, hash_token,
    is_personal_token, parse_keys, personal_token, random_token,
};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64};
use serde_json::json;

use crate::site::{NOW, Person, Site, key, pair, session, token, with_key};

/// What RFC 5869 makes of the bytes 0 to 31, by Python's hmac and hashlib. Another result would end every
/// session there is.
const WEB: &str = "ACJE14i8MdOf_cTj42fW3brj8eRsk1Wu-I-zdHy9LzQ";
const API: &str = "2gq12PnLbzJGLQm3P70WzY4-xHfuoYdbyPwQNSadSkU";

/// The bytes from 0 on, as many as that.
fn counted(length: u8) -> String {
    BASE64.encode((0..length).collect::<Vec<_>>())
}

#[test]
fn keys_that_are_short_are_refused() {
    let short = counted(31);
    for text in ["", "=", "====", "secret", &short] {
        let refusal = SigningKey::parse(text).unwrap_err().to_string();
        assert!(refusal.contains("at least 32 random bytes"), "{text}");
    }
}

#[test]
fn keys_that_are_no_base64_are_refused() {
    let key = generate_key();
    let broken = [format!("{key}\n"), format!("{key}!"), format!("={key}"), format!("{key}ä")];
    for text in broken.iter().map(String::as_str).chain(["correct horse battery staple and more"]) {
        let refusal = SigningKey::parse(text).unwrap_err().to_string();
        assert!(refusal.contains("must be base64"), "{text}");
    }
}

#[test]
fn keys_that_repeat_themselves_are_refused() {
    let few: Vec<u8> = (0..15).cycle().take(64).collect();
    for text in ["a".repeat(44), "0123456789abcdef".repeat(4), BASE64.encode(few)] {
        assert!(
            SigningKey::parse(&text).unwrap_err().to_string().contains("repeats itself"),
            "{text}"
        );
    }
    let enough: Vec<u8> = (0..16).cycle().take(32).collect();
    assert!(SigningKey::parse(&BASE64.encode(enough)).is_ok());
}

#[test]
fn a_key_is_read_in_either_alphabet_with_and_without_padding() {
    let bytes: Vec<u8> = (224..=255).collect();
    let (standard, url) = (BASE64_STANDARD.encode(&bytes), BASE64.encode(&bytes));
    assert!(standard.contains(['+', '/']) && standard.ends_with('='));
    let id = |text: &str| SigningKey::parse(text).unwrap().id();
    assert_eq!(id(&standard), id(&url));
    assert_eq!(id(standard.trim_end_matches('=')), id(&url));
}

#[test]
fn each_purpose_has_a_key_of_its_own_by_hkdf() {
    let known = SigningKey::parse(&counted(32)).unwrap();
    assert_eq!(BASE64.encode(known.derive("jwt-web")), WEB);
    let known = SigningKey::parse(&counted(32)).unwrap();
    assert_eq!(BASE64.encode(known.derive("jwt-api")), API);
    assert_eq!(known.id(), "HrQM2aMC2tU");
}

#[test]
fn nothing_shows_a_key_or_a_password() {
    let text = generate_key();
    let key = SigningKey::parse(&text).unwrap();
    assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.id()));
    let manager = format!("{:?}", with_keys(&[&key]));
    assert!(manager.contains("__Host-session") && !manager.contains(&text), "{manager}");
    assert!(!format!("{:?}", Keys::Secrets(vec![key])).contains(&text));
    let sent = json!({ "username": "ada", "password": "correct horse" });
    let sent: Credentials = serde_json::from_value(sent).unwrap();
    assert_eq!(format!("{sent:?}"), "Credentials(\"ada\")");
}

#[test]
fn parse_keys_reads_new_and_old() {
    let (new, old) = (generate_key(), generate_key());
    let id = |text: &str| SigningKey::parse(text).unwrap().id();
    let ids = |list: &str| parse_keys(list).unwrap().iter().map(SigningKey::id).collect::<Vec<_>>();
    assert_eq!(ids(&new), [id(&new)]);
    assert_eq!(ids(&format!("{new},{old}")), [id(&new), id(&old)]);
    assert_eq!(ids(&format!(" {new} ,\t{old}\n")), [id(&new), id(&old)]);
}

#[test]
fn parse_keys_refuses_the_same_key_twice() {
    let (one, two, three) = (generate_key(), generate_key(), generate_key());
    for list in [
        format!("{one},{one}"),
        format!("{one},{two},{one}"),
        format!("{two},{three},{one},{one}"),
        format!("{one}=,{one}"), // the same bytes, written otherwise
    ] {
        assert_eq!(
            parse_keys(&list).unwrap_err().to_string(),
            "must not name the same key twice",
            "{list}"
        );
    }
    assert!(parse_keys(&format!("{one},{two},{three}")).is_ok());
}

#[test]
fn parse_keys_refuses_a_list_with_one_bad_key() {
    let key = generate_key();
    for list in ["", ",", &format!("{key},"), &format!(",{key}"), &format!("{key},secret")] {
        let error = parse_keys(list).unwrap_err();
        assert_eq!(String::from(error.clone()), error.to_string(), "as a program may return it");
        assert!(error.to_string().starts_with("must be"), "{list}: {error}");
    }
}

fn with_keys(keys: &[&SigningKey]) -> LoginManager<Person> {
    let find = |_| std::future::ready(Ok(Some(Person("ada"))));
    let keys = keys.iter().copied().cloned().collect();
    LoginManager::builder(keys).clock(|| NOW).user_loader(find).build().unwrap()
}

#[actix_web::test]
async fn an_old_key_verifies_and_the_new_one_signs() {
    let (new, old) = (key(), key());
    let before = with_keys(&[&old]);
    let during = Site::new(with_keys(&[&new, &old]));
    let after = Site::new(with_keys(&[&new]));
    let (old_token, old_cookie) = (token(&before, &[]), pair(&before, &session(&before)));
    assert_eq!(during.with_token("/api", &old_token).await, 200);
    assert_eq!(during.with_cookies("/current", &old_cookie).await, 200);
    assert_eq!(after.with_token("/api", &old_token).await, 401);
    assert_eq!(after.with_cookies("/current", &old_cookie).await, 401);
    assert_eq!(after.with_token("/api", &token(&during.manager, &[])).await, 200);
    assert_eq!(after.manager.verify_access_token(&old_token).err(), Some(Refusal::UnknownKey));
}

#[test]
fn tokens_of_another_applications_key_are_refused() {
    let (ours, theirs) = (with_key(key()).build().unwrap(), with_key(key()).build().unwrap());
    let refused = ours.verify_access_token(&token(&theirs, &[]));
    assert_eq!(refused.err(), Some(Refusal::UnknownKey));
}

#[test]
fn random_tokens_are_long_and_all_different() {
    let tokens: std::collections::BTreeSet<_> = (0..1000).map(|_| random_token()).collect();
    assert_eq!(tokens.len(), 1000);
    assert!(tokens.iter().all(|token| BASE64.decode(token).unwrap().len() == 32));
}

#[test]
fn a_personal_token_is_known_by_its_prefix_and_its_checksum() {
    let token = personal_token("shop");
    assert!(is_personal_token("shop", &token));
    assert_ne!(token, personal_token("shop"));
    let swapped = token.replacen(&token[5..6], if &token[5..6] == "A" { "B" } else { "A" }, 1);
    for other in ["", "shop", "shop_", &token[1..], &token[..token.len() - 1], &swapped, "ä€ä€"]
    {
        assert!(!is_personal_token("shop", other), "{other}");
    }
    assert!(!is_personal_token("sho", &token) && !is_personal_token("shop_", &token));
}

#[test]
fn hash_token_is_sha_256() {
    // FIPS 180-2 appendix B.1: "abc".
    let expected = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0";
    assert_eq!(hash_token("abc"), expected);
}
