//! Pairing: a code that one person reads to another, and what both sides prove with it.
//!
//! `handle ‖ device number ‖ secret` in Crockford's base 32, in groups of five: the handle finds the
//! cooperative at the centre, the number tells the till its letter before its first receipt, the secret is
//! known to nobody else. Ten minutes, one use, five tries.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Bits of a handle.
pub const HANDLE_BITS: u32 = 40;
/// Bits of a device number inside a code: 1 to 1,023.
pub const NUMBER_BITS: u32 = 10;
/// Bits of the secret.
pub const SECRET_BITS: u32 = 50;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOLS: usize = 20;
const GROUP: usize = 5;

/// What a person reads aloud: `7K3MQ-9XT2A-0FV4C-81BNW`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PairingCode {
    pub handle: u64,
    pub device_no: u32,
    secret: u64,
}

/// A code that was mistyped: letters I, L, O and U are read as the digits they look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a pairing code: 20 letters and digits in groups of five")]
pub struct BadCode;

impl PairingCode {
    /// `random` gives the secret; handle and number must fit their bits.
    pub fn new(handle: u64, device_no: u32, random: [u8; 8]) -> Option<Self> {
        let fits = handle < 1 << HANDLE_BITS && (1..1 << NUMBER_BITS).contains(&device_no);
        fits.then_some(Self { handle, device_no, secret: u64::from_be_bytes(random) >> (64 - SECRET_BITS) })
    }

    /// What the log and the centre hold in place of the code.
    pub fn hash(&self) -> CodeHash {
        let mut hasher = Sha256::new();
        hasher.update(b"lumbung-code\0");
        hasher.update(self.handle.to_be_bytes());
        hasher.update(self.device_no.to_be_bytes());
        hasher.update(self.secret.to_be_bytes());
        CodeHash(hasher.finalize().into())
    }
}

/// SHA-256 over `lumbung-code` ‖ 0x00 ‖ handle ‖ number ‖ secret, as 8, 4 and 8 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CodeHash(pub [u8; 32]);

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash(…)")
    }
}

/// Not for logs: a code is a secret while it lives.
impl fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PairingCode").field("device_no", &self.device_no).finish_non_exhaustive()
    }
}

impl fmt::Display for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = u128::from(self.handle) << (NUMBER_BITS + SECRET_BITS)
            | u128::from(self.device_no) << SECRET_BITS
            | u128::from(self.secret);
        for at in 0..SYMBOLS {
            if at > 0 && at.is_multiple_of(GROUP) {
                f.write_str("-")?;
            }
            let symbol = usize::try_from((bits >> (5 * (SYMBOLS - 1 - at))) & 31).unwrap_or(0);
            write!(f, "{}", char::from(ALPHABET[symbol]))?;
        }
        Ok(())
    }
}

impl FromStr for PairingCode {
    type Err = BadCode;

    fn from_str(text: &str) -> Result<Self, BadCode> {
        let mut bits: u128 = 0;
        let mut symbols = 0;
        for character in text.chars().filter(|character| !character.is_whitespace() && *character != '-') {
            let character = match character.to_ascii_uppercase() {
                'I' | 'L' => '1',
                'O' => '0',
                'U' => 'V',
                other => other,
            };
            let digit = ALPHABET.iter().position(|symbol| char::from(*symbol) == character).ok_or(BadCode)?;
            bits = bits.checked_mul(32).ok_or(BadCode)? | digit as u128;
            symbols += 1;
            if symbols > SYMBOLS {
                return Err(BadCode);
            }
        }
        let part = |shift: u32, width: u32| u64::try_from((bits >> shift) & ((1 << width) - 1)).unwrap_or(0);
        let device_no = u32::try_from(part(SECRET_BITS, NUMBER_BITS)).unwrap_or(0);
        if symbols != SYMBOLS || device_no == 0 {
            return Err(BadCode);
        }
        Ok(Self {
            handle: part(NUMBER_BITS + SECRET_BITS, HANDLE_BITS),
            device_no,
            secret: part(0, SECRET_BITS),
        })
    }
}

