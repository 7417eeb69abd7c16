//! What is asked of the file.

use crate::log::{
    Checkpoint, CoopId, Cooperative, Device, Identity, Invitation, LogFault, NIL, Quarantined, RunRow,
    StoredDocument, Totals, Transport, decode_heads, to_i64, to_u64,
};
use lumbung_document::Hash;
use lumbung_primitives::DocRef;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// Columns in the order of [`to_cooperative`].
macro_rules! cooperative {
    ($rest:literal) => {
        concat!(
            "SELECT coop_id, handle, name, region, utc_offset, is_registered, claim, epoch, last_server_seq, ",
            "books_device, block_first, block_count, alarms, erasures FROM cooperative ",
            $rest
        )
    };
}

/// Columns in the order of [`to_device`].
macro_rules! device {
    ($rest:literal) => {
        concat!(
            "SELECT device_no, device_id, device_key, exchange_key, genesis_hash, head_seq, head_hash, transport, ",
            "ended_seq, ended_hash, waits_for_keys FROM device WHERE coop_id = ?1 ",
            $rest
        )
    };
}

pub(super) fn identity(connection: &Connection) -> Result<Identity, LogFault> {
    let sql = "SELECT centre_id, signing_key, secret FROM centre WHERE coop_id = ?1";
    Ok(connection.query_row(sql, [NIL], |row| {
        Ok(Identity { centre_id: row.get(0)?, signing_key: row.get(1)?, secret: row.get(2)? })
    })?)
}

fn to_cooperative(row: &Row<'_>) -> rusqlite::Result<Cooperative> {
    Ok(Cooperative {
        coop_id: row.get(0)?,
        handle: to_u64(row.get(1)?),
        name: row.get(2)?,
        region: row.get(3)?,
        utc_offset: row.get(4)?,
        is_registered: row.get(5)?,
        claim: row.get(6)?,
        epoch: row.get(7)?,
        last_server_seq: to_u64(row.get(8)?),
        books_device: row.get(9)?,
        block_first: row.get(10)?,
        block_count: row.get(11)?,
        alarms: row.get(12)?,
        erasures: row.get(13)?,
    })
}

pub(super) fn cooperative(
    connection: &Connection,
    coop_id: &CoopId,
) -> Result<Option<Cooperative>, LogFault> {
    let mut statement = connection.prepare_cached(cooperative!("WHERE coop_id = ?1"))?;
    Ok(statement.query_row([coop_id], to_cooperative).optional()?)
}

