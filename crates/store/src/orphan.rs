//! What lies beyond the end of a series, or on another branch of it, leaves the log for the orphans.

use crate::append::{set_head, to_i64};
use crate::control::{self, Control, End};
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
        moved |= take_branch(connection, device_no, end)?;
        let named = control::hash_at(connection, DocRef::new(device_no, end.seq))?;
        let on_named_branch = named.is_none_or(|hash| hash == end.hash);
        // Where the branch parts is not known before the named one is here: its last document is surely wrong.
        let first = if on_named_branch { end.seq + 1 } else { end.seq };
        moved |= leave(connection, device_no, first)?;
    }
    let mut statement = connection.prepare_cached("SELECT DISTINCT doc >> 40 FROM orphan_log")?;
    let devices: Vec<u32> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for device_no in devices {
        if device_no != own && control.end_of(device_no).is_none() {
            moved |= put_back(connection, device_no)?;
        }
    }
    Ok(moved)
}

/// An end that was heard of does not hold: what lay beyond it follows the log again.
fn put_back(connection: &Connection, device_no: u32) -> Result<bool, StoreError> {
    let Some((mut at, mut prev)) = log_end(connection, device_no)? else { return Ok(false) };
    let first = at;
    loop {
        let next = DocRef::new(device_no, at.seq + 1);
        let following: Vec<Hash> = orphans_at(connection, next)?
            .into_iter()
            .filter(|(_, header)| follows(header, prev))
            .map(|(hash, _)| hash)
            .collect();
        let [hash] = following.as_slice() else { break };
        move_to_log(connection, next, hash)?;
        (at, prev) = (next, *hash);
    }
    if at == first {
        return Ok(false);
    }
    set_head_to(connection, device_no, at.seq)?;
    Ok(true)
}

/// Where a series ends in the log; its beginning where nothing of it is there.
fn log_end(connection: &Connection, device_no: u32) -> Result<Option<(DocRef, Hash)>, StoreError> {
    if let Some(head) = append::read_head(connection, device_no)? {
        return Ok(Some(head));
    }
    let genesis = connection
        .prepare_cached("SELECT genesis_hash FROM device WHERE device_no = ?1")?
        .query_row([device_no], |row| row.get(0))
        .optional()?;
    Ok(genesis.map(|genesis| (DocRef::new(device_no, 0), Hash(genesis))))
}

fn follows(header: &[u8], prev: Hash) -> bool {
    lumbung_document::header::read_start(header).is_ok_and(|(_, _, hash)| hash == prev)
}

/// Whether an orphan continues the end of its series in the log, by way of other orphans.
pub(crate) fn follows_log(connection: &Connection, at: DocRef, header: &[u8]) -> Result<bool, StoreError> {
    let Some((head, head_hash)) = log_end(connection, at.device_no)? else { return Ok(false) };
    let (mut seq, mut header) = (at.seq, header.to_vec());
    while seq > head.seq {
        let (_, _, prev) = lumbung_document::header::read_start(&header)?;
        seq -= 1;
        if seq == head.seq {
            return Ok(prev == head_hash);
        }
        let Some(before) = orphan_header(connection, DocRef::new(at.device_no, seq), &prev)? else {
            return Ok(false);
        };
        header = before;
    }
    Ok(false)
}

