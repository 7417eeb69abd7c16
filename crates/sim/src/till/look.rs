//! What a clerk sees on the screen before writing.

use super::Till;
use crate::disk::Chance;
use lumbung_document::SealedDocument;
use lumbung_primitives::DocRef;
use lumbung_store::{StoreError, query};
use rusqlite::{Connection, OptionalExtension};

impl Till {
    pub fn connection(&self) -> Option<&Connection> {
        self.ledger.as_ref().map(lumbung_store::Ledger::connection)
    }

    pub fn items(&self) -> Result<Vec<DocRef>, StoreError> {
        self.references("SELECT item FROM item ORDER BY item LIMIT 12")
    }

    pub fn members(&self) -> Result<Vec<DocRef>, StoreError> {
        self.references("SELECT member FROM member ORDER BY member LIMIT 12")
    }

    /// A document of these kinds that is in the books, drawn by chance.
    pub fn booked(
        &self,
        chance: &mut Chance,
        kinds: (u16, u16),
    ) -> Result<Option<SealedDocument>, StoreError> {
        let Some(connection) = self.connection() else { return Ok(None) };
        let count: i64 = connection
            .prepare_cached("SELECT count(*) FROM document_day WHERE kind BETWEEN ?1 AND ?2")?
            .query_row(kinds, |row| row.get(0))?;
        let nth = chance.below(usize::try_from(count).unwrap_or(0));
        let doc: Option<i64> = connection
            .prepare_cached(
                "SELECT doc FROM document_day WHERE kind BETWEEN ?1 AND ?2 ORDER BY doc LIMIT 1 OFFSET ?3",
            )?
            .query_row((kinds.0, kinds.1, i64::try_from(nth).unwrap_or(0)), |row| row.get(0))
            .optional()?;
        match doc {
            Some(doc) => query::document::load(connection, DocRef::from_key(doc)),
            None => Ok(None),
        }
    }

    pub fn next_receipt(&self) -> Result<u64, StoreError> {
        let Some(connection) = self.connection() else { return Ok(1) };
        let last: i64 = connection
            .prepare_cached("SELECT coalesce(max(number), 0) FROM receipt WHERE device_no = ?1")?
            .query_row([self.device_no], |row| row.get(0))?;
        Ok(u64::try_from(last).unwrap_or(0) + 1)
    }

    /// The edit that holds for a field: its v and its document.
    pub fn edit_of(&self, target: DocRef, field: u16) -> Result<Option<(u32, DocRef)>, StoreError> {
        let Some(connection) = self.connection() else { return Ok(None) };
        let sql = "SELECT v, doc FROM reference_edit WHERE target = ?1 AND field = ?2
                   ORDER BY v DESC, doc DESC LIMIT 1";
        Ok(connection
            .prepare_cached(sql)?
            .query_row((target.key(), field), |row| Ok((row.get(0)?, DocRef::from_key(row.get(1)?))))
            .optional()?)
    }

    fn references(&self, sql: &str) -> Result<Vec<DocRef>, StoreError> {
        let Some(connection) = self.connection() else { return Ok(Vec::new()) };
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| row.get(0).map(DocRef::from_key))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
