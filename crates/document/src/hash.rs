//! SHA-256 under names, so that bytes of one part can never stand for another.

use sha2::{Digest, Sha256};
use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    pub fn document(header: &[u8]) -> Self {
        Self::named("lumbung-doc", &[header])
    }

    pub fn body(bytes: &[u8]) -> Self {
        Self::named("lumbung-body", &[bytes])
    }

    pub fn effects(bytes: &[u8]) -> Self {
        Self::named("lumbung-effects", &[bytes])
    }

    pub fn personal(part: &[u8]) -> Self {
        Self::named("lumbung-personal", &[part])
    }

    /// The prev_hash of a device's first document: binds cooperative, device and key.
    pub fn genesis(coop_id: &[u8; 16], device_id: &[u8; 16], device_key: &[u8; 32]) -> Self {
        Self::named("lumbung-genesis", &[coop_id, device_id, device_key])
    }

    /// SHA-256 over name ‖ 0x00 ‖ the parts one after another.
    pub fn named(name: &str, parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(name.as_bytes());
        hasher.update([0]);
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl<C> minicbor::Encode<C> for Hash {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.bytes(&self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Hash {
    fn decode(decoder: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::from_slice(decoder.bytes()?)
            .ok_or_else(|| minicbor::decode::Error::message("a hash has 32 bytes"))
    }
}
