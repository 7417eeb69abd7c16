//! What is written into the file, within a transaction that the session began.

use crate::log::{
    Changes, Checkpoint, CoopId, Cooperative, Device, Invitation, LogFault, NewRun, Totals, encode_heads,
    subject_of, to_i64,
};
use rusqlite::{Connection, params};

const INSERT_COOPERATIVE: &str = "INSERT INTO cooperative (coop_id, handle, name, region, utc_offset,
    is_registered, claim, epoch, last_server_seq, books_device, block_first, block_count, alarms, erasures)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT DO NOTHING";
const UPDATE_COOPERATIVE: &str = "UPDATE cooperative SET claim = ?2, epoch = ?3, last_server_seq = ?4,
    books_device = ?5, block_first = ?6, block_count = ?7, alarms = ?8, erasures = ?9 WHERE coop_id = ?1";
const PUT_DEVICE: &str = "INSERT INTO device (coop_id, device_no, device_id, device_key, exchange_key,
    genesis_hash, head_seq, head_hash, transport, ended_seq, ended_hash, waits_for_keys)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
    ON CONFLICT DO UPDATE SET head_seq = excluded.head_seq, head_hash = excluded.head_hash,
    transport = excluded.transport, ended_seq = excluded.ended_seq, ended_hash = excluded.ended_hash,
    waits_for_keys = excluded.waits_for_keys";
const PUT_INVITATION: &str =
    "INSERT INTO invitation (coop_id, device_no, code_hash, expires_ms, tries, is_used)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT DO UPDATE SET tries = excluded.tries, is_used = excluded.is_used";
// Sums stay at the end of their range: a hostile device must not be able to stop its own cooperative's log.
const ADD_TOTAL: &str = "INSERT INTO daily_total (coop_id, day, account, debit_rp, credit_rp)
    VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT DO UPDATE SET
    debit_rp = min(debit_rp, 4000000000000000000) + min(excluded.debit_rp, 4000000000000000000),
    credit_rp = min(credit_rp, 4000000000000000000) + min(excluded.credit_rp, 4000000000000000000)";

pub(super) fn found(
    connection: &Connection,
    cooperative: &Cooperative,
    devices: &[Device],
    invitations: &[Invitation],
) -> Result<bool, LogFault> {
    let added = connection.prepare_cached(INSERT_COOPERATIVE)?.execute(params![
        cooperative.coop_id,
        to_i64(cooperative.handle),
        cooperative.name,
        cooperative.region,
        cooperative.utc_offset,
        cooperative.is_registered,
        cooperative.claim,
        cooperative.epoch,
        to_i64(cooperative.last_server_seq),
        cooperative.books_device,
        cooperative.block_first,
        cooperative.block_count,
        cooperative.alarms,
        cooperative.erasures,
    ])?;
    if added == 1 {
        put_devices(connection, &cooperative.coop_id, devices)?;
        put_invitations(connection, &cooperative.coop_id, invitations)?;
    }
    Ok(added == 1)
}

