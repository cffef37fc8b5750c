//! A device with a passkey, written by the specification (`WebAuthn` level 3, sections 5.8.1, 6.1 and 6.5) and not with
//! the crate that the program uses.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};

use crate::browser::Browser;

/// Somebody was there, and unlocked it (section 6.1).
const PRESENT: u8 = 1;
pub const VERIFIED: u8 = 4;
const WITH_KEY: u8 = 64;

pub struct Device {
    key: EcdsaKeyPair,
    pub id: Vec<u8>,
    /// Whose it is, as the site says.
    pub handle: Vec<u8>,
    pub counter: u32,
    pub flags: u8,
    pub origin: String,
}

/// What a page's script is told to ask a device for.
pub async fn question(browser: &Browser, path: &str) -> Value {
    let answer = browser.submit(path, &[]).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.json()["asked"]["publicKey"].clone()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &Value) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap()
}

impl Device {
    /// A new key for whom the question is about, and the answer that tells the site of it.
    pub fn make(question: &Value) -> (Self, String) {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        let id = digest(&SHA256, key.public_key().as_ref()).as_ref()[..16].to_vec();
        let handle = decode(&question["user"]["id"]);
        let (flags, origin) = (PRESENT | VERIFIED, "http://localhost:8080".to_owned());
        let device = Self { key, id, handle, counter: 1, flags, origin };
        let answer = device.introduce(question);
        (device, answer)
    }

    pub fn introduce(&self, question: &Value) -> String {
        let data = self.client_data("webauthn.create", question);
        let public = self.key.public_key().as_ref();
        // A COSE key: ES256 on P-256, its point without the first byte (RFC 9053).
        let cose = [&[0xA5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], &public[1..33]].concat();
        let cose = [&cose[..], &[0x22, 0x58, 32], &public[33..]].concat();
        let of_key = [&[0; 16][..], &[0, 16], &self.id, &cose].concat();
        let authenticator = self.authenticator_data("localhost", WITH_KEY, &of_key);
        let length = u8::try_from(authenticator.len()).unwrap();
        let head = [b"\xA3\x63fmt\x64none\x67attStmt\xA0\x68authData\x58", &[length][..]].concat();
        let attestation = encode([head, authenticator].concat());
        let response = json!({ "clientDataJSON": encode(&data), "attestationObject": attestation });
        self.credential(&response)
    }

    /// The answer to a question, which counts.
    pub fn answer(&mut self, question: &Value) -> String {
        self.counter += 1;
        let data = self.client_data("webauthn.get", question);
        let rp = question["rpId"].as_str().unwrap();
        let authenticator = self.authenticator_data(rp, 0, &[]);
        let signed = [&authenticator[..], digest(&SHA256, data.as_bytes()).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.credential(&json!({
            "clientDataJSON": encode(&data),
            "authenticatorData": encode(authenticator),
            "signature": encode(signature),
            "userHandle": encode(&self.handle),
        }))
    }

    fn client_data(&self, kind: &str, question: &Value) -> String {
        let (challenge, origin) = (&question["challenge"], &self.origin);
        json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false })
            .to_string()
    }

    fn authenticator_data(&self, rp: &str, flags: u8, more: &[u8]) -> Vec<u8> {
        let site = digest(&SHA256, rp.as_bytes());
        let flags = [self.flags | flags];
        [site.as_ref(), &flags, &self.counter.to_be_bytes(), more].concat()
    }

    fn credential(&self, response: &Value) -> String {
        let id = encode(&self.id);
        json!({
            "id": id, "rawId": id, "type": "public-key", "response": response,
            "clientExtensionResults": {},
        })
        .to_string()
    }
}
