//! What is written into the database. Rows of one table go as one statement over arrays; all statements of a
//! transaction and its end are sent without waiting in between. Where one fails those after it do nothing,
//! the end included.

use super::rows::{CooperativeRow, Devices, Documents, Invitations, Parts, Runs, TotalRows, places};
use super::to_i32;
use crate::log::{
    Changes, Checkpoint, CoopId, Cooperative, Device, Invitation, LogFault, encode_heads, to_i64,
};
use deadpool_postgres::Object;
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

const FOUND_COOPERATIVE: &str = "INSERT INTO cooperative (coop_id, handle, name, region, utc_offset,
    is_registered, claim, epoch, last_server_seq, books_device, block_first, block_count, alarms, erasures)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING";
const FOUND_MANY: &str = "INSERT INTO cooperative (coop_id, handle, name, region, utc_offset, is_registered,
    epoch, last_server_seq, books_device, block_first, block_count, alarms, erasures)
    SELECT coop_id, handle, '', '', 7, true, epoch, 0, 1, 0, 0, 0, 0
    FROM unnest($1::bytea[], $2::int8[], $3::bytea[]) AS g (coop_id, handle, epoch) ON CONFLICT DO NOTHING";
const UPDATE_COOPERATIVE: &str = "UPDATE cooperative SET claim = $2, epoch = $3, last_server_seq = $4,
    books_device = $5, block_first = $6, block_count = $7, alarms = $8, erasures = $9 WHERE coop_id = $1";
const MOVE_HEAD: &str =
    "UPDATE device SET head_seq = $3, head_hash = $4 WHERE coop_id = $1 AND device_no = $2";
const PUT_DEVICE: &str = "INSERT INTO device (coop_id, device_no, device_id, device_key, exchange_key,
    genesis_hash, head_seq, head_hash, transport, ended_seq, ended_hash, waits_for_keys)
    SELECT * FROM unnest($1::bytea[], $2::int4[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[],
        $7::int8[], $8::bytea[], $9::int2[], $10::int8[], $11::bytea[], $12::bool[])
    ON CONFLICT (coop_id, device_no) DO UPDATE SET head_seq = excluded.head_seq,
    head_hash = excluded.head_hash, transport = excluded.transport, ended_seq = excluded.ended_seq,
    ended_hash = excluded.ended_hash, waits_for_keys = excluded.waits_for_keys";
const PUT_INVITATION: &str =
    "INSERT INTO invitation (coop_id, device_no, code_hash, expires_ms, tries, is_used)
    SELECT $1, * FROM unnest($2::int4[], $3::bytea[], $4::int8[], $5::int4[], $6::bool[])
    ON CONFLICT (coop_id, device_no) DO UPDATE SET tries = excluded.tries, is_used = excluded.is_used";
const INSERT_RUN: &str = "INSERT INTO run (coop_id, last_server_seq, first_server_seq, device_no, first_seq,
    last_seq, hash, signature, bytes)
    SELECT $1, * FROM unnest($2::int8[], $3::int8[], $4::int4[], $5::int8[], $6::int8[], $7::bytea[],
        $8::bytea[], $9::int8[])";
const INSERT_DOCUMENT: &str = "INSERT INTO document (coop_id, device_no, seq, header, body, effects)
    SELECT $1, * FROM unnest($2::int4[], $3::int8[], $4::bytea[], $5::bytea[], $6::bytea[])";
const INSERT_PART: &str =
    "INSERT INTO personal_part (coop_id, device_no, seq, subject_device, subject_seq, part)
    SELECT $1, * FROM unnest($2::int4[], $3::int8[], $4::int4[], $5::int8[], $6::bytea[])";
// Sums stay at the end of their range: a hostile device must not be able to stop its own cooperative's log.
const ADD_TOTAL: &str = "INSERT INTO daily_total AS held (coop_id, day, account, debit_rp, credit_rp)
    SELECT $1, * FROM unnest($2::int4[], $3::int8[], $4::int8[], $5::int8[])
    ON CONFLICT (coop_id, day, account) DO UPDATE SET
    debit_rp = least(held.debit_rp, 4000000000000000000) + least(excluded.debit_rp, 4000000000000000000),
    credit_rp = least(held.credit_rp, 4000000000000000000) + least(excluded.credit_rp, 4000000000000000000)";
const ADD_COUNT: &str = "INSERT INTO daily_count AS held (coop_id, day, sales, documents)
    SELECT $1, * FROM unnest($2::int4[], $3::int8[], $4::int8[])
    ON CONFLICT (coop_id, day) DO UPDATE SET sales = held.sales + excluded.sales,
    documents = held.documents + excluded.documents";
const INSERT_QUARANTINE: &str = "INSERT INTO quarantine (coop_id, device_no, seq, reason)
    SELECT $1, * FROM unnest($2::int4[], $3::int8[], $4::text[])";
const INSERT_CONTROL: &str = "INSERT INTO control (coop_id, kind, device_no, seq)
    SELECT $1, * FROM unnest($2::int2[], $3::int4[], $4::int8[])";
