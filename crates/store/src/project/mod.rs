//! The projector: what follows from a document. Reads the document and earlier rows of the same document's
//! things alone; never an arrival order, never a clock. So any order of arrival ends in the same rows.

mod control;
mod effects;
mod reference;
mod reread;
mod sums;

pub(crate) use reference::personal_value;

use crate::control::Control;
use crate::query::stock::Shelf;
use crate::{NONE, StoreError, relation};
use lumbung_document::{Body, PersonalContent, SealedDocument, check_v1};
use lumbung_primitives::DocRef;
use rusqlite::{Connection, params};
use sums::Sums;

/// Opens personal parts. Where a key is missing the part stays closed and names stay empty.
pub trait PersonalReader {
    fn read(&self, at: DocRef, part: &[u8]) -> Option<PersonalContent>;

    /// The keyed index of a NIK or KK, by which a person entered twice is found.
    fn identity_index(&self, digits: &str) -> [u8; 16];

    /// Whether this app can read bodies of a kind; others book by their effects alone.
    fn knows(&self, _: lumbung_document::Kind) -> bool {
        true
    }

    /// Whether a document books something else than its rule says, as far as the reader knows the rules.
    fn books_otherwise(&self, _: &SealedDocument) -> bool {
        false
    }
}

pub(crate) struct Projector<'a> {
    reader: &'a dyn PersonalReader,
    sums: Sums,
    pub(crate) control: Control,
    /// In a rebuild every control document has been read before: none of them changes anything on its way.
    settled: bool,
    /// A document that was projected must not be any more, or the other way round: only a rebuild tells.
    stale: bool,
    /// An ended series may have documents beyond its end in the log.
    ends_changed: bool,
}

impl<'a> Projector<'a> {
    /// For documents as they come.
    pub(crate) fn new(reader: &'a dyn PersonalReader, control: Control) -> Self {
        Self { reader, sums: Sums::default(), control, settled: false, stale: false, ends_changed: false }
    }

    /// For a whole log, whose control documents `control` was evaluated from.
    pub(crate) fn settled(reader: &'a dyn PersonalReader, control: Control) -> Self {
        Self { settled: true, ..Self::new(reader, control) }
    }

    /// Whoever wrote it.
    pub(crate) fn project(
        &mut self,
        connection: &Connection,
        document: &SealedDocument,
    ) -> Result<(), StoreError> {
        self.project_as(connection, document, true)
    }

    /// What this device writes now was expanded a moment ago: it need not be held against its rule.
    pub(crate) fn project_own(
        &mut self,
        connection: &Connection,
        document: &SealedDocument,
    ) -> Result<(), StoreError> {
        self.project_as(connection, document, false)
    }

    fn project_as(
        &mut self,
        connection: &Connection,
        document: &SealedDocument,
        doubted: bool,
    ) -> Result<(), StoreError> {
        if !self.settled {
            self.take_note(connection, document)?;
        }
        let header = &document.header;
        if !self.control.counts(document.at, header.reissue_of) {
            return Ok(());
        }
        let effects = match check_v1(document) {
            Ok(effects) => effects,
            Err(fault) => {
                connection
                    .prepare_cached("INSERT INTO quarantine VALUES (?1, ?2)")?
                    .execute(params![document.at.key(), fault.to_string()])?;
                return Ok(());
            }
        };
        if doubted && self.reader.books_otherwise(document) {
            connection
                .prepare_cached("INSERT INTO foreign_effects VALUES (?1)")?
                .execute([document.at.key()])?;
        }
        let day = self.control.book_day(document.at, header.business_date);
        connection.prepare_cached("INSERT INTO document_day VALUES (?1, ?2, ?3)")?.execute(params![
            day.0,
            header.kind.id(),
            document.at.key()
        ])?;
        effects::project(connection, &mut self.sums, document, &effects, day)?;
        // A body that this app does not know, or cannot read, books by its effects alone.
        if self.reader.knows(header.kind)
            && let Ok(Some(body)) = document.body()
        {
            self.project_body(connection, document, &body)?;
        }
        Ok(())
    }

    fn project_body(
        &self,
        connection: &Connection,
        document: &SealedDocument,
        body: &Body,
    ) -> Result<(), StoreError> {
        let at = document.at;
        if let Some(number) = body.receipt_no() {
            // A re-issued slip is still the one in the customer's hand: its letter is the old device's.
            let device_no = document.header.reissue_of.map_or(at.device_no, |original| original.device_no);
            connection.prepare_cached("INSERT INTO receipt VALUES (?1, ?2, ?3)")?.execute(params![
                device_no,
                crate::append::to_i64(number),
                at.key()
            ])?;
        }
        match body {
            Body::SaleReturn(body) => link(connection, body.sale, relation::RETURNS, at),
            Body::Reversal(body) => link(connection, body.of, relation::REVERSES, at),
            Body::ShiftClose(body) => link(connection, body.shift, relation::CLOSES, at),
            Body::ShiftOpen(_) => {
                let actor = match document.header.actor {
                    lumbung_primitives::Ref::This => NONE,
                    lumbung_primitives::Ref::Doc(staff) => staff.key(),
                };
                connection.prepare_cached("INSERT INTO shift VALUES (?1, ?2, ?3, ?4)")?.execute(params![
                    at.key(),
                    document.header.business_date.0,
                    document.header.wall_ms,
                    actor
                ])?;
                Ok(())
            }
            Body::Item(edit)
            | Body::Member(edit)
            | Body::Supplier(edit)
            | Body::Staff(edit)
            | Body::Setting(edit) => reference::project(connection, self.reader, document, edit),
            _ => control::project(connection, document, body),
        }
    }

    pub(crate) fn stock(&self, connection: &Connection, shelf: Shelf) -> Result<(i64, i64), StoreError> {
        let (quantity, value) = crate::query::stock::shelf(connection, shelf)?;
        let (moved, moved_value) = self.sums.stock_moved(shelf);
        Ok((quantity + moved, value + moved_value))
    }

    pub(crate) fn reader(&self) -> &'a dyn PersonalReader {
        self.reader
    }

    pub(crate) fn flush(&mut self, connection: &Connection) -> Result<(), StoreError> {
        self.sums.flush(connection)
    }
}

fn link(connection: &Connection, target: DocRef, relation: i64, doc: DocRef) -> Result<(), StoreError> {
    connection.prepare_cached("INSERT INTO link VALUES (?1, ?2, ?3)")?.execute(params![
        target.key(),
        relation,
        doc.key()
    ])?;
    Ok(())
}
