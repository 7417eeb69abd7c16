//! The four secrets of one device. They are made at set-up or enrolment, and never leave it.

use crate::hex;
use ed25519_dalek::{Signer, SigningKey};
use lumbung_primitives::Random;
use sha2::{Digest, Sha256};
use std::fmt;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// Wiped from memory when dropped; never printed.
#[derive(ZeroizeOnDrop)]
pub struct DeviceSecrets {
    /// Opens the SQLCipher files as a raw key, without any derivation.
    pub(crate) db_key: [u8; 32],
    /// Ed25519 seed (RFC 8032): signs the heads of this device's chain.
    pub(crate) device_key: [u8; 32],
    /// X25519 secret (RFC 7748): receives the cooperative's keys.
    pub(crate) exchange_key: [u8; 32],
    /// Enters every PIN hash, so that a copied table of PINs is worth nothing by itself.
    pub(crate) pin_pepper: [u8; 32],
}

impl DeviceSecrets {
    pub fn generate(random: &dyn Random) -> Self {
        let mut secrets =
            Self { db_key: [0; 32], device_key: [0; 32], exchange_key: [0; 32], pin_pepper: [0; 32] };
        random.fill(&mut secrets.db_key);
        random.fill(&mut secrets.device_key);
        random.fill(&mut secrets.exchange_key);
        random.fill(&mut secrets.pin_pepper);
        secrets
    }

    /// For a device that enrols anew: new keys of its own. The file and the PINs stay as they are, so their
    /// secrets do too.
    #[must_use]
    pub fn renew(&self, random: &dyn Random) -> Self {
        let mut renewed = Self::generate(random);
        renewed.db_key = self.db_key;
        renewed.pin_pepper = self.pin_pepper;
        renewed
    }

    /// The same secrets once more, for another holder in this process.
    #[must_use]
    pub fn share(&self) -> Self {
        Self {
            db_key: self.db_key,
            device_key: self.device_key,
            exchange_key: self.exchange_key,
            pin_pepper: self.pin_pepper,
        }
    }

    /// The device's UUID (version 8). It follows from the device's key, so that an enrolment that was cut off
    /// asks the same again.
    pub fn device_id(&self) -> [u8; 16] {
        let digest =
            Sha256::new().chain_update(b"lumbung-device\0").chain_update(self.public_key()).finalize();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        id[6] = id[6] & 0x0f | 0x80;
        id[8] = id[8] & 0x3f | 0x80;
        id
    }

    /// 64 hexadecimal digits, for `PRAGMA key = "x'…'"`.
    pub fn db_key_hex(&self) -> Zeroizing<String> {
        hex::encode(&self.db_key)
    }

    /// Ed25519 over the message as it is.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        SigningKey::from_bytes(&self.device_key).sign(message).to_bytes()
    }

    /// The Ed25519 key by which others check [`Self::sign`].
    pub fn public_key(&self) -> [u8; 32] {
        SigningKey::from_bytes(&self.device_key).verifying_key().to_bytes()
    }

    /// The X25519 key to which others seal.
    pub fn exchange_public_key(&self) -> [u8; 32] {
        PublicKey::from(&StaticSecret::from(self.exchange_key)).to_bytes()
    }

    /// The raw X25519 secret shared with the owner of `theirs`; hash it before use as a key. `None` where
    /// their key is a point that gives the same secret with everyone (RFC 7748, section 6.1).
    pub fn agree(&self, theirs: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
        let shared = StaticSecret::from(self.exchange_key).diffie_hellman(&PublicKey::from(*theirs));
        shared.was_contributory().then(|| Zeroizing::new(shared.to_bytes()))
    }

    pub fn pepper(&self) -> &[u8; 32] {
        &self.pin_pepper
    }
}

impl fmt::Debug for DeviceSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeviceSecrets(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_random::Counting;
    use ed25519_dalek::{Signature, VerifyingKey};

    #[test]
    fn every_secret_is_its_own() {
        let secrets = DeviceSecrets::generate(&Counting::from(0));
        assert_eq!(secrets.db_key_hex().len(), 64);
        assert!(secrets.db_key_hex().starts_with("000102"));
        assert_eq!((secrets.device_key[0], secrets.exchange_key[0], secrets.pepper()[0]), (32, 64, 96));
    }

    #[test]
    fn a_signature_holds_for_its_message_and_key_alone() {
        let secrets = DeviceSecrets::generate(&Counting::from(1));
        let signature = Signature::from_bytes(&secrets.sign(b"head 7"));
        let key = VerifyingKey::from_bytes(&secrets.public_key()).unwrap();
        assert!(key.verify_strict(b"head 7", &signature).is_ok());
        assert!(key.verify_strict(b"head 8", &signature).is_err());
        let other = DeviceSecrets::generate(&Counting::from(2)).public_key();
        assert!(VerifyingKey::from_bytes(&other).unwrap().verify_strict(b"head 7", &signature).is_err());
    }

    #[test]
    fn two_devices_agree_and_a_null_point_is_refused() {
        let (first, second) =
            (DeviceSecrets::generate(&Counting::from(3)), DeviceSecrets::generate(&Counting::from(4)));
        let shared = first.agree(&second.exchange_public_key()).unwrap();
        assert_eq!(shared, second.agree(&first.exchange_public_key()).unwrap());
        assert!(first.agree(&[0; 32]).is_none());
    }

    #[test]
    fn renewed_keys_open_the_same_file_under_another_name() {
        let before = DeviceSecrets::generate(&Counting::from(6));
        let after = before.renew(&Counting::from(7));
        assert_eq!((before.db_key_hex(), before.pepper()), (after.db_key_hex(), after.pepper()));
        assert_ne!(before.public_key(), after.public_key());
        assert_ne!(before.exchange_public_key(), after.exchange_public_key());
        assert_ne!(before.device_id(), after.device_id());
        assert_eq!((after.device_id()[6] >> 4, after.device_id()[8] >> 6), (8, 2));
    }

    #[test]
    fn printing_shows_nothing() {
        assert_eq!(format!("{:?}", DeviceSecrets::generate(&Counting::from(5))), "DeviceSecrets(..)");
    }
}
