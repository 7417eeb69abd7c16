//! A till whose series was ended joins under a new number and writes its orphans again.

use super::{FILE, Line, Till, founded, machine};
use crate::ambient::{self, KEY_HEX};
use crate::disk::{Disk, VFS};
use crate::paper::Paper;
use crate::paper::reissue::{Replaced, original_of, reissue};
use lumbung_document::SealedDocument;
use lumbung_primitives::{DocRef, Ref};
use lumbung_store::{Ledger, StoreError, query};

/// A series that this machine wrote before.
#[derive(Debug)]
pub struct Before {
    pub device_no: u32,
    /// All of it, as it lay on this machine.
    pub documents: Vec<SealedDocument>,
}

impl Till {
    /// Joins under a new number; what was written under the old one is kept beside.
    pub fn become_device(
        &mut self,
        device_no: u32,
        centre_key: [u8; 32],
        seed: u64,
    ) -> Result<(), StoreError> {
        if let Some(ledger) = &self.ledger {
            let documents = own_documents(ledger, self.device_no)?;
            self.befores.push(Before { device_no: self.device_no, documents });
        }
        self.ledger = None;
        self.disk = Disk::of(&founded(device_no)?, seed);
        self.device_no = device_no;
        self.secrets = ambient::secrets(device_no);
        self.centre_key = centre_key;
        self.shift = None;
        self.stopped = None;
        self.backup = None;
        self.is_parted = false;
        let ledger = Ledger::open_on(VFS, &self.disk.path(FILE), KEY_HEX)?;
        self.ledger = Some(ledger);
        self.machine = machine();
        self.line = Line::Ready;
        Ok(())
    }

    /// Whether earlier series have ends that are known here, and stand here up to them.
    pub fn can_reissue(&self) -> Result<Option<usize>, StoreError> {
        let Some(ledger) = &self.ledger else { return Ok(None) };
        for (nth, before) in self.befores.iter().enumerate() {
            let Some(end) = ledger.control().end_of(before.device_no) else { continue };
            if ledger.hash_at(before.device_no, end.seq)? == Some(end.hash) {
                return Ok(Some(nth));
            }
        }
        Ok(None)
    }

    /// Papers for all orphans of an earlier series, as if written from the next place on, in one unit.
    pub fn reissues(&mut self, nth: usize) -> Result<Vec<Paper>, StoreError> {
        let (Some(ledger), Some(before)) = (&self.ledger, self.befores.get(nth)) else {
            return Ok(Vec::new());
        };
        let mut replaced = Replaced::new();
        let mut papers: Vec<Paper> = Vec::new();
        let own = ledger.own_head()?;
        let (mut seq, mut prev_hash) = match own {
            Some((at, hash)) => (at.seq, hash),
            None => (0, ledger.hash_at(self.device_no, 0)?.unwrap_or(lumbung_document::Hash([0; 32]))),
        };
        for orphan in &before.documents {
            if ledger.hash_at(before.device_no, orphan.at.seq)? == Some(orphan.hash) {
                continue;
            }
            if let Some(there) = reissued_by(ledger, orphan)? {
                if let Some(document) = query::document::load(ledger.connection(), there)? {
                    replaced.insert(orphan.at, document);
                }
                continue;
            }
            let Some(paper) = reissue(orphan, &replaced) else { continue };
            seq += 1;
            let at = DocRef::new(self.device_no, seq);
            let document =
                paper.seal(lumbung_document::Position { at, prev_hash, wall_ms: 0, actor: Ref::This });
            prev_hash = document.hash;
            replaced.insert(orphan.at, document);
            papers.push(paper);
        }
        Ok(papers)
    }
}

/// The smallest document that is held and re-issues this orphan.
fn reissued_by(ledger: &Ledger, orphan: &SealedDocument) -> Result<Option<DocRef>, StoreError> {
    let original = original_of(orphan);
    let sql = "SELECT min(doc) FROM reissue WHERE original = ?1 AND hash = ?2";
    let doc: Option<i64> = ledger
        .connection()
        .prepare_cached(sql)?
        .query_row((original.at().key(), original.hash.0), |row| row.get(0))?;
    Ok(doc.map(DocRef::from_key))
}

fn own_documents(ledger: &Ledger, device_no: u32) -> Result<Vec<SealedDocument>, StoreError> {
    let last = ledger.own_head()?.map_or(0, |(at, _)| at.seq);
    let mut documents = Vec::new();
    for seq in 1..=last {
        documents.extend(query::document::load(ledger.connection(), DocRef::new(device_no, seq))?);
    }
    Ok(documents)
}
