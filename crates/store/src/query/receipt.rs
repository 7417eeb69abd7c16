//! Slips given to people: by number, and the latest.

use crate::StoreError;
use lumbung_primitives::DocRef;
use rusqlite::{Connection, OptionalExtension, params};

/// The next number of a device's receipt kinds.
pub fn next_number(connection: &Connection, device_no: u32) -> Result<u64, StoreError> {
    let last: Option<i64> = connection
        .prepare_cached("SELECT number FROM receipt WHERE device_no = ?1 ORDER BY number DESC LIMIT 1")?
        .query_row([device_no], |row| row.get(0))
        .optional()?;
    Ok(last.map_or(1, |last| crate::append::from_i64(last) + 1))
}

pub fn by_number(connection: &Connection, device_no: u32, number: u64) -> Result<Option<DocRef>, StoreError> {
    let doc: Option<i64> = connection
        .prepare_cached("SELECT doc FROM receipt WHERE device_no = ?1 AND number = ?2 ORDER BY doc LIMIT 1")?
        .query_row(params![device_no, crate::append::to_i64(number)], |row| row.get(0))
        .optional()?;
    Ok(doc.map(DocRef::from_key))
}

/// The latest slips of a device, newest first.
pub fn latest(connection: &Connection, device_no: u32, limit: u32) -> Result<Vec<DocRef>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT doc FROM receipt WHERE device_no = ?1 ORDER BY number DESC LIMIT ?2")?;
    let rows = statement.query_map(params![device_no, limit], |row| row.get(0).map(DocRef::from_key))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
