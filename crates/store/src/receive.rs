//! Documents of other devices into the log. A page is proved, appended and projected, and the peer's cursor
//! moved, in one transaction: all of it or nothing.

use crate::append::{keep_head, read_genesis, read_head, set_head};
use crate::project::PersonalReader;
use crate::runs::{LogRun, Peer, write_peer};
use crate::{HeadSigner, Ledger, StoreError, Unit, control, orphan};
use lumbung_document::SealedDocument;
use rusqlite::{OptionalExtension, params};

/// Why a page was refused whole.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveFault {
    #[error("{0}")]
    DoesNotFollow(String),
    #[error("{0}")]
    NotProven(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for ReceiveFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Received {
    pub new_documents: u64,
    /// Held already, or of this device itself.
    pub known_documents: u64,
    /// Beyond the end of their series: kept among the orphans.
    pub orphans: u64,
    /// A device that has two documents for one seq, as far as this page shows.
    pub forked: Option<u32>,
}

impl Ledger {
    /// Takes a page of runs. `peer` moves in the same transaction.
    pub fn receive(
        &mut self,
        page: &[LogRun],
        peer: Option<(&str, &Peer)>,
        reader: &dyn PersonalReader,
        signer: &dyn HeadSigner,
    ) -> Result<Received, ReceiveFault> {
        let own = self.identity.own_device_no;
        let mut unit = self.begin(reader, signer)?;
        let mut received = Received::default();
        // Set before the runs: leaving a branch sets every peer back to its beginning.
        if let Some((name, peer)) = peer {
            write_peer(unit.connection(), name, peer)?;
        }
        for run in page {
            if run.head.device_no == own {
                received.known_documents += run.documents.len() as u64;
            } else {
                unit.take_run(run, &mut received)?;
            }
        }
        unit.commit()?;
        Ok(received)
    }
}

impl Unit<'_> {
    /// One run into an open unit.
    pub fn receive_run(&mut self, run: &LogRun) -> Result<Received, ReceiveFault> {
        let mut received = Received::default();
        self.take_run(run, &mut received)?;
        Ok(received)
    }

    fn take_run(&mut self, run: &LogRun, received: &mut Received) -> Result<(), ReceiveFault> {
        let device_no = run.head.device_no;
        self.prove(run)?;
        let held = read_head(self.connection(), device_no)?;
        let held_seq = held.map_or(0, |(at, _)| at.seq);
        let end = self.control().end_of(device_no).copied();
        // Of what is held already the last document is compared: the chain vouches for those before it.
        let overlap = run.documents.iter().rev().find(|document| document.at.seq <= held_seq);
        if let Some(document) = overlap
            && control::hash_at(self.connection(), document.at)? != Some(document.hash)
        {
            return self.other_branch(run, end, received);
        }
        received.known_documents +=
            run.documents.iter().filter(|document| document.at.seq <= held_seq).count() as u64;
        let mut prev = match held {
            Some((_, hash)) => hash,
            None => read_genesis(self.connection(), device_no)?,
        };
        let mut last: Option<&SealedDocument> = None;
        let (before, mut has_control) = (received.orphans, false);
        for document in run.documents.iter().filter(|document| document.at.seq > held_seq) {
            let expected = last.map_or(held_seq, |last| last.at.seq) + 1;
            if end.is_some_and(|end| document.at.seq > end.seq) {
                received.orphans += u64::from(orphan::keep(self.connection(), document)?);
                has_control |= document.kind().is_control();
                continue;
            }
            if document.at.seq != expected {
                if last.is_none() && orphan::continues(self.connection(), document)? {
                    return self.other_branch(run, end, received);
                }
                let why = format!("{} came where {device_no}-{expected} was expected", document.at);
                return Err(ReceiveFault::DoesNotFollow(why));
            }
            if document.header.prev_hash != prev {
                if last.is_none() {
                    return self.other_branch(run, end, received);
                }
                return Err(ReceiveFault::NotProven(format!("{} does not continue its run", document.at)));
            }
            self.write(document)?;
            received.new_documents += 1;
            prev = document.hash;
            last = Some(document);
        }
        if let Some(last) = last {
            let signature = self.signature_for(run, last)?;
            set_head(self.connection(), last.at, &last.hash, &signature)?;
            keep_head(self.connection(), last.at, &last.hash, &signature)?;
        }
        if received.orphans > before {
            keep_head(self.connection(), run.head.at(), &run.head.hash, &run.head.signature)?;
            if has_control {
                self.hear_orphans()?;
            }
        }
        Ok(())
    }

    /// The device must be known, the head signed by it, and the last document be the head's.
    fn prove(&self, run: &LogRun) -> Result<(), ReceiveFault> {
        let head = &run.head;
        let key: Option<[u8; 32]> = self
            .connection()
            .prepare_cached("SELECT device_key FROM device WHERE device_no = ?1")?
            .query_row([head.device_no], |row| row.get(0))
            .optional()?;
        let Some(key) = key else {
            return Err(ReceiveFault::DoesNotFollow(format!("device {} is not known here", head.device_no)));
        };
        let ends = run.documents.last().is_some_and(|last| last.at == head.at() && last.hash == head.hash);
        if !ends || !head.is_signed_by(&key, self.coop_id()) {
            return Err(ReceiveFault::NotProven(format!("the head {} does not hold", head.at())));
        }
        Ok(())
    }

    /// Where an end lies inside a run, the head of the run is not the head of what was taken.
    fn signature_for(&self, run: &LogRun, last: &SealedDocument) -> Result<[u8; 64], StoreError> {
        if last.at == run.head.at() {
            return Ok(run.head.signature);
        }
        let kept: Option<[u8; 64]> = self
            .connection()
            .prepare_cached(
                "SELECT signature FROM kept_head WHERE device_no = ?1 AND seq = ?2 AND hash = ?3",
            )?
            .query_row(params![last.at.device_no, crate::append::to_i64(last.at.seq), last.hash.0], |row| {
                row.get(0)
            })
            .optional()?;
        Ok(kept.unwrap_or([0; 64]))
    }

    /// The run is not of the branch that is held. An end tells which one counts; without an end what is held
    /// stays, and a person hears of it.
    fn other_branch(
        &mut self,
        run: &LogRun,
        end: Option<crate::End>,
        received: &mut Received,
    ) -> Result<(), ReceiveFault> {
        let device_no = run.head.device_no;
        received.forked = Some(device_no);
        for document in &run.documents {
            if control::hash_at(self.connection(), document.at)? != Some(document.hash) {
                received.orphans += u64::from(orphan::keep(self.connection(), document)?);
            }
        }
        keep_head(self.connection(), run.head.at(), &run.head.hash, &run.head.signature)?;
        if let Some(end) = end
            && orphan::take_branch(self.connection(), device_no, &end)?
        {
            self.mark_stale();
        }
        Ok(())
    }
}
