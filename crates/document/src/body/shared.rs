//! What devices of one cooperative tell one another beside the trade: keys handed over, questions settled.

use lumbung_primitives::DocRef;
use minicbor::{Decode, Encode};

/// The cooperative's keys, sealed to a device that two people vouched for by comparing four words.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct KeyGrant {
    #[n(0)]
    pub device_no: u32,
    /// The granting side's one-time X25519 key.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub one_time_key: [u8; 32],
    /// XChaCha20-Poly1305 over the keys by number; the nonce is zero, since the key is used once.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
}

/// A person's answer to a question that the documents raise and no document can settle by itself.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Answer {
    /// Which question: see `query::question` in crate `store`.
    #[n(0)]
    pub question: u16,
    /// The documents that it is about, in order.
    #[n(1)]
    pub about: Vec<DocRef>,
    /// 1 it is right as it stands; other choices by question.
    #[n(2)]
    pub choice: u8,
}
