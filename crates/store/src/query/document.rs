//! Documents as they lie in the log.

use crate::{StoreError, relation};
use lumbung_document::SealedDocument;
use lumbung_document::header::Header;
use lumbung_primitives::{BusinessDate, DocRef};
use rusqlite::{Connection, OptionalExtension, params};

type Parts = (Vec<u8>, Vec<u8>, Vec<u8>, Option<Vec<u8>>);

pub fn load(connection: &Connection, at: DocRef) -> Result<Option<SealedDocument>, StoreError> {
    let parts: Option<Parts> = connection
        .prepare_cached(include_str!("document_load.sql"))?
        .query_row([at.key()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((header, body, effects, personal)) = parts else { return Ok(None) };
    Ok(Some(SealedDocument::open(at.device_no, header, body, effects, personal)?))
}

/// Who wrote it, when and of what kind, without the rest.
pub fn header(connection: &Connection, at: DocRef) -> Result<Option<Header>, StoreError> {
    let header: Option<Vec<u8>> = connection
        .prepare_cached("SELECT header FROM document_log WHERE doc = ?1")?
        .query_row([at.key()], |row| row.get(0))
        .optional()?;
    Ok(header.map(|header| Header::decode(&header)).transpose()?)
}

/// Calls `each` for every document of the log in the order of (device_no, seq), as stored, unproved.
pub fn for_each_raw(
    connection: &Connection,
    mut each: impl FnMut(DocRef, Vec<u8>, Vec<u8>, Vec<u8>, Option<Vec<u8>>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(include_str!("document_each.sql"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let at = DocRef::from_key(row.get(0)?);
        each(at, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)?;
    }
    Ok(())
}

pub fn count(connection: &Connection) -> Result<u64, StoreError> {
    let count: i64 = connection.query_row("SELECT count(*) FROM document_log", [], |row| row.get(0))?;
    Ok(crate::append::from_i64(count))
}

/// How many documents this device has authored: its head's seq.
pub fn own_count(connection: &Connection, own_device_no: u32) -> Result<u64, StoreError> {
    Ok(crate::append::read_head(connection, own_device_no)?.map_or(0, |(at, _)| at.seq))
}

/// Documents of one kind on one book day, in order.
pub fn on_day(connection: &Connection, day: BusinessDate, kind: u16) -> Result<Vec<DocRef>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT doc FROM document_day WHERE book_day = ?1 AND kind = ?2 ORDER BY doc")?;
    let rows = statement.query_map(params![day.0, kind], |row| row.get(0).map(DocRef::from_key))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Documents that stand in a relation to `target`.
pub fn linked(connection: &Connection, target: DocRef, relation: i64) -> Result<Vec<DocRef>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT doc FROM link WHERE target = ?1 AND relation = ?2 ORDER BY doc")?;
    let rows =
        statement.query_map(params![target.key(), relation], |row| row.get(0).map(DocRef::from_key))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn is_reversed(connection: &Connection, target: DocRef) -> Result<bool, StoreError> {
    Ok(!linked(connection, target, relation::REVERSES)?.is_empty())
}

/// (document, why) of everything that check_v1 sets aside.
pub fn quarantined(connection: &Connection) -> Result<Vec<(DocRef, String)>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT doc, reason FROM quarantine ORDER BY doc")?;
    let rows = statement.query_map([], |row| Ok((DocRef::from_key(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Calls `each` with (document, book day, kind, postings) in book order, for exports.
pub fn for_each_entry(
    connection: &Connection,
    mut each: impl FnMut(DocRef, BusinessDate, u16, &[(u32, i64)]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(include_str!("document_entries.sql"))?;
    let mut rows = statement.query([])?;
    let mut current: Option<(DocRef, BusinessDate, u16)> = None;
    let mut lines: Vec<(u32, i64)> = Vec::new();
    while let Some(row) = rows.next()? {
        let entry = (DocRef::from_key(row.get(0)?), BusinessDate(row.get(1)?), row.get(2)?);
        if current != Some(entry) {
            if let Some((at, day, kind)) = current {
                each(at, day, kind, &lines)?;
            }
            lines.clear();
            current = Some(entry);
        }
        lines.push((row.get(3)?, row.get(4)?));
    }
    if let Some((at, day, kind)) = current {
        each(at, day, kind, &lines)?;
    }
    Ok(())
}
