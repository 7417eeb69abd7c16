//! The one way into the log. A unit is one SQLite transaction: documents, what follows from them, and the
//! signed head move together or not at all.

use crate::control::Control;
use crate::project::{PersonalReader, Projector};
use crate::{Ledger, StoreError};
use lumbung_document::head::{KEPT_EVERY, head_message};
use lumbung_document::{Hash, Position, SealedDocument};
use lumbung_primitives::{DocRef, Ref};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

/// How often ends can change by documents that leave because of ends.
const ROUNDS_MAX: usize = 8;

/// Vouches for heads with this device's Ed25519 key.
pub trait HeadSigner {
    fn sign_head(&self, message: &[u8]) -> [u8; 64];
}

/// An open transaction on the ledger. Dropped without `commit`, nothing of it happened.
pub struct Unit<'a> {
    transaction: Transaction<'a>,
    projector: Projector<'a>,
    coop_id: [u8; 16],
    own_device_no: u32,
    genesis: Hash,
    own_head: Option<(DocRef, Hash)>,
    appended: u64,
    signer: &'a dyn HeadSigner,
    /// What the ledger knows of control documents, replaced when this unit commits.
    control: &'a mut Control,
}

impl std::fmt::Debug for Unit<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unit").field("own_head", &self.own_head).finish_non_exhaustive()
    }
}

impl Ledger {
    /// Begins a unit. `signer` vouches for the heads of what this device authors in it.
    pub fn begin<'a>(
        &'a mut self,
        reader: &'a dyn PersonalReader,
        signer: &'a dyn HeadSigner,
    ) -> Result<Unit<'a>, StoreError> {
        let (coop_id, own_device_no) = (self.identity.coop_id, self.identity.own_device_no);
        let transaction =
            self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let own_head = read_head(&transaction, own_device_no)?;
        let genesis = read_genesis(&transaction, own_device_no)?;
        let projector = Projector::new(reader, self.control.clone());
        let control = &mut self.control;
        Ok(Unit {
            transaction,
            projector,
            coop_id,
            own_device_no,
            genesis,
            own_head,
            appended: 0,
            signer,
            control,
        })
    }
}

impl Unit<'_> {
    /// Where this device's next document goes.
    pub fn next_position(&self, wall_ms: i64, actor: Ref) -> Position {
        let (seq, prev_hash) = match self.own_head {
            Some((at, hash)) => (at.seq + 1, hash),
            None => (1, self.genesis),
        };
        Position { at: DocRef::new(self.own_device_no, seq), prev_hash, wall_ms, actor }
    }

    /// Appends this device's own next document and projects it.
    pub fn append(&mut self, document: &SealedDocument) -> Result<(), StoreError> {
        let expected = self.next_position(0, Ref::This);
        if document.at != expected.at || document.header.prev_hash != expected.prev_hash {
            let reason = "it does not follow this device's head".into();
            return Err(StoreError::BrokenChain { at: document.at, reason });
        }
        self.insert(document)?;
        self.projector.project_own(&self.transaction, document)?;
        self.own_head = Some((document.at, document.hash));
        self.appended += 1;
        if document.at.seq.is_multiple_of(KEPT_EVERY) {
            let signature = self.signature(document.at, &document.hash);
            keep_head(&self.transaction, document.at, &document.hash, &signature)?;
        }
        Ok(())
    }

    pub(crate) fn write(&mut self, document: &SealedDocument) -> Result<(), StoreError> {
        self.insert(document)?;
        self.projector.project(&self.transaction, document)
    }

    fn insert(&self, document: &SealedDocument) -> Result<(), StoreError> {
        self.transaction.prepare_cached("INSERT INTO document_log VALUES (?1, ?2, ?3, ?4)")?.execute(
            params![document.at.key(), document.header_bytes, document.body_bytes, document.effects_bytes],
        )?;
        if let Some(part) = &document.personal_bytes {
            write_personal(&self.transaction, document.at, part)?;
        }
        Ok(())
    }

    /// Remembers which document a draft of the window became.
    pub fn remember_draft(&self, draft_id: &str, document: DocRef) -> Result<(), StoreError> {
        self.transaction
            .prepare_cached("INSERT INTO local_draft VALUES (?1, ?2)")?
            .execute(params![draft_id, document.key()])?;
        Ok(())
    }

    /// What a shelf holds, with what this unit has moved so far: (quantity in thousandths, value).
    pub fn stock(&self, shelf: crate::query::stock::Shelf) -> Result<(i64, i64), StoreError> {
        self.projector.stock(&self.transaction, shelf)
    }

    pub fn connection(&self) -> &Connection {
        &self.transaction
    }

    /// How many own documents this unit holds.
    pub fn appended(&self) -> u64 {
        self.appended
    }

    /// Signs the head and makes everything durable: after this returns Ok, a power cut loses nothing of it.
    /// After an error nothing of it is seen, but the next opening may find it there, whole: where the disk fails
    /// at the last sync nobody knows what was kept. A draft tells the two apart.
    pub fn commit(mut self) -> Result<(), StoreError> {
        self.settle()?;
        self.projector.flush(&self.transaction)?;
        if let (Some((at, hash)), true) = (self.own_head, self.appended > 0) {
            let signature = self.signature(at, &hash);
            set_head(&self.transaction, at, &hash, &signature)?;
        }
        let Self { transaction, projector, control, .. } = self;
        transaction.commit()?;
        *control = projector.control;
        Ok(())
    }

    /// Takes orphans out of the log, and makes the projections anew where documents stopped or began to count.
    fn settle(&mut self) -> Result<(), StoreError> {
        let mut ends_changed = self.projector.ends_changed();
        // Documents that leave the log may have said an end themselves: then it is looked at once more.
        for _ in 0..ROUNDS_MAX {
            if ends_changed && crate::orphan::take_out(&self.transaction, &self.projector.control)? {
                self.projector.mark_stale();
            }
            if !self.projector.is_stale() {
                break;
            }
            let reader = self.projector.reader();
            let control = crate::verify::rebuild_in(&self.transaction, reader, &mut |_, _| {})?;
            ends_changed = !control.ends().eq(self.projector.control.ends());
            self.projector = Projector::new(reader, control);
        }
        Ok(())
    }

    pub(crate) fn control(&self) -> &Control {
        &self.projector.control
    }

    pub(crate) fn hear_orphans(&mut self) -> Result<(), StoreError> {
        self.projector.hear_orphans(&self.transaction)
    }

    pub(crate) fn mark_stale(&mut self) {
        self.projector.mark_stale();
    }

    pub(crate) fn coop_id(&self) -> &[u8; 16] {
        &self.coop_id
    }

    fn signature(&self, at: DocRef, hash: &Hash) -> [u8; 64] {
        self.signer.sign_head(&head_message(&self.coop_id, at.device_no, at.seq, hash))
    }
}

