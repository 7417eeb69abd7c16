//! What belongs to this device alone: drafts that became documents, PINs, the language.

use crate::StoreError;
use lumbung_primitives::DocRef;
use rusqlite::{Connection, OptionalExtension, params};

/// The document that a draft of the window became, if it did.
pub fn booked_draft(connection: &Connection, draft_id: &str) -> Result<Option<DocRef>, StoreError> {
    let doc: Option<i64> = connection
        .prepare_cached("SELECT doc FROM local_draft WHERE draft_id = ?1")?
        .query_row([draft_id], |row| row.get(0))
        .optional()?;
    Ok(doc.map(DocRef::from_key))
}

pub fn setting(connection: &Connection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT value FROM local_setting WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// Written at once and by itself: local settings are no part of the books.
pub fn set_setting(connection: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO local_setting VALUES (?1, ?2)")?
        .execute(params![name, value])?;
    Ok(())
}
