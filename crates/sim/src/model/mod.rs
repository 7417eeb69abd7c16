//! What must be true in the end, worked out from what clerks were told is written: plain maps and sums, apart
//! from the code under test.

mod books;
mod say;
mod sums;

pub use books::Books;
pub use sums::Sums;

use crate::paper::{Paper, Says};
use lumbung_document::header::Original;
use lumbung_document::{Effects, Hash, SealedDocument};
use lumbung_primitives::DocRef;
use std::collections::{BTreeMap, BTreeSet};

/// A document as its author meant it.
#[derive(Clone, Debug)]
pub struct Record {
    pub at: DocRef,
    pub hash: Hash,
    pub prev: Hash,
    pub kind: u16,
    pub kind_version: u16,
    pub day: i32,
    pub reissue_of: Option<Original>,
    /// `None` where it books nothing because it fails the check.
    pub sums: Option<Effects>,
    pub says: Says,
    pub is_personal: bool,
    /// The number on its slip, where this app reads one.
    pub receipt_no: Option<u64>,
}

impl Record {
    pub fn of(paper: &Paper, document: &SealedDocument) -> Self {
        let receipt_no = match (&paper.sums, document.body()) {
            (Some(_), Ok(Some(body))) => body.receipt_no(),
            _ => None,
        };
        Self {
            at: document.at,
            hash: document.hash,
            prev: document.header.prev_hash,
            kind: document.kind().id(),
            kind_version: paper.kind_version,
            day: paper.date.0,
            reissue_of: paper.reissue_of,
            sums: paper.sums.clone(),
            says: paper.says.clone(),
            is_personal: paper.personal.is_some(),
            receipt_no,
        }
    }

    pub fn original(&self) -> Original {
        Original { device_no: self.at.device_no, seq: self.at.seq, hash: self.hash }
    }
}

/// What a period's books said when it was closed.
#[derive(Clone, Debug)]
pub struct Statement {
    pub close: DocRef,
    pub hash: Hash,
    pub last_day: i32,
    pub balances: BTreeMap<u32, i64>,
}

/// Every document that a clerk was told is written.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub records: BTreeMap<Hash, Record>,
    pub statements: Vec<Statement>,
    /// What the centre holds in the end.
    pub at_centre: BTreeSet<Hash>,
}

impl Model {
    /// The clerk was told so.
    pub fn acknowledge(&mut self, records: Vec<Record>) {
        self.records.extend(records.into_iter().map(|record| (record.hash, record)));
    }
}
