//! Rows of one table as arrays, a column each: how many rows go in one statement.

use super::to_i32;
use super::write::Parameter;
use crate::log::{Changes, Cooperative, Device, Invitation, NewRun, subject_of, to_i64};
use lumbung_primitives::DocRef;

pub(super) struct CooperativeRow<'a> {
    pub(super) claim: Option<&'a [u8]>,
    pub(super) epoch: &'a [u8],
    pub(super) last_server_seq: i64,
    pub(super) books_device: i32,
    pub(super) block_first: i32,
    pub(super) block_count: i32,
    pub(super) alarms: i32,
    pub(super) erasures: i32,
}

impl<'a> CooperativeRow<'a> {
    pub(super) fn of(row: &'a Cooperative) -> Self {
        Self {
            claim: row.claim.as_ref().map(|claim| &claim[..]),
            epoch: &row.epoch[..],
            last_server_seq: to_i64(row.last_server_seq),
            books_device: to_i32(row.books_device),
            block_first: to_i32(row.block_first),
            block_count: to_i32(row.block_count),
            alarms: to_i32(row.alarms),
            erasures: to_i32(row.erasures),
        }
    }

    pub(super) fn changing<'b>(&'b self, coop_id: &'b &'b [u8]) -> [Parameter<'b>; 9] {
        [
            coop_id,
            &self.claim,
            &self.epoch,
            &self.last_server_seq,
            &self.books_device,
            &self.block_first,
            &self.block_count,
            &self.alarms,
            &self.erasures,
        ]
    }
}

#[derive(Default)]
pub(super) struct Devices<'a> {
    pub(super) coop_ids: Vec<&'a [u8]>,
    pub(super) device_nos: Vec<i32>,
    pub(super) ids: Vec<&'a [u8]>,
    pub(super) keys: Vec<&'a [u8]>,
    pub(super) exchange_keys: Vec<&'a [u8]>,
    pub(super) genesis_hashes: Vec<&'a [u8]>,
    pub(super) head_seqs: Vec<i64>,
    pub(super) head_hashes: Vec<&'a [u8]>,
    pub(super) transports: Vec<i16>,
    pub(super) ended_seqs: Vec<Option<i64>>,
    pub(super) ended_hashes: Vec<Option<&'a [u8]>>,
    pub(super) waits: Vec<bool>,
}

impl<'a> Devices<'a> {
    pub(super) fn of(rows: impl Iterator<Item = (&'a [u8], &'a Device)>) -> Self {
        let mut devices = Self::default();
        for (coop_id, device) in rows {
            devices.coop_ids.push(coop_id);
            devices.device_nos.push(to_i32(device.device_no));
            devices.ids.push(&device.device_id);
            devices.keys.push(&device.device_key);
            devices.exchange_keys.push(&device.exchange_key);
            devices.genesis_hashes.push(&device.genesis_hash.0);
            devices.head_seqs.push(to_i64(device.head_seq));
            devices.head_hashes.push(&device.head_hash.0);
            devices.transports.push(device.transport.number());
            devices.ended_seqs.push(device.ended.map(|(seq, _)| to_i64(seq)));
            devices.ended_hashes.push(device.ended.as_ref().map(|(_, hash)| &hash.0[..]));
            devices.waits.push(device.waits_for_keys);
        }
        devices
    }

    pub(super) fn given(&self) -> [Parameter<'_>; 12] {
        [
            &self.coop_ids,
            &self.device_nos,
            &self.ids,
            &self.keys,
            &self.exchange_keys,
            &self.genesis_hashes,
            &self.head_seqs,
            &self.head_hashes,
            &self.transports,
            &self.ended_seqs,
            &self.ended_hashes,
            &self.waits,
        ]
    }
}

pub(super) struct Invitations<'a> {
    pub(super) device_nos: Vec<i32>,
    pub(super) code_hashes: Vec<&'a [u8]>,
    pub(super) expiries: Vec<i64>,
    pub(super) tries: Vec<i32>,
    pub(super) used: Vec<bool>,
}

impl<'a> Invitations<'a> {
    pub(super) fn of(rows: &'a [Invitation]) -> Self {
        Self {
            device_nos: rows.iter().map(|row| to_i32(row.device_no)).collect(),
            code_hashes: rows.iter().map(|row| &row.code_hash[..]).collect(),
            expiries: rows.iter().map(|row| row.expires_ms).collect(),
            tries: rows.iter().map(|row| to_i32(row.tries)).collect(),
            used: rows.iter().map(|row| row.is_used).collect(),
        }
    }

    pub(super) fn given<'b>(&'b self, coop_id: &'b &'b [u8]) -> [Parameter<'b>; 6] {
        [coop_id, &self.device_nos, &self.code_hashes, &self.expiries, &self.tries, &self.used]
    }
}

pub(super) struct Runs<'a> {
    pub(super) last_server_seqs: Vec<i64>,
    pub(super) first_server_seqs: Vec<i64>,
    pub(super) device_nos: Vec<i32>,
    pub(super) first_seqs: Vec<i64>,
    pub(super) last_seqs: Vec<i64>,
    pub(super) hashes: Vec<&'a [u8]>,
    pub(super) signatures: Vec<&'a [u8]>,
    pub(super) bytes: Vec<i64>,
}

