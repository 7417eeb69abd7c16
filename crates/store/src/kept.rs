//! Heads that are kept for good, held against the log: runs are cut at them when the log is sent on.

use crate::append::{from_i64, to_i64};
use crate::{Ledger, StoreError, control};
use lumbung_document::head::KEPT_EVERY;
use lumbung_document::{Hash, SignedHead};
use lumbung_primitives::DocRef;
use rusqlite::{OptionalExtension, params};
use std::collections::BTreeMap;

/// So many signatures are proved, evenly over all: a few seconds. A head that got past it would be refused by
/// whoever it is sent to.
const SIGNATURES_PROVED: usize = 20_000;

impl Ledger {
    /// Each must be of a document that is held, in the log or among the orphans, and signed by its device; none of
    /// this device's may be missing.
    pub(crate) fn check_kept_heads(&self, fault: &mut dyn FnMut(String)) -> Result<(), StoreError> {
        let keys: BTreeMap<u32, [u8; 32]> =
            self.devices()?.into_iter().map(|(device_no, key, _)| (device_no, key)).collect();
        let heads = self.all_kept_heads()?;
        let proved_every = heads.len() / SIGNATURES_PROVED + 1;
        for (nth, head) in heads.iter().enumerate() {
            if !self.holds(head.at(), &head.hash)? {
                fault(format!("{}: a head was kept of a document that is not here", head.at()));
            }
            // Where an end cut a run, there is no signature of that place.
            let is_signed = head.signature == [0; 64]
                || !nth.is_multiple_of(proved_every)
                || keys
                    .get(&head.device_no)
                    .is_some_and(|key| head.is_signed_by(key, &self.identity.coop_id));
            if !is_signed {
                fault(format!("{}: a kept head is not signed by its device", head.at()));
            }
        }
        self.check_own_kept(fault)
    }

    fn all_kept_heads(&self) -> Result<Vec<SignedHead>, StoreError> {
        let mut statement = self
            .connection
            .prepare("SELECT device_no, seq, hash, signature FROM kept_head ORDER BY device_no, seq")?;
        let rows = statement.query_map([], |row| {
            Ok(SignedHead {
                device_no: row.get(0)?,
                seq: from_i64(row.get(1)?),
                hash: Hash(row.get(2)?),
                signature: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn holds(&self, at: DocRef, hash: &Hash) -> Result<bool, StoreError> {
        if control::hash_at(&self.connection, at)? == Some(*hash) {
            return Ok(true);
        }
        let sql = "SELECT 1 FROM orphan_log WHERE doc = ?1 AND hash = ?2";
        let orphan: Option<i64> = self
            .connection
            .prepare_cached(sql)?
            .query_row(params![at.key(), hash.0], |row| row.get(0))
            .optional()?;
        Ok(orphan.is_some())
    }

    fn check_own_kept(&self, fault: &mut dyn FnMut(String)) -> Result<(), StoreError> {
        let own = self.identity.own_device_no;
        let mut statement = self.connection.prepare(
            "SELECT l.doc FROM document_log AS l WHERE l.doc BETWEEN ?1 AND ?2 AND l.doc % ?3 = 0
             AND NOT EXISTS (SELECT 1 FROM kept_head AS k WHERE k.device_no = ?4 AND k.seq = l.doc - ?1)",
        )?;
        let (first, end) = (DocRef::new(own, 0).key(), DocRef::new(own + 1, 0).key());
        let missing =
            statement.query_map(params![first, end, to_i64(KEPT_EVERY), own], |row| row.get::<_, i64>(0))?;
        for doc in missing {
            fault(format!("{}: its head was not kept", DocRef::from_key(doc?)));
        }
        Ok(())
    }
}