pub(super) fn by_handle(connection: &Connection, handle: u64) -> Result<Vec<Cooperative>, LogFault> {
    let mut statement = connection.prepare_cached(cooperative!("WHERE handle = ?1 ORDER BY coop_id"))?;
    let rows = statement.query_map([to_i64(handle)], to_cooperative)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn to_device(row: &Row<'_>) -> rusqlite::Result<Device> {
    let ended_seq: Option<i64> = row.get(8)?;
    let ended_hash: Option<[u8; 32]> = row.get(9)?;
    Ok(Device {
        device_no: row.get(0)?,
        device_id: row.get(1)?,
        device_key: row.get(2)?,
        exchange_key: row.get(3)?,
        genesis_hash: Hash(row.get(4)?),
        head_seq: to_u64(row.get(5)?),
        head_hash: Hash(row.get(6)?),
        transport: Transport::from_number(row.get(7)?),
        ended: ended_seq.zip(ended_hash).map(|(seq, hash)| (to_u64(seq), Hash(hash))),
        waits_for_keys: row.get(10)?,
    })
}

pub(super) fn device(
    connection: &Connection,
    coop_id: &CoopId,
    device_no: u32,
) -> Result<Option<Device>, LogFault> {
    let mut statement = connection.prepare_cached(device!("AND device_no = ?2"))?;
    Ok(statement.query_row(params![coop_id, device_no], to_device).optional()?)
}

pub(super) fn devices(connection: &Connection, coop_id: &CoopId) -> Result<Vec<Device>, LogFault> {
    let mut statement = connection.prepare_cached(device!("ORDER BY device_no"))?;
    let rows = statement.query_map([coop_id], to_device)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn invitations(connection: &Connection, coop_id: &CoopId) -> Result<Vec<Invitation>, LogFault> {
    let mut statement = connection.prepare_cached(
        "SELECT device_no, code_hash, expires_ms, tries, is_used FROM invitation WHERE coop_id = ?1
         ORDER BY device_no",
    )?;
    let rows = statement.query_map([coop_id], |row| {
        Ok(Invitation {
            device_no: row.get(0)?,
            code_hash: row.get(1)?,
            expires_ms: row.get(2)?,
            tries: row.get(3)?,
            is_used: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn hash_of_run(
    connection: &Connection,
    coop_id: &CoopId,
    server_seq: u64,
) -> Result<Option<Hash>, LogFault> {
    if server_seq == 0 {
        return Ok(None);
    }
    let sql = "SELECT hash FROM run WHERE coop_id = ?1 AND last_server_seq = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let hash = statement.query_row(params![coop_id, to_i64(server_seq)], |row| row.get(0)).optional()?;
    Ok(hash.map(Hash))
}

fn to_document(row: &Row<'_>) -> rusqlite::Result<StoredDocument> {
    Ok(StoredDocument {
        at: DocRef::new(row.get(0)?, to_u64(row.get(1)?)),
        header: row.get(2)?,
        body: row.get(3)?,
        effects: row.get(4)?,
        personal: row.get(5)?,
    })
}

pub(super) fn documents(
    connection: &Connection,
    coop_id: &CoopId,
    device_no: u32,
    first: u64,
    last: u64,
    into: &mut Vec<StoredDocument>,
) -> Result<(), LogFault> {
    let mut statement = connection.prepare_cached(
        "SELECT d.device_no, d.seq, d.header, d.body, d.effects, p.part
         FROM document d LEFT JOIN personal_part p USING (coop_id, device_no, seq)
         WHERE d.coop_id = ?1 AND d.device_no = ?2 AND d.seq BETWEEN ?3 AND ?4 ORDER BY d.seq",
    )?;
    let given = params![coop_id, device_no, to_i64(first), to_i64(last)];
    for document in statement.query_map(given, to_document)? {
        into.push(document?);
    }
    Ok(())
}

pub(super) fn control(
    connection: &Connection,
    coop_id: &CoopId,
    kinds: &[u16],
) -> Result<Vec<StoredDocument>, LogFault> {
    let mut statement = connection.prepare_cached(
        "SELECT d.device_no, d.seq, d.header, d.body, d.effects, NULL
         FROM control c JOIN document d USING (coop_id, device_no, seq)
         WHERE c.coop_id = ?1 AND c.kind = ?2",
    )?;
    let mut documents = Vec::new();
    for kind in kinds {
        for document in statement.query_map(params![coop_id, kind], to_document)? {
            documents.push(document?);
        }
    }
    documents.sort_by_key(|document| document.at);
    Ok(documents)
}

pub(super) fn runs_after(
    connection: &Connection,
    coop_id: &CoopId,
    server_seq: u64,
    limit: usize,
) -> Result<Vec<RunRow>, LogFault> {
    let mut statement = connection.prepare_cached(
        "SELECT first_server_seq, last_server_seq, device_no, first_seq, last_seq, hash, signature, bytes
         FROM run WHERE coop_id = ?1 AND last_server_seq > ?2 ORDER BY last_server_seq LIMIT ?3",
    )?;
    let given = params![coop_id, to_i64(server_seq), to_i64(limit as u64)];
    let rows = statement.query_map(given, |row| {
        Ok(RunRow {
            first_server_seq: to_u64(row.get(0)?),
            last_server_seq: to_u64(row.get(1)?),
            device_no: row.get(2)?,
            first_seq: to_u64(row.get(3)?),
            last_seq: to_u64(row.get(4)?),
            hash: Hash(row.get(5)?),
            signature: row.get(6)?,
            bytes: to_u64(row.get(7)?),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn attempts(connection: &Connection, address: &[u8; 16], window: i64) -> Result<u32, LogFault> {
    let sql = "SELECT tries FROM attempt WHERE coop_id = ?1 AND address = ?2 AND hour = ?3";
    let tries = connection.query_row(sql, params![NIL, address, window], |row| row.get(0)).optional()?;
    Ok(tries.unwrap_or(0))
}

pub(super) fn checkpoint(
    connection: &Connection,
    coop_id: &CoopId,
    level: u16,
) -> Result<Option<Checkpoint>, LogFault> {
    let mut statement = connection.prepare_cached(
        "SELECT level, server_seq, hash, blob_hash, bytes, heads FROM checkpoint
         WHERE coop_id = ?1 AND level = ?2 ORDER BY server_seq DESC LIMIT 1",
    )?;
    let found = statement
        .query_row(params![coop_id, level], |row| {
            let checkpoint = Checkpoint {
                level: row.get(0)?,
                server_seq: to_u64(row.get(1)?),
                hash: Hash(row.get(2)?),
                heads: Vec::new(),
                blob_hash: row.get(3)?,
                bytes: to_u64(row.get(4)?),
            };
            Ok((checkpoint, row.get::<_, Vec<u8>>(5)?))
        })
        .optional()?;
    let Some((mut checkpoint, heads)) = found else { return Ok(None) };
    checkpoint.heads = decode_heads(&heads)?;
    Ok(Some(checkpoint))
}

pub(super) fn quarantine(connection: &Connection, coop_id: &CoopId) -> Result<Vec<Quarantined>, LogFault> {
    let mut statement = connection.prepare_cached(
        "SELECT device_no, seq, reason FROM quarantine WHERE coop_id = ?1 ORDER BY device_no, seq",
    )?;
    let rows = statement.query_map([coop_id], |row| {
        Ok(Quarantined { at: DocRef::new(row.get(0)?, to_u64(row.get(1)?)), reason: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn totals(connection: &Connection, coop_id: &CoopId) -> Result<Totals, LogFault> {
    let mut totals = Totals::default();
    let mut statement = connection
        .prepare_cached("SELECT day, account, debit_rp, credit_rp FROM daily_total WHERE coop_id = ?1")?;
    let rows =
        statement.query_map([coop_id], |row| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?))))?;
    for row in rows {
        let (key, sums) = row?;
        totals.accounts.insert(key, sums);
    }
    let mut statement =
        connection.prepare_cached("SELECT day, sales, documents FROM daily_count WHERE coop_id = ?1")?;
    let rows = statement.query_map([coop_id], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    for row in rows {
        let (day, counts) = row?;
        totals.counts.insert(day, counts);
    }
    Ok(totals)
}
