//! Runs out of the log: what is sent to a centre, a hub or a stick, cut at heads that their device signed.

use crate::append::{from_i64, keep_head, read_genesis, read_head, to_i64};
use crate::{HeadSigner, Ledger, StoreError, control};
use lumbung_document::head::{KEPT_EVERY, head_message};
use lumbung_document::{Hash, SealedDocument, SignedHead};
use lumbung_primitives::DocRef;
use rusqlite::{Connection, OptionalExtension, params};

/// Documents of one device up to a head that it signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogRun {
    pub first_seq: u64,
    pub head: SignedHead,
    pub documents: Vec<SealedDocument>,
}

/// How far this device and one peer have come with each other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Peer {
    pub epoch: [u8; 8],
    pub cursor_seq: u64,
    pub mark: [u8; 8],
    pub acked_seq: u64,
    pub level: u16,
}

impl Ledger {
    /// Own documents after `after_seq`, at most `documents` and about `bytes` of them, at least one where
    /// there is one. Where it is cut the head is signed and kept: a head is kept wherever one was sent.
    pub fn own_runs(
        &mut self,
        after_seq: u64,
        documents: usize,
        bytes: usize,
        signer: &dyn HeadSigner,
    ) -> Result<Vec<LogRun>, StoreError> {
        let device_no = self.identity.own_device_no;
        let Some((end, _)) = read_head(&self.connection, device_no)? else { return Ok(Vec::new()) };
        let mut loaded = load_after(&self.connection, device_no, after_seq, end.seq, documents, bytes)?;
        let mut runs = Vec::new();
        let transaction = self.connection.transaction()?;
        while !loaded.is_empty() {
            let to_boundary = loaded[0].at.seq.next_multiple_of(KEPT_EVERY) - loaded[0].at.seq + 1;
            let count = usize::try_from(to_boundary).unwrap_or(usize::MAX).min(loaded.len());
            let rest = loaded.split_off(count);
            let Some(last) = loaded.last() else { break };
            let (at, hash) = (last.at, last.hash);
            let signature = if let Some(signature) = kept_signature(&transaction, at, &hash)? {
                signature
            } else {
                let message = head_message(&self.identity.coop_id, device_no, at.seq, &hash);
                let signature = signer.sign_head(&message);
                keep_head(&transaction, at, &hash, &signature)?;
                signature
            };
            let head = SignedHead { device_no, seq: at.seq, hash, signature };
            runs.push(LogRun { first_seq: loaded[0].at.seq, head, documents: loaded });
            loaded = rest;
        }
        transaction.commit()?;
        Ok(runs)
    }

    /// Runs of any device after `after_seq`, cut at kept heads; at least one run where there is one.
    pub fn runs_of(
        &self,
        device_no: u32,
        after_seq: u64,
        documents: usize,
        bytes: usize,
    ) -> Result<Vec<LogRun>, StoreError> {
        let mut heads = self.kept_heads(device_no, after_seq)?;
        if let Some(end) = self.heads()?.into_iter().find(|head| head.device_no == device_no)
            && end.seq > heads.last().map_or(after_seq, |head| head.seq)
        {
            heads.push(end);
        }
        let (mut runs, mut first_seq) = (Vec::new(), after_seq + 1);
        let (mut count, mut weight) = (0, 0);
        for head in heads {
            let run =
                load_after(&self.connection, device_no, first_seq - 1, head.seq, usize::MAX, usize::MAX)?;
            // A head that was kept on a branch that has been left vouches for nothing here.
            if run.last().is_none_or(|last| last.at.seq != head.seq || last.hash != head.hash) {
                continue;
            }
            count += run.len();
            weight += run.iter().map(SealedDocument::bytes).sum::<usize>();
            if !runs.is_empty() && (count > documents || weight > bytes) {
                break;
            }
            let next = head.seq + 1;
            runs.push(LogRun { first_seq, head, documents: run });
            first_seq = next;
        }
        Ok(runs)
    }