/// Parts about somebody who was erased are not kept.
pub(crate) fn write_personal(connection: &Connection, at: DocRef, part: &[u8]) -> Result<(), StoreError> {
    let subject = lumbung_document::PersonalPart::decode(part)?.subject;
    let subject = subject.map_or(crate::NONE, |subject| subject.resolve(at).key());
    connection
        .prepare_cached(
            "INSERT INTO personal_part SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM erased WHERE member = ?2)",
        )?
        .execute(params![at.key(), subject, part])?;
    Ok(())
}

pub(crate) fn set_head(
    connection: &Connection,
    at: DocRef,
    hash: &Hash,
    signature: &[u8; 64],
) -> Result<(), StoreError> {
    connection.prepare_cached("INSERT OR REPLACE INTO head VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        at.device_no,
        to_i64(at.seq),
        hash.0,
        signature
    ])?;
    Ok(())
}

pub(crate) fn keep_head(
    connection: &Connection,
    at: DocRef,
    hash: &Hash,
    signature: &[u8; 64],
) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO kept_head VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![at.device_no, to_i64(at.seq), hash.0, signature])?;
    Ok(())
}

pub(crate) fn read_head(
    connection: &Connection,
    device_no: u32,
) -> Result<Option<(DocRef, Hash)>, StoreError> {
    let row: Option<(i64, [u8; 32])> = connection
        .prepare_cached("SELECT seq, hash FROM head WHERE device_no = ?1")?
        .query_row([device_no], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(row.map(|(seq, hash)| (DocRef::new(device_no, from_i64(seq)), Hash(hash))))
}

pub(crate) fn read_genesis(connection: &Connection, device_no: u32) -> Result<Hash, StoreError> {
    let hash: Option<[u8; 32]> = connection
        .prepare_cached("SELECT genesis_hash FROM device WHERE device_no = ?1")?
        .query_row([device_no], |row| row.get(0))
        .optional()?;
    hash.map(Hash).ok_or_else(|| {
        let reason = "its device is not enrolled here".into();
        StoreError::BrokenChain { at: DocRef::new(device_no, 1), reason }
    })
}

/// Seqs are below 2^40.
pub(crate) fn to_i64(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

pub(crate) fn from_i64(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}
