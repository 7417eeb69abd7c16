//! The cooperative's keys handed from one device to another: sealed to the receiver's X25519 key by a key that
//! is used once and thrown away. Whoever steals the sender later cannot open what it handed over before.

use crate::error::VaultError;
use crate::personal::CoopKey;
use crate::secrets::DeviceSecrets;
use lumbung_primitives::Random;
use sha2::{Digest, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// Bytes of one key in the clear: its number, big-endian, then the key.
const ENTRY: usize = 4 + 32;

/// Keys sealed to one device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedKeys {
    /// The sender's one-time X25519 public key.
    pub one_time_key: [u8; 32],
    /// XChaCha20-Poly1305 over the keys; the nonce is zero, since its key is used once.
    pub sealed: Vec<u8>,
}

impl SealedKeys {
    /// Seals `keys` so that the owner of `exchange_key` alone opens them, for the purpose that `bound` names.
    ///
    /// # Errors
    /// [`VaultError::CannotOpen`] where `exchange_key` is a point that gives the same secret with everyone.
    pub fn seal(
        keys: &[CoopKey],
        exchange_key: &[u8; 32],
        bound: &[u8],
        random: &dyn Random,
    ) -> Result<Self, VaultError> {
        let mut secret = Zeroizing::new([0; 32]);
        random.fill(&mut *secret);
        let secret = StaticSecret::from(*secret);
        let one_time_key = PublicKey::from(&secret).to_bytes();
        let shared = secret.diffie_hellman(&PublicKey::from(*exchange_key));
        if !shared.was_contributory() {
            return Err(VaultError::CannotOpen);
        }
        let mut clear = Zeroizing::new(Vec::with_capacity(keys.len() * ENTRY));
        for key in keys {
            clear.extend_from_slice(&key.number.to_be_bytes());
            clear.extend_from_slice(&key.key);
        }
        let once = once(shared.as_bytes(), &one_time_key, exchange_key);
        Ok(Self { one_time_key, sealed: once.seal(bound, [0; 24], &clear)? })
    }
}

impl DeviceSecrets {
    /// Opens keys that were sealed to this device.
    ///
    /// # Errors
    /// [`VaultError::CannotOpen`] where they were sealed to another device or purpose, or altered.
    pub fn open_keys(&self, sealed: &SealedKeys, bound: &[u8]) -> Result<Vec<CoopKey>, VaultError> {
        let shared = self.agree(&sealed.one_time_key).ok_or(VaultError::CannotOpen)?;
        let once = once(&shared, &sealed.one_time_key, &self.exchange_public_key());
        let clear = Zeroizing::new(once.open(bound, [0; 24], &sealed.sealed)?);
        let (entries, rest) = clear.as_chunks::<ENTRY>();
        if !rest.is_empty() {
            return Err(VaultError::CannotOpen);
        }
        let key = |entry: &[u8; ENTRY]| {
            let mut key = CoopKey { number: 0, key: [0; 32] };
            key.key.copy_from_slice(&entry[4..]);
            key.number = u32::from_be_bytes([entry[0], entry[1], entry[2], entry[3]]);
            key
        };
        Ok(entries.iter().map(key).collect())
    }
}

/// SHA-256 over a name, the shared secret and both public keys, so that no other pair of keys gives this one.
fn once(shared: &[u8; 32], one_time_key: &[u8; 32], exchange_key: &[u8; 32]) -> CoopKey {
    let mut hasher = Sha256::new();
    hasher.update(b"lumbung-grant\0");
    hasher.update(shared);
    hasher.update(one_time_key);
    hasher.update(exchange_key);
    CoopKey { number: 0, key: hasher.finalize().into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_random::Counting;

    fn keys() -> Vec<CoopKey> {
        vec![CoopKey { number: 0, key: [5; 32] }, CoopKey { number: 70_000, key: [6; 32] }]
    }

    #[test]
    fn keys_reach_the_device_that_they_were_sealed_to() {
        let receiver = DeviceSecrets::generate(&Counting::from(1));
        let to = receiver.exchange_public_key();
        let sealed = SealedKeys::seal(&keys(), &to, b"coop, device 2", &Counting::from(77)).unwrap();
        let opened = receiver.open_keys(&sealed, b"coop, device 2").unwrap();
        let plain = |keys: &[CoopKey]| keys.iter().map(|key| (key.number, key.key)).collect::<Vec<_>>();
        assert_eq!(plain(&opened), plain(&keys()));
        let empty = SealedKeys::seal(&[], &to, b"", &Counting::from(78)).unwrap();
        assert!(receiver.open_keys(&empty, b"").unwrap().is_empty());
    }

    #[test]
    fn nobody_else_and_nothing_altered_opens() {
        let receiver = DeviceSecrets::generate(&Counting::from(1));
        let other = DeviceSecrets::generate(&Counting::from(2));
        let to = receiver.exchange_public_key();
        let sealed = SealedKeys::seal(&keys(), &to, b"device 2", &Counting::from(77)).unwrap();
        assert!(other.open_keys(&sealed, b"device 2").is_err());
        assert!(receiver.open_keys(&sealed, b"device 3").is_err());
        for at in 0..sealed.sealed.len() {
            let mut altered = sealed.clone();
            altered.sealed[at] ^= 1;
            assert!(receiver.open_keys(&altered, b"device 2").is_err(), "{at}");
        }
        let moved = SealedKeys { one_time_key: other.exchange_public_key(), ..sealed };
        assert!(receiver.open_keys(&moved, b"device 2").is_err());
    }

    #[test]
    fn a_null_point_is_not_sealed_to() {
        assert!(SealedKeys::seal(&keys(), &[0; 32], b"", &Counting::from(3)).is_err());
    }
}