impl<'a> Runs<'a> {
    pub(super) fn of(runs: &'a [NewRun<'_>]) -> Self {
        Self {
            last_server_seqs: runs.iter().map(|run| to_i64(run.last_server_seq())).collect(),
            first_server_seqs: runs.iter().map(|run| to_i64(run.first_server_seq)).collect(),
            device_nos: runs.iter().map(|run| to_i32(run.device_no)).collect(),
            first_seqs: runs.iter().map(|run| to_i64(run.first_seq())).collect(),
            last_seqs: runs.iter().map(|run| to_i64(run.last_seq())).collect(),
            hashes: runs.iter().map(|run| &run.hash.0[..]).collect(),
            signatures: runs.iter().map(|run| &run.signature[..]).collect(),
            bytes: runs.iter().map(|run| to_i64(run.bytes())).collect(),
        }
    }

    pub(super) fn given<'b>(&'b self, coop_id: &'b &'b [u8]) -> [Parameter<'b>; 9] {
        [
            coop_id,
            &self.last_server_seqs,
            &self.first_server_seqs,
            &self.device_nos,
            &self.first_seqs,
            &self.last_seqs,
            &self.hashes,
            &self.signatures,
            &self.bytes,
        ]
    }
}

pub(super) struct Documents<'a> {
    pub(super) device_nos: Vec<i32>,
    pub(super) seqs: Vec<i64>,
    pub(super) headers: Vec<&'a [u8]>,
    pub(super) bodies: Vec<&'a [u8]>,
    pub(super) effects: Vec<&'a [u8]>,
}

impl<'a> Documents<'a> {
    pub(super) fn of(runs: &'a [NewRun<'_>]) -> Self {
        let count = runs.iter().map(|run| run.documents.len()).sum();
        let mut rows = Self {
            device_nos: Vec::with_capacity(count),
            seqs: Vec::with_capacity(count),
            headers: Vec::with_capacity(count),
            bodies: Vec::with_capacity(count),
            effects: Vec::with_capacity(count),
        };
        for document in runs.iter().flat_map(|run| run.documents.iter()) {
            rows.device_nos.push(to_i32(document.at.device_no));
            rows.seqs.push(to_i64(document.at.seq));
            rows.headers.push(&document.header_bytes);
            rows.bodies.push(&document.body_bytes);
            rows.effects.push(&document.effects_bytes);
        }
        rows
    }

    pub(super) fn given<'b>(&'b self, coop_id: &'b &'b [u8]) -> [Parameter<'b>; 6] {
        [coop_id, &self.device_nos, &self.seqs, &self.headers, &self.bodies, &self.effects]
    }
}

#[derive(Default)]
pub(super) struct Parts<'a> {
    pub(super) device_nos: Vec<i32>,
    pub(super) seqs: Vec<i64>,
    pub(super) subject_devices: Vec<Option<i32>>,
    pub(super) subject_seqs: Vec<Option<i64>>,
    pub(super) contents: Vec<&'a [u8]>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(runs: &'a [NewRun<'_>]) -> Self {
        let mut rows = Self::default();
        for document in runs.iter().flat_map(|run| run.documents.iter()) {
            let Some(part) = &document.personal_bytes else { continue };
            let subject = subject_of(document);
            rows.device_nos.push(to_i32(document.at.device_no));
            rows.seqs.push(to_i64(document.at.seq));
            rows.subject_devices.push(subject.map(|subject| to_i32(subject.device_no)));
            rows.subject_seqs.push(subject.map(|subject| to_i64(subject.seq)));
            rows.contents.push(part);
        }
        rows
    }

    pub(super) fn given<'b>(&'b self, coop_id: &'b &'b [u8]) -> [Parameter<'b>; 6] {
        [coop_id, &self.device_nos, &self.seqs, &self.subject_devices, &self.subject_seqs, &self.contents]
    }
}

#[derive(Default)]
pub(super) struct TotalRows {
    pub(super) days: Vec<i32>,
    pub(super) accounts: Vec<i64>,
    pub(super) debits: Vec<i64>,
    pub(super) credits: Vec<i64>,
    pub(super) count_days: Vec<i32>,
    pub(super) sales: Vec<i64>,
    pub(super) documents: Vec<i64>,
}

impl TotalRows {
    pub(super) fn of(changes: &Changes<'_>) -> Self {
        let mut rows = Self::default();
        for ((day, account), (debit, credit)) in &changes.totals.accounts {
            rows.days.push(*day);
            rows.accounts.push(i64::from(*account));
            rows.debits.push(*debit);
            rows.credits.push(*credit);
        }
        for (day, (sales, documents)) in &changes.totals.counts {
            rows.count_days.push(*day);
            rows.sales.push(*sales);
            rows.documents.push(*documents);
        }
        rows
    }
}

pub(super) fn places(places: impl Iterator<Item = DocRef>) -> (Vec<i32>, Vec<i64>) {
    places.map(|at| (to_i32(at.device_no), to_i64(at.seq))).unzip()
}
