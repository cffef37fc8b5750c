//! The codes that an app makes, written by the RFCs (2104, 4226, 6238) and not with the crate that the program uses.

use sha1::{Digest, Sha1};

/// The code of a step of thirty seconds.
pub fn code(secret: &[u8], step: i64) -> String {
    let hash = hmac(secret, &step.to_be_bytes());
    let at = usize::from(hash[19] & 15);
    let number = u32::from_be_bytes(hash[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

/// RFC 4648 section 6.
pub fn base32(text: &str) -> Vec<u8> {
    let digit = |c| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c).unwrap();
    let bits = |c| (0..5).rev().map(move |bit| u8::from((digit(c) >> bit) & 1 == 1));
    let bits: Vec<u8> = text.split(' ').flat_map(str::chars).flat_map(bits).collect();
    let byte = |bits: &[u8]| bits.iter().fold(0, |byte, bit| (byte << 1) | bit);
    bits.chunks_exact(8).map(byte).collect()
}

/// RFC 2104, for keys that are no longer than a block.
fn hmac(key: &[u8], text: &[u8]) -> [u8; 20] {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha1::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text);
    let outer = Sha1::new().chain_update(block.map(|byte| byte ^ 0x5c));
    outer.chain_update(inner.finalize()).finalize().into()
}

#[test]
fn this_makes_the_codes_of_the_standard() {
    let secret = b"12345678901234567890";
    // RFC 6238 appendix B, of which these are the last six digits.
    assert_eq!(code(secret, 59 / 30), "287082");
    assert_eq!(code(secret, 1_111_111_109 / 30), "081804");
    assert_eq!(code(secret, 20_000_000_000 / 30), "353130");
}
