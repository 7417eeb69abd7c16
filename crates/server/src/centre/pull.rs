//! Other devices' documents out of the log, by the order in which they were accepted.

use super::control::sealed;
use super::{Centre, Rules, mark_of};
use crate::log::{CentreLog, CoopId, Cooperative, LogFault, RunRow, Session, StoredDocument};
use lumbung_document::SignedHead;
use lumbung_sync::expand::{Expander as _, Level};
use lumbung_sync::recode::{Effort, Form, pack};
use lumbung_sync::wire::{Cursor, DOCUMENTS_MAX, RAW_BYTES_MAX};
use lumbung_sync::{Run, RunHead};

/// While a till waits.
pub(super) const EFFORT: Effort = 3;
/// Rows of runs looked at in one go.
const LOOK: usize = 256;

/// What is handed on.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) cursor: Cursor,
    pub(super) more: bool,
    pub(super) pack: Option<Vec<u8>>,
}

/// Where to read on, for whom, and how much.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) cursor: Cursor,
    /// The asker's own documents are passed over.
    pub(super) device_no: u32,
    pub(super) documents: u16,
    pub(super) level: Level,
}

impl<L: CentreLog> Centre<L> {
    pub(super) async fn pull(
        &self,
        session: &mut L::Session<'_>,
        cooperative: &Cooperative,
        wish: Wish,
    ) -> Result<Page, LogFault> {
        let last = cooperative.last_server_seq;
        let mut cursor = wish.cursor;
        if wish.documents == 0 || cursor.server_seq >= last {
            return Ok(Page { cursor, more: cursor.server_seq < last, pack: None });
        }
        let most = usize::from(wish.documents).min(DOCUMENTS_MAX);
        let mut chosen: Vec<RunRow> = Vec::new();
        let (mut documents, mut bytes) = (0, 0);
        'looking: loop {
            let rows = session.runs_after(&cooperative.coop_id, cursor.server_seq, LOOK).await?;
            let is_last_look = rows.len() < LOOK;
            for row in rows {
                let next = Cursor { server_seq: row.last_server_seq, mark: mark_of(&row.hash) };
                if row.device_no != wish.device_no {
                    documents += usize::try_from(row.last_seq + 1 - row.first_seq).unwrap_or(usize::MAX);
                    bytes += usize::try_from(row.bytes).unwrap_or(usize::MAX);
                    let is_full = documents > most || bytes > RAW_BYTES_MAX;
                    if !chosen.is_empty() && (is_full || begins(&row)) {
                        break 'looking;
                    }
                    chosen.push(row);
                }
                cursor = next;
            }
            if is_last_look {
                break;
            }
        }
        let pack = if chosen.is_empty() {
            None
        } else {
            let runs = read(session, &cooperative.coop_id, &chosen).await?;
            Some(pack(&runs, Form::Columns(wish.level.min(Rules.level())), self.effort, &Rules))
        };
        Ok(Page { cursor, more: cursor.server_seq < last, pack })
    }
}

/// A series begins at the beginning of a pack: what admits its device lies in an earlier one, so that whoever
/// reads knows what its first document continues.
pub(super) fn begins(row: &RunRow) -> bool {
    row.first_seq == 1
}

/// Runs with their documents.
pub(super) async fn read(
    session: &mut impl Session,
    coop_id: &CoopId,
    rows: &[RunRow],
) -> Result<Vec<Run>, LogFault> {
    let mut documents = session.documents_of(coop_id, rows).await?.into_iter();
    rows.iter().map(|row| assemble(row, &mut documents)).collect()
}

fn assemble(row: &RunRow, documents: &mut impl Iterator<Item = StoredDocument>) -> Result<Run, LogFault> {
    let count = row.last_seq + 1 - row.first_seq;
    let taken = documents.by_ref().take(usize::try_from(count).unwrap_or(usize::MAX));
    let documents: Vec<_> = taken.filter_map(sealed).collect();
    let ends = documents.last().is_some_and(|last| last.at.seq == row.last_seq && last.hash == row.hash);
    if !ends || documents.len() as u64 != count {
        return Err(LogFault::broken("a run without its documents"));
    }
    let head =
        SignedHead { device_no: row.device_no, seq: row.last_seq, hash: row.hash, signature: row.signature };
    Ok(Run { head: RunHead { first_seq: row.first_seq, head }, documents })
}
