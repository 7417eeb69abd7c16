//! Personal parts that could not be opened when they came, and can be now that a key is here.

use super::{PersonalReader, reference};
use crate::{Ledger, StoreError};
use lumbung_document::{Body, SealedDocument, check_v1};
use lumbung_primitives::DocRef;

impl Ledger {
    /// Reads names again wherever a personal part lies. No effect, no sum and no state hash depends on them.
    pub fn reread_personal(&mut self, reader: &dyn PersonalReader) -> Result<(), StoreError> {
        let transaction = self.connection.unchecked_transaction()?;
        {
            let mut statement = transaction.prepare(
                "SELECT p.doc, l.header, l.body, l.effects, p.part FROM personal_part AS p
                 JOIN document_log AS l ON l.doc = p.doc ORDER BY p.doc",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let at = DocRef::from_key(row.get(0)?);
                let document =
                    SealedDocument::open(at.device_no, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)?;
                if !self.control.counts(at, document.header.reissue_of) || check_v1(&document).is_err() {
                    continue;
                }
                if let Ok(Some(Body::Member(edit) | Body::Supplier(edit) | Body::Staff(edit))) =
                    document.body()
                {
                    reference::project(&transaction, reader, &document, &edit)?;
                }
            }
        }
        Ok(transaction.commit()?)
    }
}
