//! Heads are signed, not documents: one signature over (device, seq, hash) vouches for the chain behind it.

use crate::Hash;
use ed25519_dalek::{Signature, VerifyingKey};
use lumbung_primitives::DocRef;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedHead {
    pub device_no: u32,
    pub seq: u64,
    pub hash: Hash,
    pub signature: [u8; 64],
}

/// A head is kept for good at every seq that this divides, and wherever one was sent.
pub const KEPT_EVERY: u64 = 256;

/// The bytes that a device signs: `lumbung-head` ‖ 0x00 ‖ coop_id ‖ CBOR [device_no, seq, hash].
pub fn head_message(coop_id: &[u8; 16], device_no: u32, seq: u64, hash: &Hash) -> Vec<u8> {
    let mut message = b"lumbung-head\0".to_vec();
    message.extend_from_slice(coop_id);
    let written = minicbor::Encoder::new(&mut message)
        .array(3)
        .and_then(|e| e.u32(device_no))
        .and_then(|e| e.u64(seq))
        .and_then(|e| e.encode(hash))
        .map(drop);
    match written {
        Ok(()) => message,
        Err(never) => unreachable!("encoding to memory: {never}"),
    }
}

impl SignedHead {
    pub fn at(&self) -> DocRef {
        DocRef::new(self.device_no, self.seq)
    }

    /// Whether the device with this key vouches for the head. Weak keys and malleable signatures fail.
    pub fn is_signed_by(&self, device_key: &[u8; 32], coop_id: &[u8; 16]) -> bool {
        let Ok(key) = VerifyingKey::from_bytes(device_key) else { return false };
        let message = head_message(coop_id, self.device_no, self.seq, &self.hash);
        key.verify_strict(&message, &Signature::from_bytes(&self.signature)).is_ok()
    }
}