const INSERT_ERASED: &str = "INSERT INTO erased (coop_id, member_device, member_seq)
    SELECT DISTINCT $1::bytea, m.device_no, m.seq FROM unnest($2::int4[], $3::int8[]) AS m (device_no, seq)
    ON CONFLICT DO NOTHING";
const FORGET_CHECKPOINTS: &str = "DELETE FROM checkpoint WHERE coop_id = $1";
const ERASE: &str = "DELETE FROM personal_part p USING erased e WHERE p.coop_id = $1 AND e.coop_id = $1
    AND p.subject_device = e.member_device AND p.subject_seq = e.member_seq";

pub(super) type Parameter<'a> = &'a (dyn ToSql + Sync);

/// Sends a statement, or nothing where there is none.
async fn send(
    client: &Object,
    statement: Option<&Statement>,
    given: &[Parameter<'_>],
) -> Result<(), tokio_postgres::Error> {
    match statement {
        Some(statement) => client.execute(statement, given).await.map(drop),
        None => Ok(()),
    }
}

async fn prepare(client: &Object, sql: &str, is_wanted: bool) -> Result<Option<Statement>, LogFault> {
    if is_wanted { Ok(Some(client.prepare_cached(sql).await?)) } else { Ok(None) }
}

pub(super) async fn changes(client: &Object, changes: &Changes<'_>) -> Result<(), LogFault> {
    let coop_id = &changes.cooperative.coop_id[..];
    let head = match changes.devices.as_slice() {
        [device] if changes.is_heads_alone => Some(device),
        _ => None,
    };
    let documents = Documents::of(&changes.runs);
    let parts = Parts::of(&changes.runs);
    let erases =
        !changes.erased.is_empty() || (changes.cooperative.erasures > 0 && !parts.device_nos.is_empty());

    let update = prepare(client, UPDATE_COOPERATIVE, true).await?;
    let move_head = prepare(client, MOVE_HEAD, head.is_some()).await?;
    let put_device = prepare(client, PUT_DEVICE, head.is_none() && !changes.devices.is_empty()).await?;
    let put_invitation = prepare(client, PUT_INVITATION, !changes.invitations.is_empty()).await?;
    let insert_run = prepare(client, INSERT_RUN, !changes.runs.is_empty()).await?;
    let insert_document = prepare(client, INSERT_DOCUMENT, !changes.runs.is_empty()).await?;
    let insert_part = prepare(client, INSERT_PART, !parts.device_nos.is_empty()).await?;
    let add_total = prepare(client, ADD_TOTAL, !changes.totals.accounts.is_empty()).await?;
    let add_count = prepare(client, ADD_COUNT, !changes.totals.counts.is_empty()).await?;
    let insert_quarantine = prepare(client, INSERT_QUARANTINE, !changes.quarantine.is_empty()).await?;
    let insert_control = prepare(client, INSERT_CONTROL, !changes.control.is_empty()).await?;
    let insert_erased = prepare(client, INSERT_ERASED, !changes.erased.is_empty()).await?;
    let forget = prepare(client, FORGET_CHECKPOINTS, !changes.erased.is_empty()).await?;
    let erase = prepare(client, ERASE, erases).await?;

    let cooperative = CooperativeRow::of(&changes.cooperative);
    let head_row = head.map(|head| (to_i32(head.device_no), to_i64(head.head_seq), &head.head_hash.0[..]));
    let (head_no, head_seq, head_hash) = head_row.unwrap_or((0, 0, &[]));
    let devices = Devices::of(changes.devices.iter().map(|device| (coop_id, device)));
    let invitations = Invitations::of(&changes.invitations);
    let runs = Runs::of(&changes.runs);
    let totals = TotalRows::of(changes);
    let quarantine = places(changes.quarantine.iter().map(|quarantined| quarantined.at));
    let reasons: Vec<String> =
        changes.quarantine.iter().map(|quarantined| quarantined.reason.replace('\0', " ")).collect();
    let control = places(changes.control.iter().map(|row| row.at));
    let kinds: Vec<i16> =
        changes.control.iter().map(|row| i16::try_from(row.kind).unwrap_or(i16::MAX)).collect();
    let erased = places(changes.erased.iter().copied());

    let update_given = cooperative.changing(&coop_id);
    let device_given = devices.given();
    let invitation_given = invitations.given(&coop_id);
    let run_given = runs.given(&coop_id);
    let document_given = documents.given(&coop_id);
    let part_given = parts.given(&coop_id);
    let head_given: [Parameter<'_>; 4] = [&coop_id, &head_no, &head_seq, &head_hash];
    let total_given: [Parameter<'_>; 5] =
        [&coop_id, &totals.days, &totals.accounts, &totals.debits, &totals.credits];
    let count_given: [Parameter<'_>; 4] = [&coop_id, &totals.count_days, &totals.sales, &totals.documents];
    let quarantine_given: [Parameter<'_>; 4] = [&coop_id, &quarantine.0, &quarantine.1, &reasons];
    let control_given: [Parameter<'_>; 4] = [&coop_id, &kinds, &control.0, &control.1];
    let erased_given: [Parameter<'_>; 3] = [&coop_id, &erased.0, &erased.1];
    let coop_given: [Parameter<'_>; 1] = [&coop_id];
    let results = tokio::join!(
        biased;
        send(client, update.as_ref(), &update_given),
        send(client, move_head.as_ref(), &head_given),
        send(client, put_device.as_ref(), &device_given),
        send(client, put_invitation.as_ref(), &invitation_given),
        send(client, insert_run.as_ref(), &run_given),
        send(client, insert_document.as_ref(), &document_given),
        send(client, insert_part.as_ref(), &part_given),
        send(client, add_total.as_ref(), &total_given),
        send(client, add_count.as_ref(), &count_given),
        send(client, insert_quarantine.as_ref(), &quarantine_given),
        send(client, insert_control.as_ref(), &control_given),
        send(client, insert_erased.as_ref(), &erased_given),
        send(client, forget.as_ref(), &coop_given),
        send(client, erase.as_ref(), &coop_given),
        client.batch_execute("COMMIT"),
    );
    // The first that failed says why; after it the end took everything back.
    results.0?;
    results.1?;
    results.2?;
    results.3?;
    results.4?;
    results.5?;
    results.6?;
    results.7?;
    results.8?;
    results.9?;
    results.10?;
    results.11?;
    results.12?;
    results.13?;
    Ok(results.14?)
}

pub(super) async fn found(
    client: &Object,
    cooperative: &Cooperative,
    devices: &[Device],
    invitations: &[Invitation],
) -> Result<bool, LogFault> {
    let coop_id = &cooperative.coop_id[..];
    let row = CooperativeRow::of(cooperative);
    let handle = to_i64(cooperative.handle);
    let utc_offset = i16::from(cooperative.utc_offset);
    let insert = client.prepare_cached(FOUND_COOPERATIVE).await?;
    let given: [Parameter<'_>; 14] = [
        &coop_id,
        &handle,
        &cooperative.name,
        &cooperative.region,
        &utc_offset,
        &cooperative.is_registered,
        &row.claim,
        &row.epoch,
        &row.last_server_seq,
        &row.books_device,
        &row.block_first,
        &row.block_count,
        &row.alarms,
        &row.erasures,
    ];
    if client.execute(&insert, &given).await? != 1 {
        return Ok(false);
    }
    if !devices.is_empty() {
        let put = client.prepare_cached(PUT_DEVICE).await?;
        let devices = Devices::of(devices.iter().map(|device| (coop_id, device)));
        client.execute(&put, &devices.given()).await?;
    }
    if !invitations.is_empty() {
        let put = client.prepare_cached(PUT_INVITATION).await?;
        client.execute(&put, &Invitations::of(invitations).given(&coop_id)).await?;
    }
    Ok(true)
}

pub(super) async fn found_many(
    client: &Object,
    cooperatives: &[(Cooperative, Vec<Device>)],
) -> Result<(), LogFault> {
    let coop_ids: Vec<&[u8]> = cooperatives.iter().map(|(row, _)| &row.coop_id[..]).collect();
    let handles: Vec<i64> = cooperatives.iter().map(|(row, _)| to_i64(row.handle)).collect();
    let epochs: Vec<&[u8]> = cooperatives.iter().map(|(row, _)| &row.epoch[..]).collect();
    client.execute(FOUND_MANY, &[&coop_ids, &handles, &epochs]).await?;
    let rows = cooperatives
        .iter()
        .flat_map(|(row, devices)| devices.iter().map(|device| (&row.coop_id[..], device)));
    let put = client.prepare_cached(PUT_DEVICE).await?;
    client.execute(&put, &Devices::of(rows).given()).await?;
    Ok(())
}

pub(super) async fn checkpoint(
    client: &Object,
    coop_id: &CoopId,
    checkpoint: &Checkpoint,
    blob: &[u8],
) -> Result<(), LogFault> {
    let coop_id = &coop_id[..];
    let level = i16::try_from(checkpoint.level).unwrap_or(i16::MAX);
    let heads = encode_heads(&checkpoint.heads);
    let (hash, blob_hash) = (&checkpoint.hash.0[..], &checkpoint.blob_hash[..]);
    let (server_seq, bytes) = (to_i64(checkpoint.server_seq), to_i64(checkpoint.bytes));
    let insert = "INSERT INTO checkpoint (coop_id, level, server_seq, hash, heads, blob_hash, bytes, content)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let given: [Parameter<'_>; 8] = [&coop_id, &level, &server_seq, &hash, &heads, &blob_hash, &bytes, &blob];
    client.execute(insert, &given).await?;
    let delete = "DELETE FROM checkpoint WHERE coop_id = $1 AND level = $2 AND server_seq NOT IN
                  (SELECT server_seq FROM checkpoint WHERE coop_id = $1 AND level = $2
                   ORDER BY server_seq DESC LIMIT 2)";
    client.execute(delete, &[&coop_id, &level]).await?;
    Ok(())
}
