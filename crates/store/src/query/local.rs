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

/// All settings of this device whose name begins with `prefix`.
pub fn settings_like(connection: &Connection, prefix: &str) -> Result<Vec<(String, String)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT name, value FROM local_setting WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name",
    )?;
    let rows = statement.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn forget_setting(connection: &Connection, name: &str) -> Result<(), StoreError> {
    connection.prepare_cached("DELETE FROM local_setting WHERE name = ?1")?.execute([name])?;
    Ok(())
}

/// The cooperative's keys that this device holds, by number; 0 is the key of the NIK index.
pub fn coop_keys(connection: &Connection) -> Result<Vec<(u32, [u8; 32])>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT number, key FROM coop_key ORDER BY number")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Keeps a key that this device did not hold. One that it holds is never replaced: parts were sealed with it.
/// Says whether it was new.
pub fn keep_coop_key(connection: &Connection, number: u32, key: &[u8; 32]) -> Result<bool, StoreError> {
    let kept = connection
        .prepare_cached("INSERT OR IGNORE INTO coop_key VALUES (?1, ?2)")?
        .execute(params![number, key])?;
    Ok(kept > 0)
}

/// Written at once and by itself: local settings are no part of the books.
pub fn set_setting(connection: &Connection, name: &str, value: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO local_setting VALUES (?1, ?2)")?
        .execute(params![name, value])?;
    Ok(())
}