/// What the till proves: it knows the code and means these keys.
pub fn till_proof(
    code: &CodeHash,
    device_id: &[u8; 16],
    device_key: &[u8; 32],
    exchange_key: &[u8; 32],
) -> [u8; 32] {
    mac(code, &[b"lumbung-enrol-till\0", device_id, device_key, exchange_key])
}

/// What the centre proves in return: it knows the code, and this is its key.
pub fn centre_proof(code: &CodeHash, centre_key: &[u8; 32], device_key: &[u8; 32]) -> [u8; 32] {
    mac(code, &[b"lumbung-enrol-centre\0", centre_key, device_key])
}

/// Compares in constant time.
pub fn proves(expected: &[u8; 32], given: &[u8; 32]) -> bool {
    subtle::ConstantTimeEq::ct_eq(expected.as_slice(), given.as_slice()).into()
}

fn mac(code: &CodeHash, parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so this cannot fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&code.0) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Four words that two people compare before keys are handed over: made of both screens' view of the joining
/// device's keys. 48 bits.
pub fn words(
    coop_id: &[u8; 16],
    device_no: u32,
    device_key: &[u8; 32],
    exchange_key: &[u8; 32],
) -> [String; 4] {
    let mut hasher = Sha256::new();
    hasher.update(b"lumbung-words\0");
    hasher.update(coop_id);
    hasher.update(device_no.to_be_bytes());
    hasher.update(device_key);
    hasher.update(exchange_key);
    let digest: [u8; 32] = hasher.finalize().into();
    std::array::from_fn(|at| word(u16::from_be_bytes([digest[2 * at], digest[2 * at + 1]]) & 0x0fff))
}

/// A word of two open syllables, easy to say by telephone in any of the country's tongues: 64 × 64 of them.
fn word(number: u16) -> String {
    const CONSONANTS: &[u8; 16] = b"bcdghjklmnprstwy";
    const VOWELS: &[u8; 4] = b"aiuo";
    let syllable = |six_bits: u16| {
        let (consonant, vowel) = (usize::from(six_bits >> 2) & 15, usize::from(six_bits) & 3);
        [char::from(CONSONANTS[consonant]), char::from(VOWELS[vowel])]
    };
    [syllable(number >> 6), syllable(number & 63)].iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_being_read_aloud() {
        let code = PairingCode::new(0x12_3456_789a, 7, [0xfe; 8]);
        let Some(code) = code else { panic!("in range") };
        let text = code.to_string();
        assert_eq!(text.len(), 23);
        for said in [text.clone(), text.to_lowercase(), text.replace('-', " "), text.replace('0', "o")] {
            assert_eq!(said.parse(), Ok(code), "{said}");
        }
        for bad in ["", "7K3MQ", &text[1..], &format!("{text}0"), "#####-#####-#####-#####"] {
            assert_eq!(bad.parse::<PairingCode>(), Err(BadCode), "{bad}");
        }
        assert!(PairingCode::new(1 << HANDLE_BITS, 1, [0; 8]).is_none());
        assert!(PairingCode::new(1, 0, [0; 8]).is_none());
    }

    #[test]
    fn another_key_or_code_is_another_proof() {
        let code = CodeHash([1; 32]);
        let proof = till_proof(&code, &[2; 16], &[3; 32], &[4; 32]);
        assert_ne!(proof, till_proof(&CodeHash([9; 32]), &[2; 16], &[3; 32], &[4; 32]));
        assert_ne!(proof, till_proof(&code, &[2; 16], &[3; 32], &[9; 32]));
        assert!(proves(&proof, &till_proof(&code, &[2; 16], &[3; 32], &[4; 32])));
        assert_ne!(words(&[0; 16], 2, &[3; 32], &[4; 32]), words(&[0; 16], 2, &[3; 32], &[5; 32]));
    }
}
