//! What is asked of the database.

use crate::log::{
    Checkpoint, Cooperative, Device, Glance, Identity, Invitation, LogFault, Quarantined, RunRow,
    StoredDocument, Totals, Transport, array, decode_heads, to_u64,
};
use lumbung_document::Hash;
use lumbung_primitives::DocRef;
use tokio_postgres::Row;

/// A cooperative's columns begin every row that holds one; a device's follow.
macro_rules! cooperative {
    () => {
        "c.coop_id, c.handle, c.name, c.region, c.utc_offset, c.is_registered, c.claim, c.epoch, \
         c.last_server_seq, c.books_device, c.block_first, c.block_count, c.alarms, c.erasures"
    };
}

macro_rules! device {
    () => {
        "d.device_no, d.device_id, d.device_key, d.exchange_key, d.genesis_hash, d.head_seq, d.head_hash, \
         d.transport, d.ended_seq, d.ended_hash, d.waits_for_keys"
    };
}

macro_rules! document {
    () => {
        "d.device_no, d.seq, d.header, d.body, d.effects, p.part"
    };
}

pub(super) const GLANCE: &str = concat!(
    "SELECT ",
    cooperative!(),
    ", ",
    device!(),
    ", r.hash FROM cooperative c
     LEFT JOIN device d ON d.coop_id = c.coop_id AND d.device_no = $2
     LEFT JOIN run r ON r.coop_id = c.coop_id AND r.last_server_seq = $3
     WHERE c.coop_id = $1"
);
const DEVICE_AT: usize = 14;
const CURSOR_AT: usize = 25;

/// Rows that refer to the cooperative do not wait for this lock.
pub(super) const LOCK: &str =
    concat!("SELECT ", cooperative!(), " FROM cooperative c WHERE c.coop_id = $1 FOR NO KEY UPDATE");
pub(super) const BY_HANDLE: &str =
    concat!("SELECT ", cooperative!(), " FROM cooperative c WHERE c.handle = $1 ORDER BY c.coop_id");
pub(super) const DEVICE: &str =
    concat!("SELECT ", device!(), " FROM device d WHERE d.coop_id = $1 AND d.device_no = $2");
pub(super) const DEVICES: &str =
    concat!("SELECT ", device!(), " FROM device d WHERE d.coop_id = $1 ORDER BY d.device_no");
pub(super) const INVITATIONS: &str = "SELECT device_no, code_hash, expires_ms, tries, is_used FROM invitation
     WHERE coop_id = $1 ORDER BY device_no";
pub(super) const DOCUMENTS: &str = concat!(
    "SELECT ",
    document!(),
    " FROM document d
     LEFT JOIN personal_part p ON p.coop_id = d.coop_id AND p.device_no = d.device_no AND p.seq = d.seq
     WHERE d.coop_id = $1 AND d.device_no = $2 AND d.seq BETWEEN $3 AND $4 ORDER BY d.seq"
);
pub(super) const DOCUMENTS_OF: &str = concat!(
    "SELECT ",
    document!(),
    " FROM unnest($2::int4[], $3::int8[], $4::int8[]) WITH ORDINALITY AS r (device_no, first_seq, last_seq, nth)
     JOIN document d ON d.coop_id = $1 AND d.device_no = r.device_no
         AND d.seq BETWEEN r.first_seq AND r.last_seq
     LEFT JOIN personal_part p ON p.coop_id = $1 AND p.device_no = d.device_no AND p.seq = d.seq
     ORDER BY r.nth, d.seq"
);
pub(super) const CONTROL: &str = "SELECT d.device_no, d.seq, d.header, d.body, d.effects, NULL::bytea
     FROM control c JOIN document d ON d.coop_id = c.coop_id AND d.device_no = c.device_no AND d.seq = c.seq
     WHERE c.coop_id = $1 AND c.kind = ANY($2) ORDER BY d.device_no, d.seq";
pub(super) const RUNS: &str =
    "SELECT first_server_seq, last_server_seq, device_no, first_seq, last_seq, hash,
     signature, bytes FROM run WHERE coop_id = $1 AND last_server_seq > $2 ORDER BY last_server_seq LIMIT $3";
pub(super) const CHECKPOINT: &str = "SELECT level, server_seq, hash, heads, blob_hash, bytes FROM checkpoint
     WHERE coop_id = $1 AND level = $2 ORDER BY server_seq DESC LIMIT 1";
pub(super) const QUARANTINE: &str =
    "SELECT device_no, seq, reason FROM quarantine WHERE coop_id = $1 ORDER BY device_no, seq";

fn bytes<const N: usize>(row: &Row, at: usize) -> Result<[u8; N], LogFault> {
    array(row.try_get::<_, &[u8]>(at)?)
}

fn number(row: &Row, at: usize) -> Result<u64, LogFault> {
    Ok(to_u64(row.try_get(at)?))
}

fn small(row: &Row, at: usize) -> Result<u32, LogFault> {
    Ok(u32::try_from(row.try_get::<_, i32>(at)?).unwrap_or(0))
}

