//! Bearer tokens and challenges: both carry their own proof, so that none is looked up and nobody who has not
//! signed can make the centre write a row.

use crate::log::CoopId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Whose request it is, as the token says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bearer {
    pub coop_id: CoopId,
    pub device_no: u32,
}

/// Seconds that a token holds.
pub(super) const TOKEN_SECONDS: u32 = 12 * 3600;
/// Milliseconds that a challenge waits for its answer.
pub(super) const CHALLENGE_MS: i64 = 60_000;

/// coop_id (16) ‖ device number (3) ‖ expiry in seconds (4) ‖ MAC (13): 48 characters, since it travels with
/// every request.
const TOKEN_BYTES: usize = 36;
const SIGNED_BYTES: usize = 23;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn mac(secret: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn is_same(one: &[u8], other: &[u8]) -> bool {
    subtle::ConstantTimeEq::ct_eq(one, other).into()
}

pub(super) fn write(secret: &[u8; 32], bearer: Bearer, now_ms: i64) -> String {
    let expiry = u32::try_from(now_ms / 1000 + i64::from(TOKEN_SECONDS)).unwrap_or(u32::MAX);
    let mut bytes = [0; TOKEN_BYTES];
    bytes[..16].copy_from_slice(&bearer.coop_id);
    bytes[16..19].copy_from_slice(&bearer.device_no.to_be_bytes()[1..]);
    bytes[19..SIGNED_BYTES].copy_from_slice(&expiry.to_be_bytes());
    let proof = mac(secret, &[b"lumbung-token\0", &bytes[..SIGNED_BYTES]]);
    bytes[SIGNED_BYTES..].copy_from_slice(&proof[..TOKEN_BYTES - SIGNED_BYTES]);
    let mut token = String::with_capacity(TOKEN_BYTES / 3 * 4);
    for group in bytes.chunks_exact(3) {
        let bits = usize::from(group[0]) << 16 | usize::from(group[1]) << 8 | usize::from(group[2]);
        token.extend([18, 12, 6, 0].map(|shift| char::from(ALPHABET[(bits >> shift) & 63])));
    }
    token
}

/// `None` for anything that this centre did not write or that has run out.
pub(super) fn read(secret: &[u8; 32], token: &str, now_ms: i64) -> Option<Bearer> {
    if token.len() != TOKEN_BYTES / 3 * 4 {
        return None;
    }
    let mut bytes = [0_u8; TOKEN_BYTES];
    for (group, symbols) in bytes.chunks_exact_mut(3).zip(token.as_bytes().chunks_exact(4)) {
        let mut bits: u32 = 0;
        for symbol in symbols {
            let digit = match symbol {
                b'A'..=b'Z' => symbol - b'A',
                b'a'..=b'z' => symbol - b'a' + 26,
                b'0'..=b'9' => symbol - b'0' + 52,
                b'-' => 62,
                b'_' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(digit);
        }
        group.copy_from_slice(&bits.to_be_bytes()[1..]);
    }
    let proof = mac(secret, &[b"lumbung-token\0", &bytes[..SIGNED_BYTES]]);
    if !is_same(&proof[..TOKEN_BYTES - SIGNED_BYTES], &bytes[SIGNED_BYTES..]) {
        return None;
    }
    let (coop_id, rest) = bytes.split_first_chunk::<16>()?;
    let device_no = u32::from_be_bytes([0, rest[0], rest[1], rest[2]]);
    let expiry = u32::from_be_bytes([rest[3], rest[4], rest[5], rest[6]]);
    (now_ms / 1000 < i64::from(expiry)).then_some(Bearer { coop_id: *coop_id, device_no })
}

/// Expiry in milliseconds (8) ‖ chance (8) ‖ MAC (16).
pub(super) fn challenge(secret: &[u8; 32], bearer: Bearer, chance: [u8; 8], now_ms: i64) -> [u8; 32] {
    let mut challenge = [0; 32];
    challenge[..8].copy_from_slice(&(now_ms + CHALLENGE_MS).to_be_bytes());
    challenge[8..16].copy_from_slice(&chance);
    let proof = challenge_proof(secret, bearer, &challenge);
    challenge[16..].copy_from_slice(&proof);
    challenge
}

fn challenge_proof(secret: &[u8; 32], bearer: Bearer, challenge: &[u8; 32]) -> [u8; 16] {
    let device_no = bearer.device_no.to_be_bytes();
    let whole = mac(secret, &[b"lumbung-challenge\0", &bearer.coop_id, &device_no, &challenge[..16]]);
    let mut proof = [0; 16];
    proof.copy_from_slice(&whole[..16]);
    proof
}

/// When it runs out, where this centre gave it to this device and it has not run out yet.
pub(super) fn expiry_of_challenge(
    secret: &[u8; 32],
    bearer: Bearer,
    challenge: &[u8; 32],
    now_ms: i64,
) -> Option<i64> {
    if !is_same(&challenge_proof(secret, bearer, challenge), &challenge[16..]) {
        return None;
    }
    let expires_ms = i64::from_be_bytes(*challenge.first_chunk()?);
    (now_ms < expires_ms).then_some(expires_ms)
}

/// What stands for an address in the log.
pub(super) fn address(secret: &[u8; 32], address: &str) -> [u8; 16] {
    let whole = mac(secret, &[b"lumbung-address\0", address.as_bytes()]);
    let mut hash = [0; 16];
    hash.copy_from_slice(&whole[..16]);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEARER: Bearer = Bearer { coop_id: [7; 16], device_no: 513 };

    #[test]
    fn a_token_is_read_back_until_it_runs_out_and_never_if_touched() {
        let now = 1_700_000_000_000;
        let token = write(&[1; 32], BEARER, now);
        assert_eq!(token.len(), 48);
        assert_eq!(read(&[1; 32], &token, now), Some(BEARER));
        assert_eq!(read(&[1; 32], &token, now + i64::from(TOKEN_SECONDS) * 1000), None);
        assert_eq!(read(&[2; 32], &token, now), None);
        for at in 0..token.len() {
            let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
            let touched = [&token[..at], other, &token[at + 1..]].concat();
            assert_eq!(read(&[1; 32], &touched, now), None, "{at}");
        }
        assert_eq!(read(&[1; 32], "", now), None);
    }

    #[test]
    fn a_challenge_is_for_one_device_and_one_minute() {
        let given = challenge(&[1; 32], BEARER, [9; 8], 1_000);
        assert_eq!(expiry_of_challenge(&[1; 32], BEARER, &given, 1_000), Some(61_000));
        assert_eq!(expiry_of_challenge(&[1; 32], BEARER, &given, 61_000), None);
        let other = Bearer { device_no: 2, ..BEARER };
        assert_eq!(expiry_of_challenge(&[1; 32], other, &given, 1_000), None);
    }
}
