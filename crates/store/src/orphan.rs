//! What lies beyond the end of a series, or on another branch of it, leaves the log for the orphans.

use crate::append::{set_head, to_i64};
use crate::control::{Control, End, hash_at};
use crate::{StoreError, append};
use lumbung_document::{Hash, SealedDocument};
use lumbung_primitives::DocRef;
use rusqlite::{Connection, OptionalExtension, params};

/// Holds the log against the ends. Says whether anything moved. This device's own series stays where it is: a
/// till that was ended goes on selling until it has enrolled anew.
pub(crate) fn take_out(connection: &Connection, control: &Control) -> Result<bool, StoreError> {
    let own: u32 = connection.query_row("SELECT own_device_no FROM identity", [], |row| row.get(0))?;
    let mut moved = false;
    for (device_no, end) in control.ends().filter(|(device_no, _)| *device_no != own) {
        moved |= put_back(connection, device_no, end)?;
        let named = hash_at(connection, DocRef::new(device_no, end.seq))?;
        let first = match named {
            Some(hash) if hash != end.hash => 1,
            _ => end.seq + 1,
        };
        moved |= leave(connection, device_no, first)?;
    }
    Ok(moved)
}

/// The whole local series is another branch than the named one: it is read again from its beginning.
pub(crate) fn leave_branch(connection: &Connection, device_no: u32) -> Result<(), StoreError> {
    leave(connection, device_no, 1).map(drop)
}

/// Moves documents from `first_seq` on. Peers are read again from their beginning where a branch was left.
fn leave(connection: &Connection, device_no: u32, first_seq: u64) -> Result<bool, StoreError> {
    let (first, last) = (DocRef::new(device_no, first_seq).key(), DocRef::new(device_no + 1, 0).key());
    let mut statement = connection.prepare(
        "SELECT l.doc, l.header FROM document_log AS l WHERE l.doc >= ?1 AND l.doc < ?2 ORDER BY l.doc",
    )?;
    let rows = statement.query_map([first, last], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
    let leaving: Vec<(i64, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
    if leaving.is_empty() {
        return Ok(false);
    }
    for (doc, header) in &leaving {
        connection
            .prepare_cached(
                "INSERT OR IGNORE INTO orphan_log
                 SELECT l.doc, ?2, l.header, l.body, l.effects, p.part FROM document_log AS l
                 LEFT JOIN personal_part AS p ON p.doc = l.doc WHERE l.doc = ?1",
            )?
            .execute(params![doc, Hash::document(header).0])?;
        connection.prepare_cached("DELETE FROM personal_part WHERE doc = ?1")?.execute([doc])?;
        connection.prepare_cached("DELETE FROM document_log WHERE doc = ?1")?.execute([doc])?;
    }
    set_head_to(connection, device_no, first_seq - 1)?;
    if first_seq == 1 {
        connection.execute("UPDATE peer SET cursor_seq = 0, mark = zeroblob(8)", [])?;
    }
    Ok(true)
}

/// Orphans that a better word on the end brings back: those from which the end follows.
fn put_back(connection: &Connection, device_no: u32, end: &End) -> Result<bool, StoreError> {
    let held = append::read_head(connection, device_no)?.map_or(0, |(at, _)| at.seq);
    let mut chain: Vec<(i64, [u8; 32])> = Vec::new();
    let (mut seq, mut hash) = (end.seq, end.hash);
    while seq > held {
        let doc = DocRef::new(device_no, seq).key();
        let header: Option<Vec<u8>> = connection
            .prepare_cached("SELECT header FROM orphan_log WHERE doc = ?1 AND hash = ?2")?
            .query_row(params![doc, hash.0], |row| row.get(0))
            .optional()?;
        let Some(header) = header else { return Ok(false) };
        chain.push((doc, hash.0));
        (_, _, hash) = lumbung_document::header::read_start(&header)?;
        seq -= 1;
    }
    let continues = match hash_at(connection, DocRef::new(device_no, seq))? {
        Some(held) => held == hash,
        None => seq == 0 && append::read_genesis(connection, device_no)? == hash,
    };
    if chain.is_empty() || !continues {
        return Ok(false);
    }
    for (doc, hash) in chain.iter().rev() {
        connection.execute(
            "INSERT INTO document_log SELECT doc, header, body, effects FROM orphan_log WHERE doc = ?1 AND hash = ?2",
            params![doc, hash],
        )?;
        let personal: Option<Vec<u8>> = connection.query_row(
            "SELECT personal FROM orphan_log WHERE doc = ?1 AND hash = ?2",
            params![doc, hash],
            |row| row.get(0),
        )?;
        if let Some(part) = personal {
            append::write_personal(connection, DocRef::from_key(*doc), &part)?;
        }
    }
    set_head_to(connection, device_no, end.seq)?;
    Ok(true)
}

/// The head of a series that became shorter or longer, with the signature that was kept for it.
fn set_head_to(connection: &Connection, device_no: u32, seq: u64) -> Result<(), StoreError> {
    let at = DocRef::new(device_no, seq);
    let Some(hash) = hash_at(connection, at)? else {
        connection.execute("DELETE FROM head WHERE device_no = ?1", [device_no])?;
        return Ok(());
    };
    let kept: Option<[u8; 64]> = connection
        .prepare_cached("SELECT signature FROM kept_head WHERE device_no = ?1 AND seq = ?2 AND hash = ?3")?
        .query_row(params![device_no, to_i64(seq), hash.0], |row| row.get(0))
        .optional()?;
    // Ends are named where a head was sent, so one was kept; where a person named another place, `verify` says
    // that nobody signed for it.
    set_head(connection, at, &hash, &kept.unwrap_or([0; 64]))
}

/// A document that comes when its series has ended before it.
pub(crate) fn keep(connection: &Connection, document: &SealedDocument) -> Result<bool, StoreError> {
    let new = connection
        .prepare_cached("INSERT OR IGNORE INTO orphan_log VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
        .execute(params![
            document.at.key(),
            document.hash.0,
            document.header_bytes,
            document.body_bytes,
            document.effects_bytes,
            document.personal_bytes
        ])?;
    if new > 0 && document.kind().is_control() {
        connection
            .prepare_cached("INSERT OR IGNORE INTO control VALUES (?1, ?2, 1)")?
            .execute(params![document.at.key(), document.hash.0])?;
    }
    Ok(new > 0)
}

/// How many orphans are kept.
pub fn count(connection: &Connection) -> Result<u64, StoreError> {
    let count: i64 = connection.query_row("SELECT count(*) FROM orphan_log", [], |row| row.get(0))?;
    Ok(append::from_i64(count))
}