fn orphans_at(connection: &Connection, at: DocRef) -> Result<Vec<(Hash, Vec<u8>)>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT hash, header FROM orphan_log WHERE doc = ?1 ORDER BY hash")?;
    let rows = statement.query_map([at.key()], |row| Ok((Hash(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The exact bytes of an orphan; they stay among the orphans too.
fn move_to_log(connection: &Connection, at: DocRef, hash: &Hash) -> Result<(), StoreError> {
    let given = params![at.key(), hash.0];
    connection.execute(
        "INSERT INTO document_log SELECT doc, header, body, effects FROM orphan_log WHERE doc = ?1 AND hash = ?2",
        given,
    )?;
    let sql = "SELECT personal FROM orphan_log WHERE doc = ?1 AND hash = ?2";
    let personal: Option<Vec<u8>> = connection.query_row(sql, given, |row| row.get(0))?;
    if let Some(part) = personal {
        append::write_personal(connection, at, &part)?;
    }
    Ok(())
}

/// Changes to the branch that an end names, once all of it is here: from the end backwards through the
/// orphans to a document in the log.
pub(crate) fn take_branch(connection: &Connection, device_no: u32, end: &End) -> Result<bool, StoreError> {
    let mut chain: Vec<(i64, [u8; 32])> = Vec::new();
    let (mut seq, mut hash) = (end.seq, end.hash);
    loop {
        let in_log = match seq {
            0 => Some(append::read_genesis(connection, device_no)?),
            _ => control::hash_at(connection, DocRef::new(device_no, seq))?,
        };
        if in_log == Some(hash) {
            break;
        }
        let Some(header) = orphan_header(connection, DocRef::new(device_no, seq), &hash)? else {
            return Ok(false);
        };
        chain.push((DocRef::new(device_no, seq).key(), hash.0));
        (_, _, hash) = lumbung_document::header::read_start(&header)?;
        seq -= 1;
    }
    if chain.is_empty() {
        return Ok(false);
    }
    leave(connection, device_no, seq + 1)?;
    for (doc, hash) in chain.iter().rev() {
        move_to_log(connection, DocRef::from_key(*doc), &Hash(*hash))?;
    }
    set_head_to(connection, device_no, end.seq)?;
    Ok(true)
}

/// The hash of an orphan by its name. Of several, that of the one that continues what comes before it.
pub(crate) fn hash_at(connection: &Connection, at: DocRef) -> Result<Option<Hash>, StoreError> {
    let all = orphans_at(connection, at)?;
    let (Some((first, _)), Some(before)) = (all.first(), at.seq.checked_sub(1).filter(|seq| *seq > 0)) else {
        return Ok(all.first().map(|(hash, _)| *hash));
    };
    if all.len() > 1 {
        let before = DocRef::new(at.device_no, before);
        let prev = match control::hash_at(connection, before)? {
            None => hash_at(connection, before)?,
            hash => hash,
        };
        for (hash, header) in &all {
            if prev.is_some_and(|prev| follows(header, prev)) {
                return Ok(Some(*hash));
            }
        }
    }
    Ok(Some(*first))
}

/// Whether a document of another branch is held that `document` continues.
pub(crate) fn continues(connection: &Connection, document: &SealedDocument) -> Result<bool, StoreError> {
    let Some(before) = document.at.seq.checked_sub(1).filter(|seq| *seq > 0) else { return Ok(false) };
    let at = DocRef::new(document.at.device_no, before);
    Ok(orphan_header(connection, at, &document.header.prev_hash)?.is_some())
}

fn orphan_header(connection: &Connection, at: DocRef, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(connection
        .prepare_cached("SELECT header FROM orphan_log WHERE doc = ?1 AND hash = ?2")?
        .query_row(params![at.key(), hash.0], |row| row.get(0))
        .optional()?)
}

/// Moves documents from `first_seq` on to the orphans.
fn leave(connection: &Connection, device_no: u32, first_seq: u64) -> Result<bool, StoreError> {
    let (first, last) = (DocRef::new(device_no, first_seq).key(), DocRef::new(device_no + 1, 0).key());
    let mut statement = connection.prepare(
        "SELECT l.doc, l.header FROM document_log AS l WHERE l.doc >= ?1 AND l.doc < ?2 ORDER BY l.doc",
    )?;
    let rows =
        statement.query_map([first, last], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
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
    set_head_to(connection, device_no, first_seq.saturating_sub(1))?;
    Ok(true)
}

/// The head of a series that became shorter or longer, with the signature that was kept for it.
fn set_head_to(connection: &Connection, device_no: u32, seq: u64) -> Result<(), StoreError> {
    let at = DocRef::new(device_no, seq);
    let Some(hash) = control::hash_at(connection, at)? else {
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
