//! The ledger as `sync` wants it.

use lumbung_document::{Hash, Kind, SealedDocument, SignedHead};
use lumbung_store::receive::ReceiveFault;
use lumbung_store::runs::{LogRun, Peer};
use lumbung_store::{HeadSigner, Ledger, PersonalReader, StoreError, query};
use lumbung_sync::log::{BlobPlace, Link, LocalLog, LogError, Portion, ReceiveError, Received};
use lumbung_sync::run::{Run, RunHead};
use lumbung_sync::wire::{self, Cursor};
use std::collections::BTreeSet;

/// An open ledger with the keys to it, and the peer that is spoken to.
pub struct LedgerLog<'a> {
    pub ledger: &'a mut Ledger,
    pub reader: &'a dyn PersonalReader,
    pub signer: &'a dyn HeadSigner,
    /// Under which name the link is kept: the centre, a hub, a stick.
    pub peer: &'a str,
    pub centre_key: [u8; 32],
    /// Kinds that have come since this was made, for indexes that are kept in memory.
    pub arrived: BTreeSet<Kind>,
}

impl std::fmt::Debug for LedgerLog<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LedgerLog").field("peer", &self.peer).finish_non_exhaustive()
    }
}

fn fault(error: StoreError) -> LogError {
    LogError(Box::new(error))
}

fn blob_name(peer: &str) -> String {
    format!("blob {peer}")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    if rest.is_empty() { bytes } else { None }
}

fn to_peer(link: &Link) -> Peer {
    Peer {
        epoch: link.epoch,
        cursor_seq: link.cursor.server_seq,
        mark: link.cursor.mark,
        acked_seq: link.acked_seq,
        level: link.level,
    }
}

fn to_run(run: LogRun) -> Run {
    Run { head: RunHead { first_seq: run.first_seq, head: run.head }, documents: run.documents }
}

fn to_log_run(run: &Run) -> LogRun {
    LogRun { first_seq: run.head.first_seq, head: run.head.head.clone(), documents: run.documents.clone() }
}

impl LocalLog for LedgerLog<'_> {
    fn coop_id(&self) -> [u8; 16] {
        self.ledger.identity().coop_id
    }

    fn own_device_no(&self) -> u32 {
        self.ledger.identity().own_device_no
    }

    fn own_head(&self) -> Result<Option<SignedHead>, LogError> {
        self.ledger.own_signed_head().map_err(fault)
    }

    fn hash_at(&self, device_no: u32, seq: u64) -> Result<Option<Hash>, LogError> {
        self.ledger.hash_held_at(device_no, seq).map_err(fault)
    }

    fn link(&self) -> Result<Link, LogError> {
        let peer = self.ledger.peer(self.peer).map_err(fault)?.unwrap_or_default();
        Ok(Link {
            epoch: peer.epoch,
            cursor: Cursor { server_seq: peer.cursor_seq, mark: peer.mark },
            acked_seq: peer.acked_seq,
            level: peer.level,
        })
    }

    fn set_link(&mut self, link: &Link) -> Result<(), LogError> {
        self.ledger.set_peer(self.peer, &to_peer(link)).map_err(fault)
    }

    fn own_runs(&mut self, after_seq: u64, portion: Portion) -> Result<Vec<Run>, LogError> {
        let runs = self.ledger.own_runs(after_seq, portion.documents, portion.bytes, self.signer);
        Ok(runs.map_err(fault)?.into_iter().map(to_run).collect())
    }

    fn runs_of(&self, device_no: u32, after_seq: u64, portion: Portion) -> Result<Vec<Run>, LogError> {
        let runs = self.ledger.runs_of(device_no, after_seq, portion.documents, portion.bytes);
        Ok(runs.map_err(fault)?.into_iter().map(to_run).collect())
    }

    fn heads(&self) -> Result<Vec<SignedHead>, LogError> {
        self.ledger.heads().map_err(fault)
    }

    fn receive(&mut self, page: &[Run], link: Option<&Link>) -> Result<Received, ReceiveError> {
        let page: Vec<LogRun> = page.iter().map(to_log_run).collect();
        let peer = link.map(to_peer);
        let named = peer.as_ref().map(|peer| (self.peer, peer));
        match self.ledger.receive(&page, named, self.reader, self.signer) {
            Ok(received) => {
                let documents = page.iter().flat_map(|run| &run.documents);
                self.arrived.extend(documents.map(SealedDocument::kind));
                Ok(Received {
                    new_documents: received.new_documents,
                    known_documents: received.known_documents,
                })
            }
            Err(ReceiveFault::DoesNotFollow(why)) => Err(ReceiveError::DoesNotFollow(why)),
            Err(ReceiveFault::NotProven(why)) => Err(ReceiveError::NotProven(why)),
            Err(ReceiveFault::Store(error)) => Err(ReceiveError::Log(fault(error))),
        }
    }

    fn blob_place(&self) -> Result<Option<BlobPlace>, LogError> {
        let kept = query::local::setting(self.ledger.connection(), &blob_name(self.peer)).map_err(fault)?;
        Ok(kept.and_then(|text| wire::decode(&unhex(&text)?).ok()))
    }

    fn set_blob_place(&mut self, place: Option<&BlobPlace>) -> Result<(), LogError> {
        let (connection, name) = (self.ledger.connection(), blob_name(self.peer));
        match place {
            Some(place) => query::local::set_setting(connection, &name, &hex(&wire::encode(place))),
            None => query::local::forget_setting(connection, &name),
        }
        .map_err(fault)
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signer.sign_head(message)
    }

    fn centre_key(&self) -> [u8; 32] {
        self.centre_key
    }
}