pub(super) fn identity(row: &Row) -> Result<Identity, LogFault> {
    Ok(Identity { centre_id: bytes(row, 0)?, signing_key: bytes(row, 1)?, secret: bytes(row, 2)? })
}

pub(super) fn cooperative(row: &Row) -> Result<Cooperative, LogFault> {
    let claim: Option<&[u8]> = row.try_get(6)?;
    Ok(Cooperative {
        coop_id: bytes(row, 0)?,
        handle: number(row, 1)?,
        name: row.try_get(2)?,
        region: row.try_get(3)?,
        utc_offset: u8::try_from(row.try_get::<_, i16>(4)?).unwrap_or(0),
        is_registered: row.try_get(5)?,
        claim: claim.map(array).transpose()?,
        epoch: bytes(row, 7)?,
        last_server_seq: number(row, 8)?,
        books_device: small(row, 9)?,
        block_first: small(row, 10)?,
        block_count: small(row, 11)?,
        alarms: small(row, 12)?,
        erasures: small(row, 13)?,
    })
}

pub(super) fn device(row: &Row) -> Result<Device, LogFault> {
    device_from(row, 0)
}

fn device_from(row: &Row, at: usize) -> Result<Device, LogFault> {
    let ended_seq: Option<i64> = row.try_get(at + 8)?;
    let ended_hash: Option<&[u8]> = row.try_get(at + 9)?;
    let ended = match (ended_seq, ended_hash) {
        (Some(seq), Some(hash)) => Some((to_u64(seq), Hash(array(hash)?))),
        _ => None,
    };
    Ok(Device {
        device_no: small(row, at)?,
        device_id: bytes(row, at + 1)?,
        device_key: bytes(row, at + 2)?,
        exchange_key: bytes(row, at + 3)?,
        genesis_hash: Hash(bytes(row, at + 4)?),
        head_seq: number(row, at + 5)?,
        head_hash: Hash(bytes(row, at + 6)?),
        transport: Transport::from_number(row.try_get(at + 7)?),
        ended,
        waits_for_keys: row.try_get(at + 10)?,
    })
}

pub(super) fn glance(row: &Row) -> Result<Glance, LogFault> {
    let device_no: Option<i32> = row.try_get(DEVICE_AT)?;
    let cursor: Option<&[u8]> = row.try_get(CURSOR_AT)?;
    Ok(Glance {
        cooperative: cooperative(row)?,
        device: device_no.map(|_| device_from(row, DEVICE_AT)).transpose()?,
        cursor_hash: cursor.map(array).transpose()?.map(Hash),
    })
}

pub(super) fn invitation(row: &Row) -> Result<Invitation, LogFault> {
    Ok(Invitation {
        device_no: small(row, 0)?,
        code_hash: bytes(row, 1)?,
        expires_ms: row.try_get(2)?,
        tries: small(row, 3)?,
        is_used: row.try_get(4)?,
    })
}

pub(super) fn document(row: &Row) -> Result<StoredDocument, LogFault> {
    Ok(StoredDocument {
        at: DocRef::new(small(row, 0)?, number(row, 1)?),
        header: row.try_get(2)?,
        body: row.try_get(3)?,
        effects: row.try_get(4)?,
        personal: row.try_get(5)?,
    })
}

pub(super) fn run(row: &Row) -> Result<RunRow, LogFault> {
    Ok(RunRow {
        first_server_seq: number(row, 0)?,
        last_server_seq: number(row, 1)?,
        device_no: small(row, 2)?,
        first_seq: number(row, 3)?,
        last_seq: number(row, 4)?,
        hash: Hash(bytes(row, 5)?),
        signature: bytes(row, 6)?,
        bytes: number(row, 7)?,
    })
}

pub(super) fn checkpoint(row: &Row) -> Result<Checkpoint, LogFault> {
    Ok(Checkpoint {
        level: u16::try_from(row.try_get::<_, i16>(0)?).unwrap_or(0),
        server_seq: number(row, 1)?,
        hash: Hash(bytes(row, 2)?),
        heads: decode_heads(row.try_get(3)?)?,
        blob_hash: bytes(row, 4)?,
        bytes: number(row, 5)?,
    })
}

pub(super) fn quarantined(row: &Row) -> Result<Quarantined, LogFault> {
    Ok(Quarantined { at: DocRef::new(small(row, 0)?, number(row, 1)?), reason: row.try_get(2)? })
}

pub(super) fn totals(accounts: &[Row], counts: &[Row]) -> Result<Totals, LogFault> {
    let mut totals = Totals::default();
    for row in accounts {
        let account = u32::try_from(row.try_get::<_, i64>(1)?).unwrap_or(0);
        totals.accounts.insert((row.try_get(0)?, account), (row.try_get(2)?, row.try_get(3)?));
    }
    for row in counts {
        totals.counts.insert(row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?));
    }
    Ok(totals)
}
