//! Proof: the chain, the signatures, every document's verdict, and projections equal to their rebuild.

use crate::control::{self, Control};
use crate::lock::beside;
use crate::project::{PersonalReader, Projector};
use crate::{Ledger, StoreError, migration, open, query, reference_state, state_hash};
use lumbung_document::{Hash, SealedDocument, SignedHead, check_v1};
use lumbung_primitives::DocRef;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(Clone, Debug, Default)]
pub struct Report {
    pub documents: u64,
    pub state_hash: String,
    /// One sentence each, naming the document.
    pub faults: Vec<String>,
}

/// What a crate that knows the rules says of a document: `Some(why)` where its effects are not those of a
/// rule that this app knows.
pub type ExpansionCheck<'a> = &'a dyn Fn(&SealedDocument) -> Option<String>;

/// Called with (documents done, documents in all).
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// At most this many faults are listed: a broken file has thousands of the same.
const FAULTS_MAX: usize = 100;

impl Ledger {
    pub fn verify(
        &self,
        key_hex: &str,
        reader: &dyn PersonalReader,
        expansion: ExpansionCheck<'_>,
        progress: Progress<'_>,
    ) -> Result<Report, StoreError> {
        let mut report = Report::default();
        let own = self.identity.own_device_no;
        self.check_pages(&mut report)?;
        let total = query::document::count(&self.connection)?;
        let scratch = Scratch::new(self, key_hex)?;
        control::index(&self.connection, &scratch.connection)?;
        if control_rows(&self.connection)? != control_rows(&scratch.connection)? {
            fault(&mut report, "the control documents found differ from those in the log: rebuild".into());
        }
        let mut projector = Projector::settled(reader, control::load(&self.connection)?);
        let mut chains: BTreeMap<u32, (u64, Hash)> = BTreeMap::new();
        let transaction = scratch.connection.unchecked_transaction()?;
        let parts_owed = self.owes_personal_parts()?;
        query::document::for_each_raw(&self.connection, |at, header, body, effects, personal| {
            report.documents += 1;
            if report.documents.is_multiple_of(4096) {
                progress(report.documents, total);
                projector.flush(&transaction)?;
            }
            match SealedDocument::open(at.device_no, header, body, effects, personal) {
                Ok(document) => {
                    let has_part = document.header.personal_hash.is_some();
                    if parts_owed && has_part && document.personal_bytes.is_none() && at.device_no == own {
                        fault(&mut report, format!("{at}: its personal part is missing"));
                    }
                    self.check_document(&document, at, &mut chains, expansion, &mut report)?;
                    // The scratch store has no personal parts: names are not part of the state.
                    projector.project(&transaction, &SealedDocument { personal_bytes: None, ..document })
                }
                Err(malformed) => {
                    fault(&mut report, format!("{at}: {malformed}"));
                    Ok(())
                }
            }
        })?;
        projector.flush(&transaction)?;
        self.check_heads(&chains, &mut report)?;
        self.check_kept_heads(&mut |sentence| fault(&mut report, sentence))?;
        report.state_hash = state_hash::state_hash(&self.connection)?;
        if report.state_hash != state_hash::state_hash(&transaction)? {
            fault(&mut report, "the projections differ from what the documents say: rebuild them".into());
        }
        for table in reference_state::differing(&self.connection, &transaction)? {
            let sentence =
                format!("{table}: the projections differ from what the documents say: rebuild them");
            fault(&mut report, sentence);
        }
        self.check_totals(&mut report)?;
        Ok(report)
    }

    /// While nobody was erased, every part that was written here is here.
    fn owes_personal_parts(&self) -> Result<bool, StoreError> {
        let erased: i64 = self.connection.query_row("SELECT count(*) FROM erased", [], |row| row.get(0))?;
        Ok(erased == 0)
    }