pub(super) fn changes(connection: &Connection, changes: &Changes<'_>) -> Result<(), LogFault> {
    let cooperative = &changes.cooperative;
    let coop_id = &cooperative.coop_id;
    connection.prepare_cached(UPDATE_COOPERATIVE)?.execute(params![
        coop_id,
        cooperative.claim,
        cooperative.epoch,
        to_i64(cooperative.last_server_seq),
        cooperative.books_device,
        cooperative.block_first,
        cooperative.block_count,
        cooperative.alarms,
        cooperative.erasures,
    ])?;
    put_devices(connection, coop_id, &changes.devices)?;
    put_invitations(connection, coop_id, &changes.invitations)?;
    for run in &changes.runs {
        insert_run(connection, coop_id, run)?;
    }
    add_totals(connection, coop_id, &changes.totals)?;
    for quarantined in &changes.quarantine {
        connection
            .prepare_cached(
                "INSERT INTO quarantine (coop_id, device_no, seq, reason) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                coop_id,
                quarantined.at.device_no,
                to_i64(quarantined.at.seq),
                quarantined.reason
            ])?;
    }
    for row in &changes.control {
        connection
            .prepare_cached("INSERT INTO control (coop_id, kind, device_no, seq) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![coop_id, row.kind, row.at.device_no, to_i64(row.at.seq)])?;
    }
    for member in &changes.erased {
        connection
            .prepare_cached(
                "INSERT INTO erased (coop_id, member_device, member_seq) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![coop_id, member.device_no, to_i64(member.seq)])?;
    }
    if !changes.erased.is_empty() {
        // Blobs hold the parts too; they are made again when asked for.
        connection.prepare_cached("DELETE FROM checkpoint WHERE coop_id = ?1")?.execute([coop_id])?;
    }
    let brings_parts = || {
        let mut documents = changes.runs.iter().flat_map(|run| run.documents.iter());
        documents.any(|document| document.personal_bytes.is_some())
    };
    if !changes.erased.is_empty() || (cooperative.erasures > 0 && brings_parts()) {
        connection
            .prepare_cached(
                "DELETE FROM personal_part WHERE coop_id = ?1 AND (subject_device, subject_seq) IN
                 (SELECT member_device, member_seq FROM erased WHERE coop_id = ?1)",
            )?
            .execute([coop_id])?;
    }
    Ok(())
}

fn put_devices(connection: &Connection, coop_id: &CoopId, devices: &[Device]) -> Result<(), LogFault> {
    let mut statement = connection.prepare_cached(PUT_DEVICE)?;
    for device in devices {
        statement.execute(params![
            coop_id,
            device.device_no,
            device.device_id,
            device.device_key,
            device.exchange_key,
            device.genesis_hash.0,
            to_i64(device.head_seq),
            device.head_hash.0,
            device.transport.number(),
            device.ended.map(|(seq, _)| to_i64(seq)),
            device.ended.map(|(_, hash)| hash.0),
            device.waits_for_keys,
        ])?;
    }
    Ok(())
}

fn put_invitations(
    connection: &Connection,
    coop_id: &CoopId,
    invitations: &[Invitation],
) -> Result<(), LogFault> {
    let mut statement = connection.prepare_cached(PUT_INVITATION)?;
    for invitation in invitations {
        statement.execute(params![
            coop_id,
            invitation.device_no,
            invitation.code_hash,
            invitation.expires_ms,
            invitation.tries,
            invitation.is_used,
        ])?;
    }
    Ok(())
}

fn insert_run(connection: &Connection, coop_id: &CoopId, run: &NewRun<'_>) -> Result<(), LogFault> {
    connection
        .prepare_cached(
            "INSERT INTO run (coop_id, last_server_seq, first_server_seq, device_no, first_seq, last_seq, hash,
             signature, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            coop_id,
            to_i64(run.last_server_seq()),
            to_i64(run.first_server_seq),
            run.device_no,
            to_i64(run.first_seq()),
            to_i64(run.last_seq()),
            run.hash.0,
            run.signature,
            to_i64(run.bytes()),
        ])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO document (coop_id, device_no, seq, header, body, effects) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let mut insert_part = connection.prepare_cached(
        "INSERT INTO personal_part (coop_id, device_no, seq, subject_device, subject_seq, part)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for document in run.documents.iter() {
        let seq = to_i64(document.at.seq);
        insert.execute(params![
            coop_id,
            run.device_no,
            seq,
            document.header_bytes,
            document.body_bytes,
            document.effects_bytes
        ])?;
        if let Some(part) = &document.personal_bytes {
            let subject = subject_of(document);
            insert_part.execute(params![
                coop_id,
                run.device_no,
                seq,
                subject.map(|subject| subject.device_no),
                subject.map(|subject| to_i64(subject.seq)),
                part
            ])?;
        }
    }
    Ok(())
}

fn add_totals(connection: &Connection, coop_id: &CoopId, totals: &Totals) -> Result<(), LogFault> {
    let mut statement = connection.prepare_cached(ADD_TOTAL)?;
    for ((day, account), (debit, credit)) in &totals.accounts {
        statement.execute(params![coop_id, day, account, debit, credit])?;
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO daily_count (coop_id, day, sales, documents) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET sales = sales + excluded.sales, documents = documents + excluded.documents",
    )?;
    for (day, (sales, documents)) in &totals.counts {
        statement.execute(params![coop_id, day, sales, documents])?;
    }
    Ok(())
}

pub(super) fn checkpoint(
    connection: &Connection,
    coop_id: &CoopId,
    checkpoint: &Checkpoint,
    blob: &[u8],
) -> Result<(), LogFault> {
    connection.execute(
        "INSERT INTO checkpoint (coop_id, level, server_seq, hash, heads, blob_hash, bytes, content)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
        params![
            coop_id,
            checkpoint.level,
            to_i64(checkpoint.server_seq),
            checkpoint.hash.0,
            encode_heads(&checkpoint.heads),
            checkpoint.blob_hash,
            to_i64(checkpoint.bytes),
            blob,
        ],
    )?;
    connection.execute(
        "DELETE FROM checkpoint WHERE coop_id = ?1 AND level = ?2 AND server_seq NOT IN
         (SELECT server_seq FROM checkpoint WHERE coop_id = ?1 AND level = ?2
          ORDER BY server_seq DESC LIMIT 2)",
        params![coop_id, checkpoint.level],
    )?;
    Ok(())
}
