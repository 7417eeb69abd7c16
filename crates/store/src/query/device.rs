//! Devices: numbers given out, who filled them, who holds the cooperative's keys.

use crate::StoreError;
use crate::append::from_i64;
use lumbung_document::Hash;
use lumbung_primitives::DocRef;
use rusqlite::{Connection, OptionalExtension};

/// A number that was given out, by whichever document came first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Invitation {
    pub doc: DocRef,
    pub device_no: u32,
}

pub fn invitations(connection: &Connection) -> Result<Vec<Invitation>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT doc, device_no FROM invitation ORDER BY doc")?;
    let rows = statement
        .query_map([], |row| Ok(Invitation { doc: DocRef::from_key(row.get(0)?), device_no: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A device that filled a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Enrolment {
    pub doc: DocRef,
    pub device_no: u32,
    pub device_key: [u8; 32],
    pub exchange_key: [u8; 32],
    /// Numbers that it may invite by itself: the first and how many; 0 none.
    pub block: (u32, u32),
}

pub fn enrolments(connection: &Connection) -> Result<Vec<Enrolment>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT doc, device_no, device_key, exchange_key, block_first, block_count FROM enrolment ORDER BY doc",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Enrolment {
            doc: DocRef::from_key(row.get(0)?),
            device_no: row.get(1)?,
            device_key: row.get(2)?,
            exchange_key: row.get(3)?,
            block: (row.get(4)?, row.get(5)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Public keys of a device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublicKeys {
    /// Ed25519: signs heads.
    pub device_key: [u8; 32],
    /// X25519: the cooperative's keys are sealed to it.
    pub exchange_key: [u8; 32],
}

/// Of a device whose series is listened to.
pub fn keys(connection: &Connection, device_no: u32) -> Result<Option<PublicKeys>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT device_key, exchange_key FROM device WHERE device_no = ?1")?
        .query_row([device_no], |row| Ok(PublicKeys { device_key: row.get(0)?, exchange_key: row.get(1)? }))
        .optional()?)
}

/// Every device whose series is listened to, with the end of what is held: (device, seq, hash), seq 0 and the
/// genesis hash where nothing of it is.
pub fn heads(connection: &Connection) -> Result<Vec<(u32, u64, Hash)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT d.device_no, coalesce(h.seq, 0), coalesce(h.hash, d.genesis_hash)
         FROM device AS d LEFT JOIN head AS h ON h.device_no = d.device_no ORDER BY d.device_no",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, from_i64(row.get(1)?), Hash(row.get(2)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Documents that hand keys to a device, oldest first.
pub fn grants_to(connection: &Connection, device_no: u32) -> Result<Vec<DocRef>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT doc FROM key_grant WHERE device_no = ?1 ORDER BY doc")?;
    let rows = statement.query_map([device_no], |row| row.get(0).map(DocRef::from_key))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
