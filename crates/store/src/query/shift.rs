//! Shifts: which is open, and what passed its drawer.

use crate::{StoreError, relation};
use lumbung_primitives::{BusinessDate, DocRef};
use rusqlite::{Connection, OptionalExtension, params};

#[derive(Clone, Copy, Debug)]
pub struct ShiftRow {
    pub shift: DocRef,
    pub book_day: BusinessDate,
    pub wall_ms: i64,
    /// Staff key, 0 the device's holder.
    pub actor: i64,
}

/// The device's last shift, if it is still open.
pub fn open_on(connection: &Connection, device_no: u32) -> Result<Option<ShiftRow>, StoreError> {
    let (first, last) = (DocRef::new(device_no, 0).key(), DocRef::new(device_no + 1, 0).key());
    let row = connection
        .prepare_cached(
            "SELECT shift, book_day, wall_ms, actor FROM shift
             WHERE shift BETWEEN ?1 AND ?2 ORDER BY shift DESC LIMIT 1",
        )?
        .query_row(params![first, last], |row| {
            Ok(ShiftRow {
                shift: DocRef::from_key(row.get(0)?),
                book_day: BusinessDate(row.get(1)?),
                wall_ms: row.get(2)?,
                actor: row.get(3)?,
            })
        })
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let closed = super::document::linked(connection, row.shift, relation::CLOSES)?;
    Ok(closed.is_empty().then_some(row))
}

/// The latest business date of a shift on the device.
pub fn last_date(connection: &Connection, device_no: u32) -> Result<Option<BusinessDate>, StoreError> {
    let (first, last) = (DocRef::new(device_no, 0).key(), DocRef::new(device_no + 1, 0).key());
    let day: Option<i32> = connection
        .prepare_cached("SELECT max(book_day) FROM shift WHERE shift BETWEEN ?1 AND ?2")?
        .query_row(params![first, last], |row| row.get(0))?;
    Ok(day.map(BusinessDate))
}

/// (account, flow, amount) of everything that a shift's documents posted.
pub fn totals(connection: &Connection, shift: DocRef) -> Result<Vec<(u32, u8, i64)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT account, flow, amount_rp FROM shift_total WHERE shift = ?1 ORDER BY account, flow",
    )?;
    let rows = statement.query_map([shift.key()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The latest closing document of a shift on the device.
pub fn last_close(connection: &Connection, device_no: u32) -> Result<Option<DocRef>, StoreError> {
    let (first, last) = (DocRef::new(device_no, 0).key(), DocRef::new(device_no + 1, 0).key());
    let doc: Option<i64> = connection
        .prepare_cached(
            "SELECT l.doc FROM shift AS s JOIN link AS l ON l.target = s.shift AND l.relation = ?3
             WHERE s.shift BETWEEN ?1 AND ?2 ORDER BY s.shift DESC LIMIT 1",
        )?
        .query_row(params![first, last, relation::CLOSES], |row| row.get(0))
        .optional()?;
    Ok(doc.map(DocRef::from_key))
}