    fn check_pages(&self, report: &mut Report) -> Result<(), StoreError> {
        // The cipher's check reads the file past the WAL. A page that was being copied back when the power
        // was cut is whole in the WAL alone, and would be called damaged until it is copied again.
        self.checkpoint()?;
        for pragma in ["PRAGMA cipher_integrity_check", "PRAGMA integrity_check"] {
            let mut statement = self.connection.prepare(pragma)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let line: String = row.get(0)?;
                if line != "ok" {
                    fault(report, format!("the file is damaged: {line}"));
                }
            }
        }
        Ok(())
    }

    fn check_document(
        &self,
        document: &SealedDocument,
        at: DocRef,
        chains: &mut BTreeMap<u32, (u64, Hash)>,
        expansion: ExpansionCheck<'_>,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        if document.at != at {
            fault(report, format!("{at}: its header says {}", document.at));
        }
        let (last_seq, prev_hash) = match chains.get(&at.device_no) {
            Some(chain) => *chain,
            None => (0, self.genesis_hash(at.device_no)?),
        };
        if at.seq != last_seq + 1 {
            fault(report, format!("{at}: documents before it are missing"));
        } else if document.header.prev_hash != prev_hash {
            fault(report, format!("{at}: it does not continue the document before it"));
        }
        chains.insert(at.device_no, (at.seq, document.hash));
        match check_v1(document) {
            Err(verdict) => fault(report, format!("{at}: {verdict}")),
            Ok(_) => {
                if let Some(why) = expansion(document) {
                    fault(report, format!("{at}: {why}"));
                }
            }
        }
        Ok(())
    }

    fn genesis_hash(&self, device_no: u32) -> Result<Hash, StoreError> {
        let hash: Result<[u8; 32], _> = self.connection.query_row(
            "SELECT genesis_hash FROM device WHERE device_no = ?1",
            [device_no],
            |row| row.get(0),
        );
        hash.map(Hash).map_err(|_| StoreError::Damaged(format!("device {device_no} is not enrolled here")))
    }

    fn check_heads(
        &self,
        chains: &BTreeMap<u32, (u64, Hash)>,
        report: &mut Report,
    ) -> Result<(), StoreError> {
        for head in self.heads()? {
            let key: [u8; 32] = self.connection.query_row(
                "SELECT device_key FROM device WHERE device_no = ?1",
                [head.device_no],
                |row| row.get(0),
            )?;
            // The end of a series vouches for where it cut it, in the words of whoever may end it.
            let ended = self
                .control
                .end_of(head.device_no)
                .is_some_and(|end| (end.seq, end.hash) == (head.seq, head.hash));
            if !ended && !head.is_signed_by(&key, &self.identity.coop_id) {
                fault(report, format!("{}: the head is not signed by its device", head.at()));
            }
            if chains.get(&head.device_no) != Some(&(head.seq, head.hash)) {
                fault(report, format!("{}: the signed head is not the end of the log", head.at()));
            }
        }
        for (device_no, (seq, _)) in chains {
            let signed: Result<i64, _> =
                self.connection
                    .query_row("SELECT seq FROM head WHERE device_no = ?1", [device_no], |row| row.get(0));
            if signed.is_err() {
                fault(report, format!("{device_no}-{seq}: the series has no signed head"));
            }
        }
        Ok(())
    }

    pub fn heads(&self) -> Result<Vec<SignedHead>, StoreError> {
        let mut statement =
            self.connection.prepare("SELECT device_no, seq, hash, signature FROM head ORDER BY device_no")?;
        let rows = statement.query_map([], |row| {
            Ok(SignedHead {
                device_no: row.get(0)?,
                seq: crate::append::from_i64(row.get(1)?),
                hash: Hash(row.get(2)?),
                signature: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Σ debit = Σ credit, kept totals = postings, sub-ledgers = control accounts.
    fn check_totals(&self, report: &mut Report) -> Result<(), StoreError> {
        let kept = query::account::totals(&self.connection, None, None)?;
        if kept != query::account::recompute(&self.connection)? {
            fault(report, "the kept totals differ from the sum of the postings".into());
        }
        let (debit, credit) = kept.values().fold((0_i128, 0_i128), |sums, total| {
            (sums.0 + i128::from(total.0), sums.1 + i128::from(total.1))
        });
        if debit != credit {
            fault(report, format!("debits {debit} and credits {credit} differ"));
        }
        let mut statement = self.connection.prepare(include_str!("verify_sub_ledgers.sql"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (name, sub_ledger, control): (String, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            if sub_ledger != control {
                fault(report, format!("{name}: the sub-ledger says {sub_ledger}, the account {control}"));
            }
        }
        Ok(())
    }

    /// Drops the projections and makes them again from the log, in one transaction.
    pub fn rebuild(
        &mut self,
        reader: &dyn PersonalReader,
        progress: Progress<'_>,
    ) -> Result<String, StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        let control = rebuild_in(&transaction, reader, progress)?;
        let hash = state_hash::state_hash(&transaction)?;
        transaction.execute("DELETE FROM local_setting WHERE name = ?1", [migration::REBUILD_WANTED])?;
        transaction.commit()?;
        self.control = control;
        Ok(hash)
    }

    /// Whether the projections are still to be made, because the store came from an older program.
    pub fn wants_rebuild(&self) -> Result<bool, StoreError> {
        Ok(query::local::setting(&self.connection, migration::REBUILD_WANTED)?.is_some())
    }

    /// At open: the last documents of this device hang together and the signed head is their end.
    pub(crate) fn check_tail(&self, documents: u32) -> Result<(), StoreError> {
        let device_no = self.identity.own_device_no;
        let (first, last) = (DocRef::new(device_no, 0).key(), DocRef::new(device_no + 1, 0).key());
        let mut statement = self.connection.prepare(
            "SELECT doc, header FROM document_log WHERE doc BETWEEN ?1 AND ?2 ORDER BY doc DESC LIMIT ?3",
        )?;
        let rows = statement.query_map([first, last, i64::from(documents)], |row| {
            Ok((DocRef::from_key(row.get(0)?), row.get::<_, Vec<u8>>(1)?))
        })?;
        let mut next: Option<(u64, Hash)> =
            crate::append::read_head(&self.connection, device_no)?.map(|(at, hash)| (at.seq, hash));
        for row in rows {
            let (at, header) = row?;
            if next != Some((at.seq, Hash::document(&header))) {
                return Err(StoreError::Damaged(format!("the chain breaks at {at}")));
            }
            let (_, seq, prev_hash) = lumbung_document::header::read_start(&header)?;
            next = Some((seq.saturating_sub(1), prev_hash));
        }
        Ok(())
    }
}

/// Drops the projections and makes them again, inside a transaction of the caller's.
pub(crate) fn rebuild_in(
    transaction: &Connection,
    reader: &dyn PersonalReader,
    progress: Progress<'_>,
) -> Result<Control, StoreError> {
    let total = query::document::count(transaction)?;
    migration::drop_projections(transaction)?;
    migration::create_projections(transaction)?;
    control::index(transaction, transaction)?;
    let control = control::load(transaction)?;
    let mut projector = Projector::settled(reader, control.clone());
    let mut done = 0;
    query::document::for_each_raw(transaction, |at, header, body, effects, personal| {
        done += 1;
        if u64::is_multiple_of(done, 4096) {
            progress(done, total);
            projector.flush(transaction)?;
        }
        let document = SealedDocument::open(at.device_no, header, body, effects, personal)?;
        projector.project(transaction, &document)
    })?;
    projector.flush(transaction)?;
    Ok(control)
}

fn control_rows(connection: &Connection) -> Result<Vec<(i64, Vec<u8>, i64)>, StoreError> {
    let mut statement = connection.prepare("SELECT doc, hash, orphan FROM control ORDER BY doc, hash")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn fault(report: &mut Report, sentence: String) {
    if report.faults.len() < FAULTS_MAX {
        report.faults.push(sentence);
    }
}

/// An encrypted file beside the ledger that a rebuild is compared in; gone when dropped. In memory where the
/// ledger lies on a disk of a test's own.
struct Scratch {
    connection: Connection,
    path: PathBuf,
}

impl Scratch {
    fn new(ledger: &Ledger, key_hex: &str) -> Result<Self, StoreError> {
        let path = beside(&ledger.path, ".verify");
        let _ = std::fs::remove_file(&path);
        let connection = match ledger.lock {
            Some(_) => Connection::open(&path)?,
            None => Connection::open_in_memory()?,
        };
        open::unlock(&connection, key_hex)?;
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "cache_size", -64_000)?;
        connection.set_prepared_statement_cache_capacity(64);
        migration::create_projections(&connection)?;
        // The projector looks for personal parts of reference data; here there are none.
        connection.execute_batch(
            "CREATE TABLE personal_part (doc INTEGER PRIMARY KEY, subject INTEGER, part BLOB)",
        )?;
        Ok(Self { connection, path })
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}
