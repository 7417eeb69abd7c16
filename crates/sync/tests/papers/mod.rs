//! Documents of every sort for the tests of re-coding: sealed in a chain, whatever they say.

use lumbung_document::header::Original;
use lumbung_document::{Body, Hash, Header, Kind, SealedDocument, SignedHead};
use lumbung_primitives::{BusinessDate, DocRef, Ref};
use lumbung_sync::{Expander, Run, RunHead};

/// The rules of the trade as an app would give them to `sync`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules;

impl Expander for Rules {
    fn level(&self) -> u16 {
        1
    }

    fn expand(
        &self,
        level: u16,
        kind: u16,
        kind_version: u16,
        rule_version: u16,
        body: &[u8],
    ) -> Option<Vec<u8>> {
        if level == 0 {
            return None;
        }
        let body = Body::decode(Kind::from_id(kind), kind_version, body).ok()??;
        lumbung_posting::expand(&body, rule_version).ok().map(|effects| effects.encode())
    }
}

/// A document without a place.
#[derive(Clone, Debug)]
pub(crate) struct Paper {
    pub(crate) kind: u16,
    pub(crate) kind_version: u16,
    pub(crate) rule_version: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) effects: Vec<u8>,
    pub(crate) personal: Option<Vec<u8>>,
    pub(crate) is_erased: bool,
    pub(crate) wall_ms: i64,
    pub(crate) day: i32,
    pub(crate) actor: Ref,
    pub(crate) reissue_of: Option<Original>,
}

impl Paper {
    pub(crate) fn raw(kind: u16, body: Vec<u8>) -> Self {
        Self {
            kind,
            kind_version: 1,
            rule_version: 0,
            body,
            effects: vec![0x83, 0x80, 0x80, 0x80],
            personal: None,
            is_erased: false,
            wall_ms: 1_700_000_000_000,
            day: 20_000,
            actor: Ref::This,
            reissue_of: None,
        }
    }

    pub(crate) fn of(body: &Body) -> Self {
        let rule_version = lumbung_posting::rule_for(body);
        let effects = lumbung_posting::expand(body, rule_version).unwrap_or_default().encode();
        let raw = Self::raw(body.kind().id(), body.encode());
        Self { kind_version: body.version(), rule_version, effects, ..raw }
    }

    fn seal(self, at: DocRef, prev_hash: Hash) -> SealedDocument {
        let header = Header {
            seq: at.seq,
            prev_hash,
            wall_ms: self.wall_ms,
            business_date: BusinessDate(self.day),
            actor: self.actor,
            kind: Kind::from_id(self.kind),
            kind_version: self.kind_version,
            rule_version: self.rule_version,
            body_hash: Hash::body(&self.body),
            effects_hash: Hash::effects(&self.effects),
            personal_hash: self.personal.as_deref().map(Hash::personal),
            reissue_of: self.reissue_of,
        };
        let header_bytes = header.encode();
        SealedDocument {
            at,
            hash: Hash::document(&header_bytes),
            header,
            header_bytes,
            body_bytes: self.body,
            effects_bytes: self.effects,
            personal_bytes: self.personal.filter(|_| !self.is_erased),
        }
    }
}

pub(crate) const BEGINNING: Hash = Hash([42; 32]);

/// Papers in one device's chain from `first_seq`, cut into runs of at most `length`.
pub(crate) fn runs(device_no: u32, first_seq: u64, papers: Vec<Paper>, length: usize) -> Vec<Run> {
    let mut prev_hash = BEGINNING;
    let mut documents = Vec::new();
    for (seq, paper) in (first_seq..).zip(papers) {
        let document = paper.seal(DocRef::new(device_no, seq), prev_hash);
        prev_hash = document.hash;
        documents.push(document);
    }
    documents.chunks(length).map(run).collect()
}

pub(crate) fn run(documents: &[SealedDocument]) -> Run {
    let last = documents.last().unwrap();
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&Hash::body(&last.hash.0).0);
    let head = SignedHead { device_no: last.at.device_no, seq: last.at.seq, hash: last.hash, signature };
    Run { head: RunHead { first_seq: documents[0].at.seq, head }, documents: documents.to_vec() }
}
