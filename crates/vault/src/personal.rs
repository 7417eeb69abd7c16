//! Sealing of personal parts (format v1, personal data): XChaCha20-Poly1305 with the cooperative's key.
//! What the associated data names (document, key number, subject) is the caller's affair.

use crate::error::VaultError;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// One of the cooperative's keys. A stolen till begins a new number for new parts.
#[derive(Clone, ZeroizeOnDrop)]
pub struct CoopKey {
    /// 1, 2, 3…, written into every part that this key sealed.
    #[zeroize(skip)]
    pub number: u32,
    pub key: [u8; 32],
}

impl CoopKey {
    /// The plaintext's length plus a tag of 16 bytes. A nonce of 24 random bytes may be drawn freely; one
    /// nonce must never seal two different texts.
    pub fn seal(&self, aad: &[u8], nonce: [u8; 24], plaintext: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.cipher()
            .encrypt(&XNonce::from(nonce), Payload { msg: plaintext, aad })
            .map_err(|_| VaultError::TooLong)
    }

    /// [`VaultError::CannotOpen`] for any altered byte, wrong key, wrong nonce or wrong associated data.
    pub fn open(&self, aad: &[u8], nonce: [u8; 24], ciphertext: &[u8]) -> Result<Vec<u8>, VaultError> {
        self.cipher()
            .decrypt(&XNonce::from(nonce), Payload { msg: ciphertext, aad })
            .map_err(|_| VaultError::CannotOpen)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.key.into())
    }
}

impl fmt::Debug for CoopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CoopKey({}, ..)", self.number)
    }
}

/// The look-up index of a NIK or KK: the first 16 bytes of HMAC-SHA-256 over its digits. Never a plain
/// hash, because region, birth date and serial are few enough to try them all. Pass the digits without
/// spaces or dots, and a key that is used for nothing else.
pub fn identity_index(key: &[u8; 32], digits: &str) -> [u8; 16] {
    // HMAC (RFC 2104) fills a key shorter than SHA-256's block of 64 bytes with zeros.
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&(*block).into());
    mac.update(digits.as_bytes());
    let full = mac.finalize().into_bytes();
    let mut index = [0; 16];
    index.copy_from_slice(&full[..16]);
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: CoopKey = CoopKey { number: 1, key: [7; 32] };
    const NONCE: [u8; 24] = [9; 24];

    #[test]
    fn what_was_sealed_opens() {
        let sealed = KEY.seal(b"part 1-127", NONCE, b"SITI AMINAH").unwrap();
        assert_eq!(sealed.len(), 11 + 16);
        assert_eq!(KEY.open(b"part 1-127", NONCE, &sealed).unwrap(), b"SITI AMINAH");
        let empty = KEY.seal(b"", NONCE, b"").unwrap();
        assert_eq!(KEY.open(b"", NONCE, &empty).unwrap(), b"");
    }

    #[test]
    fn nothing_else_opens_it() {
        let sealed = KEY.seal(b"part 1-127", NONCE, b"SITI AMINAH").unwrap();
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(matches!(KEY.open(b"part 1-127", NONCE, &altered), Err(VaultError::CannotOpen)), "{at}");
        }
        for length in 0..sealed.len() {
            assert!(KEY.open(b"part 1-127", NONCE, &sealed[..length]).is_err(), "{length}");
        }
        assert!(KEY.open(b"part 1-128", NONCE, &sealed).is_err());
        assert!(KEY.open(b"part 1-127", [8; 24], &sealed).is_err());
        assert!(CoopKey { number: 1, key: [6; 32] }.open(b"part 1-127", NONCE, &sealed).is_err());
    }

    #[test]
    fn the_index_is_truncated_hmac_sha256() {
        let key: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap());
        assert_eq!(
            *crate::hex::encode(&identity_index(&key, "3201011508859991")),
            "5564ce0fe4fe963deec31c7359de2331"
        );
        assert_ne!(identity_index(&key, "3201011508859991"), identity_index(&[1; 32], "3201011508859991"));
    }

    #[test]
    fn printing_shows_the_number_alone() {
        assert_eq!(format!("{KEY:?}"), "CoopKey(1, ..)");
    }
}