    fn kept_heads(&self, device_no: u32, after_seq: u64) -> Result<Vec<SignedHead>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, hash, signature FROM kept_head WHERE device_no = ?1 AND seq > ?2 ORDER BY seq",
        )?;
        let rows = statement.query_map(params![device_no, to_i64(after_seq)], |row| {
            Ok(SignedHead {
                device_no,
                seq: from_i64(row.get(0)?),
                hash: Hash(row.get(1)?),
                signature: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// This device's signed head.
    pub fn own_signed_head(&self) -> Result<Option<SignedHead>, StoreError> {
        let own = self.identity.own_device_no;
        Ok(self.heads()?.into_iter().find(|head| head.device_no == own))
    }

    /// Hash of a document in the log; seq 0 asks for the device's genesis hash.
    pub fn hash_at(&self, device_no: u32, seq: u64) -> Result<Option<Hash>, StoreError> {
        if seq == 0 {
            return match read_genesis(&self.connection, device_no) {
                Ok(hash) => Ok(Some(hash)),
                Err(StoreError::BrokenChain { .. }) => Ok(None),
                Err(error) => Err(error),
            };
        }
        control::hash_at(&self.connection, DocRef::new(device_no, seq))
    }

    /// The same, and where the log ends before it, of what is kept among the orphans: what a centre sends beyond
    /// the end of a series continues those.
    pub fn hash_held_at(&self, device_no: u32, seq: u64) -> Result<Option<Hash>, StoreError> {
        match self.hash_at(device_no, seq)? {
            None if seq > 0 => crate::orphan::hash_at(&self.connection, DocRef::new(device_no, seq)),
            hash => Ok(hash),
        }
    }

    pub fn peer(&self, name: &str) -> Result<Option<Peer>, StoreError> {
        let row = self
            .connection
            .prepare_cached("SELECT epoch, cursor_seq, mark, acked_seq, level FROM peer WHERE peer = ?1")?
            .query_row([name], |row| {
                Ok(Peer {
                    epoch: row.get(0)?,
                    cursor_seq: from_i64(row.get(1)?),
                    mark: row.get(2)?,
                    acked_seq: from_i64(row.get(3)?),
                    level: row.get(4)?,
                })
            })
            .optional()?;
        Ok(row)
    }

    pub fn set_peer(&self, name: &str, peer: &Peer) -> Result<(), StoreError> {
        write_peer(&self.connection, name, peer)
    }

    pub fn forget_peer(&self, name: &str) -> Result<(), StoreError> {
        self.connection.execute("DELETE FROM peer WHERE peer = ?1", [name])?;
        Ok(())
    }

    /// Every device whose series may be listened to.
    pub fn devices(&self) -> Result<Vec<DeviceKeys>, StoreError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT device_no, device_key, exchange_key FROM device ORDER BY device_no")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// (device_no, device key, exchange key).
pub type DeviceKeys = (u32, [u8; 32], [u8; 32]);

pub(crate) fn write_peer(connection: &Connection, name: &str, peer: &Peer) -> Result<(), StoreError> {
    connection.prepare_cached("INSERT OR REPLACE INTO peer VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(
        params![name, peer.epoch, to_i64(peer.cursor_seq), peer.mark, to_i64(peer.acked_seq), peer.level],
    )?;
    Ok(())
}

fn kept_signature(connection: &Connection, at: DocRef, hash: &Hash) -> Result<Option<[u8; 64]>, StoreError> {
    let sql = "SELECT signature FROM kept_head WHERE device_no = ?1 AND seq = ?2 AND hash = ?3";
    Ok(connection
        .prepare_cached(sql)?
        .query_row(params![at.device_no, to_i64(at.seq), hash.0], |row| row.get(0))
        .optional()?)
}

/// Documents after `after_seq` up to `last_seq`, in order.
fn load_after(
    connection: &Connection,
    device_no: u32,
    after_seq: u64,
    last_seq: u64,
    documents: usize,
    bytes: usize,
) -> Result<Vec<SealedDocument>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT l.doc, l.header, l.body, l.effects, p.part FROM document_log AS l
         LEFT JOIN personal_part AS p ON p.doc = l.doc WHERE l.doc > ?1 AND l.doc <= ?2 ORDER BY l.doc",
    )?;
    let mut rows =
        statement.query([DocRef::new(device_no, after_seq).key(), DocRef::new(device_no, last_seq).key()])?;
    let (mut loaded, mut weight) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let document = SealedDocument::open(device_no, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)?;
        weight += document.bytes();
        if !loaded.is_empty() && (loaded.len() >= documents || weight > bytes) {
            break;
        }
        loaded.push(document);
    }
    Ok(loaded)
}
