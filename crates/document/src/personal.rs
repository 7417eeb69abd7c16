//! The personal part: names, phone numbers, NIK and every free text, encrypted beside the body and bound
//! to the document by hash alone, so that it can leave without breaking the chain.

use crate::body::reference::Change;
use crate::{Hash, Malformed};
use lumbung_primitives::{DocRef, Ref};
use minicbor::{Decode, Encode};

/// What lies in the store and travels: `[key_no, subject, nonce, ciphertext]`.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct PersonalPart {
    /// Which of the cooperative's keys sealed it.
    #[n(0)]
    pub key_no: u32,
    /// Whose data it is: erasing this member drops the part everywhere.
    #[n(1)]
    pub subject: Option<Ref>,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub nonce: [u8; 24],
    #[cbor(n(3), with = "minicbor::bytes")]
    pub ciphertext: Vec<u8>,
}

/// The largest personal part, 64 KiB. It is outside the verdict of check_v1.
pub const PERSONAL_BYTES_MAX: usize = 64 * 1024;

impl PersonalPart {
    /// `[key_no, subject, nonce, ciphertext]`, always four elements.
    pub fn encode(&self) -> Vec<u8> {
        crate::encode(self)
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > PERSONAL_BYTES_MAX {
            return Err(Malformed::new("personal part", "larger than 64 KiB"));
        }
        crate::decode("personal part", bytes)
    }

    pub fn hash(bytes: &[u8]) -> Hash {
        Hash::personal(bytes)
    }
}

/// What the seal binds a part to, so that it cannot be moved to another document, member or key.
pub fn associated_data(coop_id: &[u8; 16], this: DocRef, key_no: u32, subject: Option<Ref>) -> Vec<u8> {
    #[derive(Encode)]
    #[cbor(array)]
    struct Bound {
        #[cbor(n(0), with = "minicbor::bytes")]
        coop_id: [u8; 16],
        #[n(1)]
        device_no: u32,
        #[n(2)]
        seq: u64,
        #[n(3)]
        key_no: u32,
        #[n(4)]
        subject: Option<Ref>,
    }
    crate::encode(&Bound { coop_id: *coop_id, device_no: this.device_no, seq: this.seq, key_no, subject })
}

/// The plain content: changes of personal fields, in the same form as those of a reference body.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
#[cbor(array)]
pub struct PersonalContent {
    #[n(0)]
    pub changes: Vec<Change>,
}

impl PersonalContent {
    pub fn encode(&self) -> Vec<u8> {
        crate::encode(self)
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        crate::decode("personal part", bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}
