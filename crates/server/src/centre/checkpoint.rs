//! The log's beginning as one blob, for devices that join: packs of high effort, one after another, each as a
//! CBOR byte string. A later checkpoint is an earlier one with more packs behind it, so making one costs no
//! more than what is new.

use super::problem::problem;
use super::pull::{begins, read};
use super::token::Bearer;
use super::{Centre, Rules, admit, mark_of};
use crate::log::{CentreLog, Checkpoint, Cooperative, LogFault, RunRow, Session as _};
use lumbung_document::Hash;
use lumbung_sync::expand::{Expander as _, Level};
use lumbung_sync::recode::{Effort, Form, pack};
use lumbung_sync::wire::{
    CheckpointAnswer, Cursor, DOCUMENTS_MAX, Problem, ProblemCode, RAW_BYTES_MAX, WireHead,
    checkpoint_message,
};
use sha2::{Digest, Sha256};

/// A checkpoint that is further behind is followed by another.
const EVERY: u64 = 4_096;
/// Documents taken into a checkpoint while somebody waits for it.
const AT_ONCE: u64 = 4 * EVERY;
const EFFORT: Effort = 19;
/// Most bytes of a blob in one answer.
const PART_MAX: u64 = 4 << 20;

impl<L: CentreLog> Centre<L> {
    pub(super) async fn answer_checkpoint(
        &self,
        bearer: Bearer,
        level: Level,
    ) -> Result<CheckpointAnswer, Problem> {
        let mut session = self.log.session().await?;
        let (glance, _) = admit(&mut session, bearer, 0).await?;
        let level = level.min(Rules.level());
        let checkpoint = self.checkpoint_of(&mut session, &glance.cooperative, level).await?;
        let Some(checkpoint) = checkpoint else {
            return Err(problem(ProblemCode::NotFound, "nothing there yet"));
        };
        let coop_id = glance.cooperative.coop_id;
        let epoch = glance.cooperative.epoch;
        let cursor = Cursor { server_seq: checkpoint.server_seq, mark: mark_of(&checkpoint.hash) };
        let blob = checkpoint.blob_hash;
        let signature = self.sign(&checkpoint_message(&coop_id, &epoch, cursor, &blob));
        Ok(CheckpointAnswer {
            epoch,
            cursor,
            heads: checkpoint.heads,
            blob,
            bytes: checkpoint.bytes,
            documents: checkpoint.server_seq,
            signature,
        })
    }

    async fn checkpoint_of(
        &self,
        session: &mut L::Session<'_>,
        cooperative: &Cooperative,
        level: Level,
    ) -> Result<Option<Checkpoint>, LogFault> {
        let last = cooperative.last_server_seq;
        let held = session.checkpoint(&cooperative.coop_id, level).await?;
        let reached = held.as_ref().map_or(0, |held| held.server_seq);
        // One beyond the log's end is of a log that was lost since: it is made anew.
        let is_fresh = reached <= last && last - reached < EVERY;
        if last == 0 || (is_fresh && held.is_some()) {
            return Ok(held);
        }
        let held = held.filter(|held| held.server_seq <= last);
        self.extend(session, cooperative, level, held).await.map(Some)
    }

    /// Makes a checkpoint that goes at most [`AT_ONCE`] documents further than the one that is held.
    async fn extend(
        &self,
        session: &mut L::Session<'_>,
        cooperative: &Cooperative,
        level: Level,
        held: Option<Checkpoint>,
    ) -> Result<Checkpoint, LogFault> {
        let coop_id = cooperative.coop_id;
        let from = held.as_ref().map_or(0, |held| held.server_seq);
        let mut blob = match &held {
            Some(held) => {
                let whole = session.blob(&coop_id, &held.blob_hash, 0, held.bytes).await?;
                whole.ok_or_else(|| LogFault::broken("a checkpoint without its blob"))?.1
            }
            None => Vec::new(),
        };
        let mut heads: Vec<WireHead> = held.map(|held| held.heads).unwrap_or_default();
        let (mut reached, mut hash) = (from, Hash([0; 32]));
        while reached < cooperative.last_server_seq && reached - from < AT_ONCE {
            let rows = portion(session.runs_after(&coop_id, reached, DOCUMENTS_MAX).await?);
            let Some(last) = rows.last() else { break };
            (reached, hash) = (last.last_server_seq, last.hash);
            note_heads(&mut heads, &rows);
            let runs = read(session, &coop_id, &rows).await?;
            append_bytes(&mut blob, &pack(&runs, Form::Columns(level), EFFORT, &Rules));
        }
        let checkpoint = Checkpoint {
            level,
            server_seq: reached,
            hash,
            heads,
            blob_hash: Sha256::digest(&blob).into(),
            bytes: blob.len() as u64,
        };
        session.put_checkpoint(&coop_id, &checkpoint, &blob).await?;
        Ok(checkpoint)
    }

    pub(super) async fn answer_blob(
        &self,
        bearer: Bearer,
        blob: [u8; 32],
        offset: u64,
        length: u64,
    ) -> Result<(u64, Vec<u8>), Problem> {
        let mut session = self.log.session().await?;
        let (glance, _) = admit(&mut session, bearer, 0).await?;
        let length = length.min(PART_MAX);
        let part = session.blob(&glance.cooperative.coop_id, &blob, offset, length).await?;
        part.ok_or_else(|| problem(ProblemCode::NotFound, "no such blob"))
    }
}

/// The beginning of `rows` that makes one pack, at least one run.
fn portion(mut rows: Vec<RunRow>) -> Vec<RunRow> {
    let (mut documents, mut bytes, mut count) = (0, 0, 0);
    for row in &rows {
        documents += row.last_seq + 1 - row.first_seq;
        bytes += row.bytes;
        let is_full = documents > DOCUMENTS_MAX as u64 || bytes > RAW_BYTES_MAX as u64;
        if count > 0 && (is_full || begins(row)) {
            break;
        }
        count += 1;
    }
    rows.truncate(count);
    rows
}

fn note_heads(heads: &mut Vec<WireHead>, rows: &[RunRow]) {
    for row in rows {
        let head = WireHead { device_no: row.device_no, seq: row.last_seq, hash: row.hash.0 };
        match heads.iter_mut().find(|head| head.device_no == row.device_no) {
            Some(known) => *known = head,
            None => heads.push(head),
        }
    }
}

/// As a CBOR byte string.
fn append_bytes(blob: &mut Vec<u8>, pack: &[u8]) {
    let length = u32::try_from(pack.len()).unwrap_or(u32::MAX);
    blob.push(0x5a);
    blob.extend_from_slice(&length.to_be_bytes());
    blob.extend_from_slice(pack);
}
