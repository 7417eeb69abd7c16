//! Which re-issues are in the totals: none whose original stands, and of several of one original the smallest
//! that stands. As on every replica a function of the documents held.

use super::control::{Board, sealed};
use super::judge;
use crate::log::{Changes, CoopId, LogFault, Session};
use lumbung_document::{Hash, Original, SealedDocument, check_v1};
use lumbung_primitives::DocRef;
use lumbung_sync::Run;
use std::collections::{BTreeMap, BTreeSet};

/// Under which number re-issues are found again among the control rows: no kind bears it.
pub(super) const REISSUE: u16 = 0;

/// Re-issues of a cooperative, and which of them are summed.
#[derive(Debug, Default)]
pub(super) struct Reissues {
    held: BTreeMap<DocRef, SealedDocument>,
    summed: BTreeSet<DocRef>,
}

impl Reissues {
    /// As they are before anything changes.
    pub(super) async fn load(session: &mut impl Session, board: &Board) -> Result<Self, LogFault> {
        let coop_id = board.cooperative.coop_id;
        let stored = session.control(&coop_id, &[REISSUE]).await?;
        let held: BTreeMap<_, _> =
            stored.into_iter().filter_map(sealed).map(|document| (document.at, document)).collect();
        let mut reissues = Self { held, summed: BTreeSet::new() };
        reissues.summed = reissues.counting(session, board, &coop_id, &[]).await?;
        Ok(reissues)
    }

    /// Hears of those in `runs`, and puts into the totals what counts now and takes out what does not any more.
    pub(super) async fn settle(
        mut self,
        session: &mut impl Session,
        board: &Board,
        runs: &[Run],
        changes: &mut Changes<'_>,
    ) -> Result<(), LogFault> {
        for document in runs.iter().flat_map(|run| &run.documents) {
            if changes.control.iter().any(|row| row.kind == REISSUE && row.at == document.at) {
                self.held.insert(document.at, document.clone());
            }
        }
        let coop_id = board.cooperative.coop_id;
        let counting = self.counting(session, board, &coop_id, runs).await?;
        let changed = [(&counting, &self.summed, 1), (&self.summed, &counting, -1)];
        for (these, others, sign) in changed {
            for at in these.difference(others) {
                if let Some(document) = self.held.get(at)
                    && let Ok(effects) = check_v1(document)
                {
                    judge::add(&mut changes.totals, document, &effects, sign);
                }
            }
        }
        Ok(())
    }

    async fn counting(
        &self,
        session: &mut impl Session,
        board: &Board,
        coop_id: &CoopId,
        runs: &[Run],
    ) -> Result<BTreeSet<DocRef>, LogFault> {
        let mut smallest: BTreeMap<Original, DocRef> = BTreeMap::new();
        for (at, document) in &self.held {
            let stands = board.devices.get(&at.device_no).is_none_or(|device| device.stands(at.seq));
            if let (Some(original), true) = (document.header.reissue_of, stands) {
                smallest.entry(original).or_insert(*at);
            }
        }
        let mut counting = BTreeSet::new();
        for (original, at) in smallest {
            if !stands(session, board, coop_id, runs, original).await? {
                counting.insert(at);
            }
        }
        Ok(counting)
    }
}

/// Whether the original itself is held and not beyond the end of its series.
async fn stands(
    session: &mut impl Session,
    board: &Board,
    coop_id: &CoopId,
    runs: &[Run],
    original: Original,
) -> Result<bool, LogFault> {
    let (at, hash) = (original.at(), original.hash);
    if board.devices.get(&at.device_no).is_none_or(|device| !device.stands(at.seq)) {
        return Ok(false);
    }
    let mut fresh = runs.iter().flat_map(|run| &run.documents);
    if fresh.any(|document| document.at == at && document.hash == hash) {
        return Ok(true);
    }
    let stored = session.documents(coop_id, at.device_no, at.seq, at.seq).await?;
    Ok(stored.first().is_some_and(|document| Hash::document(&document.header) == hash))
}
