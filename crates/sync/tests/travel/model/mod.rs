//! As little as documents need to travel.

pub(crate) mod centre;
pub(crate) mod till;

use ed25519_dalek::{Signer, SigningKey};
use lumbung_document::body::reference::Reference;
use lumbung_document::head::head_message;
use lumbung_document::sealed::Position;
use lumbung_document::{
    Body, Draft, Effects, Hash, Layer, PersonalPart, Posting, SealedDocument, SignedHead,
};
use lumbung_primitives::{BusinessDate, DocRef, Money, Ref};
use lumbung_sync::expand::{Expander, Level};

pub(crate) const COOP: [u8; 16] = [7; 16];

/// Every device's key follows from its number.
pub(crate) fn key_of(device_no: u32) -> SigningKey {
    SigningKey::from_bytes(&[u8::try_from(device_no + 1).unwrap(); 32])
}

pub(crate) fn public_key(device_no: u32) -> [u8; 32] {
    key_of(device_no).verifying_key().to_bytes()
}

pub(crate) fn device_id(device_no: u32) -> [u8; 16] {
    [u8::try_from(device_no + 100).unwrap(); 16]
}

pub(crate) fn genesis_hash(device_no: u32) -> Hash {
    Hash::genesis(&COOP, &device_id(device_no), &public_key(device_no))
}

pub(crate) fn signed_head(document: &SealedDocument) -> SignedHead {
    let DocRef { device_no, seq } = document.at;
    let message = head_message(&COOP, device_no, seq, &document.hash);
    let signature = key_of(device_no).sign(&message).to_bytes();
    SignedHead { device_no, seq, hash: document.hash, signature }
}

pub(crate) fn effects(amount: i64) -> Effects {
    let line = |account, amount| Posting {
        account,
        amount: Money::rp(amount),
        outlet: 1,
        party: None,
        shift: None,
        flow: 0,
        layer: Layer::NORMAL,
    };
    Effects { postings: vec![line(110_100, amount), line(410_100, -amount)], ..Effects::default() }
}

/// The next document after `prev`, which says `body` and nothing of substance beside it.
pub(crate) fn seal(at: DocRef, prev_hash: Hash, body: Body, wall_ms: i64) -> SealedDocument {
    let draft = Draft {
        body,
        rule_version: 1,
        effects: effects(1_000),
        business_date: BusinessDate(20_400),
        reissue_of: None,
    };
    SealedDocument::seal(&draft, Position { at, prev_hash, wall_ms, actor: Ref::This }, Some(&personal(at)))
}

/// Bytes that no packing makes smaller.
fn personal(at: DocRef) -> PersonalPart {
    let random = Hash::named("personal", &[at.to_string().as_bytes()]).0;
    let mut nonce = [0; 24];
    nonce.copy_from_slice(&random[..24]);
    PersonalPart { key_no: 1, subject: None, nonce, ciphertext: random.to_vec() }
}

pub(crate) fn paper() -> Body {
    Body::Item(Reference { target: Ref::This, changes: Vec::new() })
}

/// A rule that makes every document's effects, of this amount.
#[derive(Debug)]
pub(crate) struct Rule(pub(crate) i64);

impl Expander for Rule {
    fn level(&self) -> Level {
        1
    }

    fn expand(&self, level: Level, _: u16, _: u16, _: u16, _: &[u8]) -> Option<Vec<u8>> {
        (level >= 1).then(|| effects(self.0).encode())
    }
}
